"""Jobs under spark-submit, on a standalone cluster of two workers with one core each: the tables are those of local mode."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from learnlake import simulate
from learnlake.lake.catalogue import Catalogue, catalogue
from learnlake.lake.raw import write_lines
from learnlake.lake.sameness import content_hash
from learnlake.lake.store import Store
from learnlake.pipeline import load_conf
from learnlake.session import delta_package
from tests import tiny
from tests.cluster.standalone import Cluster, Submitted, environment, finished
from tests.conftest import ROOT

pytestmark = pytest.mark.cluster
SOME = ("gold.audiences", "gold.item_rules", "gold.preferences")
"""With what they need, tables of every room."""
NIGHTLY = ROOT / "jobs" / "nightly.py"
LONGEST = 3_600
MOST_LINES = 200
"""Lines of Spark's own; a hundred of them say where Delta's jars come from."""

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


def hashes(spark: SparkSession, lake: Path, world: World) -> dict[str, str]:
    """Return the content hash of every table that is there, ops apart: it tells of runs."""
    store = Store(spark, str(lake))
    tables = [table for name, table in world.tables().items() if not name.startswith("ops.")]
    return {t.full_name: content_hash(store.read(t), t) for t in tables if store.version(t) is not None}


def submitted(cluster: Cluster, wheel: Path, world: World, lake: Path, *only: str) -> Submitted:
    """Submit the nightly job as docs/cluster.md says."""
    handed = ("--packages", delta_package(), "--py-files", wheel)
    return cluster.submit(*handed, NIGHTLY, *world.words(lake, *only), env=world.given, within=LONGEST)


class TestSomeTablesOfEveryRoom:
    """The tiny platform's."""

    @pytest.fixture(scope="class")
    def world(self, home: Path) -> World:
        return World(home / "conf", "local", {"LOGS": str(home / "logs"), "LEARNLAKE_KEY": tiny.KEY.decode()})

    @pytest.fixture(scope="class")
    def done(self, cluster: Cluster, wheel: Path, world: World, home: Path) -> Submitted:
        return submitted(cluster, wheel, world, home / "submitted", *SOME)

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
        made = tiny.runner(spark, home, "at_home")
        made.run(None, frozenset(SOME))
        assert not made.failed
        here = hashes(spark, home / "at_home", world)
        assert set(SOME) <= here.keys()
        assert hashes(spark, home / "submitted", world) == here

    def test_what_the_submitter_does_not_say_follows_the_size(
        self, cluster: Cluster, wheel: Path, tmp_path: Path
    ) -> None:
        job = tmp_path / "told.py"
        job.write_text(TELLS, encoding="utf-8")
        said = ("--conf", "spark.sql.shuffle.partitions=7")
        done = cluster.submit("--packages", delta_package(), "--py-files", wheel, *said, job, env={}, within=LONGEST)
        assert done.told.split() == ["7", "2", "32m", "UTC"], done.told + done.logged[-5_000:]


class TestTheWholeJob:
    """A simulated world of 200 people and 60 days; every step, and how long it takes beside local mode on the same two cores."""

    @pytest.fixture(scope="class")
    def world(self, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> World:
        folder = tmp_path_factory.mktemp("world")
        for log in simulate.logs(spark, simulate.SimulateSettings(users=200, days=60)):
            write_lines(log.lines, log.header, folder / "logs" / log.name, log.suffix)
        conf = shutil.copytree(ROOT / "conf", folder / "conf")
        demo = (conf / "demo.yml").read_text(encoding="utf-8")
        (conf / "two_cores.yml").write_text(f"{demo}\nspark: {{master: 'local[2]'}}\n", encoding="utf-8")
        given = {"SIMULATED": str(folder / "logs"), "LEARNLAKE_KEY": tiny.KEY.decode()}
        return World(conf, "two_cores", given)

    @pytest.fixture(scope="class")
    def at_home(self, wheel: Path, python: Path, world: World, lakes: Path) -> Submitted:
        """What came of the same job, from the same wheel, in local mode."""
        command = [python, NIGHTLY, *world.words(lakes / "at_home")]
        own = {**environment(python), **world.given, "PYTHONPATH": str(wheel)}
        return finished(command, lakes, own, LONGEST)

    @pytest.fixture(scope="class")
    def abroad(self, cluster: Cluster, wheel: Path, world: World, lakes: Path, at_home: Submitted) -> Submitted:
        """What came of it on the cluster; after ``at_home``, since both want the same cores."""
        assert at_home.status == 0, at_home.logged[-5_000:]
        return submitted(cluster, wheel, world, lakes / "abroad")

    @pytest.fixture(scope="class")
    def lakes(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return tmp_path_factory.mktemp("lakes")

    def test_it_ends_well(self, abroad: Submitted) -> None:
        assert abroad.status == 0, abroad.told[-5_000:] + abroad.logged[-5_000:]

    def test_every_table_is_that_of_local_mode(
        self, spark: SparkSession, world: World, lakes: Path, abroad: Submitted
    ) -> None:
        assert abroad.status == 0
        here = hashes(spark, lakes / "at_home", world)
        assert set(SOME) < here.keys()
        assert hashes(spark, lakes / "abroad", world) == here

    def test_it_takes_at_most_twice_as_long(self, at_home: Submitted, abroad: Submitted) -> None:
        sys.stdout.write(f"\nlocal mode took {at_home.seconds:.0f} s, the cluster {abroad.seconds:.0f} s\n")
        assert abroad.seconds <= 2 * at_home.seconds
