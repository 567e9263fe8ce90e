from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ... import const
from ...engine.errors import EngineError
from ...engine.prepayment import is_prepayable, next_period_date
from ...explain import told_to_user


class SaleOrder(models.Model):
    """The next period of a contract, billed before it begins because somebody wants to pay now.

    The run does it, as of the day on which the period begins: same segments, same ledger, so that
    nothing is left to bill on that day, and later changes are credited like any others. Lines
    that are billed in arrears or by deliveries keep their own days.
    """

    _inherit = "sale.order"

    # ------------------------------------------------------------------
    # Which period
    # ------------------------------------------------------------------

    def _get_prepayment_day(self):
        """Return the day on which the next period of this contract begins.

        A draft that a customer may still pay or leave does not count as billed.

        :return: that day, None when no period can be billed before it begins
        :rtype: date | None
        """
        self.ensure_one()
        today = self._subscription_today()
        left = self._get_left_rows()
        days = []
        try:
            for line in self._get_recurring_lines():
                # sudo: only the system reads this field; it holds all that reaches beyond today
                rows = (line.sudo().open_billed_period_ids - left)._get_engine_rows()
                days.append(next_period_date(self._get_effective_segments(line), rows, today))
        except EngineError:
            return None  # the run says what is wrong with this contract
        return min(filter(None, days), default=None)

    def _get_prepayment_drafts(self):
        """Return drafts of this contract that become invoices if a customer pays them."""
        # sudo: salespeople and customers may not read drafts of others
        moves = self.sudo().order_line.open_billed_period_ids.move_id
        return moves.filtered(lambda move: move._is_abandoned_when_unpaid())

    def _get_left_rows(self):
        """Return ledger rows that go away with drafts that a customer leaves unpaid."""
        rows = self._get_prepayment_drafts()._get_subscription_rows().with_env(self.env)
        return rows | rows.reversed_by_ids

    def _get_prepayment_obstacle(self):
        """Say why the next period of this contract cannot be billed now.

        :return: one sentence, False when it can
        """
        self.ensure_one()
        name = self.name
        if self.state != "sale" or self.subscription_state != "active":
            return self.env._(
                "%(order)s is not active. Only a running contract has a next period to bill.",
                order=name,
            )
        if self.subscription_quarantined_at:
            return self.env._(
                "%(order)s cannot be billed at present. Mend the cause and press Retry first.",
                order=name,
            )
        if self.subscription_is_due or self.subscription_waiting_move_id:
            return self.env._(
                "%(order)s has something to bill today. Bill that first, then its next period.",
                order=name,
            )
        if self._get_prepayment_drafts()._get_live_payments():
            return self.env._("The next period of %(order)s is being paid right now.", order=name)
        if not self._get_prepayment_day():
            return self.env._(
                "%(order)s has no next period whose price is known: it ends before, or its periods "
                "are billed when they are over.",
                order=name,
            )
        return False

    def _check_prepayment(self, day):
        """Refuse to bill a period that is not the next one any more.

        :param date day: first day of the period that somebody looked at
        :raise UserError: it cannot be billed, or another one is the next
        """
        if message := self._get_prepayment_obstacle():
            raise UserError(message)
        if day != self._get_prepayment_day():
            raise UserError(
                self.env._(
                    "The next period of %(order)s begins on %(day)s by now. Look at it again "
                    "before you bill it.",
                    order=self.name,
                    day=format_date(self.env, self._get_prepayment_day()),
                )
            )

    # ------------------------------------------------------------------
    # Bill
    # ------------------------------------------------------------------

    def _bill_next_period(self, day, pay_first=False):
        """Bill the next period of this contract today, as the run would on its first day.

        :param date day: first day of the period, as somebody was shown it
        :param bool pay_first: the invoice is made once it is paid, and given up if it is not
        :return: the new documents
        :rtype: account.move
        :raise UserError: that is not the next period, or it cannot be billed
        """
        self.ensure_one()
        self._subscription_claim()
        self._check_prepayment(day)
        self._get_prepayment_drafts()._give_up_prepayment()
        with told_to_user(self.env):
            moves = self._with_prepayment(day, pay_first)._bill_subscriptions(day)
        moves = moves.with_env(self.env)
        if not moves:
            raise UserError(self._nothing_to_invoice_error_message())
        return moves

    def _charge_prepayment(self, moves):
        """Let the charging run take documents that were billed ahead, before they are due."""
        # sudo: a salesperson bills own contracts without rights on the books
        invoices = moves.sudo().filtered(lambda move: move.move_type == "out_invoice")
        if self._get_subscription_template().payment_mode in const.CHARGED_MODES:
            invoices._as_system().subscription_charge_early = True
            invoices._trigger_charging()

    def _with_prepayment(self, day, pay_first=False):
        """Return this contract, to be looked at and billed up to its next period only."""
        return self.with_context(**const.sealed(const.PREPAYMENT_KEY, (day, pay_first)))

    def _get_prepayment(self):
        """Return the period that is being billed before it begins.

        :return: its first day, and whether its invoice is made once paid; None when none is
        """
        return const.unseal(self.env.context, const.PREPAYMENT_KEY)

    def _drop_other_items(self, items):
        """Return what belongs to lines whose periods have a known price before they begin."""
        if not self._get_prepayment():
            return items
        return [due for due in items if is_prepayable(due.item.terms)]

    def _get_prepayment_items(self, until):
        """Leave lines that are billed in arrears or by deliveries to their own days."""
        if not self._get_prepayment():
            return super()._get_prepayment_items(until)
        return self._drop_other_items(self._get_items_by_segments(until))

    def _get_preview_items(self, until, drafts):
        """Leave lines that are billed in arrears or by deliveries to their own days."""
        return self._drop_other_items(super()._get_preview_items(until, drafts))

    def _is_invoiced_after_payment(self):
        """Wait with the invoice of a customer who wants to pay ahead until the money is in."""
        known = self._get_prepayment()
        return bool(known and known[1]) or super()._is_invoiced_after_payment()

    def _prepare_subscription_invoice_values(self):
        """Remember on a document which period it bills before it begins."""
        values = super()._prepare_subscription_invoice_values()
        if known := self._get_prepayment():
            values["subscription_prepayment_date"], values["subscription_pay_first"] = known
        return values

    # ------------------------------------------------------------------
    # Staff
    # ------------------------------------------------------------------

    def action_subscription_bill_next_period(self):
        """Show what the next period costs, and ask whether to bill it now."""
        self.ensure_one()
        if message := self._get_prepayment_obstacle():
            raise UserError(message)
        return self._get_wizard_action(
            "subscription.prepayment.wizard",
            self.env._("Bill the Next Period of %(order)s", order=self.name),
        )

    def _subscription_bill_next_period(self, day):
        """Bill the next period of this contract by the wish of a colleague, and say so on it.

        :param date day: its first day, as shown before
        :return: the new documents
        :rtype: account.move
        :raise AccessError: no right to run contracts
        """
        self.ensure_one()
        self._check_subscription_operator()
        moves = self._bill_next_period(day)
        self._charge_prepayment(moves)
        self.message_post(
            body=self.env._(
                "Billed before it begins: the period from %(day)s, %(amount)s.",
                day=format_date(self.env, day),
                amount=self.currency_id.format(
                    sum(moves.mapped("amount_total_in_currency_signed"))
                ),
            )
        )
        return moves
