"""The registry: the only place that knows MLflow, but for how a model is packed (``packing.py``).

A version carries its model, train day, and whether the gate published it. A day is scored by the published version of its
train day, or where that one was refused or withdrawn, by the newest published one before. The alias ``champion`` is the version
that scores now, ``challenger`` the newest one that the gate refused since.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from learnlake.errors import LearnlakeError
from learnlake.lake.catalogue import folder_of
from learnlake.lake.stage import ModelNode
from learnlake.modelling.gate import Candidate, Decision
from learnlake.modelling.packing import LEARNED, pack, quiet_mlflow
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.versions import CHALLENGER, CHAMPION, Version, challenger, in_force

FOLDER, PICTURES, TEXTS = "model", "pictures", "texts"
DATA, COST = "data_version.", "cost_"
YES = "true"


@dataclass(frozen=True)
class Logged:
    """What was logged of one training: settings, metrics, cost, Delta versions by table, and the address of its files."""

    params: Mapping[str, str]
    metrics: Mapping[str, float]
    cost: Mapping[str, float]
    data: Mapping[str, str]
    pictures: tuple[str, ...]
    address: str


@dataclass(frozen=True)
class Tracking:
    """A registry at an MLflow tracking URI."""

    uri: str
    artifacts: str | None
    experiment: str

    @classmethod
    def of(cls, settings: ModelSettings, lake_root: str) -> Tracking:
        """Return the registry conf names, or one in files beside the lake's tables."""
        if settings.tracking_uri:
            return cls(settings.tracking_uri, None, settings.experiment)
        folder = folder_of(lake_root) / "mlflow"
        folder.mkdir(parents=True, exist_ok=True)
        database = str(folder / "mlflow.db").replace("%", "%25").replace("?", "%3F")  # as in an address
        return cls(f"sqlite:///{database}", (folder / "artifacts").as_uri(), settings.experiment)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """Open MLflow at the registry."""
        mlflow = quiet_mlflow()
        mlflow.set_tracking_uri(self.uri)
        yield mlflow.MlflowClient(tracking_uri=self.uri)

    def versions(self, node: ModelNode) -> tuple[Version, ...]:
        """Return all versions of a model, oldest train day first, newer number last within one."""
        with self._client() as client:
            return _versions(client, node.name)

    def champion(self, node: ModelNode) -> Version | None:
        """Return the version that scores now."""
        return in_force(self.versions(node))

    def scoring(self, node: ModelNode, train_day: date) -> Version | None:
        """Return the version that scores days with this train day, None where nothing is published."""
        return in_force(v for v in self.versions(node) if v.train_day <= train_day)

    def before(self, node: ModelNode, train_day: date) -> Version | None:
        """Return the version that was in force before a train day."""
        return in_force(v for v in self.versions(node) if v.train_day < train_day)

    def is_withdrawn(self, node: ModelNode, train_day: date) -> bool:
        """Say whether the newest version of a train day was withdrawn."""
        own = [v for v in self.versions(node) if v.train_day == train_day]
        return bool(own) and own[-1].is_withdrawn

    def replacement(self, node: ModelNode) -> tuple[Version, Version]:
        """Return the champion, and the version that would score in its place were it withdrawn.

        Raises:
            LearnlakeError: if there is no champion, or none before it.
        """
        versions = self.versions(node)
        champion = in_force(versions)
        then = in_force(v for v in versions if v != champion)
        if champion is None:
            raise LearnlakeError(f"{node.name} has no version in force, so there is nothing to roll back.")
        if then is None:
            raise LearnlakeError(
                f"{node.name} has no version in force before version {champion.number}, so it cannot go back."
            )
        return champion, then

    def rollback(self, node: ModelNode, reason: str) -> tuple[Version, Version]:
        """Withdraw the champion, for good: what it scored is scored by the version before it from the next run on.

        Returns:
            The withdrawn version and the one that is the champion now.

        Raises:
            LearnlakeError: if there is no champion, or none before it.
        """
        gone, then = self.replacement(node)
        with self._client() as client:
            client.set_model_version_tag(node.name, gone.number, "is_withdrawn", YES)
            client.update_model_version(node.name, gone.number, description=reason)
            client.set_tag(gone.run_id, "withdrawn", reason)
            _appoint(client, node.name)
        return gone, then

    def load(self, node: ModelNode, version: Version) -> Any:
        """Return the model of a version."""
        with self._client() as client, tempfile.TemporaryDirectory() as folder:
            source = client.get_model_version(node.name, version.number).source
            path = Path(quiet_mlflow().artifacts.download_artifacts(artifact_uri=source, dst_path=folder))
            return node.kind.load(path / LEARNED if (path / LEARNED).is_dir() else path)

    def logged(self, version: Version) -> Logged:
        """Return what was logged of the training that made a version."""
        with self._client() as client:
            run = client.get_run(version.run_id)
            pictures = tuple(file.path for file in client.list_artifacts(version.run_id, PICTURES))
        metrics = run.data.metrics
        return Logged(
            params=run.data.params,
            metrics={name: value for name, value in metrics.items() if not name.startswith(COST)},
            cost={name.removeprefix(COST): value for name, value in metrics.items() if name.startswith(COST)},
            data={k.removeprefix(DATA): v for k, v in run.data.tags.items() if k.startswith(DATA)},
            pictures=pictures,
            address=run.info.artifact_uri,
        )

    def log(
        self,
        node: ModelNode,
        train_day: date,
        candidate: Candidate,
        decision: Decision,
        read: Mapping[str, int] | None = None,
    ) -> str:
        """Log a training with its settings, data, metrics, cost, pictures and model, and register it.

        A training without a model is registered as well, unpublished: it takes the place of an earlier one of its train day.

        Args:
            node: the model.
            train_day: last day whose data the training saw.
            candidate: what the training returned.
            decision: what the gate said of it.
            read: the Delta version of each table that was read.

        Returns:
            The number of the version.
        """
        tags = {"model": node.name, "train_day": train_day.isoformat(), "decision": decision.reason}
        with self._client() as client:
            run = client.create_run(self._experiment(client), tags={**tags, **_data_tags(read or {})})
            _log_values(client, run.info.run_id, candidate)
            _log_files(client, run.info.run_id, candidate)
            client.set_terminated(run.info.run_id)
            if not client.search_registered_models(f"name = '{node.name}'"):
                client.create_registered_model(node.name)
            made = client.create_model_version(
                node.name,
                source=f"{run.info.artifact_uri}/{FOLDER}",
                run_id=run.info.run_id,
                description=decision.reason,
                tags={
                    "train_day": train_day.isoformat(),
                    "is_published": str(decision.is_published).lower(),
                    "has_model": str(candidate.model is not None).lower(),
                    "measured": candidate.measured,
                },
            )
            _appoint(client, node.name)
            return str(made.version)

    def _experiment(self, client: Any) -> str:
        found = client.get_experiment_by_name(self.experiment)
        return str(
            found.experiment_id
            if found
            else client.create_experiment(self.experiment, artifact_location=self.artifacts)
        )


def _versions(client: Any, name: str) -> tuple[Version, ...]:
    found = [
        Version(
            number=str(one.version),
            train_day=date.fromisoformat(one.tags["train_day"]),
            is_published=one.tags["is_published"] == YES,
            is_withdrawn=one.tags.get("is_withdrawn") == YES,
            has_model=one.tags.get("has_model", YES) == YES,
            reason=one.description or "",
            measured=one.tags.get("measured", ""),
            run_id=one.run_id,
        )
        for one in client.search_model_versions(f"name = '{name}'")
    ]
    return tuple(sorted(found, key=lambda v: v.age))


def _appoint(client: Any, name: str) -> None:
    """Put the aliases on the versions that they belong to now."""
    versions = _versions(client, name)
    held = client.get_registered_model(name).aliases
    for alias, version in ((CHAMPION, in_force(versions)), (CHALLENGER, challenger(versions))):
        if version:
            client.set_registered_model_alias(name, alias, version.number)
        elif alias in held:
            client.delete_registered_model_alias(name, alias)


def _data_tags(read: Mapping[str, int]) -> dict[str, str]:
    """Name the versions read in letters that MLflow allows in a tag: it refuses the @ between a table and its day."""
    return {f"{DATA}{table.replace('@', ' ')}": str(version) for table, version in read.items()}


def _log_values(client: Any, run_id: str, candidate: Candidate) -> None:
    for name, value in candidate.params.items():
        client.log_param(run_id, name, value)
    costs = {f"{COST}{name}": value for name, value in candidate.cost.items()}
    for name, metric in {**candidate.metrics, **costs}.items():
        client.log_metric(run_id, name, metric)


def _log_files(client: Any, run_id: str, candidate: Candidate) -> None:
    for name, text in candidate.texts.items():
        client.log_text(run_id, text, f"{TEXTS}/{name}")
    with tempfile.TemporaryDirectory() as scratch:
        pictures = Path(scratch) / PICTURES
        pictures.mkdir()
        for name, content in candidate.pictures.items():
            (pictures / name).write_bytes(content)
        if candidate.pictures:
            client.log_artifacts(run_id, str(pictures), PICTURES)
        if candidate.model is not None:
            client.log_artifacts(run_id, str(pack(candidate.model, candidate.example, Path(scratch))), FOLDER)
