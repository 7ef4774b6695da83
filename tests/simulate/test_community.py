from collections import Counter

import pytest

from learnlake.simulate import SimulateSettings
from learnlake.simulate.community import with_recipient
from learnlake.simulate.dice import Dice
from learnlake.simulate.people import people

SCHEMA = "person_id BIGINT, account_number BIGINT, day INT, place INT, event_type STRING"
KINDS = ("vote", "follow", "comment", "answer", "share", "view")


@pytest.fixture(scope="module")
def directed(spark):
    """Thirty events of each kind of each of two hundred people, the robots' views among them."""
    rows = [
        (n, 1000 + n, day, place, kind) for n in range(200) for day in range(30) for place, kind in enumerate(KINDS)
    ]
    rows.append((-1, 999, 0, 0, "view"))
    return with_recipient(spark.createDataFrame(rows, SCHEMA), Dice(7)).collect()


@pytest.fixture(scope="module")
def everybody(spark):
    return {row.person_id: row for row in people(spark, SimulateSettings(users=200)).collect()}


def test_votes_follows_and_comments_are_directed_and_votes_alone_say_which_vote(directed):
    assert {row.event_type for row in directed if row.to_person is not None} == {"vote", "follow", "comment"}
    assert {row.vote for row in directed if row.event_type == "vote"} == {"up", "accepted"}
    assert {row.vote for row in directed if row.event_type != "vote"} == {None}


def test_recipients_are_helpers_of_ones_own_block_who_were_here_before(directed, everybody):
    for row in directed:
        if row.to_person is not None:
            recipient = everybody[row.to_person]
            assert recipient.person_id // 100 == row.person_id // 100
            assert recipient.segment == "helper"
            assert recipient.joined_day < 0


def test_nobody_turns_to_himself(directed):
    assert not [row for row in directed if row.to_person == row.person_id]
    silent = {row.person_id % 100 for row in directed if row.event_type == "vote" and row.to_person is None}
    assert {3, 13} <= silent, "a figure who draws itself names nobody"


def test_answers_of_experts_are_accepted_and_leading_figures_are_followed(directed, everybody):
    received = Counter(
        (row.vote or row.event_type, everybody[row.to_person].role) for row in directed if row.to_person is not None
    )
    for kind, role, low in (("accepted", "expert", 0.75), ("follow", "leading", 0.7), ("up", "leading", 0.45)):
        whole = sum(count for (other, _), count in received.items() if other == kind)
        assert low < received[kind, role] / whole < low + 0.2, kind
        assert 0 < received[kind, "enthusiast"] / whole < 0.12, kind


def test_the_roles_are_found_again_in_the_lines(planted, forum_events):
    roles = {row["login_id"]: row["role"] for row in planted["users"] if row["role"] and not row["churned_on"]}
    given = Counter((event.get("member"), event["action"]) for event in forum_events)
    received = Counter((event.get("to"), event.get("vote", event["action"])) for event in forum_events)

    def counts(found, kind, role):
        return [found[login, kind] for login, other in roles.items() if other == role]

    assert min(counts(given, "answer", "expert")) > max(counts(given, "answer", "enthusiast"))
    assert min(counts(received, "accepted", "expert")) > max(counts(received, "accepted", "enthusiast"))
    for other in ("expert", "enthusiast"):
        assert min(counts(received, "follow", "leading")) > max(counts(received, "follow", other))
        assert min(counts(given, "share", "leading")) > max(counts(given, "share", other))
