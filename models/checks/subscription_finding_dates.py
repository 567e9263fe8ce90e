import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import float_compare
from psycopg2 import OperationalError

from ... import const
from ...engine import billing, errors
from ...engine.lifecycle import MOVES
from ...explain import explain

_logger = logging.getLogger(__name__)

MIRRORED = {"product_uom_qty": "quantity", "price_unit": "price_unit", "discount": "discount"}
MIRROR_GRACE = timedelta(days=7)


class SubscriptionFinding(models.Model):
    """Checks that compute again what is stored: what is due, dates, mirror, state."""

    _inherit = "subscription.finding"

    @api.model
    def _find_in_contracts(self, orders):
        found = super()._find_in_contracts(orders)
        for order in orders:
            found += self._find_in_history(order)
        return found

    @api.model
    def _find_in_history(self, order):
        """Return what is wrong with one contract; everything it reads is fetched for the batch.

        Whatever cannot be computed of one contract must not hide what is wrong with others.
        """
        try:
            return [
                *self._find_wrong_dates(order),
                *self._find_wrong_mirror(order),
                *self._find_wrong_state(order),
                *self._find_overdue(order),
            ]
        except errors.OverlappingSegments:
            return []  # a finding of its own
        except errors.EngineError as error:
            reason = explain(self.env, error)
        except OperationalError:
            raise
        except Exception as error:
            _logger.exception("subscription %(id)s cannot be checked", {"id": order.id})
            reason = str(error)
        return [self._prepare_finding("history", order.id, facts={"reason": reason})]

    # ------------------------------------------------------------------
    # Stored dates
    # ------------------------------------------------------------------

    @api.model
    def _find_wrong_dates(self, order):
        found, next_dates = [], []
        for line in order._get_recurring_lines():
            segments, rows = order._get_line_history(line)
            covered = billing.billed_until(segments, rows) if segments else None
            next_dates.append(billing.next_billing_date(segments, rows))
            if line.billed_until_date != (covered or False):
                found.append(
                    self._prepare_finding(
                        "billed_until",
                        order.id,
                        can_repair=True,
                        line_id=line.id,
                        facts=self._get_date_facts(line.billed_until_date, covered),
                    )
                )
        stored = order.subscription_next_invoice_date
        expected = order._get_next_invoice_date(next_dates)
        # What is delivered later and sold once goes on the next invoice without moving its date.
        accepted = {expected, min(filter(None, next_dates), default=expected)}
        if stored not in accepted:
            found.append(
                self._prepare_finding(
                    "next_date",
                    order.id,
                    can_repair=True,
                    facts=self._get_date_facts(stored, expected),
                )
            )
        return found

    @api.model
    def _get_date_facts(self, stored, expected):
        return {
            "stored": stored.isoformat() if stored else None,
            "expected": expected.isoformat() if expected else None,
        }

    # ------------------------------------------------------------------
    # Mirror and state
    # ------------------------------------------------------------------

    @api.model
    def _find_wrong_mirror(self, order):
        """Return lines that say something else than their segment in force.

        A segment that took effect lately is mirrored here, as life goes on: that is no damage.
        """
        today = order._subscription_today()
        found = []
        for line in order.order_line.filtered("segment_ids"):
            segment = order._get_segment_to_mirror(line, today)
            names = [
                name for name in MIRRORED if self._differs(line, name, segment[MIRRORED[name]])
            ]
            if not names:
                continue
            is_first = segment == line.segment_ids.sorted("start_date")[:1]
            if not is_first and segment.start_date > today - MIRROR_GRACE:
                order._mirror_segments()
                continue
            found.append(
                self._prepare_finding(
                    "mirror",
                    order.id,
                    can_repair=True,
                    line_id=line.id,
                    facts={
                        "values": [[name, line[name], segment[MIRRORED[name]]] for name in names],
                    },
                )
            )
        return found

    @api.model
    def _differs(self, line, name, value):
        """Return whether a field of a line holds another value, in the digits it stores."""
        digits = line._fields[name].get_digits(self.env)
        return bool(float_compare(line[name], value, precision_digits=digits[1] if digits else 6))

    @api.model
    def _find_wrong_state(self, order):
        """Return the contract when neither today's dates nor yesterday's give it its state.

        The billing run of the day may not have moved it yet.
        """
        state = order.subscription_state
        if state == "renewed":
            return []
        today = order._subscription_today()
        if order.state == "cancel":
            expected = ["closed"]
        else:
            days = (today, today - timedelta(days=1))
            expected = [order._get_state_on(day) for day in days]
        if state in expected:
            return []
        return [
            self._prepare_finding(
                "state",
                order.id,
                # Closed contracts come back by an operation, never by the calendar.
                can_repair=state != "closed" and expected[0] in MOVES[state],
                facts={"stored": state, "expected": expected[0]},
            )
        ]

    # ------------------------------------------------------------------
    # Due, and nobody billed it
    # ------------------------------------------------------------------

    @api.model
    def _find_overdue(self, order):
        """Return what the billing run should have billed or credited days ago."""
        if (
            order.subscription_quarantined_at
            or order.subscription_waiting_move_id
            or order.write_date > fields.Datetime.now() - const.CHECK_GRACE
        ):
            return []
        found = []
        items = order._get_order_due_items(order._subscription_today() - const.MISSED_AFTER)
        items = order._get_items_without_waiting_credits(items)
        for check, is_credit in (("missed", False), ("excess", True)):
            due = [item for item in items if item.is_credit == is_credit and item.item.quantity]
            if due:
                facts = {
                    "since": min(item.item.on for item in due).isoformat(),
                    "start": min(item.item.span.start for item in due).isoformat(),
                    "end": max(item.item.span.end for item in due).isoformat(),
                    "amount": float(abs(sum(item.amount for item in due))),
                }
                found.append(self._prepare_finding(check, order.id, can_repair=True, facts=facts))
        return found
