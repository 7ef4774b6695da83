import csv
from collections import Counter

import pytest

from learnlake.simulate.catalogue import catalogue

TELLING = {"learner": "study", "buyer": "purchase", "helper": "comment", "client": "consult_request"}


@pytest.fixture(scope="module")
def done(planted, world, academy_events, forum_events):
    """Segments by login, and how often each login did what."""
    segments = {row["login_id"]: row["account_segment"] for row in planted["users"] if not row["is_bot"]}
    pairs = [(str(event.get("member_id")), event["kind"]) for event in academy_events]
    pairs += [(event.get("member"), event["action"]) for event in forum_events]
    pairs += [tuple(row[1:3]) for row in csv.reader(set(world["advisory/events"]))]
    return segments, Counter(pair for pair in pairs if pair[0] in segments)


def test_each_segment_does_what_it_is_known_for_and_no_other_does(done, planted):
    segments, counts = done
    long_here = {
        row["login_id"] for row in planted["users"] if str(row["joined_on"]) < "2026-02-01" and not row["churned_on"]
    }
    for segment, kind in TELLING.items():
        own = sorted(counts[login, kind] for login in long_here if segments.get(login) == segment)
        if segment == "buyer":
            own = own[len(own) // 6 :]  # some of them look around for weeks before they buy
        others = [counts[login, kind] for login in long_here if segments.get(login) not in (segment, None)]
        assert min(own) > max(others), (segment, kind)


def test_levels_show_in_what_all_segments_touch(small, done, planted, world, academy_events, forum_events):
    segments, _ = done
    levels = {item.item_id: item.level for item in catalogue(small)}
    pairs = [(str(event.get("member_id")), event.get("item")) for event in academy_events]
    pairs += [(event.get("member"), event.get("target")) for event in forum_events]
    pairs += [(row[1], row[5]) for row in csv.reader(set(world["advisory/events"]))]
    touched = {}
    for login, item in pairs:
        touched.setdefault(login, Counter()).update([levels[item]] if levels.get(item) else [])
    for segment in TELLING:
        own = [row for row in planted["users"] if segments.get(row["login_id"]) == segment]
        seen = [row for row in own if touched.get(row["login_id"], Counter()).total() >= 15]
        told = [touched[row["login_id"]].most_common(1)[0][0] == row["level"] for row in seen]
        assert len(seen) > len(own) / 2, segment
        assert sum(told) / len(told) >= 0.7, segment


def test_visitors_come_seldom(done):
    segments, counts = done
    totals = Counter()
    for (login, _), count in counts.items():
        totals[segments[login]] += count
    people = Counter(segments.values())
    assert totals["visitor"] / people["visitor"] < totals["learner"] / people["learner"] / 5


def test_a_day_goes_on_in_order_and_ends_before_midnight(academy_events):
    visits = {}
    for event in academy_events:
        if event["at"][:4] == "2026" and event["kind"] in ("login", "study"):
            visits.setdefault((event.get("member_id"), event["at"][:10]), []).append((event["at"], event["kind"]))
    studied = [sorted(visit) for visit in visits.values() if {kind for _, kind in visit} == {"login", "study"}]
    assert studied
    assert all(visit[0][1] == "login" for visit in studied)
