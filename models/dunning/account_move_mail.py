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
        """Send one mail for all invoices of one customer whose next step of today is a mail.

        The mail waits in Odoo's queue in the transaction that notes it on each invoice.
        """
        due = {}
        for move in self:
            planned = next(iter(move._get_dunning_due()), None)
            if planned and planned.step.action in MAILS and not planned.is_skipped:
                step = move._get_dunning_policy()._get_step(planned.step.key)
                due[move] = (step, planned.step.action)
        locked = self.browse(move.id for move in due).try_lock_for_update(allow_referencing=True)
        if not locked:
            return
        first = locked.sorted(lambda move: (move._get_payment_due_date(), move.id))[0]
        note = first._try_dunning_mail(due[first][0])
        for move in locked:
            move._log_dunning(*due[move], "failed" if note else "done", note)
            if note:
                move._ask_salespeople(
                    self.env._("%(invoice)s is unpaid", invoice=move._get_payment_name()), note
                )
        self.env["ir.cron"]._commit_progress()

    def _try_dunning_mail(self, step):
        """Queue the reminder for the customer of this invoice.

        :param step: `subscription.dunning.policy.step`
        :return: why it could not be written, None when it was
        """
        if not self._get_dunning_recipients():
            return self._get_no_address_text()
        try:
            with self.env.cr.savepoint():
                self._send_dunning_mail(step)
        except OperationalError:
            raise
        except Exception as error:
            _logger.exception("a reminder of invoice %(invoice)s failed", {"invoice": self.id})
            return self.env._("The mail could not be written: %(reason)s", reason=error)
        return None

    def _send_dunning_mail(self, step):
        """Queue the reminder, and say so on the contracts that it is about.

        :param step: `subscription.dunning.policy.step`
        """
        self.ensure_one()
        standard = self.env.ref(STANDARD_MAIL, raise_if_not_found=False)
        template = step.mail_template_id or standard
        if not template:
            return
        template.sudo().send_mail(self.id)  # sudo: mails of the company hold links of the customer
        moves = self._get_open_subscription_invoices()
        text = self.env._(
            "The customer was reminded by mail of %(invoices)s.",
            invoices=", ".join(move._get_payment_name() for move in moves),
        )
        orders = moves.sudo()._get_subscription_orders()  # sudo: run of every company
        orders._message_log_batch({order.id: text for order in orders})

    # ------------------------------------------------------------------
    # What the mail says
    # ------------------------------------------------------------------

    def _get_open_subscription_invoices(self):
        """Return what the customer of this invoice is late with for contracts, the oldest first.

        Invoices whose payment is on its way are left out, and so is what is not yet due: nobody
        waits for that.

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
        moves = self.search(domain)
        today = self.company_id._subscription_today()
        open_moves = moves.filtered(
            lambda move: (
                (move == self or move._get_payment_due_date() < today)
                and not move._get_open_charges()
            )
        )
        return open_moves.sorted(lambda move: (move._get_payment_due_date(), move.id))

    def _get_dunning_recipients(self):
        """Return who is reminded: whoever received the open invoices and has an address.

        :return: ids of partners, separated by commas
        :rtype: str
        """
        partners = self._get_open_subscription_invoices().partner_id.filtered("email")
        return ",".join(str(partner.id) for partner in partners)

    def _get_dunning_card_orders(self):
        """:return: contracts of open invoices that are charged and wait for another method"""
        moves = self._get_open_subscription_invoices()
        orders = moves.sudo()._get_subscription_orders()  # sudo: mail of every company
        wanted = orders.filtered(
            lambda order: (
                order.subscription_state in const.RUNNING_STATES and order._is_method_wanted()
            )
        )
        return wanted.with_env(self.env)._filtered_access("read")

    def _is_new_method_needed(self):
        """:return: whether a bank wants another method for one of the customer's invoices"""
        return any(
            move._get_last_decline().subscription_decline_class == METHOD
            for move in self._get_open_subscription_invoices()
        )

    def _get_dunning_warnings(self):
        """Return what happens next to contracts of the customer unless the invoices are paid.

        :return: whole sentences
        :rtype: list[str]
        """
        sentences = {}
        for move in self._get_open_subscription_invoices().filtered("subscription_in_dunning"):
            names = ", ".join(move.sudo()._get_subscription_orders().mapped("name"))
            for planned in move._get_dunning_future():
                if planned.step.action == dunning.SUSPEND and not planned.is_skipped:
                    key = (names, dunning.SUSPEND)
                    text = self.env._(
                        "%(contract)s is suspended on %(day)s unless %(invoice)s is paid before.",
                        contract=names,
                        day=format_date(self.env, planned.day),
                        invoice=move._get_payment_name(),
                    )
                    sentences.setdefault(key, text)
                elif planned.step.action == dunning.CLOSE:
                    key = (names, dunning.CLOSE)
                    text = self.env._(
                        "%(contract)s ends on %(day)s unless %(invoice)s is paid before.",
                        contract=names,
                        day=format_date(self.env, planned.day),
                        invoice=move._get_payment_name(),
                    )
                    sentences.setdefault(key, text)
        return list(sentences.values())

    def _get_dunning_sentence(self):
        """Return how late this invoice is and what happens next, in one sentence."""
        self.ensure_one()
        late = (self.company_id._subscription_today() - self._get_payment_due_date()).days
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
