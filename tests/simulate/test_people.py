from collections import Counter

import pytest

from learnlake.simulate import SimulateSettings
from learnlake.simulate.people import BIG_FIRM, BIG_FIRM_SEATS, SEGMENTS, people
from learnlake.simulate.topics import TOPICS

MANY = SimulateSettings(users=4_000)


@pytest.fixture(scope="module")
def everybody(spark):
    return people(spark, MANY).where("NOT is_bot").collect()


def test_segments_come_in_their_shares(everybody):
    shares = Counter(person.segment for person in everybody)
    assert {name: count / len(everybody) for name, count in shares.items()} == pytest.approx(SEGMENTS, abs=0.025)


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
