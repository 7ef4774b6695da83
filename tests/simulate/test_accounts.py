from collections import Counter

import pytest
from pyspark.sql import functions as F

from learnlake.simulate import SimulateSettings
from learnlake.simulate.accounts import accounts, forum_login

MANY = SimulateSettings(users=3_000)


@pytest.fixture(scope="module")
def logins(spark):
    return accounts(spark, MANY).collect()


def test_every_login_exists_once(logins):
    assert len({(login.platform, login.login_id) for login in logins}) == len(logins)
    assert len({login.account_number for login in logins}) == len(logins)


def test_about_fifteen_in_a_hundred_have_a_second_account_elsewhere(logins):
    owned = Counter(login.person_id for login in logins)
    assert set(owned.values()) == {1, 2}
    assert sum(count == 2 for count in owned.values()) / MANY.users == pytest.approx(0.15, abs=0.02)
    assert len({(login.person_id, login.platform) for login in logins}) == len(logins)


def test_an_address_is_shared_where_accounts_are_linkable_and_nowhere_else(logins):
    shared = Counter(login.email for login in logins)
    assert {shared[login.email] for login in logins if login.is_linkable} == {2}
    assert {shared[login.email] for login in logins if not login.is_linkable} == {1}


def test_two_thirds_of_the_second_accounts_are_linkable(logins):
    seconds = [login for login in logins if not login.is_main]
    assert sum(login.is_linkable for login in seconds) / len(seconds) == pytest.approx(2 / 3, abs=0.08)


def test_segments_live_on_their_platforms(logins):
    homes = {(login.segment, login.platform) for login in logins if login.is_main and not login.is_bot}
    assert homes == {
        ("learner", "academy"), ("buyer", "academy"), ("helper", "forum"), ("client", "advisory"),
        ("visitor", "academy"), ("visitor", "forum"),
    }  # fmt: skip


def test_an_account_shows_the_habits_of_a_helpers_role_else_of_the_segment(logins):
    for login in logins:
        own = login.role or login.segment or "bot"
        assert login.habit == (own if login.is_main else "guest")


def test_a_login_of_the_forum_is_told_by_the_person_alone(spark, logins):
    members = {login.person_id: login.login_id for login in logins if login.platform == "forum"}
    told = spark.range(MANY.users).select("id", forum_login(F.col("id")).alias("login")).collect()
    assert members.items() <= {row.id: row.login for row in told}.items() | {
        (login.person_id, login.login_id) for login in logins if login.is_bot
    }


def test_robots_are_few_and_no_people(logins):
    robots = [login for login in logins if login.is_bot]
    assert len(robots) == 10
    assert all(login.person_id < 0 and login.segment is None and not login.is_linkable for login in robots)


def test_even_a_small_world_has_three_robots(spark, small):
    assert accounts(spark, small).where("is_bot").count() == 3


def test_most_consent_and_few_declare_their_level(logins):
    assert sum(login.has_consent for login in logins) / len(logins) == pytest.approx(0.7, abs=0.03)
    declared = [login for login in logins if login.declared_level is not None]
    assert len(declared) / len(logins) == pytest.approx(0.1, abs=0.02)
    assert all(login.declared_level == login.level for login in declared)
