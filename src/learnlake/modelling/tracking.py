"""The registry: the only place that knows MLflow.

A version carries its model, train day, and whether the gate published it. A day is scored by the published version of its
train day, or where that one was refused, by the newest published one before.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from learnlake.lake.stage import ModelNode
from learnlake.modelling.gate import Candidate, Decision
from learnlake.modelling.settings import ModelSettings

FOLDER = "model"


@dataclass(frozen=True)
class Version:
    """One version of a model in the registry."""

    number: str
    train_day: date
    is_published: bool


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
        folder = Path(lake_root).resolve() / "mlflow"
        folder.mkdir(parents=True, exist_ok=True)
        return cls(f"sqlite:///{folder / 'mlflow.db'}", (folder / "artifacts").as_uri(), settings.experiment)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """Open MLflow quietly; it is slow to import, so only runs that train or score pay for it."""
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")  # between the lines of a run
        import mlflow  # see the docstring

        for name in ("mlflow", "alembic"):  # after the import, which sets levels of its own
            logging.getLogger(name).setLevel(logging.WARNING)
        mlflow.set_tracking_uri(self.uri)
        yield mlflow.MlflowClient(tracking_uri=self.uri)

    def versions(self, node: ModelNode) -> tuple[Version, ...]:
        """Return all versions of a model, oldest train day first, newer number last within one."""
        with self._client() as client:
            found = client.search_model_versions(f"name = '{node.name}'")
        versions = [
            Version(str(v.version), date.fromisoformat(v.tags["train_day"]), v.tags["is_published"] == "true")
            for v in found
        ]
        return tuple(sorted(versions, key=lambda v: (v.train_day, int(v.number))))

    def scoring(self, node: ModelNode, train_day: date) -> Version | None:
        """Return the version that scores days with this train day, None where nothing is published."""
        fitting = [v for v in self.versions(node) if v.train_day <= train_day]
        newest = {v.train_day: v for v in fitting}
        published = [v for _, v in sorted(newest.items()) if v.is_published]
        return published[-1] if published else None

    def before(self, node: ModelNode, train_day: date) -> Version | None:
        """Return the version that was published before a train day."""
        newest = {v.train_day: v for v in self.versions(node) if v.train_day < train_day}
        published = [v for _, v in sorted(newest.items()) if v.is_published]
        return published[-1] if published else None

    def load(self, node: ModelNode, version: Version) -> Any:
        """Return the model of a version."""
        with self._client() as client, tempfile.TemporaryDirectory() as folder:
            import mlflow  # as above

            source = client.get_model_version(node.name, version.number).source
            return node.kind.load(Path(mlflow.artifacts.download_artifacts(artifact_uri=source, dst_path=folder)))

    def log(self, node: ModelNode, train_day: date, candidate: Candidate, decision: Decision) -> str:
        """Log a training with its settings, metrics and model, and register it. Returns the version.

        A training without a model is registered as well, unpublished: it takes the place of an earlier one of its train day.
        """
        with self._client() as client, tempfile.TemporaryDirectory() as folder:
            run = client.create_run(
                self._experiment(client),
                tags={"model": node.name, "train_day": train_day.isoformat(), "decision": decision.reason},
            )
            for name, value in candidate.params.items():
                client.log_param(run.info.run_id, name, value)
            for name, metric in candidate.metrics.items():
                client.log_metric(run.info.run_id, name, metric)
            if candidate.model is not None:
                candidate.model.save(Path(folder))
                client.log_artifacts(run.info.run_id, folder, FOLDER)
            client.set_terminated(run.info.run_id)
            return self._register(
                client,
                node,
                f"{run.info.artifact_uri}/{FOLDER}",
                {
                    "train_day": train_day.isoformat(),
                    "is_published": str(decision.is_published).lower(),
                    "run_id": run.info.run_id,
                },
            )

    def _experiment(self, client: Any) -> str:
        found = client.get_experiment_by_name(self.experiment)
        return str(
            found.experiment_id
            if found
            else client.create_experiment(self.experiment, artifact_location=self.artifacts)
        )

    def _register(self, client: Any, node: ModelNode, source: str, tags: dict[str, str]) -> str:
        if not client.search_registered_models(f"name = '{node.name}'"):
            client.create_registered_model(node.name)
        return str(client.create_model_version(node.name, source=source, run_id=tags["run_id"], tags=tags).version)
