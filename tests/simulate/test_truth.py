from learnlake.simulate.catalogue import catalogue
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
