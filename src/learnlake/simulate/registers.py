"""The platforms' own lists of accounts and items, as raw lines."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.simulate.days import moment, registration_second
from learnlake.simulate.lines import csv_line
from learnlake.simulate.settings import SimulateSettings

ACCOUNT_COLUMNS = (
    "email", "registered_at", "profession", "declared_level", "interests", "language", "country",
    "age_band", "gender", "income_band", "referrer", "email_consent",
)  # fmt: skip
LOGIN_COLUMNS = {"academy": "member_id", "forum": "member", "advisory": "client_no"}
CONTRACT_COLUMNS = ("client_type", "organisation")
ITEM_COLUMNS = (
    "item", "kind", "title", "description", "tags", "level", "language", "price", "currency",
    "creator", "requires", "part_of", "published", "withdrawn",
)  # fmt: skip
BAD_PRICES = {"article/python-4": "free?", "article/docker-4": "2,5O", "article/figma-4": "n/a"}
DUE_COLUMNS = ("due",)
_LIST_MARK = ";"


def account_columns(platform: str) -> tuple[str, ...]:
    """Name the columns of a platform's list of accounts, in order; only advisory knows contracts."""
    contract = CONTRACT_COLUMNS if platform == "advisory" else ()
    return (LOGIN_COLUMNS[platform], *ACCOUNT_COLUMNS, *contract)


def item_columns(platform: str) -> tuple[str, ...]:
    """Name the columns of a platform's list of items, in order; only the academy has deadlines."""
    return ITEM_COLUMNS + (DUE_COLUMNS if platform == "academy" else ())


def account_lines(accounts: DataFrame, settings: SimulateSettings, platform: str) -> DataFrame:
    """Write the accounts of one platform as CSV, in the order of :func:`account_columns`.

    Args:
        accounts: as made by :func:`learnlake.simulate.accounts.accounts`.
        settings: seed and span.
        platform: whose accounts.

    Returns:
        ``value``: one row is one line.
    """
    here = accounts.where(F.col("platform") == platform)
    named = {
        LOGIN_COLUMNS[platform]: F.col("login_id"),
        "registered_at": _registered(settings),
        "interests": F.concat_ws(_LIST_MARK, "interests"),
        "email_consent": F.when(F.col("has_consent"), F.lit("yes")).otherwise(F.lit("no")),
        "organisation": F.col("organisation_id"),
    }
    cells = [named.get(name, F.col(name)).cast("string").alias(name) for name in account_columns(platform)]
    return here.select(csv_line(F.struct(*cells)).alias("value"))


def item_csv_lines(items: DataFrame, platform: str) -> DataFrame:
    """Write the items of one platform as CSV, in the order of :func:`item_columns`; three prices are no numbers.

    Args:
        items: as made by :func:`learnlake.simulate.catalogue.items`.
        platform: whose items.

    Returns:
        ``value``: one row is one line.
    """
    here = items.where(F.col("platform") == platform)
    named = _item_cells()
    price = F.col("price").cast("string")
    for item_id, bad in BAD_PRICES.items():
        price = F.when(F.col("item_id") == item_id, F.lit(bad)).otherwise(price)
    flat = {
        **named,
        "price": price,
        "tags": F.concat_ws(_LIST_MARK, "tags"),
        "requires": F.when(F.size("prerequisites") > 0, F.concat_ws(_LIST_MARK, "prerequisites")),
    }
    cells = F.struct(*(flat[name].cast("string").alias(name) for name in item_columns(platform)))
    return here.select(csv_line(cells).alias("value"))


def item_json_lines(items: DataFrame, platform: str) -> DataFrame:
    """Write the items of one platform as JSON, lists as lists.

    Args:
        items: as made by :func:`learnlake.simulate.catalogue.items`.
        platform: whose items.

    Returns:
        ``value``: one row is one line.
    """
    here = items.where(F.col("platform") == platform)
    named = _item_cells()
    cells = F.struct(*(named[name].alias(name) for name in ITEM_COLUMNS if name not in ("price", "currency")))
    return here.select(F.to_json(cells).alias("value"))


def _item_cells() -> dict[str, Column]:
    return {
        "item": F.col("item_id"),
        "kind": F.col("item_kind"),
        "title": F.col("title"),
        "description": F.col("description"),
        "tags": F.col("tags"),
        "level": F.col("level"),
        "language": F.col("language"),
        "price": F.col("price"),
        "currency": F.col("currency"),
        "creator": F.col("creator_id"),
        "requires": F.col("prerequisites"),
        "part_of": F.col("part_of"),
        "published": F.col("published_on").cast("string"),
        "withdrawn": F.col("withdrawn_on").cast("string"),
        "due": F.date_format("due_at", "yyyy-MM-dd HH:mm:ss"),
    }


def _registered(settings: SimulateSettings) -> Column:
    """Local moment of registration, before anything else an account does that day."""
    return moment(F.col("joined_day"), registration_second(settings), settings)
