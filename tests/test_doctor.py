from __future__ import annotations

from pathlib import Path

import pytest

from learnlake import doctor, session
from learnlake.errors import ConfError


def refuse():
    raise ConfError("conf/base.yml: the file is missing; copy it.")


def test_a_broken_conf_is_a_finding_with_its_sentence() -> None:
    findings = {finding.what: finding for finding in doctor.examine(refuse)}
    assert findings["Python"].is_fine
    assert not findings["conf"].is_fine
    assert findings["conf"].said == "conf/base.yml: the file is missing; copy it."


def test_missing_and_old_java_are_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "Java 17 is missing: install it" in session.java_problem()
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    assert "Java 11" in session.java_problem()
    assert "too old" in session.java_problem()


def test_a_full_disk_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "FREE_GB", 10**9)
    finding = doctor._disk(tmp_path / "lake")
    assert not finding.is_fine
    assert "--lake" in finding.said
