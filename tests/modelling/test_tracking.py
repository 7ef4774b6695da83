"""On a real MLflow with sqlite; one registry for all, for it starts slowly."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from learnlake.errors import LearnlakeError
from learnlake.lake.stage import ModelNode
from learnlake.modelling.gate import Bar, Candidate, Decision, judge
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.tracking import Tracking
from learnlake.segments.models.cut import Cut
from tests.modelling.level import EXAMPLE, Level
from tests.segments.cuts import cut

NODE, SERVED = ModelNode("segments_test", Cut), ModelNode("propensity_test", Level)
MODEL = cut()
APRIL, MAY, JUNE, JULY = (date(2026, month, 1) for month in (4, 5, 6, 7))
YES, NO = Decision(is_published=True, reason="good"), Decision(is_published=False, reason="bad")
PNG = b"\x89PNG\r\n\x1a\n and so on"


def level(found: float, must_exceed: float) -> Candidate:
    """A candidate whose level is what it reaches on the newest window."""
    return Candidate(
        Level(found),
        (Bar("pr_auc", found, must_exceed, "of the current model"),),
        metrics={"pr_auc": found},
        params={"learner": "level"},
        pictures={"reliability.png": PNG},
        texts={"rules.md": "# If you visit, you buy"},
        example=EXAMPLE,
        cost={"rows": 120, "seconds": 1.5, "peak_memory_mb": 300.0},
    )


def test_a_registry_without_an_address_lies_beside_the_tables_however_their_folder_is_written(tmp_path: Path) -> None:
    plain = Tracking.of(ModelSettings(), str(tmp_path / "lake"))
    assert plain.uri == f"sqlite:///{tmp_path}/lake/mlflow/mlflow.db"
    assert Tracking.of(ModelSettings(), (tmp_path / "lake").as_uri()) == plain


@pytest.fixture(scope="module")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> Tracking:
    made = Tracking.of(ModelSettings(), str(tmp_path_factory.mktemp("registry")))
    for day, decision in ((APRIL, YES), (MAY, NO)):
        made.log(NODE, day, Candidate(MODEL, metrics={"silhouette": 0.5}, params={"k": "1"}), decision)
    return made


@pytest.fixture(scope="module")
def served(tracking: Tracking) -> Tracking:
    """In April a first model, in May a better one, in June a worse one, each judged by the gate against the one before."""
    for day, found, must_exceed in ((APRIL, 0.3, 0.1), (MAY, 0.5, 0.3), (JUNE, 0.4, 0.5)):
        candidate = level(found, must_exceed)
        tracking.log(SERVED, day, candidate, judge(candidate), {"gold.user_features@2026-05-01": 7, "silver.events": 3})
    return tracking


def aliases(tracking: Tracking, node: ModelNode) -> dict[str, str]:
    with tracking._client() as client:
        return {name: str(number) for name, number in client.get_registered_model(node.name).aliases.items()}


def test_a_day_is_scored_by_its_train_days_version_or_the_published_one_before(tracking: Tracking) -> None:
    assert tracking.scoring(NODE, date(2026, 3, 1)) is None
    assert tracking.scoring(NODE, APRIL).train_day == APRIL
    assert tracking.scoring(NODE, MAY).train_day == APRIL
    assert tracking.before(NODE, APRIL) is None
    assert tracking.before(NODE, MAY).train_day == APRIL


def test_what_was_logged_is_loaded_equal(served: Tracking) -> None:
    assert served.load(NODE, served.scoring(NODE, APRIL)) == MODEL
    assert served.load(SERVED, served.scoring(SERVED, APRIL)) == Level(0.3)


def test_a_better_one_is_promoted_and_a_worse_one_only_challenges(served: Tracking) -> None:
    assert aliases(served, SERVED) == {"champion": "2", "challenger": "3"}
    assert served.champion(SERVED).train_day == MAY
    assert served.load(SERVED, served.scoring(SERVED, JUNE)) == Level(0.5)
    reasons = [version.reason for version in served.versions(SERVED)]
    assert reasons[1:] == [
        "published: pr_auc 0.500 > 0.300 (of the current model)",
        "not published: pr_auc 0.400 not > 0.500 (of the current model)",
    ]
    assert served.versions(SERVED)[2].measured == "pr_auc 0.400"


def test_settings_metrics_cost_data_pictures_and_texts_are_logged(served: Tracking) -> None:
    version = served.champion(SERVED)
    logged = served.logged(version)
    assert logged.params == {"learner": "level"}
    assert logged.metrics == {"pr_auc": 0.5}
    assert logged.cost == {"rows": 120.0, "seconds": 1.5, "peak_memory_mb": 300.0}
    assert logged.data == {"gold.user_features 2026-05-01": "7", "silver.events": "3"}
    assert logged.pictures == ("pictures/reliability.png",)
    folder = Path(logged.address.removeprefix("file://"))
    assert (folder / logged.pictures[0]).read_bytes() == PNG
    assert (folder / "texts" / "rules.md").read_text() == "# If you visit, you buy"
    with served._client() as client:
        run = client.get_run(version.run_id).data
    assert run.tags["data_version.silver.events"] == "3"
    assert run.metrics["cost_seconds"] == 1.5


def test_a_notebook_loads_the_champion_by_mlflow_alone(served: Tracking) -> None:
    with served._client():
        model = mlflow.pyfunc.load_model("models:/propensity_test@champion")
    assert model.metadata.get_input_schema().input_names() == list(EXAMPLE.columns)
    assert model.metadata.get_output_schema().input_names() == ["chance", "known"]
    assert model.predict(model.input_example).to_dict("list") == {"chance": [3.5, 0.5], "known": [2, 0]}
    rows = pd.DataFrame(
        {"visits": [1.0], "amount": [None], "country": [None], "tags": [None], "is_new": [None], "more": [1]}
    )
    assert model.predict(rows.astype({"amount": float})).to_dict("list") == {"chance": [1.5], "known": [0]}


def test_a_rollback_goes_back_to_the_one_before_and_stays(tracking: Tracking) -> None:
    node = ModelNode("propensity_back", Level)
    for day, found, must_exceed in ((APRIL, 0.3, 0.1), (MAY, 0.5, 0.3), (JUNE, 0.7, 0.5)):
        candidate = level(found, must_exceed)
        tracking.log(node, day, Candidate(candidate.model, candidate.bars), judge(candidate))
    gone, then = tracking.rollback(node, "withdrawn: it forgot the French")
    assert (gone.number, then.number) == ("3", "2")
    assert aliases(tracking, node) == {"champion": "2"}
    newest = tracking.versions(node)[-1]
    assert (newest.is_published, newest.is_withdrawn) == (True, True)
    assert newest.reason == "withdrawn: it forgot the French"
    assert [tracking.is_withdrawn(node, day) for day in (MAY, JUNE)] == [False, True]
    assert tracking.scoring(node, JUNE).number == "2"
    assert tracking.before(node, JULY).number == "2", "what is trained later competes with the champion of now"
    tracking.log(node, JULY, Candidate(Level(0.4)), NO)
    assert aliases(tracking, node) == {"champion": "2", "challenger": "4"}
    assert [version.number for version in tracking.rollback(node, "withdrawn: nor this one")] == ["2", "1"]
    assert tracking.scoring(node, JULY).number == "1"
    with pytest.raises(LearnlakeError, match=r"no version in force before version 1, so it cannot go back"):
        tracking.rollback(node, "withdrawn: none of them")
    assert aliases(tracking, node) == {"champion": "1", "challenger": "4"}


def test_a_model_that_was_never_published_cannot_go_back(tracking: Tracking) -> None:
    with pytest.raises(LearnlakeError, match=r"propensity_never has no version in force"):
        tracking.rollback(ModelNode("propensity_never", Level), "withdrawn")


def test_a_later_refusal_of_the_same_train_day_takes_the_earlier_ones_place(tracking: Tracking) -> None:
    tracking.log(NODE, JUNE, Candidate(MODEL), YES)
    assert tracking.scoring(NODE, JUNE).train_day == JUNE
    tracking.log(NODE, JUNE, Candidate(None, refusal="no structure"), NO)
    assert tracking.scoring(NODE, JUNE).train_day == APRIL


def test_the_registry_may_lie_in_a_folder_with_any_signs_in_its_name(tmp_path: Path) -> None:
    lake = tmp_path / "a+b [x] 50%41? 登记 #"
    made = Tracking.of(ModelSettings(), str(lake))
    made.log(NODE, APRIL, Candidate(MODEL), YES)
    assert made.load(NODE, made.champion(NODE)) == MODEL
    assert (lake / "mlflow" / "mlflow.db").is_file()


def test_a_challenger_that_is_overtaken_is_none_any_more(tracking: Tracking) -> None:
    assert aliases(tracking, NODE)["challenger"] == "2"
    tracking.log(NODE, JULY, Candidate(MODEL), YES)
    assert aliases(tracking, NODE) == {"champion": "5"}


def test_the_registry_lies_beside_the_tables_unless_conf_names_one(tmp_path: Path) -> None:
    assert Tracking.of(ModelSettings(tracking_uri="databricks"), str(tmp_path)).uri == "databricks"
    assert "mlflow.db" in Tracking.of(ModelSettings(), str(tmp_path)).uri
