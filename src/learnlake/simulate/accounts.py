"""Which logins the people have, and the robots among them."""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.simulate.dice import Dice, choose
from learnlake.simulate.people import people
from learnlake.simulate.settings import SimulateSettings

PLATFORMS = ("academy", "forum", "advisory")
# Nine digits that begin like no count of seconds since 1970 begins or goes on: a search for a login id
# in the bytes of a lake finds login ids only.
_FIRST_NUMBER = {"academy": 900_000_000, "forum": 800_000_000, "advisory": 600_000_000}
_SECOND_ACCOUNT = 0.15
_LINKABLE = 2 / 3
_CONSENTS = 0.7
_DECLARES_LEVEL = 0.1


def accounts(spark: SparkSession, settings: SimulateSettings) -> DataFrame:
    """Give people their logins: one on the platform of their segment, 15 % a second one elsewhere.

    Returns:
        One row per (platform, login_id) with the person's columns and: account_number (unique over the
        platforms), email, is_linkable (the same e-mail is on both accounts), is_bot, is_main,
        habit (whose habits are shown here: the helper's role, else the segment's, or ``guest``/``bot``), has_consent, declared_level.
    """
    dice = Dice(settings.seed)
    numbered = _numbered(_opened(people(spark, settings), dice))
    declares = dice.happens("declares level", _DECLARES_LEVEL, "account_number")
    return numbered.withColumns(
        {
            "has_consent": dice.happens("consent", _CONSENTS, "account_number"),
            "declared_level": F.when(declares, F.col("level")),
        }
    )


def forum_login(person: Column) -> Column:
    """Return the login that a person (BIGINT) has on the forum, if any: STRING."""
    return F.concat(F.lit("dev-"), (F.lit(_FIRST_NUMBER["forum"]).cast("bigint") + person).cast("string"))


def _opened(everybody: DataFrame, dice: Dice) -> DataFrame:
    home = _home(dice)
    has_second = dice.happens("second account", _SECOND_ACCOUNT, "person_id") & ~F.col("is_bot")
    is_linkable = has_second & dice.happens("linkable", _LINKABLE, "person_id")
    settled = everybody.withColumns({"home": home, "is_linkable": is_linkable})
    main = _login(F.col("home"), is_main=True)
    both = F.array(main, _login(_elsewhere(dice), is_main=False))
    logins = F.explode(F.when(has_second, both).otherwise(F.array(main)))
    return settled.select("*", logins.alias("login")).select("*", "login.*").drop("login")


def _home(dice: Dice) -> Column:
    """Name the platform where a segment lives."""
    segment = F.col("segment")
    visited = choose(dice.uniform("visited", "person_id"), {"academy": 0.6, "forum": 0.4})
    return (
        F.when(segment.isin("learner", "buyer"), F.lit("academy"))
        .when(segment == "helper", F.lit("forum"))
        .when(segment == "client", F.lit("advisory"))
        .otherwise(visited)
    )


def _elsewhere(dice: Dice) -> Column:
    """Name one of the other two platforms."""
    draw = dice.uniform("elsewhere", "person_id")
    others = {name: choose(draw, {other: 0.5 for other in PLATFORMS if other != name}) for name in PLATFORMS}
    home = F.col("home")
    return (
        F.when(home == "academy", others["academy"])
        .when(home == "forum", others["forum"])
        .otherwise(others["advisory"])
    )


def _login(platform: Column, *, is_main: bool) -> Column:
    habit = F.coalesce("role", "segment", F.lit("bot")) if is_main else F.lit("guest")
    return F.struct(platform.alias("platform"), F.lit(is_main).alias("is_main"), habit.alias("habit"))


def _numbered(opened: DataFrame) -> DataFrame:
    number = _number(F.col("platform"))
    home_email = F.concat(F.substring("home", 1, 1), _number(F.col("home")).cast("string"), F.lit("@mail.example"))
    own_email = F.concat(F.lit("x"), number.cast("string"), F.lit("@mail.example"))
    is_member = F.col("platform") == "forum"
    handle = F.when(is_member, forum_login(F.col("person_id"))).otherwise(number.cast("string"))
    shared = F.col("is_main") | F.col("is_linkable")
    return opened.withColumns(
        {
            "account_number": number,
            "login_id": handle,
            "email": F.when(shared, home_email).otherwise(own_email),
        }
    )


def _number(platform: Column) -> Column:
    first = F.lit(_FIRST_NUMBER["advisory"])
    for name in PLATFORMS[:2]:
        first = F.when(platform == name, F.lit(_FIRST_NUMBER[name])).otherwise(first)
    return first.cast("bigint") + F.col("person_id")
