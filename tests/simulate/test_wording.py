import re

from pyspark.sql import functions as F

from learnlake.simulate import wording


def test_a_sentence_names_its_topic_in_the_language_of_its_writer(spark):
    rows = spark.createDataFrame([("en", 0.0, "spark"), ("zh", 0.0, "spark")], "language STRING, u DOUBLE, tag STRING")
    written = rows.select(
        wording.sentence(wording.QUESTIONS, F.col("language"), F.col("u"), wording.topic_name(F.col("tag"))).alias(
            "text"
        )
    )
    english, chinese = (row.text for row in written.collect())
    assert english == "How do I start a first project with Apache Spark? The guide assumes more than I know."
    assert chinese == "刚开始学 Apache Spark, 应该先做什么项目?"


def test_no_topic_is_no_name(spark):
    assert spark.range(1).select(wording.topic_name(F.lit(None).cast("string"))).first()[0] is None


def test_every_contact_holds_an_address_and_a_number_of_nobody(spark):
    written = spark.range(50).select(wording.contact(F.col("id") / 50).alias("text")).collect()
    for row in written:
        assert re.search(r"q\d{8}@inbox\.example", row.text)
        assert re.search(r"\+1 202 555 01\d\d|\+44 20 7946 09\d\d|\+49 30 23125 1\d\d", row.text)
