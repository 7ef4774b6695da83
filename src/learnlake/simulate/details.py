"""How an event went: how long, for how much, how well, in which words."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.simulate import wording
from learnlake.simulate.dice import Dice
from learnlake.simulate.homework import lost_points

CONTACT_SHARE = 0.005
_KEYS = ("account_number", "day", "place")
_PAID = ("purchase", "refund", "subscribe", "renew")
# Letters only, so that no event id ever holds a run of digits that a login id could be.
_LETTERS = ("0123456789ABCDEF", "ghijklmnopabcdef")


def with_details(deeds: DataFrame, items: DataFrame, dice: Dice) -> DataFrame:
    """Add what an event carries besides who, what and when.

    Args:
        deeds: one row per event, keyed by account_number, day and place.
        items: as made by :func:`learnlake.simulate.catalogue.items`.
        dice: the source of chance.

    Returns:
        The same rows with event_id, duration_seconds, hours, amount (currency of the platform), rating (1..5),
        points (0..100), has_contact, text, session, agent and channel; null where they do not apply.
    """
    is_paid = F.col("price") > 0
    prices = F.broadcast(items.where(is_paid).select("item_id", "price", "currency"))
    priced = deeds.join(prices, on="item_id", how="left")
    measured = priced.withColumns({"event_id": _event_id(dice), **_measures(dice), **_setting(dice)})
    paid = measured.withColumn("amount", _amount())
    is_question = F.col("event_type") == "ask"
    asked = paid.withColumn("has_contact", is_question & dice.happens("contact", CONTACT_SHARE, *_KEYS))
    return asked.withColumn("text", _text(dice))


def _event_id(dice: Dice) -> Column:
    bits = F.xxhash64(F.lit(f"{dice.seed}/event id"), *_KEYS)
    return F.concat(F.substring("platform", 1, 2), F.lit("-"), F.translate(F.lpad(F.hex(bits), 16, "0"), *_LETTERS))


def _measures(dice: Dice) -> dict[str, Column]:
    kind, draw = F.col("event_type"), dice.uniform("measure", *_KEYS)
    hours = F.when(kind == "consult", 0.5 + 0.25 * F.floor(draw * 11))
    seconds = F.when(kind == "view", 20 + draw * 180).when(kind == "study", 600 + draw * 2100)
    level = F.col("number")
    grasp = 55 + 8 * level + 10 * dice.normal("grasp", *_KEYS) - lost_points()
    stars = F.when(draw < 0.05, 1).when(draw < 0.12, 2).when(draw < 0.3, 3).when(draw < 0.65, 4).otherwise(5)
    return {
        "hours": hours,
        "duration_seconds": F.floor(seconds.when(kind == "consult", hours * 3600)).cast("int"),
        "points": F.when(kind.isin("submit", "attempt"), F.least(F.lit(100), F.greatest(F.lit(0), grasp))).cast("int"),
        "rating": F.when(kind == "rate", stars),
    }


def _setting(dice: Dice) -> dict[str, Column]:
    human = F.when(dice.happens("phone", 0.35, "account_number", "day"), F.lit("app/4.2 (mobile)"))
    agent = human.otherwise(F.lit("browser/128 (desktop)"))
    session = F.xxhash64(F.lit(f"{dice.seed}/session id"), "account_number", "day")
    return {
        "agent": F.when(F.col("is_bot"), F.lit("crawler-bot/1.0")).otherwise(agent),
        "channel": F.when(agent.startswith("app"), F.lit("app")).otherwise(F.lit("web")),
        "session": F.translate(F.lpad(F.hex(session), 16, "0"), *_LETTERS),
    }


def _amount() -> Column:
    fee = F.col("price") * F.col("hours").cast("decimal(6,2)")
    paid = F.when(F.col("event_type").isin(*_PAID), F.col("price")).when(F.col("event_type") == "consult", fee)
    return paid.cast("decimal(18,2)")


def _text(dice: Dice) -> Column:
    kind, draw, tag, language = F.col("event_type"), dice.uniform("text", *_KEYS), F.col("topic"), F.col("language")
    question = wording.sentence(wording.QUESTIONS, language, draw, tag)
    with_contact = F.concat_ws(" ", question, wording.contact(dice.uniform("contact words", *_KEYS)))
    request = wording.sentence(wording.REQUESTS, F.col("request_type"), draw, tag)
    return (
        F.when(F.col("has_contact"), with_contact)
        .when(kind == "ask", question)
        .when(kind == "answer", wording.sentence(wording.ANSWERS, language, draw, tag))
        .when(kind == "comment", wording.sentence(wording.COMMENTS, language, draw, tag))
        .when(kind == "consult_request", request)
        .when(kind == "rate", wording.sentence(wording.REVIEWS, language, draw, tag))
        .when(kind == "search", wording.topic_name(tag))
    )
