import pytest
from pyspark.sql.types import DateType, LongType, StringType, StructField, StructType

from learnlake.lake.columns import Named
from learnlake.lake.table import Layer, Past, Refresh, Table, Way

DAY, WHO, HOW_MANY = (
    Named("day_date", DateType(), "a day"),
    Named("who", StringType(), "who"),
    Named("n_count", LongType(), "how many"),
)


def table(refresh: Refresh) -> Table:
    return Table(layer=Layer.GOLD, name="visits", grain="one visit", columns=(DAY, WHO), key=(DAY,), refresh=refresh)


VISITS = table(Refresh.replace_day(DAY))


@pytest.mark.parametrize(
    ("refresh", "way", "by"),
    [
        (Refresh.replace_day(DAY), Way.REPLACE_DAY, (DAY,)),
        (Refresh.replace_slices(DAY), Way.REPLACE_SLICES, (DAY,)),
        (Refresh.merge(DAY), Way.MERGE, (DAY,)),
        (Refresh.append(), Way.APPEND, ()),
        (Refresh.replace_all(), Way.REPLACE_ALL, ()),
        (Refresh.at_read(), Way.AT_READ, ()),
    ],
)
def test_a_refresh_says_its_way_and_what_it_goes_by(refresh, way, by):
    assert (refresh.way, refresh.by) == (way, by)
    assert table(refresh).is_daily == (way is Way.REPLACE_DAY)


def test_a_table_is_called_by_layer_and_name():
    assert VISITS.full_name == "gold.visits"


def test_the_schema_holds_the_columns_in_their_order():
    assert VISITS.schema == StructType([StructField("day_date", DateType()), StructField("who", StringType())])


def test_widening_adds_columns_at_the_end_and_leaves_the_original():
    wide = VISITS.widened((HOW_MANY,))
    assert wide.columns == (DAY, WHO, HOW_MANY)
    assert VISITS.columns == (DAY, WHO)
    assert wide.key == VISITS.key


def test_past_days_are_asked_for_by_distance_and_number():
    assert VISITS.at(every="28d", back=6) == Past(VISITS, every=28, back=6)


@pytest.mark.parametrize(
    ("every", "back"), [("28", 1), ("0d", 1), ("4w", 1), ("-7d", 1), ("d", 1), ("7d ", 1), ("28d", 0), ("28d", -1)]
)
def test_past_days_that_make_no_sense_are_refused(every, back):
    with pytest.raises(ValueError, match=r"gold\.visits\.at\(.*\): wants days such as '28d' and at least one of them"):
        VISITS.at(every=every, back=back)
