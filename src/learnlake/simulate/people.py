"""Who is behind the accounts: people with a trade, interests, a rhythm and a planted segment."""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.simulate.dice import Dice, below, choose
from learnlake.simulate.settings import SimulateSettings
from learnlake.simulate.topics import PROFESSIONS, of_profession

SEGMENTS = {"learner": 0.25, "buyer": 0.15, "helper": 0.20, "client": 0.15, "visitor": 0.25}
ROLES = {"enthusiast": 0.65, "expert": 0.25, "leading": 0.10}
"""What helpers are to their community: many ask, some answer, few are followed."""
BLOCK = 100
PLACES = {"expert": (3, 23, 43, 63, 83), "leading": (13, 53)}
"""Where in each block of people the figures of its community stand, so that others find them by arithmetic."""
_BESIDE_FIGURES = {"learner": 0.27, "buyer": 0.16, "helper": 0.14, "client": 0.16, "visitor": 0.27}
BIG_FIRM = "org-1"
BIG_FIRM_SEATS = 30
_SEAT_EVERY = 50
_HERE_BEFORE = 0.43
_CHURN = 0.08
_FIRST_CHURN_DAY = 20
_FEWEST_DAYS = 10
_BOT_SHARE = 0.0035
_MIN_BOTS = 3


def people(spark: SparkSession, settings: SimulateSettings) -> DataFrame:
    """Invent the people, and the robots among them.

    Args:
        spark: the session.
        settings: size, span and seed.

    Returns:
        One row per ``person_id``: 0 .. users - 1 are people; robots (``is_bot``) have negative ids, so that people
        stay who they are when users grow, and no ``segment``. Besides: role (of ``ROLES``, null but for helpers), profession, second_profession, level,
        interests (2 to 4 tags), language, country, age_band, gender, income_band, referrer, rhythm, client_type,
        organisation_id, vigour (a factor around 1), and joined_day and churned_day as day numbers from
        ``first_day`` (negative: before it; null: never).
    """
    dice = Dice(settings.seed)
    ids = _ids(spark, settings).withColumn("is_bot", F.col("person_id") < 0)
    person = F.col("person_id")
    seated = F.when(_has_seat(person), F.lit("client")).when(_figure(person).isNotNull(), F.lit("helper"))
    segment = seated.when(~F.col("is_bot"), _drawn_segment(person, dice))
    role = F.when(F.col("segment") == "helper", F.coalesce(_figure(person), F.lit("enthusiast")))
    lived = _with_life(_with_trade(ids.withColumn("segment", segment).withColumn("role", role), dice), dice)
    return _with_contract(_with_stay(lived, settings, dice), dice)


def block_of(person: Column) -> Column:
    """Return the first id of the block that a person belongs to: BIGINT."""
    return F.floor(person / BLOCK) * BLOCK


def is_regular(person: Column, dice: Dice) -> Column:
    """Say of any id (BIGINT) whether it is an enthusiast's who was a member before the span began; nobody needs to be looked up."""
    is_enthusiast = ~_has_seat(person) & _figure(person).isNull() & (_drawn_segment(person, dice) == "helper")
    return is_enthusiast & _was_here_before(person, dice)


def left_by(day: Column, settings: SimulateSettings) -> Column:
    """Give the chance, before anything is known of a person but ``joined_day``, of having left on a day (INT) or before."""
    drawn = (day - _FIRST_CHURN_DAY + 1) / F.lit(2 * settings.days)
    share = F.greatest(F.lit(0.0), F.least(F.lit(1.0), drawn))
    return F.when(day >= F.col("joined_day") + _FEWEST_DAYS, F.lit(_CHURN) * share).otherwise(F.lit(0.0))


def _figure(person: Column) -> Column:
    """Return the role of those who are figures of their community, by their place in the block; null for the others."""
    place = F.pmod(person, F.lit(BLOCK))
    role = F.lit(None).cast("string")
    for name, places in PLACES.items():
        role = F.when((person >= 0) & place.isin(*places), F.lit(name)).otherwise(role)
    return role


def _drawn_segment(person: Column, dice: Dice) -> Column:
    return choose(dice.uniform("segment", person), _BESIDE_FIGURES)


def _was_here_before(person: Column, dice: Dice) -> Column:
    return dice.happens("was here before", _HERE_BEFORE, person)


def _ids(spark: SparkSession, settings: SimulateSettings) -> DataFrame:
    robots = max(_MIN_BOTS, round(_BOT_SHARE * settings.users))
    return spark.range(-robots, settings.users).withColumnRenamed("id", "person_id")


def _has_seat(person: Column) -> Column:
    """Say who sits in the one big firm: thirty fixed people, so that it has thirty seats in any large world."""
    is_stride = F.pmod(person, F.lit(_SEAT_EVERY)) == 17
    return is_stride & person.between(0, _SEAT_EVERY * BIG_FIRM_SEATS - 1)


def _with_trade(ids: DataFrame, dice: Dice) -> DataFrame:
    shares = {"development": 0.55, "operations": 0.15, "testing": 0.15, "design": 0.15}
    profession = choose(dice.uniform("profession", "person_id"), shares)
    level = choose(dice.uniform("level", "person_id"), {"junior": 0.45, "intermediate": 0.35, "senior": 0.20})
    is_double = (F.col("profession") == "development") & dice.happens("second profession", 0.08, "person_id")
    named = ids.withColumns({"profession": profession, "level": level})
    doubled = named.withColumn("second_profession", F.when(is_double, F.lit("design")))
    return doubled.withColumn("interests", _interests(dice))


def _interests(dice: Dice) -> Column:
    """Two to four technologies of one's trade; people of two trades have some of each."""
    ranked = {name: _ranked(name, dice) for name in PROFESSIONS}
    own = ranked[PROFESSIONS[-1]]
    for name in PROFESSIONS[:-1]:
        own = F.when(F.col("profession") == name, ranked[name]).otherwise(own)
    count = below(dice.uniform("interest count", "person_id"), 3) + 2
    both = F.concat(F.slice(own, 1, 2), F.slice(ranked["design"], 1, 2))
    return F.when(F.col("second_profession").isNotNull(), both).otherwise(F.slice(own, F.lit(1), count))


def _ranked(profession: str, dice: Dice) -> Column:
    """Order the topics of a profession by a personal race in which sought-after topics run faster."""
    runners = [
        F.struct(
            (-F.log(F.lit(1.0) - dice.uniform(f"interest/{topic.tag}", "person_id")) / topic.weight).alias("time"),
            F.lit(topic.tag).alias("tag"),
        )
        for topic in of_profession(profession)
    ]
    return F.transform(F.array_sort(F.array(*runners)), lambda runner: runner["tag"])


def _with_life(people: DataFrame, dice: Dice) -> DataFrame:
    language = choose(dice.uniform("language", "person_id"), {"zh": 0.45, "en": 0.55})
    in_chinese = choose(dice.uniform("country", "person_id"), {"CN": 0.85, "SG": 0.15})
    in_english = choose(dice.uniform("country", "person_id"), {"US": 0.4, "DE": 0.25, "IN": 0.35})
    young = {"18-24": 0.5, "25-34": 0.4, "35-44": 0.1}
    grown = {"25-34": 0.45, "35-44": 0.35, "45-54": 0.2}
    is_junior = F.col("level") == "junior"
    age, income = dice.uniform("age", "person_id"), dice.uniform("income", "person_id")
    low = choose(income, {"low": 0.6, "middle": 0.35, "high": 0.05})
    high = choose(income, {"low": 0.1, "middle": 0.6, "high": 0.3})
    rhythms = {"weekdays": 0.5, "weekends": 0.25, "nights": 0.25}
    referrers = {"search": 0.4, "friend": 0.25, "advertisement": 0.2, "social": 0.15}
    return people.withColumn("language", language).withColumns(
        {
            "country": F.when(F.col("language") == "zh", in_chinese).otherwise(in_english),
            "age_band": F.when(is_junior, choose(age, young)).otherwise(choose(age, grown)),
            "gender": choose(dice.uniform("gender", "person_id"), {"female": 0.3, "male": 0.6, "undisclosed": 0.1}),
            "income_band": F.when(is_junior, low).otherwise(high),
            "referrer": choose(dice.uniform("referrer", "person_id"), referrers),
            "rhythm": choose(dice.uniform("rhythm", "person_id"), rhythms),
            "vigour": dice.lognormal("vigour", 0.12, "person_id"),
        }
    )


def _with_stay(people: DataFrame, settings: SimulateSettings, dice: Dice) -> DataFrame:
    """Set when people come and go: arrivals grow slowly over the span, few leave for good within it.

    Figures of the community were here before, for others turn to them from the first day on.
    """
    when = dice.uniform("joined", "person_id")
    before = -1 - below(when, 365)
    during = 1 + F.floor(F.pow(when, F.lit(0.95)) * (settings.days - 1)).cast("int")
    person = F.col("person_id")
    joined = F.when(_figure(person).isNotNull() | _was_here_before(person, dice), before).otherwise(during)
    leaves = _FIRST_CHURN_DAY + below(dice.uniform("churned", "person_id"), 2 * settings.days)
    churned = F.when(
        dice.happens("churns", _CHURN, "person_id"), F.greatest(leaves, F.col("joined_day") + _FEWEST_DAYS)
    )
    inside = F.when(churned < settings.days, churned)
    return people.withColumn("joined_day", joined).withColumn("churned_day", inside)


def _with_contract(people: DataFrame, dice: Dice) -> DataFrame:
    """Say what kind of client somebody is; a firm has the seats of one block of people, or the thirty."""
    drawn = choose(dice.uniform("client type", "person_id"), {"enterprise": 0.4, "individual": 0.35, "student": 0.25})
    is_client = F.col("segment") == "client"
    has_seat = _has_seat(F.col("person_id"))
    kind = F.when(has_seat, F.lit("enterprise")).when(is_client, drawn).otherwise(F.lit("individual"))
    block = F.concat(F.lit("org-"), (F.floor(F.col("person_id") / 100) + 2).cast("string"))
    firm = F.when(has_seat, F.lit(BIG_FIRM)).when(F.col("client_type") == "enterprise", block)
    return people.withColumn("client_type", kind).withColumn("organisation_id", firm)
