"""Without proration a step takes whole periods; what begins while one waits is not swallowed."""

from dataclasses import replace

from support import QUARTER, START, Line, day, period, segment, terms

from engine.pausing import restart_periods
from engine.period import ONE_DAY
from engine.segment import cut_gaps

WHOLE = terms("100", convention="none")
DAILY = terms("100")
PAUSE = period("2027-01-10", "2027-02-10")
JANUARY = ("2027-01-01", "2027-02-01", 1, "100.00")
MARCH = ("2027-03-01", "2027-04-01", 1, "100.00")


def billed(*segments, gaps=(PAUSE,)):
    """Return what daily runs of a quarter bill, January left out."""
    line = Line(*cut_gaps(segments, gaps))
    items = [item for number in range(90) for item in line.bill(str(START + number * ONE_DAY))]
    assert Line(*line.segments).bill("2027-03-31") == items
    assert items[0] == JANUARY
    return items[1:]


def test_terms_that_count_days_begin_after_a_pause_on_their_own_day():
    found = billed(
        segment("2027-01-01", "2027-02-15", 1, WHOLE), segment("2027-02-15", None, 1, DAILY)
    )
    assert found == [("2027-02-15", "2027-03-01", 1, "50.00"), MARCH]


def test_periods_that_begin_anew_after_a_second_pause_begin_on_its_end():
    again = day("2027-02-20")
    steps = restart_periods([segment("2027-01-01", None, 1, WHOLE)], again, again)
    found = billed(*steps, gaps=[PAUSE, period("2027-02-15", "2027-02-20")])
    assert found == [
        ("2027-02-20", "2027-03-20", 1, "100.00"),
        ("2027-03-20", "2027-04-20", 1, "100.00"),
    ]


def test_another_recurrence_begins_after_a_pause_on_its_own_boundary():
    quarterly = replace(WHOLE, grid=terms("1", QUARTER, "2027-02-15").grid)
    found = billed(
        segment("2027-01-01", "2027-02-15", 1, WHOLE), segment("2027-02-15", None, 1, quarterly)
    )
    assert found == [("2027-02-15", "2027-05-15", 1, "100.00")]


def test_a_step_that_never_reaches_its_boundary_does_not_hide_the_next():
    found = billed(
        segment("2027-01-01", "2027-02-20", 1, WHOLE),
        segment("2027-02-20", None, 1, terms("300")),
    )
    assert found == [
        ("2027-02-20", "2027-03-01", 1, "96.43"),
        ("2027-03-01", "2027-04-01", 1, "300.00"),
    ]
