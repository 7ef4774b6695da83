from collections import Counter
from itertools import pairwise
from math import exp

import pytest
from pyspark.sql import functions as F

from learnlake.simulate import SimulateSettings
from learnlake.simulate.accounts import accounts
from learnlake.simulate.catalogue import items
from learnlake.simulate.days import active_days, present
from learnlake.simulate.deeds import deeds
from learnlake.simulate.members import (
    CAUSE_SHARES,
    COMPLAINT_DAYS,
    KEEN_ZEAL,
    MEMBER_KINDS,
    MEMBER_PERIOD_DAYS,
    complains,
    is_silent,
    silence_ahead,
    step,
    subscribes,
    term_zeal,
)

MANY = SimulateSettings(users=8_000, days=120)
FEW = SimulateSettings(users=400, days=100)
TERM = "begins_day INT, due_day INT, is_silent BOOLEAN, is_keen BOOLEAN, complains_day INT, has_renewed BOOLEAN"


@pytest.fixture(scope="module")
def learners(spark):
    """The terms of each learner, None of those who are no members."""
    everybody = present(accounts(spark, MANY), MANY)
    return [row.terms for row in everybody.where("habit = 'learner'").select("terms").collect()]


@pytest.fixture(scope="module")
def terms(learners):
    return [term for own in learners if own is not None for term in own]


@pytest.fixture(scope="module")
def few(spark):
    """The accounts of a smaller world and, by account, all its active days and events."""
    logins = accounts(spark, FEW)
    days = (
        active_days(logins, FEW)
        .where("terms IS NOT NULL")
        .select("account_number", "joined_day", "day", "bound", "terms")
    )
    done = deeds(logins, items(spark, FEW), FEW, "academy").select("account_number", "day", "event_type")
    return days.collect(), done.collect()


def ran_at(terms, day):
    return next((term for term in terms if term.begins_day <= day < term.due_day), None)


def test_six_in_ten_learners_become_members_and_nobody_else(spark, learners):
    assert sum(own is not None for own in learners) / len(learners) == pytest.approx(0.6, abs=0.04)
    others = present(accounts(spark, MANY), MANY).where("habit != 'learner'")
    assert others.where("terms IS NOT NULL").isEmpty()


def test_terms_follow_each_other_until_one_is_not_renewed(learners):
    for own in filter(None, learners):
        assert all(term.due_day - term.begins_day == MEMBER_PERIOD_DAYS for term in own)
        assert all(one.due_day == other.begins_day and one.has_renewed for one, other in pairwise(own))
        assert not own[-1].has_renewed or own[-1].due_day > MANY.days


def test_causes_come_in_their_shares(terms):
    heard = [term for term in terms if not term.is_silent]
    assert len(terms) > 2_000
    assert 1 - len(heard) / len(terms) == pytest.approx(CAUSE_SHARES["silent"], abs=0.03)
    assert sum(term.is_keen for term in heard) / len(heard) == pytest.approx(CAUSE_SHARES["keen"], abs=0.03)
    complaints = sum(term.complains_day is not None for term in heard) / len(heard)
    assert complaints == pytest.approx(CAUSE_SHARES["complains"], abs=0.03)
    assert not any(term.is_keen or term.complains_day for term in terms if term.is_silent)


def test_who_complains_does_so_early_in_the_term(terms):
    after = Counter(term.complains_day - term.begins_day for term in terms if term.complains_day is not None)
    assert set(after) == set(range(COMPLAINT_DAYS))


def test_probabilities_are_those_of_the_causes_and_the_strongest_is_named(terms):
    logits = {"silent": 0.6 - 2.2, "complains": 0.6 - 1.8, "keen": 0.6 + 1.5, None: 0.6}
    for term in terms:
        is_both = term.complains_day is not None and term.is_keen
        logit = 0.6 - 1.8 + 1.5 if is_both else logits[term.cause]
        assert term.probability == pytest.approx(1 / (1 + exp(-logit)))
        holds = {"silent": term.is_silent, "complains": term.complains_day is not None, "keen": term.is_keen}
        assert term.cause == next((name for name, is_so in holds.items() if is_so), None)


def test_as_many_renew_as_their_probabilities_say(terms):
    for cause in ("silent", "complains", "keen", None):
        own = [term for term in terms if term.cause == cause]
        expected = sum(term.probability for term in own)
        spread = sum(term.probability * (1 - term.probability) for term in own) ** 0.5
        assert abs(sum(term.has_renewed for term in own) - expected) < 3 * spread, cause


def test_what_a_day_brings_is_read_off_its_term(spark):
    own = [(2, 32, False, True, 4, True), (32, 62, True, False, None, False)]
    rows = [(day, own) for day in (1, 2, 4, 31, 32, 33, 61, 62, 92)] + [(2, None)]
    days = spark.createDataFrame(rows, f"day INT, terms ARRAY<STRUCT<{TERM}>>")
    told = days.select(step(), complains(), is_silent(), term_zeal()).collect()
    assert [tuple(row) for row in told] == [
        (None, False, False, 1.0),
        ("subscribe", False, False, KEEN_ZEAL),
        (None, True, False, KEEN_ZEAL),
        (None, False, False, KEEN_ZEAL),
        ("renew", False, True, 0.0),
        (None, False, True, 0.0),
        (None, False, True, 0.0),
        ("cancel", False, False, 1.0),
        (None, False, False, 1.0),
        (None, False, False, 1.0),
    ]


def test_a_silent_member_does_nothing_but_pay_or_leave(few):
    days, done = few
    terms = {day.account_number: day.terms for day in days}
    quiet = Counter()
    for event in done:
        term = ran_at(terms.get(event.account_number, ()), event.day)
        if term is not None and term.is_silent:
            quiet[event.event_type] += 1
    assert set(quiet) == {"subscribe", "renew"}


def test_steps_of_a_membership_are_a_period_apart_and_end_with_at_most_one_cancellation(few):
    steps = {}
    for event in sorted(few[1], key=lambda event: event.day):
        if event.event_type in MEMBER_KINDS:
            steps.setdefault(event.account_number, []).append(event)
    assert {"renew", "cancel"} <= {event.event_type for own in steps.values() for event in own}
    for own in steps.values():
        kinds = [event.event_type for event in own]
        assert kinds[0] == "subscribe"
        assert set(kinds[1:-1]) <= {"renew"}
        assert all(later.day - earlier.day == MEMBER_PERIOD_DAYS for earlier, later in pairwise(own))


def test_each_complaint_is_made_once_on_its_day(few):
    days, done = few
    planned = {
        (day.account_number, term.complains_day) for day in days for term in day.terms if term.complains_day == day.day
    }
    made = Counter((event.account_number, event.day) for event in done if event.event_type == "complaint")
    assert len(planned) >= 5
    assert made == Counter(planned)


def test_silence_ahead_is_certain_in_the_running_term_and_likely_so_far_in_the_next(spark):
    """Of all learners, those who are no members yet or never will be among them."""
    known, ahead = 50, 68
    rows = (
        present(accounts(spark, MANY), MANY)
        .where(f"habit = 'learner' AND joined_day <= {known} AND churned_day IS NULL")
        .withColumn("day", F.lit(ahead))
        .select(silence_ahead(known).alias("chance"), is_silent().alias("came"), subscribes(known, 6).alias("begins"))
        .collect()
    )
    assert {row.came for row in rows if row.chance == 0} == {False}
    assert {row.came for row in rows if row.chance == 1} == {True}
    for part in ([row for row in rows if 0 < row.chance < 1 and not row.begins], [row for row in rows if row.begins]):
        expected, spread = sum(row.chance for row in part), sum(row.chance * (1 - row.chance) for row in part) ** 0.5
        assert len(part) > 20
        assert abs(sum(row.came for row in part) - expected) < 2.5 * spread


def test_a_keen_member_comes_oftener(few):
    """Among those who are no newcomers, and but for days on which they had to come."""
    length, came = Counter(), Counter()
    old = [day for day in few[0] if day.joined_day < -30]
    for own in {day.account_number: day.terms for day in old}.values():
        for term in own:
            length[term.is_keen] += MEMBER_PERIOD_DAYS * (_is_whole(term) and not term.is_silent)
    for day in old:
        term = ran_at(day.terms, day.day)
        if term is not None and _is_whole(term) and not day.bound:
            came[term.is_keen] += 1
    keen, plain = (came[is_keen] / length[is_keen] for is_keen in (True, False))
    assert 1.45 < keen / plain < 2.05


def _is_whole(term):
    return term.due_day <= FEW.days
