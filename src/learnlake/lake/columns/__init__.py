"""The vocabulary: every column of every table, with one name, one type and one meaning.

Suffixes tell: ``_at`` a timestamp, ``_date`` a date, ``is_``/``has_`` a boolean, ``_count`` a count, ``_share`` 0..1,
``_seconds`` and ``_days`` durations, ``_amount`` money. It is one vocabulary, read as ``from learnlake.lake import columns as c``;
the modules only keep its chapters short.
"""

from learnlake.lake.columns.audiences import *
from learnlake.lake.columns.contrasts import *
from learnlake.lake.columns.demand import *
from learnlake.lake.columns.facts import *
from learnlake.lake.columns.features import *
from learnlake.lake.columns.habits import *
from learnlake.lake.columns.journeys import *
from learnlake.lake.columns.knowledge import *
from learnlake.lake.columns.moments import *
from learnlake.lake.columns.named import *
from learnlake.lake.columns.ops import *
from learnlake.lake.columns.portraits import *
from learnlake.lake.columns.recommend import *
from learnlake.lake.columns.rules import *
from learnlake.lake.columns.segments import *
from learnlake.lake.columns.series import *
from learnlake.lake.columns.topics import *
from learnlake.lake.columns.values import *
