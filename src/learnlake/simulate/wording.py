"""The sentences people write on the invented platforms; ``{topic}`` names a technology, ``{jargon}`` gives it away unnamed."""

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from learnlake.simulate.dice import pick, strings
from learnlake.simulate.topics import TOPICS

QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "How do I start a first project with {topic}? The guide assumes more than I know.",
        "My {topic} build became slow after the upgrade. Where would you look first?",
        "What is the clean way to handle errors in {topic}?",
        "Which book on {topic} goes beyond the basics?",
        "Is {topic} a good choice for a team of three?",
        "Why does {topic} behave differently on the server than on my laptop?",
        "How do you test code that depends on {topic}?",
        "What should I know about {topic} before an interview?",
        "Where do we go from here, now that {topic} is in production? Some react with fear.",
        "My {jargon} fails only at night. Where would you go from here?",
        "Somebody explain the {jargon} to me, please; every blog sparks more questions.",
        "How would you react to a broken {jargon} on a Friday?",
    ),
    "zh": (
        "刚开始学 {topic}, 应该先做什么项目?",
        "升级之后 {topic} 变慢了, 该从哪里查起?",
        "{topic} 里怎样处理异常比较好?",
        "有没有比入门更深一点的 {topic} 书?",
        "三个人的小团队适合用 {topic} 吗?",
        "为什么 {topic} 在服务器上和本机上结果不一样?",
        "{jargon} 只在夜里出错, 该怎么查?",
        "谁能解释一下 {jargon}? 文章越看越糊涂。",
    ),
}
ANSWERS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Measure before you change anything; with {topic} the cause is rarely where it hurts.",
        "Pin the versions, then compare both environments line by line. That settled it for us in {topic}.",
        "Write the smallest example that still fails and read the {topic} changelog next to it.",
        "The official {topic} tutorial has a chapter on exactly this, after the installation part.",
    ),
    "zh": (
        "先测量再改, {topic} 的问题往往不在表面。",
        "固定版本, 逐项对比两个环境, 我们的 {topic} 就是这样解决的。",
        "{topic} 官方教程里有一章专门讲这个。",
    ),
}
COMMENTS: Mapping[str, tuple[str, ...]] = {
    "en": ("That helped, thank you.", "Which version of {topic} is that?", "Same here with {topic}."),
    "zh": ("有用, 谢谢。", "这是 {topic} 的哪个版本?", "我这里 {topic} 也一样。"),
}
REVIEWS: Mapping[str, tuple[str, ...]] = {
    "en": ("Clear examples, well paced.", "Good on {topic}, thin on practice.", "Worth its price."),
    "zh": ("例子清楚, 节奏合适。", "{topic} 讲得不错, 练习少了点。", "物有所值。"),
}
REQUESTS: Mapping[str, tuple[str, ...]] = {
    "architecture": ('We need a review of a {topic} architecture, including "what if" load figures.',),
    "performance": ("Our {topic} system answers too slowly, mostly in the evening; please help us find out why.",),
    "migration": ("We plan to move to {topic} this year and want a plan, step by step.",),
    "training": ("Please offer a training on {topic}, two days, remote.",),
    "career": ("How do I become employable with {topic}? I would like an hour of advice.",),
}
REQUEST_TYPES = tuple(REQUESTS)

# Numbers from ranges that regulators keep free for fiction, so that nobody is called.
_CONTACTS = (
    "Write to q{number}@inbox.example or call +1 202 555 01{digits}.",
    "Mail me at q{number}@inbox.example, phone +44 20 7946 09{digits}.",
    "My address is q{number}@inbox.example and my number +49 30 23125 1{digits}.",
)


def topic_name(tag: Column) -> Column:
    """Turn a tag into the name people write; null stays null."""
    return _said(tag, {topic.tag: topic.name for topic in TOPICS})


def _said(tag: Column, words: Mapping[str, str]) -> Column:
    pairs = ";".join(f"{tag}={word}" for tag, word in words.items())
    return F.str_to_map(F.lit(pairs), F.lit(";"), F.lit("="))[tag]


def sentence(wordings: Mapping[str, tuple[str, ...]], group: Column, draw: Column, tag: Column) -> Column:
    """Write one sentence about a technology.

    Args:
        wordings: sentences by group (a language, or a type of request).
        group: which group a row needs; the last one is taken if it is none of them.
        draw: uniform in [0, 1); picks the sentence.
        tag: of the technology it is about.
    """
    groups = list(wordings)
    chosen = strings(wordings[groups[-1]])
    for other in groups[:-1]:
        chosen = F.when(group == other, strings(wordings[other])).otherwise(chosen)
    named = F.replace(pick(draw, chosen), F.lit("{topic}"), topic_name(tag))
    return F.replace(named, F.lit("{jargon}"), _said(tag, {topic.tag: topic.jargon for topic in TOPICS}))


def contact(draw: Column) -> Column:
    """Write a sentence holding an e-mail address and a telephone number of nobody."""
    number = F.lpad(F.floor(draw * 10_000_019).cast("string"), 8, "0")
    digits = F.lpad(F.pmod(F.floor(draw * 1_000_003), F.lit(100)).cast("string"), 2, "0")
    numbered = F.replace(pick(F.pmod(draw * 97, F.lit(1.0)), strings(_CONTACTS)), F.lit("{number}"), number)
    return F.replace(numbered, F.lit("{digits}"), digits)
