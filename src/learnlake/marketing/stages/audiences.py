"""gold.audiences: who is in which wave of which campaign, in which arm."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.joins import latest, owned
from learnlake.lake.rules import NOT_APPLICABLE
from learnlake.lake.stage import stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.gold import AUDIENCES, USER_PROFILE
from learnlake.lake.tables.silver import CONSENTS, IDENTITIES
from learnlake.marketing.rules.arms import in_holdout
from learnlake.marketing.settings import Campaign, Campaigns

LACKS_CONSENT = "user_lacks_consent"


@stage(reads=(USER_PROFILE, CONSENTS, IDENTITIES), writes=AUDIENCES, lacks=files_of(Campaigns))
def audiences(
    profile: DataFrame, consents: DataFrame, identities: DataFrame, *, as_of: date, campaigns: Campaigns
) -> DataFrame:
    """Choose the users of every campaign that runs on ``as_of``.

    Each user of the profile stands there once for each running campaign: chosen, not meant (``not_applicable``), or
    refused because no consent is known; so nobody is left out uncounted. The holdout needs consent too, or the arms would
    differ by more than the contact.
    """
    allowed = _allowed(consents, identities)
    running = [
        (name, campaign) for name, campaign in sorted(campaigns.files.items()) if campaign.wave(as_of) is not None
    ]
    frames = [_chosen(profile, allowed, name, campaign, as_of) for name, campaign in running]
    whole = frames[0] if frames else _chosen(profile.limit(0), allowed, "", _NOBODY, as_of)
    for frame in frames[1:]:
        whole = whole.unionByName(frame)
    return whole


def _allowed(consents: DataFrame, identities: DataFrame) -> DataFrame:
    """Return user_id, platform, purpose, channel, basis of every permission in force.

    The latest word of each account counts; of a user with several accounts on a platform every one must say yes.
    """
    in_force = owned(latest(consents, CONSENTS), identities)
    words = in_force.groupBy("user_id", "platform", "purpose", "channel").agg(
        F.min("basis").alias("basis"), F.min("is_granted").alias("is_granted")
    )
    return words.where("is_granted").drop("is_granted")


def _chosen(profile: DataFrame, allowed: DataFrame, name: str, campaign: Campaign, as_of: date) -> DataFrame:
    fitting = allowed.where(
        (F.col("platform") == campaign.platform)
        & (F.col("purpose") == campaign.purpose)
        & (F.col("channel") == campaign.channel)
    ).select("user_id", "basis")
    is_meant = F.coalesce(F.array_contains("platforms", campaign.platform) & F.expr(campaign.who), F.lit(False))
    met = profile.withColumn("_is_meant", is_meant).join(fitting, on="user_id", how="left")
    reasons = F.when(~F.col("_is_meant"), F.array(F.lit(NOT_APPLICABLE))).when(
        F.col("basis").isNull(), F.array(F.lit(LACKS_CONSENT))
    )
    arm = F.when(in_holdout(name, campaign.holdout_share), F.lit("holdout")).otherwise(F.lit("contact"))
    wave = campaign.wave(as_of) or 0
    values: dict[str, Column] = {
        "campaign_id": F.lit(name),
        "wave": F.lit(wave),
        "user_id": F.col("user_id"),
        "arm": arm,
        "offer": F.lit(campaign.offer.en),
        "offer_zh": F.lit(campaign.offer.zh),
        "channel": F.lit(campaign.channel),
        "basis": F.col("basis"),
        "why": F.lit(campaign.who),
        "as_of_date": F.lit(as_of),
    }
    shaped = met.select(*(values[k.name].alias(k.name) for k in AUDIENCES.columns), reasons.alias("_reasons"))
    return shaped.select(
        "*", *_provenance(name, wave), F.coalesce("_reasons", F.array().cast(c.REASONS.dtype)).alias("reasons")
    ).drop("_reasons")


def _provenance(name: str, wave: int) -> list[Column]:
    """Say where a refused row comes from, as ops.rejects wants it: the profile, the campaign, and the user in the wave."""
    return [
        F.lit(USER_PROFILE.full_name).alias("source"),
        F.lit(name).alias("mapping"),
        F.lit(f"wave {wave}").alias("source_file"),
        F.col("user_id").alias("source_position"),
        F.lit(None).cast("timestamp").alias("received_at"),
        F.to_json(F.struct("user_id", "as_of_date")).alias("row"),
    ]


_NOBODY = Campaign.model_validate(
    {
        "platform": "",
        "who": "false",
        "offer": {"en": "none", "zh": "无"},
        "channel": "none",
        "starts_on": date.min,
        "ends_on": date.min,
    }
)
