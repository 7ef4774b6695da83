"""Reasons: the columns that move a chance most, in order, with words; a column that is gone is refused by name."""

from __future__ import annotations

import pyarrow as pa
import pytest

from learnlake.demand.goals.rules.reasons import reasons, scored
from learnlake.errors import LearnlakeError
from learnlake.modelling.calibration import Calibration
from learnlake.modelling.encoding import Encoder
from learnlake.modelling.learners import Linear
from learnlake.modelling.propensity import Propensity
from learnlake.modelling.recipe import Recipe

ENCODER = Encoder(("idle_days", "study_count_30d"), ("profession",), (), (0.0, 0.0), (("testing",),), ())
WEIGHTS = (-1.0, 0.0, 0.5, 0.0, 2.0, 0.0, 0.0)
MODEL = Propensity(
    ENCODER.numeric,
    ENCODER.categorical,
    recipe_=Recipe(ENCODER),
    learned_=Linear(((0.0,) * 7, WEIGHTS), (0.0, 0.0)),
    calibration_=Calibration(1.0, (0.0, 0.0)),
    centre_=((0.0,) * 7,),
)


def batch(**held: list) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"idle_days": [0.0], "study_count_30d": [0.0], "profession": [None], **held})


def test_the_strongest_comes_first_and_negligible_ones_are_none() -> None:
    (told,) = reasons(MODEL, batch(idle_days=[21.0], profession=["testing"]), 3).to_pylist()
    assert [(x["feature"], x["value"]) for x in told] == [("idle_days", "21"), ("profession", "testing")]
    assert told[0]["log_odds"] == pytest.approx(-3.091042)
    assert (told[0]["reason_en"], told[0]["reason_zh"]) == ("no visit for 21 days", "21 天没有来访")
    assert told[1]["log_odds"] == 2.0


def test_no_more_are_told_than_asked_for() -> None:
    (told,) = reasons(MODEL, batch(idle_days=[21.0], profession=["testing"], study_count_30d=[9.0]), 1).to_pylist()
    assert [x["feature"] for x in told] == ["idle_days"]


def test_rows_are_scored_with_what_is_kept(spark) -> None:
    frame = spark.createDataFrame(
        [("ann", 21.0, 0, "testing"), ("bob", 0.0, 3, None)],
        "user_id string, idle_days double, study_count_30d bigint, profession string",
    )
    rows = {row.user_id: row for row in scored(frame, MODEL, 2, ("user_id",), "buys").collect()}
    assert rows["ann"].chance == pytest.approx(1 / (1 + 2.718281828 ** (3.0910424533 - 2.0)))
    assert [reason.feature for reason in rows["bob"].chance_reasons] == ["study_count_30d"]


def test_a_column_that_is_gone_is_refused_by_name(spark) -> None:
    frame = spark.createDataFrame([("ann", 21.0, "testing")], "user_id string, idle_days double, profession string")
    with pytest.raises(LearnlakeError, match="goal buys: its model needs the column `study_count_30d`"):
        scored(frame, MODEL, 2, ("user_id",), "buys")
