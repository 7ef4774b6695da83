"""The fixed tables, whichever module of lake/tables they stand in: that they hold together."""

import re
from collections import Counter

import pytest

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Table, Way
from learnlake.lake.tables import (
    FIXED,
    demand,
    gold,
    habits,
    journeys,
    knowledge,
    moments,
    ops,
    recommend,
    rules,
    series,
    silver,
    topics,
    values,
)

EVERY_TABLE = pytest.mark.parametrize("table", FIXED, ids=lambda table: table.full_name)


def test_every_table_that_a_module_declares_is_listed_once():
    declared = [
        value
        for module in (
            silver,
            gold,
            habits,
            series,
            rules,
            journeys,
            knowledge,
            recommend,
            moments,
            topics,
            demand,
            values,
            ops,
        )
        for value in vars(module).values()
        if isinstance(value, Table)
    ]
    assert Counter(table.full_name for table in FIXED) == Counter(table.full_name for table in declared)
    assert set(Counter(table.full_name for table in FIXED).values()) == {1}


@pytest.mark.parametrize(("module", "layer"), [(silver, Layer.SILVER), (gold, Layer.GOLD), (ops, Layer.OPS)], ids=str)
def test_a_module_holds_one_layer(module, layer):
    assert {table.layer for table in module.TABLES} == {layer}


@EVERY_TABLE
def test_the_grain_is_said_in_words(table):
    assert re.match(r"(one|what|which|whether) ", table.grain)
    assert not table.grain.endswith(".")


@EVERY_TABLE
def test_no_column_occurs_twice(table):
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)


@EVERY_TABLE
def test_every_table_has_a_key(table):
    assert table.key


@EVERY_TABLE
def test_what_a_table_goes_by_is_among_its_columns(table):
    used = {
        *table.key,
        *table.partition_by,
        *table.profile,
        *table.refresh.by,
        *((table.dated_by,) if table.dated_by else ()),
    }
    if table.pivot:
        used |= {table.pivot.by, table.pivot.value}
    assert used <= set(table.columns)


@EVERY_TABLE
def test_a_table_that_is_replaced_by_day_is_parted_and_dated_by_it(table):
    if table.refresh.way is Way.REPLACE_DAY:
        assert table.partition_by == table.refresh.by == (table.dated_by,)
        assert table.dated_by in table.key


@EVERY_TABLE
def test_a_table_with_history_is_dated_by_when_it_may_be_seen_and_ordered_by_its_keys_end(table):
    if c.KNOWN_FROM in table.columns:
        assert table.dated_by is c.VISIBLE_FROM
        assert table.key[-1] in (c.KNOWN_FROM, c.VISIBLE_FROM)


@pytest.mark.parametrize("table", gold.TABLES, ids=lambda table: table.full_name)
def test_every_gold_row_says_the_day_it_is_known_at(table):
    assert table.dated_by is c.AS_OF_DATE


@pytest.mark.parametrize(
    "table", [t for t in silver.TABLES if t.refresh.way is Way.MERGE], ids=lambda table: table.full_name
)
def test_what_raw_rows_become_says_where_it_came_from(table):
    assert set(silver.PROVENANCE) <= set(table.columns)


def test_money_stands_beside_its_currency_unless_it_is_the_reporting_one():
    for table in FIXED:
        paid = {column.name for column in table.columns} & {"amount", "price"}
        assert not paid or c.CURRENCY in table.columns


def test_no_outcome_is_part_of_the_profile():
    assert not [column.name for table in FIXED for column in table.profile if column.is_outcome]
