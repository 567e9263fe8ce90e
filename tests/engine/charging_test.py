from datetime import datetime, timedelta

from engine import charging

BEGUN = datetime(2027, 1, 31, 9, 0)


def test_questions_grow_rare_and_end_after_five_days():
    days = []
    for asked in range(len(charging.LADDER)):
        question = charging.next_question(BEGUN, asked)
        assert question is not None
        days.append(question - BEGUN)
    assert days == sorted(set(days))
    assert days[-1] == timedelta(days=5)
    assert charging.next_question(BEGUN, len(days)) is None


def test_strictest_word_wins():
    classes = {"a": "later", "b": "method", "c": "never"}
    assert charging.decline_class(["a", "b"], classes) == "method"
    assert charging.decline_class(["c", "b", "a"], classes) == "never"
    assert charging.decline_class([], classes) == "later"
