"""Names of segments, in English and Chinese, from what sets each apart."""

from __future__ import annotations

from collections.abc import Mapping

NOTABLE = 0.5
WORDS: dict[str, tuple[str, str]] = {
    "login": ("log in", "登录"),
    "browse": ("browse", "浏览"),
    "purchase": ("buy", "购买"),
    "study": ("study", "学习"),
    "community": ("discuss", "社区互动"),
    "consulting": ("consult", "咨询"),
    "active": ("are here", "活跃"),
    "minutes": ("spend time", "停留时间"),
    "session": ("visit", "访问"),
    "spend": ("pay", "消费"),
    "course": ("take courses", "涉猎课程"),
    "topic": ("explore topics", "涉猎主题"),
    "idle": ("stay away", "沉默"),
    "tenure": ("have been here long", "老用户"),
}


def named(aparts: tuple[Mapping[str, float], ...]) -> tuple[tuple[str, str], ...]:
    """Name each segment by the one or two features that set it apart most; where two would be equal, by more.

    Args:
        aparts: for each segment, feature -> standard deviations between its centre and the mean user.

    Returns:
        For each segment its name in English and in Chinese; no two are equal.
    """
    for length in range(1, max(len(apart) for apart in aparts) + 1):
        names = tuple(_name(apart, length) for apart in aparts)
        if len({english for english, _ in names}) == len(names):
            return names
    return tuple((f"{english} ({n})", f"{chinese}（{n}）") for n, (english, chinese) in enumerate(names, 1))


def _name(apart: Mapping[str, float], length: int) -> tuple[str, str]:
    strongest: dict[str, float] = {}
    for feature, deviation in sorted(apart.items(), key=lambda item: (-abs(item[1]), item[0])):
        strongest.setdefault(feature.split("_", 1)[0], deviation)
    notable = [(stem, by) for stem, by in strongest.items() if abs(by) >= NOTABLE][:length]
    if not notable:
        return "average users", "普通用户"
    english = ", ".join(f"{_word(stem)[0]} {'much' if by > 0 else 'little'}" for stem, by in notable)
    chinese = "、".join(f"{_word(stem)[1]}{'多' if by > 0 else '少'}" for stem, by in notable)
    return f"users who {english}", f"{chinese}的用户"


def _word(stem: str) -> tuple[str, str]:
    return WORDS.get(stem, (stem, stem))
