import logging

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date
from psycopg2 import OperationalError

from ... import const
from ...engine import dunning
from ...engine.charging import METHOD
from ..charging.account_move import UNPAID_STATES
from .account_move_steps import MAILS

_logger = logging.getLogger(__name__)

STANDARD_MAIL = "sale_recurring.mail_template_dunning_reminder"


class AccountMove(models.Model):
    """One reminder per customer, about everything that is late."""

    _inherit = "account.move"

    def _dun_by_mail(self):
        """Send one mail per reader for invoices of one customer whose next step is a mail.

        The mail waits in Odoo's queue in the transaction that notes it on each invoice.
        """
        due = {}
        for move in self:
            planned = next(iter(move._get_dunning_due()), None)
            if planned and planned.step.action in MAILS and not planned.is_skipped:
                step = move._get_dunning_policy()._get_step(planned.step.key)
                due[move] = (step, planned.step.action)
        locked = self.browse(move.id for move in due).try_lock_for_update(allow_referencing=True)
        for moves in locked.grouped(lambda move: move._get_dunning_reader()).values():
            first = moves.sorted(lambda move: (move._get_payment_due_date(), move.id))[0]
            note = first._try_dunning_mail(due[first][0])
            for move in moves:
                move._log_dunning(*due[move], "failed" if note else "done", note)
                if note:
                    name = move._get_payment_name()
                    summary = self.env._("%(invoice)s is unpaid", invoice=name)
                    move._schedule_for_salespeople(summary, note)
            self.env["ir.cron"]._commit_progress()

    def _try_dunning_mail(self, step):
        """Queue the reminder for whoever reads those of this invoice.

        :param step: `subscription.dunning.policy.step`
        :return: why it could not be written, None when it was
        """
        if not self._get_dunning_reader():
            return self._get_no_address_text()
        try:
            with self.env.cr.savepoint():
                return self._send_dunning_mail(step)
        except OperationalError:
            raise
        except Exception as error:
            _logger.exception("a reminder of invoice %(invoice)s failed", {"invoice": self.id})
            return self.env._("The mail could not be written: %(reason)s", reason=error)

    def _send_dunning_mail(self, step):
        """Queue the reminder, and say so on the contracts that it is about.

        :param step: `subscription.dunning.policy.step`
        :return: why nobody would read it, None when somebody does
        """
        self.ensure_one()
        standard = self.env.ref(STANDARD_MAIL, raise_if_not_found=False)
        template = step.mail_template_id or standard
        if not template:
            return self.env._("There is no mail template for reminders. Choose one on the step.")
        # sudo: mails of the company hold links of the customer
        mail = self.env["mail.mail"].sudo().browse(template.sudo().send_mail(self.id))
        if not mail._reaches_anybody():
            mail.unlink()
            return self.env._("The mail template %(name)s has no reader.", name=template.name)
        moves = self._get_open_subscription_invoices()
        moves._note_announcements(mail)
        text = self.env._(
            "The customer was reminded by mail of %(invoices)s.",
            invoices=", ".join(move._get_payment_name() for move in moves),
        )
        orders = moves.sudo()._get_subscription_orders()  # sudo: run of every company
        orders._message_log_batch({order.id: text for order in orders})
        return None

    # ------------------------------------------------------------------
    # What the mail says
    # ------------------------------------------------------------------

    def _get_open_subscription_invoices(self):
        """Return what the reader of reminders of this invoice owes for contracts, oldest first.

        What is not late, is left out of dunning or is being paid is none of it.

        :rtype: account.move
        """
        self.ensure_one()
        domain = Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("move_type", "=", "out_invoice"),
                ("payment_state", "in", UNPAID_STATES),
                ("invoice_line_ids.sale_line_ids.order_id.is_subscription", "=", True),
            ]
        )
        domain &= Domain("state", "=", "posted") | self._get_request_domain()
        today, reader = self.company_id._subscription_today(), self._get_dunning_reader()
        moves = self.search(domain).filtered(
            lambda move: (
                (move == self or move._get_payment_due_date() < today)
                and move._get_dunning_reader() == reader
                and not move._is_left_alone()
            )
        )
        return moves.sorted(lambda move: (move._get_payment_due_date(), move.id))

    def _get_dunning_reader(self):
        """Return who reads reminders of this document; empty when there is none.

        :rtype: res.partner
        """
        return self._get_mail_reader()

    def _get_dunning_recipients(self):
        """Return id of whoever is reminded, as mail templates want it."""
        return ",".join(str(partner.id) for partner in self._get_dunning_reader())

    def _get_dunning_number(self):
        """Return how many reminders of the first of these documents there are with this one."""
        events = self[:1].sudo().subscription_dunning_event_ids  # sudo: mail of every company
        sent = events.filtered(lambda event: event.action in MAILS and event.outcome == "done")
        return len(sent) + 1

    def _get_dunning_card_orders(self, moves=None):
        """Return contracts of open invoices that are charged and wait for another method."""
        moves = self._get_open_subscription_invoices() if moves is None else moves
        orders = moves.sudo()._get_subscription_orders()  # sudo: mail of every company
        wanted = orders.filtered(
            lambda order: (
                order.subscription_state in const.RUNNING_STATES and order._is_method_wanted()
            )
        )
        return wanted.with_env(self.env)._filtered_access("read")

    def _is_new_method_needed(self, moves=None):
        """Return whether a bank wants another method for one of the customer's invoices."""
        return any(
            move._get_last_decline().subscription_decline_class == METHOD
            for move in (self._get_open_subscription_invoices() if moves is None else moves)
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _get_dunning_title(self):
        """Return what the subject of a reminder says besides the company, with the sum."""
        self.ensure_one()
        moves = self._get_open_subscription_invoices()
        total, number = moves._get_sum_text(), moves._get_dunning_number()
        if number == 1:
            return self.env._("%(total)s is still open", total=total)
        if number == 2:
            return self.env._("second reminder, %(total)s is late", total=total)
        return self.env._("please pay now, %(total)s is late", total=total)

    def _get_sum_text(self):
        """Return what is late of these documents, one amount per currency."""
        amounts = {}
        for move in self:
            currency = move.currency_id
            amounts[currency] = amounts.get(currency, 0.0) + move._get_amount_due_now()
        return " + ".join(currency.format(amount) for currency, amount in amounts.items())

    def _get_dunning_sentence(self):
        """Return how late this invoice is and what happens next, in one sentence."""
        self.ensure_one()
        late = (self.company_id._subscription_today() - self._get_payment_due_date()).days
        for order in self.sudo()._get_subscription_orders():  # sudo: as in _is_left_alone
            if reason := order._get_left_out_reason():
                return reason
        if self._get_open_charges():
            return self.env._(
                "%(invoice)s is %(days)s days late. A payment is under way, so nothing is done "
                "before its outcome is known.",
                invoice=self._get_payment_name(),
                days=late,
            )
        future = self._get_dunning_future()
        labels = dict(
            self._fields["subscription_dunning_next_action"]._description_selection(self.env)
        )
        parts = [
            self.env._(
                "%(action)s (%(day)s)",
                action=labels[planned.step.action],
                day=format_date(self.env, planned.day),
            )
            for index, planned in enumerate(future)
            if not index or planned.step.action in dunning.HARMFUL
        ]
        if not parts:
            return self.env._(
                "%(invoice)s is %(days)s days late, and nothing more is done about it.",
                invoice=self._get_payment_name(),
                days=late,
            )
        return self.env._(
            "%(invoice)s is %(days)s days late. What follows unless it is paid: %(steps)s.",
            invoice=self._get_payment_name(),
            days=late,
            steps=", ".join(parts),
        )

    def _get_unpaid_note(self):
        """Return one sentence about an unpaid invoice."""
        return self.env._(
            "%(invoice)s is unpaid since %(due)s.",
            invoice=self._get_payment_name(),
            due=format_date(self.env, self._get_payment_due_date()),
        )
