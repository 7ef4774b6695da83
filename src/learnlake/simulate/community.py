"""At whom the votes, follows and comments of the forum are directed: mostly at the figures of one's own block of people."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.simulate.dice import Dice, below
from learnlake.simulate.people import BLOCK, PLACES, block_of, is_regular

DIRECTED = ("vote", "follow", "comment")
ACCEPTED, UP = "accepted", "up"
_ACCEPTS = 0.3
# How likely it is that the figure is a leading one and not an expert.
_LEADING = {ACCEPTED: 0.1, UP: 0.55, "follow": 0.85, "comment": 0.3}
_KEYS = ("account_number", "day", "place")


def with_recipient(deeds: DataFrame, dice: Dice) -> DataFrame:
    """Say at whom events are directed.

    Most are directed at an expert or a leading figure, some at an enthusiast who has long been here; all of the doer's block.

    Args:
        deeds: one row per event with event_type and person_id, keyed by account_number, day and place.
        dice: the source of chance.

    Returns:
        The same rows with ``vote`` (``up``, or ``accepted`` where it accepts an answer; null but for votes) and ``to_person``
        (BIGINT, id of the recipient; null where nobody is named, for nobody votes for himself).
    """
    kind, block = F.col("event_type"), block_of(F.col("person_id"))
    accepts = dice.happens("accepts", _ACCEPTS, *_KEYS)
    vote = F.when(kind == "vote", F.when(accepts, F.lit(ACCEPTED)).otherwise(F.lit(UP)))
    anybody = block + below(dice.uniform("anybody", *_KEYS), BLOCK)
    recipient = F.when(is_regular(anybody, dice), anybody).otherwise(block + _place(dice))
    drawn = deeds.withColumn("vote", vote).withColumn("to_person", F.when(kind.isin(*DIRECTED), recipient))
    return drawn.withColumn("to_person", F.nullif("to_person", "person_id"))


def _place(dice: Dice) -> Column:
    """Draw the place of a figure in the block: leading ones are followed, the answers of experts are accepted."""
    leading = F.lit(0.0)
    for kind, chance in _LEADING.items():
        leading = F.when(F.coalesce("vote", "event_type") == kind, F.lit(chance)).otherwise(leading)
    draw = dice.uniform("figure", *_KEYS)
    is_leading = dice.uniform("leading", *_KEYS) < leading
    return F.when(is_leading, _one_of("leading", draw)).otherwise(_one_of("expert", draw))


def _one_of(role: str, draw: Column) -> Column:
    places = F.array(*(F.lit(place) for place in PLACES[role]))
    return F.get(places, below(draw, len(PLACES[role])))
