"""CDNOW: what is published and measured about BG/NBD on it, and what our correction adds."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from learnlake.demand.values.settings import ValueSettings
from learnlake.demand.values.training import customer_values, errors
from learnlake.modelling.gate import judge
from learnlake.modelling.lifetime import fit_lifetime, told_returns
from learnlake.modelling.settings import ModelSettings
from tests.conftest import DATA
from tests.demand.values.invented import CALIBRATED, ENDED, cdnow_days, cdnow_history, complete

pytestmark = pytest.mark.full

WEEKS = 39.0


@pytest.fixture(scope="module")
def days() -> pd.DataFrame:
    return cdnow_days(DATA)


def test_the_parameters_and_the_holdout_are_those_that_are_known(days) -> None:
    known, later = cdnow_history(days, CALIBRATED, 273)
    model = fit_lifetime(known)
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.2516, 4.789, 0.7234, 2.1611), rel=1e-3)
    assert model.log_likelihood == pytest.approx(-95_368.44, abs=0.01)
    found = errors(model.expected(known, WEEKS), later)
    assert found["mae"] < 0.81875
    assert found["rmse"] == pytest.approx(1.733, abs=5e-4)
    assert found["total_error"] == pytest.approx(-0.143, abs=1e-3)


def test_the_predictive_median_has_a_lower_absolute_error_and_the_interval_holds_what_it_says(days) -> None:
    known, later = cdnow_history(days, CALIBRATED, 273)
    model = fit_lifetime(known)
    median = errors(model.quantile(known, WEEKS, 0.5), later)
    assert median["mae"] < 0.705 < 0.8187
    low, high = (model.quantile(known, WEEKS, share) for share in (0.1, 0.9))
    assert ((low <= later) & (later <= high)).mean() > 0.8


@pytest.mark.parametrize(
    ("until", "ahead", "auc", "loss", "brier"),
    [
        (date(1997, 6, 30), 30, 0.7478, 0.2553, 0.0701),
        (date(1997, 6, 30), 90, 0.7367, 0.4013, 0.1223),
        (date(1997, 9, 30), 30, 0.7768, 0.2270, 0.0615),
        (date(1997, 9, 30), 90, 0.7644, 0.3877, 0.1174),
        (date(1997, 12, 31), 30, 0.8043, 0.1914, 0.0508),
        (date(1997, 12, 31), 90, 0.7933, 0.3529, 0.1055),
    ],
)
def test_the_chance_of_a_purchase_is_as_good_as_it_was_measured(days, until, ahead, auc, loss, brier) -> None:
    known, later = cdnow_history(days, until, ahead)
    found = told_returns(fit_lifetime(known), known, later, ahead / 7)
    assert (found["auc"], found["log_loss"], found["brier"]) == pytest.approx((auc, loss, brier), abs=5e-4)
    assert found["mean_chance"] == pytest.approx(found["base_rate"], rel=0.15)


def test_the_correction_is_better_in_both_and_is_chosen(spark: SparkSession, days) -> None:
    renamed = days.rename(columns={"customer_id": "user_id", "date": "event_date", "paid": "spend_amount"})
    rows = renamed.assign(platform="cdnow", purchase_count=1, event_date=renamed["event_date"].dt.date)
    candidate = customer_values(
        complete(spark.createDataFrame(rows)),
        as_of=ENDED,
        settings=ValueSettings(holdout_days=273),
        modelling=ModelSettings(),
    )
    found = candidate.metrics
    assert found["judged_users"] == 23_570
    assert found["bgnbd_mae"] == pytest.approx(0.81874, abs=1e-4)
    assert found["bgnbd_rmse"] == pytest.approx(1.7329, abs=1e-3)
    assert found["corrected_mae"] < found["bgnbd_mae"] - 0.003
    assert found["corrected_rmse"] < found["bgnbd_rmse"] - 0.02
    assert candidate.params["method"] == "corrected"
    assert judge(candidate).is_published, judge(candidate).reason
    assert found["covered_share"] > 0.8
    assert abs(found["count_amount_correlation"]) < 0.15
    assert np.isfinite([found["p"], found["q"], found["gamma"]]).all()
