from learnlake.simulate.topics import PROFESSIONS, TOPICS, of_profession


def test_every_topic_is_named_once():
    assert len({topic.tag for topic in TOPICS}) == len(TOPICS) == 20


def test_every_profession_has_enough_topics_for_interests():
    assert all(len(of_profession(profession)) >= 3 for profession in PROFESSIONS)


def test_no_topic_belongs_to_a_profession_nobody_has():
    assert sum(len(of_profession(profession)) for profession in PROFESSIONS) == len(TOPICS)
