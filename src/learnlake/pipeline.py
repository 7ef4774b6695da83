"""The rooms, put together: all settings, all steps, and the graph they form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from learnlake import behaviour, demand, features, ingest, marketing, portraits, recommend, segments
from learnlake.behaviour.journeys import Funnels
from learnlake.behaviour.rules import Baskets
from learnlake.behaviour.topics import Topics
from learnlake.demand.goals import Goals
from learnlake.errors import ConfError, near_match
from learnlake.lake.catalogue import LakeSettings, profile_columns
from learnlake.lake.key import KeySettings
from learnlake.lake.sources import Platforms, Sources, checked
from learnlake.lake.stage import Step, spread
from learnlake.lake.supply import Supply, fitted
from learnlake.lake.tables.gold import USER_PROFILE
from learnlake.marketing.settings import Campaigns, refuse_unfit_campaigns
from learnlake.modelling.settings import ModelSettings
from learnlake.portraits import Scores
from learnlake.recommend.lists import Placements
from learnlake.runner.graph import Graph
from learnlake.segments.settings import Schemes
from learnlake.session import SparkSettings
from learnlake.settings import Conf, Section, load

ROOMS = (ingest, features, segments, portraits, behaviour, demand, recommend, marketing)
STEPS: tuple[Step, ...] = tuple(step for room in ROOMS for step in room.STAGES)
FITTED: tuple[type[Section], ...] = (Schemes, Scores, Baskets, Funnels, Topics, Goals, Placements)
SECTIONS: tuple[type[Section], ...] = (
    *(LakeSettings, SparkSettings, KeySettings, ModelSettings, Platforms, Sources),
    *(section for room in ROOMS for section in room.SETTINGS),
)


def load_conf(folder: Path, env: str, given: Mapping[str, str] | None = None, lake: str | None = None) -> Conf:
    """Read and check everything conf says, before any data is read.

    Args:
        folder: the conf folder.
        env: the environment.
        given: what ``${NAME}`` stands for; default the process environment.
        lake: a lake root in place of conf's root or catalog.

    Raises:
        ConfError: a sentence with file and key.
    """
    conf = load(folder, env, SECTIONS, given)
    settings = conf.of(LakeSettings)
    if lake:
        settings = settings.model_copy(update={"root": lake, "catalog": None})
    _refuse_unknown_schemes(conf, folder)
    sources = checked(conf.of(Sources), conf.of(Platforms), settings.platforms, str(folder))
    conf = _fitted(conf.replace(settings, sources))
    live = {source.platform for source in sources.files.values()}
    campaigns = Campaigns.model_construct(
        files={name: c for name, c in conf.of(Campaigns).files.items() if c.platform in live}
    )
    refuse_unfit_campaigns(campaigns, (*USER_PROFILE.columns, *profile_columns(conf)), str(folder))
    return conf.replace(campaigns)


def _fitted(conf: Conf) -> Conf:
    """Keep what applies to the live platforms, and note what does not and why."""
    supply, left_out = Supply.of(conf), {}
    kept: list[Section] = []
    for kind in FITTED if supply.offers else ():
        files = {}
        for name, entry in getattr(conf.of(kind), "files", {}).items():
            own, lacking = fitted(entry, supply)
            if own is not None:
                files[name] = own
            elif lacking:
                left_out[f"{kind.where}{name}"] = lacking
        kept.append(conf.of(kind).model_copy(update={"files": files}))
    return replace(conf.replace(*kept), left_out=left_out)


def left_out(conf: Conf, steps: tuple[Step, ...] = STEPS) -> dict[str, tuple[str, ...]]:
    """Return what of conf and of the steps has nothing to do, by what it lacks.

    A step that lacks nothing but the files of its folder is as good as told by them.
    """
    said = {**conf.left_out, **{step.name: step.lacks(conf) for step in steps}}
    reasons = sorted({reason for reason in said.values() if reason})
    return {reason: tuple(sorted(name for name, why in said.items() if why == reason)) for reason in reasons}


def _refuse_unknown_schemes(conf: Conf, folder: Path) -> None:
    """Refuse a funnel or a basket that is to be split by a scheme that conf/segments does not have."""
    known = conf.of(Schemes).files
    split = [(f"funnels/{file}", funnel.schemes) for file, funnel in conf.of(Funnels).files.items()]
    split += [(f"baskets/{file}", basket.schemes) for file, basket in conf.of(Baskets).files.items()]
    for file, schemes in split:
        for scheme in schemes:
            if scheme not in known:
                raise ConfError(f"{folder}/{file}.yml: schemes: `{scheme}` is unknown; {near_match(scheme, known)}")


def graph_of(conf: Conf, steps: tuple[Step, ...] = STEPS) -> Graph:
    """Return the graph of the steps that have something to do under a conf, each family of models spread out into its members."""
    fit = (step for step in steps if not step.lacks(conf))
    return Graph.of(tuple(one for step in fit for one in spread(step, conf)), conf.of(Sources))
