from datetime import datetime, timedelta

from engine import charging

BEGUN = datetime(2027, 1, 31, 9, 0)


def test_questions_grow_rare_and_end_after_five_days():
    moments, now = [], BEGUN
    while (question := charging.next_question(BEGUN, now)) is not None:
        assert question > now
        moments.append(question - BEGUN)
        now = question
    assert moments == list(charging.LADDER)
    assert now - BEGUN == timedelta(days=5)


def test_strictest_word_wins():
    classes = {"a": "later", "b": "method", "c": "never"}
    assert charging.decline_class(["a", "b"], classes) == "method"
    assert charging.decline_class(["c", "b", "a"], classes) == "never"
    assert charging.decline_class([], classes) == "later"


def test_slow_banks_are_asked_about_daily_for_two_weeks():
    moments, now = [], BEGUN
    while (question := charging.next_question(BEGUN, now, is_pending=True)) is not None:
        moments.append((question - BEGUN).days)
        now = question
    assert moments == list(range(1, 15))
