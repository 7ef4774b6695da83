"""Jobs under spark-submit, on a standalone cluster of two workers with one core each: the tables are those of local mode."""

from __future__ import annotations

import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from learnlake import simulate
from learnlake.lake.catalogue import Catalogue, catalogue
from learnlake.lake.raw import write_lines
from learnlake.lake.sameness import content_hash, differing
from learnlake.lake.store import Store
from learnlake.pipeline import load_conf
from learnlake.session import delta_package
from tests import tiny
from tests.cluster.standalone import Cluster, Submitted, environment, finished
from tests.conftest import FOR_SMALL_PLANS, ROOT

pytestmark = pytest.mark.cluster
SOME = ("gold.audiences", "gold.item_rules", "gold.preferences")
"""With what they need, tables of every room."""
NIGHTLY = ROOT / "jobs" / "nightly.py"
LONGEST = 3_600
USERS = 48  # twelve of a pair of courses: ten are the fewest of a rule
MOST_LINES = 200
"""Lines of Spark's own; a hundred of them say where Delta's jars come from."""

QUICKLY = (
    *("--driver-java-options", FOR_SMALL_PLANS),
    *("--conf", "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"),
)
"""For a handful of rows; a whole job is timed as it is."""

TELLS = """
from learnlake.session import SparkSettings, start
spark = start(SparkSettings())
sql = ("spark.sql.shuffle.partitions", "spark.databricks.delta.snapshotPartitions")
for name in (*sql, "spark.sql.autoBroadcastJoinThreshold", "spark.sql.session.timeZone"):
    print(spark.conf.get(name))
"""


@dataclass(frozen=True)
class World:
    """Conf and raw logs of some platforms, and where a job is told of them."""

    conf: Path
    env: str
    given: dict[str, str]

    def words(self, lake: Path, *only: str) -> list[str]:
        """Return the options of a job that makes tables of this world, all by default."""
        chosen = [word for table in only for word in ("--only", table)]
        return ["--conf", str(self.conf), "--env", self.env, "--lake", str(lake), *chosen]

    def tables(self) -> Catalogue:
        return catalogue(load_conf(self.conf, self.env, given=self.given))


def other_tables(spark: SparkSession, here: Path, there: Path, world: World, *held: str) -> list[str]:
    """Name the tables of two lakes that are not the same: by hash, and where doubles round apart, row by row.

    Tables of ops tell of runs and are left out; the tables that are held must have rows.
    """
    one, two = Store(spark, str(here)), Store(spark, str(there))
    tables = [table for name, table in world.tables().items() if not name.startswith("ops.")]
    made = [table for table in tables if one.version(table) is not None]
    assert set(held) <= {table.full_name for table in made if not one.read(table).isEmpty()}
    assert made == [table for table in tables if two.version(table) is not None]
    other = [t for t in made if content_hash(one.read(t), t) != content_hash(two.read(t), t)]
    return [table.full_name for table in other if differing(one.read(table), two.read(table), table).limit(1).count()]


def submitted(cluster: Cluster, wheel: Path, world: World, lake: Path, *only: str) -> Submitted:
    """Submit the nightly job as docs/cluster.md says."""
    handed = ("--packages", delta_package(), "--py-files", wheel)
    return cluster.submit(
        *handed, *(QUICKLY if only else ()), NIGHTLY, *world.words(lake, *only), env=world.given, within=LONGEST
    )


def courses_in_pairs(users: int) -> str:
    """Have half of the tiny platform's learners study a and b, and half c and d, so that rules and preferences have rows."""
    taken = ((n, place, item) for n in range(0, users, 2) for place, item in enumerate("ab" if n % 4 else "cd"))
    return "\n".join(
        json.dumps({**tiny.actions(n)[place], "id": f"{n}-{item}", "item": item}) for n, place, item in taken
    )


class TestSomeTablesOfEveryRoom:
    """The tiny platform's, with courses."""

    @pytest.fixture(scope="class")
    @classmethod
    def home(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("courses")
        tiny.write_conf(folder)
        (tiny.write_logs(folder, USERS) / "actions" / "c.json").write_text(courses_in_pairs(USERS) + "\n")
        return folder

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls, home: Path) -> World:
        return World(home / "conf", "local", {"LOGS": str(home / "logs"), "LEARNLAKE_KEY": tiny.KEY.decode()})

    @pytest.fixture(scope="class")
    @classmethod
    def done(cls, spark: SparkSession, cluster: Cluster, wheel: Path, world: World, home: Path) -> Submitted:
        """What came of the job; meanwhile local mode makes the same tables."""
        with ThreadPoolExecutor(1) as pool:
            there = pool.submit(submitted, cluster, wheel, world, home / "submitted", *SOME)
            here = tiny.runner(spark, home, "at_home")
            here.run(None, frozenset(SOME))
            assert not here.failed
            return there.result()

    def test_the_job_ends_well_with_the_package_handed_over_as_a_wheel(self, done: Submitted) -> None:
        assert done.status == 0, done.told + done.logged[-5_000:]

    def test_its_own_lines_stand_apart_from_sparks_which_are_few(self, done: Submitted) -> None:
        assert "✓ gold.audiences" in done.told
        assert " WARN " not in done.told
        assert len(done.logged.splitlines()) <= MOST_LINES, done.logged

    def test_the_tables_are_those_of_local_mode(
        self, spark: SparkSession, home: Path, world: World, done: Submitted
    ) -> None:
        assert done.status == 0
        assert other_tables(spark, home / "at_home", home / "submitted", world, *SOME) == []


class TestTheWholeJob:
    """A simulated world of 200 people and 60 days; every step, and how long it takes beside local mode on the same two cores."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> World:
        folder = tmp_path_factory.mktemp("world")
        for log in simulate.logs(spark, simulate.SimulateSettings(users=200, days=60)):
            write_lines(log.lines, log.header, folder / "logs" / log.name, log.suffix)
        conf = shutil.copytree(ROOT / "conf", folder / "conf")
        demo = (conf / "demo.yml").read_text(encoding="utf-8")
        (conf / "two_cores.yml").write_text(f"{demo}\nspark: {{master: 'local[2]'}}\n", encoding="utf-8")
        given = {"SIMULATED": str(folder / "logs"), "LEARNLAKE_KEY": tiny.KEY.decode()}
        return World(conf, "two_cores", given)

    @pytest.fixture(scope="class")
    @classmethod
    def at_home(cls, wheel: Path, python: Path, world: World, lakes: Path) -> Submitted:
        """What came of the same job, from the same wheel, in local mode."""
        command = [python, NIGHTLY, *world.words(lakes / "at_home")]
        own = {**environment(python), **world.given, "PYTHONPATH": str(wheel)}
        return finished(command, lakes, own, LONGEST)

    @pytest.fixture(scope="class")
    @classmethod
    def abroad(cls, cluster: Cluster, wheel: Path, world: World, lakes: Path, at_home: Submitted) -> Submitted:
        """What came of it on the cluster; after ``at_home``, since both want the same cores."""
        assert at_home.status == 0, at_home.logged[-5_000:]
        return submitted(cluster, wheel, world, lakes / "abroad")

    @pytest.fixture(scope="class")
    @classmethod
    def lakes(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return tmp_path_factory.mktemp("lakes")

    def test_it_ends_well(self, abroad: Submitted) -> None:
        assert abroad.status == 0, abroad.told[-5_000:] + abroad.logged[-5_000:]

    def test_every_table_is_that_of_local_mode(
        self, spark: SparkSession, world: World, lakes: Path, abroad: Submitted
    ) -> None:
        assert abroad.status == 0
        assert other_tables(spark, lakes / "at_home", lakes / "abroad", world, *SOME) == []

    def test_it_takes_at_most_twice_as_long(self, at_home: Submitted, abroad: Submitted) -> None:
        sys.stdout.write(f"\nlocal mode took {at_home.seconds:.0f} s, the cluster {abroad.seconds:.0f} s\n")
        assert abroad.seconds <= 2 * at_home.seconds

    def test_what_the_submitter_does_not_say_follows_the_size(
        self, cluster: Cluster, wheel: Path, tmp_path: Path
    ) -> None:
        job = tmp_path / "told.py"
        job.write_text(TELLS, encoding="utf-8")
        said = ("--conf", "spark.sql.shuffle.partitions=7")
        done = cluster.submit("--packages", delta_package(), "--py-files", wheel, *said, job, env={}, within=LONGEST)
        assert done.told.split() == ["7", "2", "32m", "UTC"], done.told + done.logged[-5_000:]
