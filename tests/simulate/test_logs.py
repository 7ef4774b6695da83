import pytest

from learnlake.simulate import logs

CHEAP = ("forum/members", "forum/items", "forum/events")


def lines_of(spark, settings, names):
    return {
        log.name: sorted(row.value for row in log.lines.collect()) for log in logs(spark, settings) if log.name in names
    }


def test_there_are_nine_logs_and_csv_alone_has_headers(made):
    assert len({log.name for log in made}) == len(made) == 9
    assert all((log.header is None) == (log.suffix == "json") for log in made)


def test_the_same_seed_gives_the_same_lines(spark, small, world):
    again = lines_of(spark, small, CHEAP)
    assert again == {name: world[name] for name in CHEAP}


def test_another_seed_gives_other_lines(spark, small, world):
    other = lines_of(spark, small.model_copy(update={"seed": 8}), ("forum/members", "forum/events"))
    assert not set(other["forum/events"]) & set(world["forum/events"])
    assert set(other["forum/members"]) != set(world["forum/members"])


def test_the_lines_of_a_person_stay_when_users_grow(spark, small, world):
    grown = lines_of(spark, small.model_copy(update={"users": 150}), CHEAP)
    for name in CHEAP:
        assert set(world[name]) <= set(grown[name])
    assert len(grown["forum/events"]) > len(world["forum/events"])


@pytest.mark.parametrize("name", ["academy/events", "forum/events", "advisory/events"])
def test_login_ids_are_found_only_where_they_belong(world, planted, name):
    platform = name.split("/")[0]
    foreign = {row["login_id"] for row in planted["users"] if row["platform"] != platform}
    text = "\n".join(world[name])
    assert not [login for login in foreign if login in text]
