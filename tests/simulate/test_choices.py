from learnlake.simulate.catalogue import catalogue
from learnlake.simulate.topics import UNANSWERED


def test_every_item_of_an_event_is_on_offer(small, academy_events, forum_events):
    offered = {item.item_id for item in catalogue(small)}
    assert {event["item"] for event in academy_events if "item" in event} <= offered
    assert {event["target"] for event in forum_events if "target" in event} <= offered


def test_nobody_uses_what_was_withdrawn(small, academy_events):
    withdrawn = {item.item_id for item in catalogue(small) if item.withdrawn_on is not None}
    assert len(withdrawn) == 5
    assert not withdrawn & {event.get("item") for event in academy_events}


def test_most_views_are_of_ones_interests(small, planted, academy_events):
    tags = {item.item_id: set(item.tags) for item in catalogue(small)}
    interests = {row["login_id"]: set(row["interests"]) for row in planted["users"]}
    views = [event for event in academy_events if event["kind"] == "view" and "member_id" in event]
    liked = [bool(tags[event["item"]] & interests[str(event["member_id"])]) for event in views]
    assert 0.85 < sum(liked) / len(liked) < 1


def test_a_book_that_comes_out_sells_on_its_first_days_and_not_before(small, academy_events):
    released = {
        item.item_id: item.published_on
        for item in catalogue(small)
        if item.item_id.startswith("book/") and item.item_id.endswith("-4")
    }
    sold = [event for event in academy_events if event["kind"] == "purchase" and event["item"] in released]
    assert all(event["at"][:10] >= released[event["item"]].isoformat() for event in sold)


def test_nobody_answers_in_threads_of_one_technology(forum_events):
    named = [event["action"] for event in forum_events if event.get("target", "").startswith(f"thread/{UNANSWERED}-")]
    assert len(named) > 5
    assert "answer" not in named
    assert "answer" in {event["action"] for event in forum_events}
