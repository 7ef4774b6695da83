from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from learnlake.lake.stage import ModelNode
from learnlake.modelling.gate import Candidate, Decision
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.tracking import Tracking
from learnlake.segments.models.cut import Cut
from tests.segments.cuts import cut

NODE = ModelNode("segments_test", Cut)
MODEL = cut()
APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
YES, NO = Decision(is_published=True, reason="good"), Decision(is_published=False, reason="bad")


@pytest.fixture(scope="module")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> Tracking:
    made = Tracking.of(ModelSettings(), str(tmp_path_factory.mktemp("registry")))
    for day, decision in ((APRIL, YES), (MAY, NO)):
        made.log(NODE, day, Candidate(MODEL, metrics={"silhouette": 0.5}, params={"k": "1"}), decision)
    return made


def test_a_day_is_scored_by_its_train_days_version_or_the_published_one_before(tracking: Tracking) -> None:
    assert tracking.scoring(NODE, date(2026, 3, 1)) is None
    assert tracking.scoring(NODE, APRIL).train_day == APRIL
    assert tracking.scoring(NODE, MAY).train_day == APRIL
    assert tracking.before(NODE, APRIL) is None
    assert tracking.before(NODE, MAY).train_day == APRIL


def test_what_was_logged_is_loaded_equal(tracking: Tracking) -> None:
    assert tracking.load(NODE, tracking.scoring(NODE, APRIL)) == MODEL


def test_a_later_refusal_of_the_same_train_day_takes_the_earlier_ones_place(tracking: Tracking) -> None:
    tracking.log(NODE, JUNE, Candidate(MODEL), YES)
    assert tracking.scoring(NODE, JUNE).train_day == JUNE
    tracking.log(NODE, JUNE, Candidate(None, refusal="no structure"), NO)
    assert tracking.scoring(NODE, JUNE).train_day == APRIL


def test_the_registry_lies_beside_the_tables_unless_conf_names_one(tmp_path: Path) -> None:
    assert Tracking.of(ModelSettings(tracking_uri="databricks"), str(tmp_path)).uri == "databricks"
    assert "mlflow.db" in Tracking.of(ModelSettings(), str(tmp_path)).uri
