"""Which technology and which item an event is about: mostly of one's interests and level."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.simulate.catalogue import ARTICLES_PER_TOPIC, NEW_BOOK_TOPICS, RELEASE_DAYS_BEFORE_END, SERVICE_FORMS
from learnlake.simulate.dice import Dice, below, choose, pick, strings
from learnlake.simulate.members import MEMBER_KINDS
from learnlake.simulate.settings import SimulateSettings
from learnlake.simulate.topics import ANSWERED_INSTEAD, LEVELS, TOPICS, UNANSWERED

_STAYS_WITH_INTERESTS = 0.88
_STAYS_WITH_LEVEL = 0.8
_KEYS = ("account_number", "day", "place")
_BOOKS = len(LEVELS)
# A buyer's list goes through the books and the articles of each interest in turn, one place a day.
_GOODS = _BOOKS + ARTICLES_PER_TOPIC
_REQUEST_SHARES = {
    "enterprise": {"architecture": 0.35, "migration": 0.30, "performance": 0.25, "training": 0.10},
    "individual": {"performance": 0.35, "career": 0.30, "training": 0.25, "architecture": 0.10},
    "student": {"training": 0.50, "performance": 0.30, "career": 0.20},
}
# Planted: among students, requests about a career double from the middle of the span on.
_STUDENTS_LATER = {"training": 0.35, "performance": 0.25, "career": 0.40}


def with_topic(slots: DataFrame, dice: Dice) -> DataFrame:
    """Add ``topic``, the technology an event is about, and ``number``, 1 to 3, the level it is on."""
    every = strings(tuple(topic.tag for topic in TOPICS))
    draw = dice.uniform("topic", *_KEYS)
    own = F.when(F.col("kind") == "purchase", _next_on_list()).otherwise(pick(draw, F.col("interests")))
    stays = dice.happens("stays with interests", _STAYS_WITH_INTERESTS, *_KEYS)
    level = F.array_position(strings(LEVELS), F.col("level")).cast("int")
    any_level = below(dice.uniform("level", *_KEYS), len(LEVELS)) + 1
    keeps = dice.happens("stays with level", _STAYS_WITH_LEVEL, *_KEYS)
    topic = F.when(stays & ~F.col("is_bot"), own).otherwise(pick(draw, every))
    is_unanswered = (F.col("kind") == "answer") & (topic == UNANSWERED)
    return slots.withColumns(
        {
            "topic": F.when(is_unanswered, F.lit(ANSWERED_INSTEAD)).otherwise(topic),
            "number": F.when(keeps, level).otherwise(any_level),
        }
    )


def with_item(slots: DataFrame, settings: SimulateSettings, platform: str) -> DataFrame:
    """Add ``event_type``, ``item_id`` (null where there is none) and ``request_type``, and settle ``topic``.

    Args:
        slots: as left by :func:`with_topic`.
        settings: seed and span.
        platform: where they happen.
    """
    dice = Dice(settings.seed)
    asked = slots.withColumn("request_type", _request_type(settings, dice))
    found_at = {"academy": _academy_item(settings, dice), "forum": _forum_item(dice), "advisory": _advisory_item(dice)}
    item = found_at[platform]
    event_type = F.when(F.col("kind") == "buy_course", F.lit("purchase")).otherwise(F.col("kind"))
    found = asked.withColumns({"item_id": item, "event_type": event_type})
    is_course_of_plan = F.col("item_id") == F.concat(F.lit("course/"), F.col("course"))
    planned = F.regexp_replace("course", "-[0-9]+$", "")
    return found.withColumn("topic", F.when(is_course_of_plan, planned).otherwise(F.col("topic")))


def _next_on_list() -> Column:
    """The interest whose turn it is today, so that nobody buys the same thing day after day."""
    return F.get("interests", F.pmod(F.col("day"), F.size("interests")))


def _academy_item(settings: SimulateSettings, dice: Dice) -> Column:
    kind, draw = F.col("kind"), dice.uniform("item", *_KEYS)
    course = F.concat(F.lit("course/"), F.col("course"))
    chapter = F.concat(_numbered("chapter", F.col("number")), F.lit("-"), (below(draw, 3) + 1).cast("string"))
    viewed = (
        F.when(draw < 0.3, _numbered("course", F.col("number")))
        .when(draw < 0.65, _numbered("book", F.col("number")))
        .otherwise(_numbered("article", _article(dice)))
    )
    return (
        F.when(kind.isin("enroll", "complete", "submit", "attempt", "buy_course"), course)
        .when(kind == "study", F.when(draw < 0.5, course).otherwise(chapter))
        .when(kind == "view", viewed)
        .when(kind == "purchase", _bought(settings, dice))
        .when(kind.isin(*MEMBER_KINDS), _membership(dice))
    )


def _membership(dice: Dice) -> Column:
    chosen = {"membership/basic": 0.7, "membership/plus": 0.3}
    return choose(dice.uniform("membership", "account_number"), chosen)


def _article(dice: Dice) -> Column:
    """One of a topic's articles, the first ones far more often than the last."""
    draw = dice.uniform("article", *_KEYS)
    return below(draw * draw, ARTICLES_PER_TOPIC) + 1


def _bought(settings: SimulateSettings, dice: Dice) -> Column:
    """The good whose turn it is on a buyer's list; a book just released wins most of its last days."""
    turn = F.pmod(F.floor(F.col("day") / F.size("interests")), F.lit(_GOODS)).cast("int")
    listed = F.when(turn < _BOOKS, _numbered("book", turn + 1)).otherwise(_numbered("article", turn - _BOOKS + 1))
    is_out = F.col("day") > settings.days - RELEASE_DAYS_BEFORE_END
    is_wanted = F.col("topic").isin(*NEW_BOOK_TOPICS) & dice.happens("new book", 0.6, *_KEYS)
    return F.when(is_out & is_wanted, _numbered("book", F.lit(4))).otherwise(listed)


def _forum_item(dice: Dice) -> Column:
    kind, draw = F.col("kind"), dice.uniform("item", *_KEYS)
    level = F.col("number")
    viewed = (
        F.when(draw < 0.6, _numbered("thread", level))
        .when(draw < 0.8, _numbered("resource", level))
        .otherwise(_numbered("post", level))
    )
    return (
        F.when(kind.isin("ask", "answer", "comment", "vote", "follow"), _numbered("thread", level))
        .when(kind == "share", _numbered("resource", level))
        .when(kind == "view", viewed)
    )


def _advisory_item(dice: Dice) -> Column:
    kind, draw = F.col("kind"), dice.uniform("item", *_KEYS)
    form = pick(dice.uniform("form", *_KEYS), strings(SERVICE_FORMS))
    service = F.concat_ws("-", F.concat(F.lit("service/"), F.col("request_type")), form, F.col("number").cast("string"))
    solution = _numbered("solution", F.col("number"))
    return (
        F.when(kind == "consult_request", service)
        .when(kind == "consult", solution)
        .when(kind == "view", F.when(draw < 0.6, solution).otherwise(service))
    )


def _request_type(settings: SimulateSettings, dice: Dice) -> Column:
    draw = dice.uniform("request", *_KEYS)
    later = F.col("day") >= settings.days // 2
    student = F.when(later, choose(draw, _STUDENTS_LATER)).otherwise(choose(draw, _REQUEST_SHARES["student"]))
    return (
        F.when(F.col("client_type") == "enterprise", choose(draw, _REQUEST_SHARES["enterprise"]))
        .when(F.col("client_type") == "student", student)
        .otherwise(choose(draw, _REQUEST_SHARES["individual"]))
    )


def _numbered(kind: str, number: Column) -> Column:
    return F.concat(F.lit(f"{kind}/"), F.col("topic"), F.lit("-"), number.cast("string"))
