from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import const
from ...engine.errors import EngineError
from ...explain import explain
from ..billing.due_item import is_something_due

# Core's mails name the amount due now and nothing of what comes after it.
MAILS_OF_CORE = ("sale.email_template_edi_sale", "sale.mail_template_sale_confirmation")


def use_own_mail(order, context):
    """Offer the mail about subscriptions in place of core's; another one that was chosen stays.

    :param order: the `sale.order` records that are sent
    :param dict context: of the dialog that writes the mail; changed in place
    """
    offered = context.get("default_template_id")
    if len(order) != 1 or not order.is_subscription or order.subscription_order_type == "amendment":
        return
    get = partial(order.env.ref, raise_if_not_found=False)
    own = get("sale_recurring.mail_template_subscription_send")
    if own and offered in [mail.id for mail in map(get, MAILS_OF_CORE) if mail]:
        context["default_template_id"] = own.id


def get_stale_quotes_domain(company):
    """Return the domain of quotations whose amount may have moved since it was refreshed.

    :param company: `res.company`, whose midnight counts
    :rtype: Domain
    """
    today = company._subscription_today()
    return (
        Domain("company_id", "=", company.id)
        & Domain("state", "in", ("draft", "sent"))
        & Domain("is_subscription", "=", True)
        & (Domain("validity_date", "=", False) | Domain("validity_date", ">=", today))
        & (
            Domain("subscription_quote_date", "=", False)
            | Domain("subscription_quote_date", "!=", today)
        )
        & (Domain("subscription_quote_frozen", "=", False) | Domain("signed_on", "=", False))
    )


class SaleOrder(models.Model):
    """As of which day a quotation asks for its amount, and until when it keeps that promise.

    The amount due now of a quotation changes from day to day: a start "when confirmed" moves,
    a calendar period gets shorter. It is refreshed whenever somebody opens the quotation and every
    night. Once the customer signs or a payment begins, day and amount stay what the customer saw;
    a payment that fails, is cancelled or abandoned gives them free again.
    """

    _inherit = "sale.order"

    subscription_quote_date = fields.Date(
        "Amount As Of",
        copy=False,
        readonly=True,
        help="Day on which the amount due now was computed. A contract without a start date "
        "begins on it.",
    )
    subscription_quote_frozen = fields.Boolean(
        "Amount Fixed",
        copy=False,
        readonly=True,
        help="The customer signed or a payment has begun: start and amount no longer move.",
    )

    def _get_quote_date(self):
        """Return the day as of which the amount due now is computed.

        :return: the fixed day, else today in the company's time zone
        :rtype: date
        """
        self.ensure_one()
        is_fixed = self.subscription_quote_frozen or self._is_subscription_started()
        return (is_fixed and self.subscription_quote_date) or super()._get_quote_date()

    def _get_billing_day(self):
        """Return the day up to which a billing run bills today.

        The first invoice of a contract that a customer accepted online bills exactly what was
        asked for; what fell due since then follows on the next invoice, in the same run. Where
        nothing was asked for, as in arrears, there is nothing to keep apart.

        :rtype: date
        """
        self.ensure_one()
        today = super()._get_billing_day()
        accepted = max(self._get_quote_date(), self._get_subscription_start())
        if not self._is_subscription_started():
            return accepted
        if (
            self.subscription_quote_frozen
            and not any(self.order_line.mapped("ledger_revision"))
            and accepted < today
            and is_something_due(self, accepted)
        ):
            return accepted
        return today

    # ------------------------------------------------------------------
    # Fix, release, refresh
    # ------------------------------------------------------------------

    def _get_open_quotes(self):
        """Return quotations with recurring lines."""
        return self.filtered(
            lambda order: order.state in ("draft", "sent") and order._has_due_now_amount()
        )

    def _subscription_freeze_quote(self, day=None):
        """Keep start date and amount of quotations as the customer saw them. Hook.

        :param date day: day of the amount that was accepted, today when empty
        """
        for order in self._get_open_quotes():
            quote_date = day or order._get_quote_date()
            if not order.subscription_quote_frozen or order.subscription_quote_date != quote_date:
                order._as_system().write(
                    {"subscription_quote_date": quote_date, "subscription_quote_frozen": True}
                )

    def _subscription_release_quote(self):
        """Let start date and amount move again, unless a signature or a payment holds them."""
        for order in self._get_open_quotes().filtered("subscription_quote_frozen"):
            if not order._is_quote_held():
                order._as_system().subscription_quote_frozen = False
                order._subscription_refresh_quote()

    def _is_quote_held(self):
        """Return whether a signature or a payment that may still succeed holds the amount."""
        self.ensure_one()
        if self.signature:
            return True
        # sudo: salesmen have no right to read transactions
        return any(self._is_held_by(tx) for tx in self.sudo().transaction_ids)

    def _is_held_by(self, tx):
        """Return whether a payment of this quotation may still succeed. Hook.

        A form that was opened and left holds the amount for minutes, and not again and again.

        :param tx: a `payment.transaction`
        :rtype: bool
        """
        self.ensure_one()
        if tx.state != "draft":
            return tx.state in ("pending", "authorized", "done")
        now = fields.Datetime.now()
        opened = self.sudo().transaction_ids.filtered(  # sudo: as above
            lambda form: form.last_state_change > now - timedelta(days=1)
        )
        is_fresh = tx.last_state_change > now - const.FORM_HELD_FOR
        return is_fresh and len(opened) <= const.FORMS_HELD_PER_DAY

    def _subscription_refresh_quote(self):
        """Bring the amount due now of quotations up to today, unless it is fixed."""
        self._subscription_release_quote()
        # Every night the amount may move: that is no news for the chatter.
        quotes = self._get_open_quotes().with_context(tracking_disable=True)
        for order in quotes.filtered(lambda order: not order.subscription_quote_frozen):
            today = order._subscription_today()
            if order.subscription_quote_date != today:
                order._as_system().subscription_quote_date = today
            for name in ("amount_untaxed", "amount_tax", "amount_total"):
                self.env.add_to_compute(self._fields[name], order)
            order.flush_recordset()

    @api.model
    def _cron_refresh_quotes(self):
        """Refresh open quotations and release abandoned payments once a day, after midnight."""
        Cron = self.env["ir.cron"]
        companies = self.env["res.company"]._get_served_companies()
        domains = [get_stale_quotes_domain(company) for company in companies]
        quotes = self.search(Domain.OR(domains))
        Cron._commit_progress(remaining=len(quotes))
        for start in range(0, len(quotes), 100):
            chunk = quotes[start : start + 100]
            batch = chunk.try_lock_for_update(allow_referencing=True)
            batch._subscription_release_quote()
            batch._subscription_refresh_quote()
            if not Cron._commit_progress(len(chunk)):
                break

    def _get_subscription_error_message(self):
        """Refuse dates that the billing run would refuse, before anybody signs or pays."""
        message = super()._get_subscription_error_message()
        if message:
            return message
        try:
            self._check_due_items({self: self._get_order_due_items()})
        except EngineError as error:
            return explain(self.env, error)
        return False

    def _hook_on_subscription_billed(self, moves):
        """Wake the run again for what fell due since the amount of a first invoice was accepted."""
        super()._hook_on_subscription_billed(moves)
        first = self.filtered(
            lambda order: (
                order.subscription_quote_frozen
                and order.order_line.billed_period_ids.move_id <= moves
            )
        )
        first._trigger_billing()

    # ------------------------------------------------------------------
    # Whoever asks for the amount gets today's
    # ------------------------------------------------------------------

    def action_quotation_send(self):
        """Mail the amount of today, and what comes after it."""
        self.check_access("write")
        self._subscription_refresh_quote()
        action = super().action_quotation_send()
        use_own_mail(self, action["context"])
        return action

    def action_preview_sale_order(self):
        """Show the customer's page with the amount of today."""
        self._subscription_refresh_quote()
        return super().action_preview_sale_order()

    def _get_default_payment_link_values(self):
        """Make payment links for the amount of today; a contract is paid by its invoices."""
        if self._is_paid_by_invoice():
            raise UserError(self._get_pay_invoice_text())
        self._subscription_refresh_quote()
        return super()._get_default_payment_link_values()

    def _hook_before_written(self, vals):
        """Hold the amount that a customer signs."""
        super()._hook_before_written(vals)
        if vals.get("signature"):
            self._subscription_freeze_quote()

    def _prepare_start_values(self, start):
        """Keep the amount that the contract was confirmed with, and its day."""
        return {
            **super()._prepare_start_values(start),
            "subscription_quote_date": self._get_quote_date(),
            "subscription_frozen_totals": self._get_due_now_totals(),
        }

    def _subscription_forget_start(self):
        """Forget the amount of the confirmation, and a start that was only its day."""
        super()._subscription_forget_start()
        for order in self:
            values = {"subscription_frozen_totals": False}
            if order.subscription_start_date == order.subscription_quote_date:
                values["subscription_start_date"] = False  # it was the day of the confirmation
            order._as_system().write(values)
        self._subscription_release_quote()

    def _is_next_invoice_as_quoted(self):
        """Know whether it bills what is due on the day of the quotation, from its first day on."""
        start, day = self.subscription_start_date, self.subscription_quote_date
        is_announced = (
            not any(self.order_line.mapped("ledger_revision"))
            and bool(start and day)
            and start <= day
            and is_something_due(self, day)
        )
        return is_announced or super()._is_next_invoice_as_quoted()
