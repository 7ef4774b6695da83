from typing import Any

import pytest

from learnlake.lake.sources import Source, Sources
from learnlake.lake.stage import Arrivals, Before, ModelNode, Stage, Step, stage, train
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENTS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNT_DAYS, EVENTS, ITEMS
from learnlake.pipeline import STEPS
from learnlake.runner.graph import Graph, Landing, is_dated

GUESS = ModelNode("guess", dict)


def nothing(*frames: object) -> object:
    return frames


def source(name: str, **more: Any) -> Source:
    clicks = [{"event_key": "copies", "account_key": "who", "event_type": "'view'", "occurred_at": "at"}]
    read = {"format": "csv", "path": "x", "schema": "who STRING, at STRING"}
    values = {"source": name, "platform": "school", "read": read, "personal": ["who"], "events": clicks, **more}
    return Source.model_validate({key: value for key, value in values.items() if value})


def sources(*held: Source) -> Sources:
    return Sources.model_construct(files={one.source: one for one in held})


ITEM_LIST = source("shelf", events=None, items=[{"item_id": "at", "known_from": "at"}])
CLICKS = source("clicks", lookups={"item": {"source": "shelf", "equal": ["at"]}})
BOTH = sources(CLICKS, ITEM_LIST)
STEPS_OF_OURS: tuple[Step, ...] = (
    stage(reads=(USER_FEATURES, Before(SEGMENT_MEMBERS)), writes=SEGMENT_MEMBERS, uses=(GUESS,))(nothing),
    train(reads=(USER_FEATURES.at(every="28d", back=1),), makes=GUESS)(nothing),
    stage(reads=(SEGMENT_MEMBERS,), writes=SEGMENTS)(nothing),
    stage(reads=(ACCOUNT_DAYS,), writes=USER_FEATURES)(nothing),
    stage(reads=(EVENTS, ITEMS), writes=ACCOUNT_DAYS)(nothing),
    stage(reads=(Arrivals(ITEMS),), writes=ITEMS)(nothing),
    stage(reads=(Arrivals(EVENTS),), writes=EVENTS)(nothing),
)
GRAPH = Graph.of(STEPS_OF_OURS, BOTH)


def test_every_node_comes_after_what_it_needs():
    order = [node.name for node in GRAPH.nodes]
    assert set(order) == {"bronze.clicks", "bronze.shelf", *(step.name for step in STEPS_OF_OURS)}
    for name, needs in GRAPH.needs.items():
        assert all(order.index(need) < order.index(name) for need in needs)


def test_the_order_does_not_depend_on_how_steps_and_sources_are_listed():
    again = Graph.of(STEPS_OF_OURS, sources(ITEM_LIST, CLICKS))
    assert [node.name for node in again.nodes] == [node.name for node in GRAPH.nodes]


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("bronze.clicks", set()),
        ("silver.events", {"bronze.clicks", "bronze.shelf"}),
        ("silver.items", {"bronze.shelf"}),
        ("silver.account_days", {"silver.events", "silver.items"}),
        ("model.guess", {"gold.user_features"}),
        ("gold.segment_members", {"gold.user_features", "model.guess"}),
    ],
)
def test_a_node_needs_what_it_reads_uses_and_looks_up_and_never_itself(name, needs):
    assert GRAPH.needs[name] == needs


def test_a_table_that_no_step_here_makes_is_no_need():
    alone = Graph.of((STEPS_OF_OURS[3],), sources())
    assert alone.needs == {"gold.user_features": frozenset()}


def test_a_step_without_a_source_into_its_table_is_left_out():
    graph = Graph.of(STEPS_OF_OURS, sources(source("clicks")))
    assert "silver.items" not in graph.needs
    assert graph.needs["silver.account_days"] == {"silver.events"}


def test_upstream_is_all_that_is_needed_and_the_nodes_themselves():
    assert GRAPH.upstream(frozenset({"silver.account_days"})) == {
        *("silver.account_days", "silver.events", "silver.items", "bronze.clicks", "bronze.shelf"),
    }
    assert GRAPH.upstream(frozenset()) == frozenset()


def test_downstream_is_all_that_needs_them_and_the_nodes_themselves():
    assert GRAPH.downstream(frozenset({"gold.user_features"})) == {
        *("gold.user_features", "model.guess", "gold.segment_members", "gold.segments"),
    }
    assert GRAPH.downstream(frozenset({"bronze.shelf"})) == set(GRAPH.needs) - {"bronze.clicks"}


def test_gold_and_models_are_run_for_a_day_and_silver_and_bronze_are_not():
    dated = {node.name for node in GRAPH.nodes if is_dated(node)}
    assert dated == {"gold.user_features", "gold.segment_members", "gold.segments", "model.guess"}


def test_a_landing_is_named_by_its_bronze_table():
    assert Landing(CLICKS).name == "bronze.clicks"


def test_the_steps_of_the_pipeline_form_no_circle():
    graph = Graph.of(STEPS, BOTH)
    made = [node for node in graph.nodes if isinstance(node, Stage)]
    assert graph.needs["gold.audiences"] >= {"gold.user_profile"}
    assert {node.name for node in made} < {step.name for step in STEPS}
