from __future__ import annotations

import pytest
from pyspark.errors import AnalysisException, PySparkException

from learnlake.lake.spark_errors import is_absent, is_clash


@pytest.mark.parametrize(
    ("error", "absent", "clash"),
    [
        (AnalysisException("no such table", errorClass="TABLE_OR_VIEW_NOT_FOUND"), True, False),
        (AnalysisException("[PATH_NOT_FOUND] Path does not exist: /lake/gold/moments."), True, False),
        (PySparkException("io.delta.exceptions.ConcurrentAppendException: files were added"), False, True),
        (PySparkException("metadata", errorClass="DELTA_CONCURRENT_WRITE"), False, True),
        (AnalysisException("[UNRESOLVED_COLUMN] score"), False, False),
    ],
)
def test_an_error_is_known_by_its_condition_or_by_the_class_in_its_text(error, absent, clash) -> None:
    assert (is_absent(error), is_clash(error)) == (absent, clash)
