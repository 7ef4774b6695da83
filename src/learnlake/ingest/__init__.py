"""Raw rows become canonical ones: events, accounts, items, consents, and who is behind an account."""

from learnlake.ingest.stages.accounts import accounts
from learnlake.ingest.stages.consents import consents
from learnlake.ingest.stages.events import events
from learnlake.ingest.stages.identities import identities
from learnlake.ingest.stages.items import items

STAGES = (accounts, items, consents, events, identities)
SETTINGS = ()
ANSWERS = ()

__all__ = ["ANSWERS", "SETTINGS", "STAGES"]
