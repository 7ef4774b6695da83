from decimal import Decimal

from learnlake.simulate.catalogue import catalogue


def test_durations_are_plausible(academy_events):
    seconds = {
        kind: [abs(event["seconds"]) for event in academy_events if event["kind"] == kind] for kind in ("view", "study")
    }
    assert 20 <= min(seconds["view"]) < max(seconds["view"]) < 200
    assert 600 <= min(seconds["study"]) < max(seconds["study"]) < 2700


def test_what_is_paid_is_the_price_in_the_money_of_the_platform(small, academy_events):
    prices = {item.item_id: item.price for item in catalogue(small)}
    paid = [event for event in academy_events if "payment" in event]
    assert {event["kind"] for event in paid} <= {"purchase", "refund", "subscribe", "renew", "heartbeat"}
    assert all(Decimal(event["payment"]["amount"]) == prices[event["item"]] for event in paid)
    assert {event["payment"]["currency"] for event in paid} == {"CNY"}


def test_ratings_and_points_stay_in_their_scales(academy_events):
    results = [event["result"] for event in academy_events if "result" in event]
    stars = {result["stars"] for result in results if "stars" in result}
    assert {1, 5} <= stars <= {1, 2, 3, 4, 5}
    points = [result["points"] for result in results if "points" in result]
    assert 0 <= min(points) < max(points) <= 100


def test_questions_and_answers_have_words(forum_events):
    assert all(event["body"] for event in forum_events if event["action"] in ("ask", "answer", "comment"))
    assert not any("body" in event for event in forum_events if event["action"] in ("vote", "login"))


def test_event_ids_hold_no_digits_and_are_unique(academy_events, forum_events):
    ids = [event["event_id"] for event in academy_events] + [event["id"] for event in forum_events]
    assert len(set(ids)) == len(ids)
    assert not any(character.isdigit() for character in "".join(ids))
