"""Words of the campaign lists."""

from learnlake.lake.columns.named import INTEGER, STRING, Named

# audiences
WAVE = Named("wave", INTEGER, "wave of the campaign, from 1")
ARM = Named("arm", STRING, "`contact` or `holdout`, kept once drawn")
OFFER = Named("offer", STRING, "what is offered, in English")
OFFER_ZH = Named("offer_zh", STRING, "what is offered, in Chinese")
WHY = Named("why", STRING, "the condition that chose the user")
