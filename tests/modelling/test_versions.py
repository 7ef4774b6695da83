from __future__ import annotations

from datetime import date

import pytest

from learnlake.modelling.versions import Version, challenger, in_force, standing


def versions(text: str) -> tuple[Version, ...]:
    """Read versions from words such as `1:april:published`."""
    months = {"april": date(2026, 4, 1), "may": date(2026, 5, 1), "june": date(2026, 6, 1)}
    out = []
    for one in text.split():
        number, month, said = one.split(":")
        is_published = said in ("published", "withdrawn")
        more = {"is_withdrawn": said == "withdrawn", "has_model": said != "empty"}
        out.append(Version(number, months[month], is_published, **more))
    return tuple(out)


@pytest.mark.parametrize(
    ("held", "champion", "beside"),
    [
        ("", None, None),
        ("1:april:refused", None, "1"),
        ("1:april:published", "1", None),
        ("1:april:published 2:may:published", "2", None),
        ("1:april:published 2:may:refused", "1", "2"),
        ("1:april:published 2:may:refused 3:june:refused", "1", "3"),
        ("1:april:refused 2:may:published", "2", None),
        ("1:april:published 2:may:empty", "1", None),
        # the newest version of a train day takes the place of its earlier ones
        ("1:april:published 2:may:published 3:may:refused", "1", "3"),
        ("1:may:published 2:april:published", "1", None),
        ("9:april:published 10:april:refused", None, "10"),
        # a withdrawn one counts as never made
        ("1:april:published 2:may:withdrawn", "1", None),
        ("1:april:published 2:may:withdrawn 3:june:refused", "1", "3"),
        ("1:april:published 2:april:withdrawn", "1", None),
        ("1:april:published 2:may:published 3:may:refused 4:may:withdrawn", "1", "3"),
        ("1:april:withdrawn", None, None),
    ],
)
def test_who_is_in_force_and_who_challenges(held: str, champion: str | None, beside: str | None) -> None:
    given = versions(held)
    found = in_force(given), challenger(given)
    assert tuple(one and one.number for one in found) == (champion, beside)
    assert in_force(reversed(given)) == found[0], "whatever order the registry lists them in"


def test_each_version_stands_as_one_word() -> None:
    given = versions("1:april:refused 2:april:published 3:may:published 4:may:withdrawn 5:june:empty 6:june:refused")
    said = [standing(one, given) for one in given]
    assert said == ["refused", "published", "champion", "withdrawn", "refused", "challenger"]
