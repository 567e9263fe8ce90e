"""What a run reads of a ledger says the same as all of it."""

from datetime import timedelta

from ...engine import billing

LOOKS = (0, 40)


def assert_matched(case, orders):
    """Ask each recurring line of contracts what is due, from its open rows and from all rows.

    :param case: the test
    :param orders: `sale.order` records
    """
    _assert_totals_kept(case, orders.order_line.filtered("recurrence_id"))
    for order in orders.filtered(lambda order: order._is_subscription_started()):
        today = order._subscription_today()
        for line in order._get_recurring_lines():
            segments = order._get_effective_segments(line)
            kept, since = line._get_open_ledger(segments)
            rows = line.billed_period_ids._get_engine_rows()
            for look in LOOKS:
                case.assertEqual(
                    _answers(line, segments, kept, since, today + timedelta(look)),
                    _answers(line, segments, rows, None, today + timedelta(look)),
                    f"{order.name}, matched until {since}",
                )


def _assert_totals_kept(case, lines):
    """Compare the totals that runs add to with what all invoice lines say."""
    stored = lines.mapped("untaxed_amount_invoiced")
    lines.env.add_to_compute(lines._fields["untaxed_amount_invoiced"], lines)
    case.assertEqual(stored, lines.mapped("untaxed_amount_invoiced"))


def _answers(line, segments, rows, since, day):
    delivered = line._get_delivered_for_billing()
    return (
        billing.catch_up(segments, rows, day, delivered=delivered, since=since),
        billing.billed_until(segments, rows, since) if segments else None,
        billing.next_billing_date(segments, rows, since=since),
    )
