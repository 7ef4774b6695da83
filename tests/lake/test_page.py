import pytest
from pyspark.sql.types import LongType, StringType

from learnlake.lake.columns import Named
from learnlake.lake.page import tables_page
from learnlake.lake.table import Layer, Refresh, Table

DAY = Named("day", StringType(), "a day")
AGE = Named("age_band", StringType(), "age | band", is_protected=True)
LEFT = Named("left_count", LongType(), "who left", is_outcome=True)


def table(refresh: Refresh, **more: object) -> Table:
    return Table(
        **{
            "layer": Layer.GOLD,
            "name": "people",
            "grain": "one person",
            "columns": (DAY, AGE, LEFT),
            "key": (DAY,),
            "refresh": refresh,
            **more,
        }
    )


def page(held: Table) -> str:
    return tables_page({held.full_name: held})


def test_a_table_is_told_by_grain_key_refresh_warnings_and_columns():
    assert page(table(Refresh.replace_day(DAY), warns=("few", "old"))).split("## Gold")[1].split("## Ops")[
        0
    ].strip().splitlines()[2:] == [
        "### gold.people",
        "",
        "One row is one person.",
        "",
        "- Key: `day`",
        "- Refresh: all rows of a day (`day`) are replaced",
        "- Mind: few",
        "- Mind: old",
        "",
        "| column | type | meaning |",
        "|---|---|---|",
        "| `day` | string | a day |",
        "| `age_band` | string | age \\| band (**protected**) |",
        "| `left_count` | bigint | who left (**outcome**) |",
    ]


@pytest.mark.parametrize(
    ("refresh", "said"),
    [
        (Refresh.replace_slices(DAY), "all rows of a day (`day`) of whose sources something has changed are replaced"),
        (Refresh.replace_all(), "the whole table is replaced"),
        (Refresh.at_read(), "nothing is stored; it is put together at every read"),
        (Refresh.merge(DAY), "new keys are added; of several rows with one key the first by `day` stays"),
        (Refresh.merge(), "new keys are added"),
        (Refresh.append(), "rows are added once and stay"),
    ],
)
def test_every_way_of_refreshing_is_said_in_words(refresh, said):
    assert f"- Refresh: {said}\n" in page(table(refresh))


def test_a_table_without_a_key_says_so():
    assert "- Key: none\n" in page(table(Refresh.append(), key=()))


def test_layers_come_in_the_order_of_flow():
    headings = [line for line in page(table(Refresh.append())).splitlines() if line.startswith("## ")]
    assert headings == ["## Bronze", "## Silver", "## Gold", "## Ops"]
