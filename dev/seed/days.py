"""Days of the history: few enough that the billing run of each of them is worth its time."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

# Days of the month on which service begins and contracts change, so that the billing run finds
# several at once. The 31st keeps the months that have one honest.
BUSY_DAYS = (1, 10, 20, 31)


def busy_days(first, last):
    """Return the days from first to last on which something may happen, both included.

    :rtype: list[date]
    """
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if day.day in BUSY_DAYS or day == last]


def months_between(first, last):
    """Return the first days of the months from first to last.

    :rtype: list[date]
    """
    month, result = date(first.year, first.month, 1), []
    while month <= last:
        result.append(month)
        month += relativedelta(months=1)
    return result
