import re

from pyspark.sql import functions as F

from learnlake.simulate import wording


def test_a_sentence_names_its_topic_in_the_language_of_its_writer(spark):
    rows = spark.createDataFrame([("en", 0.0, "spark"), ("zh", 0.0, "spark")], "language STRING, u DOUBLE, tag STRING")
    written = rows.select(
        wording.sentence(wording.QUESTIONS, F.col("language"), F.col("u"), F.col("tag")).alias("text")
    )
    english, chinese = (row.text for row in written.collect())
    assert english == "How do I start a first project with Apache Spark? The guide assumes more than I know."
    assert chinese == "刚开始学 Apache Spark, 应该先做什么项目?"


def test_jargon_gives_a_topic_away_without_its_name(spark):
    written = spark.range(1_000).select(
        wording.sentence(wording.QUESTIONS, F.lit("en"), F.col("id") / 1_000, F.lit("go")).alias("text")
    )
    texts = {row.text for row in written.collect()}
    assert "Somebody explain the goroutine to me, please; every blog sparks more questions." in texts
    assert (
        sum("Go" in text.split() or "Go?" in text.split() for text in texts)
        < len(texts)
        == len(wording.QUESTIONS["en"])
    )
    assert not any("{" in text for text in texts)


def test_no_topic_is_no_name(spark):
    assert spark.range(1).select(wording.topic_name(F.lit(None).cast("string"))).first()[0] is None


def test_every_contact_holds_an_address_and_a_number_of_nobody(spark):
    written = spark.range(50).select(wording.contact(F.col("id") / 50).alias("text")).collect()
    for row in written:
        assert re.search(r"q\d{8}@inbox\.example", row.text)
        assert re.search(r"\+1 202 555 01\d\d|\+44 20 7946 09\d\d|\+49 30 23125 1\d\d", row.text)
