"""Names of segments and words for features, in English and Chinese, from what sets each segment apart."""

from __future__ import annotations

import re
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
    "senior": ("use senior items", "高级内容"),
    "intermediate": ("use intermediate items", "中级内容"),
    "junior": ("use junior items", "初级内容"),
    "received": ("are answered and followed", "获得关注"),
    "longest": ("come day after day", "连续活跃"),
    "current": ("come day after day now", "近期连续活跃"),
    "night": ("come at night", "夜间活跃"),
    "weekend": ("come at weekends", "周末活跃"),
    "mean": ("rate highly", "评分"),
    "activity": ("do more than before", "活跃趋势"),
}
NOUNS: dict[str, tuple[str, str]] = {
    "login_count": ("logins", "登录次数"),
    "browse_count": ("views, searches and clicks", "浏览次数"),
    "purchase_count": ("purchases", "购买次数"),
    "study_count": ("study events", "学习次数"),
    "community_count": ("community events", "社区互动次数"),
    "consulting_count": ("consultations", "咨询次数"),
    "active_days": ("active days", "活跃天数"),
    "minutes_a_day": ("minutes a day", "每天分钟数"),
    "session_count": ("visits", "访问次数"),
    "spend_amount": ("spending", "消费金额"),
    "course_count": ("courses", "课程数"),
    "topic_count": ("topics", "主题数"),
    "idle_days": ("days since the last event", "距上次活动的天数"),
    "tenure_days": ("days since the first event", "距首次活动的天数"),
    "current_streak_days": ("present run of active days", "当前连续活跃天数"),
    "longest_streak_days": ("longest run of active days", "最长连续活跃天数"),
    "mean_rating": ("mean rating", "平均评分"),
    "rating_count": ("ratings", "评分次数"),
    "night_share": ("share at night", "夜间占比"),
    "weekend_share": ("share at weekends", "周末占比"),
    "activity_trend": ("trend of activity", "活跃趋势"),
    "junior_item_share": ("share of junior items", "初级内容占比"),
    "intermediate_item_share": ("share of intermediate items", "中级内容占比"),
    "senior_item_share": ("share of senior items", "高级内容占比"),
    "received_accepted_count": ("accepted answers", "被采纳的回答数"),
    "received_vote_count": ("votes received", "获得的赞数"),
    "received_follow_count": ("followers won", "新增关注者数"),
}
WINDOW = re.compile(r"^(?P<ever>ever_)?(?P<stem>.+?)(?:_(?P<days>\d+)d)?$")


def named(aparts: tuple[Mapping[str, float], ...]) -> tuple[tuple[str, str], ...]:
    """Name each segment by the one or two features that set it apart most; where two would be equal, by more.

    Args:
        aparts: for each segment, feature -> standard deviations between its members' mean and the mean user.

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
        strongest.setdefault(feature.removeprefix("ever_").split("_", 1)[0], deviation)
    notable = [(stem, by) for stem, by in strongest.items() if abs(by) >= NOTABLE][:length]
    if not notable:
        return "average users", "普通用户"
    english = ", ".join(f"{_word(stem)[0]} {'much' if by > 0 else 'little'}" for stem, by in notable)
    chinese = "、".join(f"{_word(stem)[1]}{'多' if by > 0 else '少'}" for stem, by in notable)
    return f"users who {english}", f"{chinese}的用户"


def _word(stem: str) -> tuple[str, str]:
    return WORDS.get(stem, (stem, stem))


def noun(feature: str) -> tuple[str, str]:
    """Say a feature in English and Chinese words, its window included; an unknown one is said by its name."""
    found = WINDOW.match(feature)
    if found is None or found["stem"] not in NOUNS:
        return feature, feature
    english, chinese = NOUNS[found["stem"]]
    if found["ever"]:
        return f"{english} ever", f"累计{chinese}"
    days = found["days"]
    return (f"{english} in {days} days", f"近{days}天{chinese}") if days else (english, chinese)
