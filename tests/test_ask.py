from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from learnlake.runner.run import Runner
from tests.tiny import CANARY


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_segments_are_listed_with_names_and_sizes(say) -> None:
    found = say("segments", "--format", "csv")
    assert found.exit_code == 0, found.stderr
    listed = rows(found.stdout)
    assert {row["scheme"] for row in listed} == {"behaviour", "job", "zeal"}
    assert {row["segment_id"]: row["member_count"] for row in listed if row["scheme"] == "zeal"} == {
        "keen": "12",
        "others": "12",
    }
    assert len(rows(say("segments", "--scheme", "job", "--format", "csv").stdout)) == 1


def test_one_segment_is_told_by_its_name_in_either_language(say) -> None:
    for name in ("keen", "热心"):
        found = say("segment", name, "--format", "json")
        told = {fact["what"]: fact["said"] for fact in map(json.loads, found.stdout.splitlines())}
        assert told["name"] == "keen / 热心"
        assert told["definition"] == "happened(study, 30 days) >= 10"


def test_a_user_is_explained_by_id_and_by_the_platforms_own_key_which_is_not_printed(say, done: Runner) -> None:
    by_key = say("explain", "--account", f"school:{CANARY}", "--format", "json")
    assert by_key.exit_code == 0, by_key.stderr
    assert CANARY not in by_key.stdout + by_key.stderr
    told = {row["scheme"]: row for row in map(json.loads, by_key.stdout.splitlines())}
    assert told["zeal"]["segment"] == "keen / 热心"
    assert told["behaviour"]["since"] == "2026-05-10"
    assert told["behaviour"]["values"]
    user = done.inputs.store.read(done.tables["gold.segment_members"]).first().user_id
    upright = say("explain", user)
    assert "definition" in upright.stdout
    assert "history" in upright.stdout


def test_look_alikes_of_learners_are_learners(say, done: Runner, tmp_path: Path) -> None:
    features = done.inputs.store.read(done.tables["gold.user_features"]).where("as_of_date = '2026-05-10'")
    learners = [row.user_id for row in features.where("study_count_90d > 0").orderBy("user_id").collect()]
    seeds = tmp_path / "seeds.csv"
    seeds.write_text("\n".join(["user_id", *learners[:6]]) + "\n")
    found = say("lookalikes", str(seeds), "--size", "6", "--format", "csv")
    assert found.exit_code == 0, found.stderr
    assert {row["user_id"] for row in rows(found.stdout)} == set(learners[6:])
    assert "6 seeds" in found.stderr
    assert "users, mean similarity" in found.stderr


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("segments", "--scheme", "behavior"), 2, "unknown scheme `behavior`; did you mean `behaviour`?"),
        (("segment", "kean"), 2, "there is no segment `kean` on 2026-05-10; did you mean `keen`?"),
        (("segments", "--as-of", "2026-05-09"), 2, "has no such day; the newest is 2026-05-10"),
        (("explain",), 2, "say one of USER"),
        (("explain", "nobody"), 1, "user nobody is in no segment"),
        (("explain", "--account", "school"), 2, "platform:key"),
        (("explain", "--account", "school:nobody"), 1, "is in no segment"),
    ],
)
def test_wrong_use_is_one_sentence(say, words, status, sentence) -> None:
    found = say(*words)
    assert found.exit_code == status
    assert sentence in found.stderr
    assert "Traceback" not in found.stderr


def test_a_list_without_users_is_refused(say, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("\n")
    assert "there is no user_id in it" in say("lookalikes", str(empty)).stderr
    other = tmp_path / "other.csv"
    other.write_text("name,age\nx,3\n")
    assert "one must be user_id" in say("lookalikes", str(other)).stderr
