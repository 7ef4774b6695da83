"""What conf and the published models say of the segments, before anybody is counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.columns import BOOLEAN, Named
from learnlake.lake.stage import Published
from learnlake.segments.rules.conditions import OTHERS, in_sql, in_words
from learnlake.segments.rules.identity import PALETTE
from learnlake.segments.settings import Rules, Schemes, Tiering
from learnlake.settings import Words

UNPLACED = ("unplaced", Words(en="not placed", zh="未定级"))
BY_CONF = "conf"
DESCRIPTION = (
    *(c.SCHEME, c.SEGMENT_ID, c.SEGMENT_NAME, c.SEGMENT_NAME_ZH, c.COLOUR, c.DEFINITION, c.DEFINITION_EN),
    *(c.DEFINITION_ZH, c.STABILITY, c.TREE_PATH, c.MODEL_VERSION),
    Named("_is_surrogate", BOOLEAN, "whether the definition was read off a model and may err"),
)
Row = tuple[object, ...]


def described(schemes: Schemes, models: Mapping[str, Published]) -> Iterator[Row]:
    """Give one row of ``DESCRIPTION`` for each segment that is known without looking at users.

    Args:
        schemes: conf/segments.
        models: the published models by scheme; a scheme without one has no segments.
    """
    for name, scheme in sorted(schemes.files.items()):
        if scheme.rules:
            yield from _of_rules(name, scheme.rules)
        elif scheme.values:
            for value, words in scheme.values.names.items():
                yield (name, value, words.en, words.zh, None, None, None, None, None, None, BY_CONF, False)
        elif name in models:
            yield from _of_tiers(name, scheme.tier, models[name]) if scheme.tier else _of_cut(name, models[name])


def _of_rules(name: str, rules: Rules) -> Iterator[Row]:
    for place, (segment, rule) in enumerate(rules.segments.items()):
        english, chinese = in_words(rule.when, rules.scores)
        colour = PALETTE[place % len(PALETTE)]
        yield (
            name,
            segment,
            rule.name.en,
            rule.name.zh,
            colour,
            in_sql(rule.when),
            english,
            chinese,
            None,
            None,
            BY_CONF,
            False,
        )
    if rules.otherwise:
        words = rules.otherwise
        said = "none of the rules above", "不符合以上任何规则"
        yield (name, OTHERS, words.en, words.zh, "#9e9e9e", None, *said, None, None, BY_CONF, False)


def _of_tiers(name: str, tier: Tiering, published: Published) -> Iterator[Row]:
    definitions = published.model.definitions_ or (("", "", ""),) * len(tier.tiers)
    for place, (segment, words) in enumerate(tier.tiers.items()):
        said = tuple(text or None for text in definitions[place])
        colour = PALETTE[place % len(PALETTE)]
        yield (name, segment, words.en, words.zh, colour, *said, None, None, published.version, True)
    segment, words = UNPLACED
    said = f"no tier as likely as {tier.threshold:g}", f"没有概率达到{tier.threshold:g}的等级"
    yield (name, segment, words.en, words.zh, "#9e9e9e", None, *said, None, None, published.version, True)


def _of_cut(name: str, published: Published) -> Iterator[Row]:
    model = published.model
    paths = (*model.shape_.paths, *(None,) * len(model.segments_))
    for segment, path in zip(model.segments_, paths, strict=False):
        said = (segment.definition or None, segment.definition_en or None, segment.definition_zh or None)
        yield (
            *(name, segment.segment_id, segment.name, segment.name_zh, segment.colour, *said),
            *(model.stability_, path, published.version, True),
        )


def with_colours(column: str) -> Column:
    """Return the colour of a segment; one of values that conf does not name has one by its name, always the same."""
    place = F.pmod(F.xxhash64("scheme", "segment_id"), F.lit(len(PALETTE))).cast("int")
    return F.coalesce(F.col(column), F.get(F.split(F.lit(",".join(PALETTE)), ","), place))
