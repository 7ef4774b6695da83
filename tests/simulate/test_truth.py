from datetime import timedelta

from learnlake.simulate.catalogue import catalogue
from learnlake.simulate.members import EFFECTS, MEMBER_PERIOD_DAYS
from learnlake.simulate.people import ROLES


def test_every_account_is_in_the_truth_once(planted):
    keys = [(row["platform"], row["login_id"]) for row in planted["users"]]
    assert len(set(keys)) == len(keys)


def test_a_second_account_behaves_like_a_visitor_whoever_owns_it(planted):
    owned = {}
    for row in planted["users"]:
        owned.setdefault(row["person_id"], []).append(row)
    twice = [rows for rows in owned.values() if len(rows) == 2]
    assert twice
    for rows in twice:
        assert len({row["segment"] for row in rows}) == 1
        assert "visitor" in {row["account_segment"] for row in rows}


def test_the_truth_names_the_robots_and_gives_them_no_segment(planted):
    assert sum(row["is_bot"] for row in planted["users"]) == 3
    assert all((row["segment"] is None) == row["is_bot"] for row in planted["users"])


def test_the_truth_tells_the_role_of_each_helper_and_of_nobody_else(planted):
    assert {row["role"] for row in planted["users"]} == {*ROLES, None}
    assert all((row["role"] is None) == (row["segment"] != "helper") for row in planted["users"])


def test_requirements_are_those_of_the_catalogue(small, planted):
    expected = {(item.item_id, needed) for item in catalogue(small) for needed in item.prerequisites}
    assert {(row["item"], row["requires"]) for row in planted["prerequisites"]} == expected


def test_renewals_are_due_within_the_span_and_name_their_cause(small, planted):
    keys = [(row["platform"], row["login_id"], row["due_on"]) for row in planted["renewals"]]
    assert len(set(keys)) == len(keys) >= 5
    learners = {row["login_id"]: row["person_id"] for row in planted["learners"]}
    last_on = small.first_day + timedelta(days=small.days - 1)
    for row in planted["renewals"]:
        assert learners[row["login_id"]] == row["person_id"]
        assert small.first_day + timedelta(days=MEMBER_PERIOD_DAYS) < row["due_on"] <= last_on
        assert row["cause"] in {*EFFECTS, None}
        assert 0 < row["probability"] < 1


def test_the_logs_show_a_renewal_or_a_cancellation_on_each_due_date_and_on_no_other(planted, academy_events):
    due = {(row["login_id"], str(row["due_on"])): row["has_renewed"] for row in planted["renewals"]}
    shown = {
        (str(event["member_id"]), event["at"][:10]): event["kind"] == "renew"
        for event in academy_events
        if event["kind"] in ("renew", "cancel") and "member_id" in event
    }
    assert shown.items() <= due.items()
    assert len(due) - len(shown) <= 1  # a line may be spoiled


def test_nobody_is_due_after_leaving_or_after_a_cancellation(planted):
    left = {row["login_id"]: row["churned_on"] for row in planted["users"]}
    cancelled = {row["login_id"]: row["due_on"] for row in planted["renewals"] if not row["has_renewed"]}
    assert cancelled
    for row in planted["renewals"]:
        assert left[row["login_id"]] is None or row["due_on"] < left[row["login_id"]]
        assert row["due_on"] <= cancelled.get(row["login_id"], row["due_on"])
