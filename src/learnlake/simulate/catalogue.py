"""What the invented platforms offer: a few hundred items, the same for every seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from pyspark.sql import DataFrame, SparkSession

from learnlake.simulate.homework import DUE_HOUR, PERIOD_DAYS
from learnlake.simulate.settings import SimulateSettings
from learnlake.simulate.topics import LEVELS, TOPICS, Topic
from learnlake.simulate.wording import REQUEST_TYPES

ARTICLES_PER_TOPIC = 4
SERVICE_FORMS = ("remote", "onsite")
MEMBERSHIPS = ("membership/basic", "membership/plus")
NEW_BOOK_TOPICS = ("python", "docker", "pytest", "figma")
RELEASE_DAYS_BEFORE_END = 8
"""A new book is published so many days before the end; nobody buys it before the next day."""
_CREATORS = 24
_COLUMNS = (
    "platform STRING, item_id STRING, item_kind STRING, title STRING, description STRING, tags ARRAY<STRING>, "
    "level STRING, language STRING, price DECIMAL(18,2), currency STRING, creator_id STRING, "
    "prerequisites ARRAY<STRING>, part_of STRING, published_on DATE, withdrawn_on DATE, due_at TIMESTAMP_NTZ"
)


@dataclass(frozen=True)
class Item:
    """One thing on offer; the fields are those of ``silver.items``, dates in the platform's calendar."""

    platform: str
    item_id: str
    item_kind: str
    title: str
    description: str
    tags: tuple[str, ...]
    level: str | None
    language: str
    price: Decimal
    currency: str
    creator_id: str | None
    prerequisites: tuple[str, ...]
    part_of: str | None
    published_on: date
    withdrawn_on: date | None
    due_at: datetime | None


def chapters(topic_place: int, number: int) -> int:
    """Say how many chapters (3 to 5) the ``number``-th book (from 1) of a topic has."""
    return 3 + (topic_place + number) % 3


def catalogue(settings: SimulateSettings) -> tuple[Item, ...]:
    """List every item of the three platforms, each once."""
    return (*_academy(settings), *_forum(settings), *_advisory(settings))


def items(spark: SparkSession, settings: SimulateSettings) -> DataFrame:
    """Give the catalogue as a frame; one row is one item, key ``item_id``."""
    rows = [tuple(vars(item).values()) for item in catalogue(settings)]
    return spark.createDataFrame(rows, _COLUMNS)


def _academy(settings: SimulateSettings) -> Iterator[Item]:
    for place, topic in enumerate(TOPICS):
        yield from _courses(settings, place, topic)
        yield from _homework(settings, place, topic)
        yield from _books(settings, place, topic)
        for number in range(1, ARTICLES_PER_TOPIC + 1):
            yield _learning(settings, place, topic, ("article", number), price=f"{2 + number % 3}.50")
    for place, name in enumerate(MEMBERSHIPS):
        yield _made(settings, "academy", name, title=f"Membership {place + 1}", price=Decimal(99 + 100 * place))
    gone = settings.first_day - timedelta(days=20)
    for topic in TOPICS[:5]:
        yield _made(settings, "academy", f"article/{topic.tag}-archive", title=f"{topic.name} archive",
                    tags=(topic.tag,), withdrawn_on=gone)  # fmt: skip


def _courses(settings: SimulateSettings, place: int, topic: Topic) -> Iterator[Item]:
    for number in range(1, len(LEVELS) + 1):
        needs = (f"course/{topic.tag}-{number - 1}",) if number > 1 else ()
        price = f"{99 + 100 * number + 10 * (place % 5)}.00"
        yield _learning(settings, place, topic, ("course", number), price=price, prerequisites=needs)


def _homework(settings: SimulateSettings, place: int, topic: Topic) -> Iterator[Item]:
    """List a piece for each course and period; the last one may be due after the span."""
    for number in range(1, len(LEVELS) + 1):
        for period in range(1, -(-settings.days // PERIOD_DAYS) + 1):
            last_day = settings.first_day + timedelta(days=period * PERIOD_DAYS - 1)
            yield _made(
                settings, "academy", f"assessment/{topic.tag}-{number}-{period}",
                title=f"{topic.name} course {number}, homework {period}", tags=(topic.tag,), level=LEVELS[number - 1],
                creator_id=_creator(place, number), part_of=f"course/{topic.tag}-{number}",
                due_at=datetime.combine(last_day, time(DUE_HOUR)),
            )  # fmt: skip


def _books(settings: SimulateSettings, place: int, topic: Topic) -> Iterator[Item]:
    for number in range(1, len(LEVELS) + 1):
        yield _learning(settings, place, topic, ("book", number), price=f"{29 + 10 * number + place}.90")
        for chapter in range(1, chapters(place, number) + 1):
            yield _made(
                settings, "academy", f"chapter/{topic.tag}-{number}-{chapter}",
                title=f"{topic.name} {number}, chapter {chapter}", tags=(topic.tag,), level=LEVELS[number - 1],
                creator_id=_creator(place, number), part_of=f"book/{topic.tag}-{number}",
            )  # fmt: skip
    if topic.tag in NEW_BOOK_TOPICS:
        released = settings.first_day + timedelta(days=settings.days - RELEASE_DAYS_BEFORE_END)
        yield _learning(settings, place, topic, ("book", 4), price="59.90", published_on=released)


def _learning(settings: SimulateSettings, place: int, topic: Topic, named: tuple[str, int], **fields: object) -> Item:
    kind, number = named
    made = {
        "title": f"{topic.name} {kind} {number}",
        "description": f"{kind.capitalize()} {number} on {topic.name} for the practice of {topic.profession}",
        "tags": (topic.tag,),
        "level": LEVELS[(number - 1) % len(LEVELS)],
        "language": "zh" if (place + number) % 3 == 0 else "en",
        "creator_id": _creator(place, number),
    }
    fields["price"] = Decimal(str(fields["price"]))
    return _made(settings, "academy", f"{kind}/{topic.tag}-{number}", **{**made, **fields})


def _forum(settings: SimulateSettings) -> Iterator[Item]:
    for place, topic in enumerate(TOPICS):
        for kind in ("thread", "resource", "post"):
            for number, level in enumerate(LEVELS, 1):
                yield _made(
                    settings, "forum", f"{kind}/{topic.tag}-{number}", title=f"{topic.name} {kind} {number}",
                    item_kind="article" if kind == "post" else kind, tags=(topic.tag,), level=level,
                    creator_id=_creator(place, number) if kind != "thread" else None,
                )  # fmt: skip


def _advisory(settings: SimulateSettings) -> Iterator[Item]:
    for number, level in enumerate(LEVELS, 1):
        for place, request_type in enumerate(REQUEST_TYPES):
            for form in SERVICE_FORMS:
                yield _made(
                    settings, "advisory", f"service/{request_type}-{form}-{number}", tags=(request_type,), level=level,
                    title=f"{request_type}, {form}, {level}",
                    price=Decimal(120 + 20 * place + (40 if form == "onsite" else 0)),
                )  # fmt: skip
        for place, topic in enumerate(TOPICS):
            yield _made(
                settings, "advisory", f"solution/{topic.tag}-{number}", title=f"{topic.name} in production, {level}",
                tags=(topic.tag,), level=level, price=Decimal(140 + 5 * place),
            )  # fmt: skip


def _made(settings: SimulateSettings, platform: str, item_id: str, **fields: object) -> Item:
    published = settings.first_day - timedelta(days=60 + sum(item_id.encode()) % 600)
    defaults: dict[str, object] = {
        "item_kind": item_id.split("/")[0], "title": item_id, "description": f"{fields.get('title', item_id)}",
        "tags": (), "level": None, "language": "en", "price": Decimal(0),
        "currency": {"academy": "CNY", "forum": "EUR", "advisory": "USD"}[platform], "creator_id": None,
        "prerequisites": (), "part_of": None, "published_on": published, "withdrawn_on": None,
        "due_at": None,
    }  # fmt: skip
    return Item(platform=platform, item_id=item_id, **{**defaults, **fields})  # type: ignore[arg-type]  # fields by name


def _creator(place: int, number: int) -> str:
    return f"creator-{(place * 7 + number * 3) % _CREATORS + 1}"
