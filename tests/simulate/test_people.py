from collections import Counter

import pytest
from pyspark.sql import functions as F

from learnlake.simulate import SimulateSettings
from learnlake.simulate.dice import Dice
from learnlake.simulate.people import BIG_FIRM, BIG_FIRM_SEATS, PLACES, ROLES, SEGMENTS, block_of, is_regular, people
from learnlake.simulate.topics import TOPICS

MANY = SimulateSettings(users=4_000)


@pytest.fixture(scope="module")
def everybody(spark):
    return people(spark, MANY).where("NOT is_bot").collect()


def test_segments_come_in_their_shares(everybody):
    shares = Counter(person.segment for person in everybody)
    assert {name: count / len(everybody) for name, count in shares.items()} == pytest.approx(SEGMENTS, abs=0.025)


def test_helpers_alone_have_roles_and_these_come_in_their_shares(everybody):
    assert all((person.role is None) == (person.segment != "helper") for person in everybody)
    helpers = [person for person in everybody if person.segment == "helper"]
    shares = {role: count / len(helpers) for role, count in Counter(person.role for person in helpers).items()}
    assert shares == pytest.approx(ROLES, abs=0.03)


def test_every_block_of_a_hundred_has_its_figures_who_were_here_before_the_first_day(everybody):
    for role, places in PLACES.items():
        figures = [person for person in everybody if person.person_id % 100 in places]
        assert {person.role for person in figures} == {role}
        assert len(figures) == 40 * len(places)
        assert all(person.joined_day < 0 for person in figures)


def test_a_regular_is_told_by_the_id_alone(spark, everybody):
    ids = spark.range(MANY.users)
    told = {row.id for row in ids.where(is_regular(F.col("id"), Dice(MANY.seed))).collect()}
    assert told == {person.person_id for person in everybody if person.role == "enthusiast" and person.joined_day < 0}


def test_a_block_begins_with_its_first_person(spark):
    ids = spark.createDataFrame([(0,), (99,), (100,), (250,)], "id BIGINT")
    assert [row[0] for row in ids.select(block_of(F.col("id"))).collect()] == [0, 0, 100, 200]


def test_one_firm_has_exactly_thirty_seats(everybody):
    seats = [person for person in everybody if person.organisation_id == BIG_FIRM]
    assert len(seats) == BIG_FIRM_SEATS
    assert {(person.segment, person.client_type) for person in seats} == {("client", "enterprise")}


def test_only_firms_have_seats(everybody):
    assert all((person.organisation_id is None) == (person.client_type != "enterprise") for person in everybody)


def test_interests_are_of_ones_trades(everybody):
    trade = {topic.tag: topic.profession for topic in TOPICS}
    for person in everybody:
        assert 2 <= len(set(person.interests)) == len(person.interests) <= 4
        assert {trade[tag] for tag in person.interests} == {person.profession, person.second_profession} - {None}


def test_few_people_are_new_or_gone_at_the_end(everybody):
    new = [person for person in everybody if person.joined_day > MANY.days - 14]
    gone = [person for person in everybody if person.churned_day is not None and person.churned_day < MANY.days - 30]
    assert new
    assert gone
    assert len(new) + len(gone) <= 0.1 * len(everybody)


def test_nobody_leaves_before_coming_or_after_the_end(everybody):
    stays = [(person.joined_day, person.churned_day) for person in everybody if person.churned_day is not None]
    assert all(joined < churned < MANY.days for joined, churned in stays)


def test_people_stay_who_they_are_when_users_grow(spark, everybody):
    fewer = people(spark, MANY.model_copy(update={"users": 50})).where("NOT is_bot").collect()
    assert sorted(fewer) == sorted(person for person in everybody if person.person_id < 50)
