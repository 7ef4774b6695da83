from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.ingest.rules.quality import ACCOUNT_QUALITY, CONSENT_QUALITY, EVENT_QUALITY, ITEM_QUALITY
from learnlake.lake import columns as c
from learnlake.lake.columns import Named
from learnlake.lake.rules import flag
from tests.drawing import draw

MISFIT = Named("_is_misfit", c.BOOLEAN, "whether a value does not fit")
COLUMNS = (
    *(
        MISFIT,
        c.EVENT_ID,
        c.ACCOUNT_ID,
        c.EVENT_TYPE,
        c.OCCURRED_AT,
        c.RECEIVED_AT,
        c.DURATION_SECONDS,
        c.QUANTITY,
        c.AMOUNT,
        c.CURRENCY,
    ),
    *(c.SCORE, c.RATING, c.PROPENSITY, c.KNOWN_FROM, c.ITEM_ID, c.PRICE, c.PURPOSE, c.CHANNEL, c.IS_GRANTED),
)
GOOD = {
    "_is_misfit": "false", "event_id": "e", "account_id": "a", "event_type": "view", "occurred_at": "2026-05-01", "received_at": "2026-05-01",
    "known_from": "2026-05-01", "item_id": "i", "purpose": "marketing", "channel": "email", "is_granted": "true",
}  # fmt: skip
BREAKS = {
    "value_does_not_fit": {"_is_misfit": "true"},
    "event_key_is_missing": {"event_id": "-"},
    "account_is_missing": {"account_id": "-"},
    "event_type_is_unknown": {"event_type": "dance"},
    "moment_is_missing": {"occurred_at": "-"},
    "occurs_in_future": {"occurred_at": "2026-05-02T00:00:01"},
    "duration_is_negative": {"duration_seconds": "-1"},
    "quantity_is_negative": {"quantity": "-1"},
    "amount_lacks_currency": {"amount": "5.00"},
    "share_is_out_of_range": {"score": "1.01"},
    "known_from_is_missing": {"known_from": "-"},
    "item_is_missing": {"item_id": "-"},
    "price_is_negative": {"price": "-0.01"},
    "purpose_or_channel_is_missing": {"channel": "-"},
    "grant_is_unclear": {"is_granted": "-"},
}
ALL = {**EVENT_QUALITY, **ACCOUNT_QUALITY, **ITEM_QUALITY, **CONSENT_QUALITY}


def test_every_rule_has_a_row_that_breaks_it() -> None:
    assert set(BREAKS) == set(ALL)


def test_each_row_breaks_its_own_rule_and_no_other(spark: SparkSession) -> None:
    rows = {name: {**GOOD, **broken} for name, broken in BREAKS.items()} | {"nothing": GOOD}
    text = "variant | " + " | ".join(k.name for k in COLUMNS) + "\n"
    text += "\n".join(" | ".join([name, *(row.get(k.name, "-") for k in COLUMNS)]) for name, row in rows.items())
    found = flag(draw((c.VARIANT, *COLUMNS), text), ALL).collect()
    assert {row.variant: row.reasons for row in found} == {name: [] if name == "nothing" else [name] for name in rows}


@pytest.mark.parametrize("amount", ["5.00", "-"])
def test_money_with_a_currency_is_fine(spark: SparkSession, amount: str) -> None:
    row = draw(COLUMNS, f"_is_misfit | amount | currency\nfalse | {amount} | EUR")
    assert flag(row, {"amount_lacks_currency": ALL["amount_lacks_currency"]}).select(F.size("reasons")).first()[0] == 0


@pytest.mark.parametrize("value", ["nan", "inf"])
@pytest.mark.parametrize(
    ("rule", "column"), [("duration_is_negative", "duration_seconds"), ("share_is_out_of_range", "score")]
)
def test_what_is_no_number_is_refused(spark: SparkSession, rule: str, column: str, value: str) -> None:
    row = draw(COLUMNS, f"_is_misfit | {column}\nfalse | {value}")
    assert flag(row, {rule: ALL[rule]}).first().reasons == [rule]
