"""The rooms, put together: all settings, all steps, and the graph they form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from learnlake import behaviour, demand, features, ingest, marketing, portraits, recommend, segments
from learnlake.behaviour.journeys import Funnels
from learnlake.behaviour.rules import Baskets
from learnlake.demand.goals import Goals
from learnlake.errors import ConfError, near_match
from learnlake.lake.catalogue import LakeSettings, profile_columns
from learnlake.lake.key import KeySettings
from learnlake.lake.sources import Platforms, Sources, checked
from learnlake.lake.stage import Step, spread
from learnlake.lake.tables.gold import USER_PROFILE
from learnlake.marketing.settings import Campaigns, refuse_unfit_campaigns
from learnlake.modelling.settings import ModelSettings
from learnlake.runner.graph import Graph
from learnlake.segments.settings import Schemes
from learnlake.session import SparkSettings
from learnlake.settings import Conf, Section, load

ROOMS = (ingest, features, segments, portraits, behaviour, demand, recommend, marketing)
STEPS: tuple[Step, ...] = tuple(step for room in ROOMS for step in room.STAGES)
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
    live = {source.platform for source in sources.files.values()}
    campaigns = Campaigns.model_construct(
        files={name: c for name, c in conf.of(Campaigns).files.items() if c.platform in live}
    )
    schemes = Schemes.model_construct(
        files={name: s for name, s in conf.of(Schemes).files.items() if not s.platforms or live & set(s.platforms)}
    )
    funnels = Funnels.model_construct(
        files={name: f for name, f in conf.of(Funnels).files.items() if not f.platforms or live & set(f.platforms)}
    )
    goals = Goals.model_construct(
        files={name: g for name, g in conf.of(Goals).files.items() if not g.platforms or live & set(g.platforms)}
    )
    refuse_unfit_campaigns(campaigns, (*USER_PROFILE.columns, *profile_columns(conf)), str(folder))
    return conf.replace(settings, sources, campaigns, schemes, funnels, goals)


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
    """Return the graph of the steps under a conf, each family of models spread out into its members."""
    return Graph.of(tuple(one for step in steps for one in spread(step, conf)), conf.of(Sources))
