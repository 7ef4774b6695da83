import csv
import json

from learnlake.simulate.registers import LOGIN_COLUMNS, account_columns, item_columns

LISTS = {"academy": "academy/accounts", "forum": "forum/members", "advisory": "advisory/clients"}


def rows(world, platform):
    return [dict(zip(account_columns(platform), row, strict=True)) for row in csv.reader(world[LISTS[platform]])]


def test_every_account_of_the_truth_is_listed_once(world, planted):
    listed = [(platform, row[LOGIN_COLUMNS[platform]]) for platform in LISTS for row in rows(world, platform)]
    assert sorted(listed) == sorted((row["platform"], row["login_id"]) for row in planted["users"])


def test_only_the_consultancy_knows_contracts():
    assert "organisation" in account_columns("advisory")
    assert "organisation" not in account_columns("academy")


def test_an_account_is_opened_before_its_first_event(world, academy_events):
    opened = {row["member_id"]: row["registered_at"] for row in rows(world, "academy")}
    for event in academy_events:
        if "member_id" in event:
            assert opened[str(event["member_id"])] <= event["at"][:19].replace("T", " ")


def test_items_fill_their_columns(world):
    academy = list(csv.reader(world["academy/items"]))
    assert {len(row) for row in academy} == {len(item_columns("academy"))}
    assert all(json.loads(line)["tags"] for line in world["forum/items"])
