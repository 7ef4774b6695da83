"""A tiny platform for end-to-end tests: its conf, its raw logs with known dirt, and runs over them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import sha256
from pathlib import Path

from pyspark.sql import SparkSession

from learnlake.cli import runner_of
from learnlake.lake.sameness import content_hash
from learnlake.lake.store import Store
from learnlake.pipeline import STEPS, load_conf
from learnlake.runner.ledger import Entry
from learnlake.runner.run import Runner

KEY = b"a key for tests, long enough"
FIRST, LAST = date(2026, 3, 1), date(2026, 5, 10)
DAY = LAST
KEPT = "kept"
CANARY = "user-4711-canary@home.example"
CONF = {
    "base.yml": (
        "lake: {root: lake}\nmodelling: {retrain_every_days: 28, min_history_days: 20}\nseries: {forecast: {schemes: [zeal], "
        "metrics: [active_users, minutes], ahead: {day: 7}, origins: 2, methods: [seasonal_naive, drift, ets, theta, ensemble]}}\n"
    ),
    "local.yml": "key: {may_be_made: false}\n",
    "platforms/school.yml": "{kind: education, timezone: Europe/Berlin, currency: EUR}\n",
    "segments/behaviour.yml": (
        "{name: {en: what they do, zh: 行为}, outcomes: {viewed: {event: view, when: ever}}, cluster: {features: "
        "[browse_count_90d, study_count_90d, active_days_90d], k_to: 3, references: 1, fewest_users: 10, choose_on_users: 50, "
        "selection: {most_correlation: 1}}}\n"
    ),
    "segments/job.yml": "{name: {en: job, zh: 职业}, values: {by: profession}}\n",
    "segments/zeal.yml": (
        "{name: {en: zeal, zh: 热情}, rules: {segments: {keen: {name: {en: keen, zh: 热心}, when: "
        "{happened: study, times: 10, days: 30}}}, otherwise: {en: calm, zh: 平静}}}\n"
    ),
    "funnels/starts.yml": (
        "{name: {en: studies on, zh: 继续学习}, within_days: 14, over_days: 50, keep_open: true, steps: "
        "[{name: {en: studies, zh: 学习}, types: [study]}, {name: {en: again, zh: 再次}, types: [study]}]}\n"
    ),
    "topics/ways.yml": (
        "{name: {en: way, zh: 方式}, of: text, event_types: [ask], topics: "
        "{mail: {name: {en: mail, zh: 邮件}, words: [e-mail]}}}\n"
    ),
    "baskets/deeds.yml": "{of: item, event_types: [study], unit: user}\n",
    "placements/next.yml": "{name: {en: next, zh: 下一步}, item_kinds: [course, unknown], count: 2, success: [enroll]}\n",
    "campaigns/spring.yml": (
        "{platform: school, who: study_count_90d >= 20, offer: {en: an offer, zh: 优惠}, channel: email, "
        "starts_on: 2026-04-01, ends_on: 2026-06-30, holdout_share: 0.5}\n"
    ),
    "sources/members.yml": """
source: members
platform: school
read: {format: csv, path: "${LOGS}/members", options: {header: true}, schema: "login STRING, opened STRING, job STRING, may_mail STRING"}
personal: [login]
received_at: "timestamp'2026-05-11'"
accounts:
  - {account_key: login, known_from: opened, profession: job}
consents:
  - {account_key: login, purpose: "'marketing'", channel: "'email'", is_granted: "may_mail = 'yes'", basis: "'consent'", known_from: opened}
""",
    "sources/actions.yml": """
source: actions
platform: school
read: {format: json, path: "${LOGS}/actions", schema: "id STRING, login STRING, kind STRING, at STRING, seconds INT, words STRING, item STRING, agent STRING"}
personal: [login]
free_text: [words]
received_at: "timestamp'2026-05-11'"
events:
  - where: "coalesce(agent, '') != 'bot'"
    event_key: [id]
    account_key: login
    event_type: kind
    occurred_at: at
    duration_seconds: seconds
    item_id: item
    text: words
""",
}


def write_conf(folder: Path) -> Path:
    for name, text in CONF.items():
        path = folder / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "conf"


def login(number: int) -> str:
    return CANARY if number == 0 else f"user-{number:04d}@home.example"


def actions(number: int) -> list[dict[str, object]]:
    """Half of the users study much, half browse a little; each does so on days of their own."""
    is_learner = number % 2 == 0
    out = []
    for day in range(0, (LAST - FIRST).days + 1, 2 if is_learner else 7):
        for turn in range(3 if is_learner else 2):
            at = datetime.combine(FIRST + timedelta(days=day), datetime.min.time()) + timedelta(
                hours=9 + turn, minutes=number
            )
            kind = "study" if is_learner else "view"
            out.append(
                {
                    "id": f"{number}-{day}-{turn}",
                    "login": login(number),
                    "kind": kind,
                    "at": at.isoformat(),
                    "seconds": 60 * number,
                }
            )
    return out


def write_logs(folder: Path, users: int = 24) -> Path:
    """Write two files; the first holds dirt: a repeated line, a broken one, an unknown type, a future one, a bot, an address."""
    logs = folder / "logs"
    (logs / "members").mkdir(parents=True)
    (logs / "actions").mkdir()
    members = [f"{login(n)},2026-03-01 08:00:00,testing,{'no' if n % 6 == 0 else 'yes'}" for n in range(users)]
    (logs / "members" / "a.csv").write_text("\n".join(["login,opened,job,may_mail", *members]) + "\n")
    lines = [json.dumps(action) for n in range(users) for action in actions(n)]
    half = len(lines) // 2
    ask = {"id": "ask", "login": login(0), "kind": "ask", "at": "2026-05-09T10:00:00", "words": f"write to {CANARY}"}
    dirt = [
        lines[0],
        '{"id": "broken", "login": "' + CANARY,
        json.dumps({**actions(1)[0], "id": "dance", "kind": "dance"}),
        json.dumps({**actions(1)[0], "id": "later", "at": "2027-05-01T10:00:00"}),
        json.dumps({**actions(1)[0], "id": "bot", "agent": "bot"}),
        json.dumps(ask),
    ]
    (logs / "actions" / "a.json").write_text("\n".join([*lines[:half], *dirt]) + "\n")
    (logs / "actions" / "b.json").write_text("\n".join(lines[half:]) + "\n")
    return logs


@contextmanager
def kept_home(root: Path, otherwise: Path) -> Iterator[Path]:
    """Hold a folder that outlives a run of the suite, for as long as code and this platform are the same.

    Args:
        root: of the checkout.
        otherwise: a folder for this run alone, taken where another run of the suite holds the one that is kept.
    """
    code = sha256()
    for path in (*sorted((root / "src").rglob("*.py")), root / "constraints.txt", Path(__file__)):
        code.update(path.read_bytes())
    homes = root / ".pytest_cache" / "tiny"
    folder = homes / code.hexdigest()[:16]
    homes.mkdir(parents=True, exist_ok=True)
    with (homes / "lock").open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            folder = otherwise
        else:
            for other in set(homes.iterdir()) - {folder, homes / "lock"}:
                shutil.rmtree(other)
            for left in set(folder.glob("*")) - {folder / name for name in (KEPT, "conf", "logs")}:
                shutil.rmtree(left)
        if not (folder / "logs").is_dir():
            write_conf(folder)
            write_logs(folder)
        yield folder


def kept_lake(home: Path, name: str, make: Callable[[], object]) -> Path:
    """Return a lake of a home: a copy of what an earlier run made there, else made now and kept."""
    lake, kept = home / name, home / KEPT / name
    if kept.is_dir():
        return Path(shutil.copytree(kept, lake))
    make()
    shutil.copytree(lake, home / KEPT / f"{name}.part", dirs_exist_ok=True).rename(kept)
    return lake


def runner(
    spark: SparkSession,
    folder: Path,
    lake: str = "lake",
    tell: Callable[[str, str, Entry | None], None] = lambda *_: None,
) -> Runner:
    conf = load_conf(folder / "conf", "local", given={"LOGS": str(folder / "logs")}, lake=str(folder / lake))
    made = runner_of(conf, Store(spark, str(folder / lake)), STEPS, tell)
    made.key = lambda: KEY
    return made


def hashes(made: Runner, only: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the content hash of every table but ops, or of some and those that they need."""
    store, wanted = made.inputs.store, made.graph.upstream(only) if only else made.tables.keys()
    return {
        name: content_hash(store.read(table), table)
        for name, table in made.tables.items()
        if name in wanted and not name.startswith("ops.")
    }
