"""What a feature says of a user, in English and Chinese: "no visit for 21 days", "studied 12 times in 30 days"."""

from __future__ import annotations

import re
from collections.abc import Callable

Said = tuple[str, str]
GROUPS: dict[str, Said] = {
    "login": ("logged in", "登录"),
    "browse": ("browsed or searched", "浏览或搜索"),
    "purchase": ("bought or paid", "购买或付费"),
    "study": ("studied or practised", "学习或练习"),
    "community": ("took part in the community", "参与社区"),
    "consulting": ("asked for consulting", "咨询"),
    "view": ("viewed pages", "浏览页面"),
    "search": ("searched", "搜索"),
    "enroll": ("enrolled", "报名"),
    "submit": ("handed in work", "提交作业"),
    "attempt": ("tried a quiz", "做测验"),
    "complete": ("finished a course", "完成课程"),
    "refund": ("asked for money back", "退款"),
    "cancel": ("cancelled", "取消"),
    "rate": ("rated", "评分"),
    "ask": ("asked", "提问"),
    "answer": ("answered", "回答"),
    "consult_request": ("asked for consulting", "提出咨询"),
    "complaint": ("complained", "投诉"),
    "message_sent": ("were written to", "收到消息"),
    "message_clicked": ("clicked in a message", "点击消息"),
}
PLAIN: dict[str, Said] = {
    "idle_days": ("no visit for {} days", "{} 天没有来访"),
    "tenure_days": ("here for {} days", "加入 {} 天"),
    "ever_spend_amount": ("spent {} ever", "累计消费 {}"),
    "ever_course_count": ("touched {} courses ever", "累计接触 {} 门课程"),
    "ever_topic_count": ("touched {} topics ever", "累计接触 {} 个主题"),
    "ever_rating_count": ("gave {} ratings", "给过 {} 次评分"),
    "ever_active_days": ("active on {} days ever", "累计活跃 {} 天"),
    "mean_rating": ("rates {} on average (0 to 1)", "平均评分 {}（0 到 1）"),
    "current_streak_days": ("active {} days running", "连续活跃 {} 天"),
    "longest_streak_days": ("once active {} days running", "最长连续活跃 {} 天"),
    "night_share": ("{} of events at night", "夜间活动占 {}"),
    "weekend_share": ("{} of active days at weekends", "周末活跃日占 {}"),
    "activity_trend": ("activity trend {} (above 0 = rising)", "活跃趋势 {}（大于 0 为上升）"),
    "membership_age_days": ("member for {} days", "成为会员 {} 天"),
    "renewal_due_days": ("membership paid for {} more days", "会员还剩 {} 天到期"),
    "renewal_count": ("renewed {} times", "续费 {} 次"),
    "period_active_share": ("active on {} of the days of the paid period", "本付费周期活跃天数占 {}"),
    "period_idle_share": ("no visit for the last {} of the paid period", "本付费周期最后 {} 的时间没有来访"),
    "period_complaint_count": ("complained {} times in the paid period", "本付费周期投诉 {} 次"),
    "purchase_pace_days": ("buys every {} days", "通常每 {} 天购买一次"),
    "purchase_due_days": ("next purchase due in {} days (below 0 = overdue)", "按惯常节奏 {} 天后购买（负数为已过期）"),
    "purchases_ahead_count": ("{} purchases due in the next 14 days", "按惯常节奏未来 14 天应购买 {} 次"),
    "open_course_count": ("{} courses begun and not ended", "{} 门课程未结束"),
    "top_topic": ("mostly about {}", "主要关注 {}"),
    "top_topic_share": ("{} of events on one topic", "最关注的主题占 {}"),
    "top_kind": ("mostly looks at items of kind {}", "主要看 {} 类内容"),
    "top_device": ("mostly on {}", "主要使用 {}"),
    "weekday": ("day {} of the week", "星期 {}"),
    "holidays_ahead_count": ("{} holidays in the next 14 days", "未来 14 天有 {} 个假日"),
    "profession": ("works in {}", "职业 {}"),
    "language": ("language {}", "语言 {}"),
    "country": ("country {}", "国家 {}"),
    "referrer": ("came by {}", "来源 {}"),
    "declared_level": ("declared level {}", "自报等级 {}"),
    "interests": ("interested in {}", "兴趣 {}"),
    "platforms": ("on {}", "平台 {}"),
    "met_topic_share": ("{} of recent activity on the new items' topic", "近期活动有 {} 与新内容主题相同"),
    "met_topic_count": ("{} recent events on the new items' topic", "近期 {} 次活动与新内容主题相同"),
    "met_bought_count": ("bought {} of that kind and topic before", "曾购买 {} 件同类同主题内容"),
    "met_level_share": ("{} of recent activity on the new items' level", "近期活动有 {} 与新内容等级相同"),
    "met_creator_count": ("bought {} by the same creators", "曾购买 {} 件同作者内容"),
    "met_item_count": ("{} new items", "{} 件新内容"),
}
PATTERNS: tuple[tuple[str, Callable[[re.Match[str]], Said]], ...] = (
    (r"deed_(\w+)_count_(\d+)d", lambda m: _times(m[1], m[2])),
    (r"ever_(\w+)_count", lambda m: (f"{_of(m[1])[0]} {{}} times ever", f"累计{_of(m[1])[1]} {{}} 次")),
    (
        r"since_(\w+)_days",
        lambda m: (f"{{}} days since the user last {_of(m[1])[0]}", f"上次{_of(m[1])[1]}距今 {{}} 天"),
    ),
    (r"active_days_(\d+)d", lambda m: (f"active on {{}} of {m[1]} days", f"近 {m[1]} 天活跃 {{}} 天")),
    (r"session_count_(\d+)d", lambda m: (f"{{}} visits in {m[1]} days", f"近 {m[1]} 天访问 {{}} 次")),
    (r"minutes_a_day_(\d+)d", lambda m: (f"{{}} minutes a day over {m[1]} days", f"近 {m[1]} 天每天 {{}} 分钟")),
    (r"spend_amount_(\d+)d", lambda m: (f"spent {{}} in {m[1]} days", f"近 {m[1]} 天消费 {{}}")),
    (r"course_count_(\d+)d", lambda m: (f"{{}} courses in {m[1]} days", f"近 {m[1]} 天接触 {{}} 门课程")),
    (r"topic_count_(\d+)d", lambda m: (f"{{}} topics in {m[1]} days", f"近 {m[1]} 天接触 {{}} 个主题")),
    (r"received_(\w+)_count_90d", lambda m: (f"received {{}} x {m[1]} in 90 days", f"近 90 天收到 {{}} 次 {m[1]}")),
    (r"(\w+)_item_share", lambda m: (f"{{}} of activity on {m[1]} items", f"{m[1]} 等级内容占 {{}}")),
    (r"(\w+)_count_(\d+)d", lambda m: _times(m[1], m[2])),
)


def in_words(feature: str, value: str | None) -> Said:
    """Say a feature and its value in English and Chinese; an unknown feature by its own name.

    Args:
        feature: name of the column.
        value: as :func:`shown` gives it; None where the user has none.
    """
    english, chinese = _phrase(feature)
    if value is None:
        return f"nothing known: {english.format('?')}", f"无记录：{chinese.format('?')}"
    return english.format(value), chinese.format(value)


def shown(value: object) -> str | None:
    """Write a value for people: whole numbers whole, others with three digits, lists with commas; None for none."""
    if value is None or value != value:  # NaN is the value that differs from itself
        return None
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) else f"{value:.3g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or None
    return str(value)


def _phrase(feature: str) -> Said:
    if feature in PLAIN:
        return PLAIN[feature]
    for pattern, said in PATTERNS:
        if found := re.fullmatch(pattern, feature):
            return said(found)
    return f"{feature} is {{}}", f"{feature} 为 {{}}"


def _times(what: str, days: str) -> Said:
    english, chinese = _of(what)
    return f"{english} {{}} times in {days} days", f"近 {days} 天{chinese} {{}} 次"


def _of(what: str) -> Said:
    return GROUPS.get(what, (what, what))
