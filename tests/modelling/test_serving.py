from __future__ import annotations

from pathlib import Path

from learnlake.modelling.serving import KIND, Predicts, _load_pyfunc, address
from tests.modelling.level import EXAMPLE, Level
from tests.segments.cuts import cut


def test_a_model_is_found_by_the_address_of_its_class(tmp_path: Path) -> None:
    Level(0.25).save(tmp_path)
    assert address(Level(0.25)) == "tests.modelling.level:Level"
    loaded = _load_pyfunc(str(tmp_path), {KIND: address(Level(0.25))})
    assert loaded == Level(0.25)
    assert loaded.predict(EXAMPLE)["chance"].tolist() == [3.25, 0.25]


def test_only_what_scores_rows_in_memory_is_served() -> None:
    assert isinstance(Level(0.25), Predicts)
    assert not isinstance(cut(), Predicts)
