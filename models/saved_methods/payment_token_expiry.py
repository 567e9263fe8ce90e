import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ... import const
from ...exceptions import OutcomeUnknownError
from .unwritten import leave_to_colleague

_logger = logging.getLogger(__name__)
# A provider is asked about one method this often at most.
QUERY_AGAIN_AFTER = timedelta(days=1)


class PaymentToken(models.Model):
    """Until when a saved payment method can be charged, and the mail before its end.

    The provider tells when the method is saved and whenever a bank replaces it. It is asked about
    methods that were saved before the addon was there, and before anybody is told of an end that
    may have passed already.
    """

    _inherit = "payment.token"

    subscription_expiry_date = fields.Date(
        "Valid Until",
        readonly=True,
        help="Last day on which this payment method can be charged, as far as the payment "
        "provider tells.",
    )
    subscription_expiry_warned_date = fields.Date(
        "Warned of Its Expiry On",
        readonly=True,
        copy=False,
        help="The last valid day of which the customer was warned.",
    )
    subscription_told_at = fields.Datetime(
        "Updated By Provider",
        readonly=True,
        copy=False,
        help="When the payment provider last told that this payment method changed.",
    )
    subscription_queried_at = fields.Datetime(
        "Provider Queried At",
        readonly=True,
        copy=False,
        help="When the payment provider was last asked until when this payment method is valid.",
    )
    subscription_renewed_at = fields.Datetime(
        "Renewed At",
        readonly=True,
        copy=False,
        help="When the bank last replaced what is behind this payment method. What was declined "
        "before is tried again.",
    )

    # ------------------------------------------------------------------
    # What the provider tells
    # ------------------------------------------------------------------

    def _take_over_method(self, values):
        """Write what a provider says of a method; a replaced card is tried again at once.

        :param dict values: some of ``subscription_expiry_date`` and ``payment_details``
        """
        self.ensure_one()
        changed = {name: value for name, value in values.items() if self[name] != value}
        if not changed:
            return
        is_renewed = any(self[name] for name in changed)
        self._as_system().write(changed)
        if is_renewed:
            self._as_system().subscription_renewed_at = fields.Datetime.now()
            self._get_running_contracts()._retry_with_new_method()

    def _is_renewed_since(self, tx):
        """Return whether a bank replaced what is behind this method after a charge ended."""
        renewed = self.subscription_renewed_at
        return bool(renewed) and renewed >= tx.last_state_change

    def _is_dead_for(self, order, other):
        """Return whether a method that the customer saved while paying takes the place of this.

        That is so when this one expired or was refused when it was last charged. One that works
        stays: a payment that is processed twice, or late, never replaces a later choice.

        :param order: `sale.order` that this method pays
        :param other: the `payment.token` that was saved
        """
        if not self or not self.active or other == self or other._get_refusal_for(order):
            return False
        self.ensure_one()
        end = self.subscription_expiry_date
        if end and end < order._subscription_today():
            return True
        # sudo: as in _get_last_decline
        charges = order.sudo().order_line.invoice_lines.move_id.transaction_ids.filtered(
            lambda tx: tx.token_id == self and tx.subscription_invoice_id
        )
        last = charges.sorted("id")[-1:]
        return bool(last.subscription_decline_class) and not self._is_renewed_since(last)

    # ------------------------------------------------------------------
    # What the provider is asked
    # ------------------------------------------------------------------

    @api.model
    def _query_expiries(self):
        """Ask providers about methods whose end is not known, or is near; commits after each."""
        Cron = self.env["ir.cron"]
        tokens = self._get_tokens_to_query()
        Cron._commit_progress(remaining=len(tokens))
        for token in tokens:
            try:
                # Alone: each commit forgets what was read, also of those that are left.
                token.with_prefetch()._query_provider()
            except Exception:
                # Whatever is wrong with one method must not stop the others.
                self.env.cr.rollback()
                _logger.exception("saved method %(token)s was not asked about", {"token": token.id})
            token._as_system().subscription_queried_at = fields.Datetime.now()
            if not Cron._commit_progress(1):
                break

    def _query_provider(self):
        """Take over what the provider knows of this method, if it answers."""
        self.ensure_one()
        try:
            self._take_over_method(self._hook_query_method())
        except OutcomeUnknownError as error:
            _logger.info(
                "the provider did not tell about saved method %(token)s: %(error)s",
                {"token": self.id, "error": error},
            )

    @api.model
    def _get_tokens_to_query(self):
        """Return methods of running contracts that the provider has to be asked about."""
        now = fields.Datetime.now()
        until = fields.Date.add(now.date(), days=const.EXPIRY_NOTICE_DAYS)
        never = Domain("subscription_expiry_date", "=", False) & Domain(
            "subscription_queried_at", "=", False
        )
        soon = Domain("subscription_expiry_date", "<=", until) & (
            Domain("subscription_queried_at", "=", False)
            | Domain("subscription_queried_at", "<=", now - QUERY_AGAIN_AFTER)
        )
        running = Domain("subscription_order_ids.subscription_state", "in", const.RUNNING_STATES)
        askable = Domain("provider_code", "in", self._get_askable_providers()) & Domain(
            "provider_id.state", "!=", "disabled"
        )
        return self.search(askable & running & (never | soon), limit=1000)

    @api.model
    def _get_askable_providers(self):
        """Return the codes of providers that tell about saved methods. Hook of feature files.

        :rtype: list[str]
        """
        return []

    def _hook_query_method(self):
        """Ask the provider about this method. Hook; extend it for a ``provider_code``.

        Called by the job that warns of ends.

        :return: values for :meth:`_take_over_method`
        :rtype: dict
        :raise OutcomeUnknownError: the provider did not answer
        """
        self.ensure_one()
        return {}

    # ------------------------------------------------------------------
    # What the customer is told
    # ------------------------------------------------------------------

    @api.model
    def _cron_warn_of_expiry(self):
        """Mail customers whose method expires before the next charge, once per method."""
        self._query_expiries()
        self.env["ir.cron"]._for_each_locked(
            self._get_expiring(), lambda token: token._warn_of_expiry()
        )

    @api.model
    def _get_expiring(self):
        """Return methods that expire soon, pay a running contract, and were not warned of."""
        # One day more than the calendar of UTC has: the company's own day decides below.
        until = fields.Date.add(fields.Date.today(), days=const.EXPIRY_NOTICE_DAYS + 1)
        tokens = self.search(
            [
                ("subscription_expiry_date", "!=", False),
                ("subscription_expiry_date", "<=", until),
                ("subscription_order_ids.subscription_state", "in", const.RUNNING_STATES),
            ]
        )
        return tokens.filtered(
            lambda token: (
                token._is_expiring()
                and token.subscription_expiry_warned_date != token.subscription_expiry_date
                and token._get_contracts_to_replace()
            )
        )

    def _is_expiring(self):
        """Return whether this method ends within the days of notice, by the company's clock."""
        self.ensure_one()
        today = self.company_id._subscription_today()
        notice = fields.Date.add(today, days=const.EXPIRY_NOTICE_DAYS)
        return bool(self.subscription_expiry_date) and self.subscription_expiry_date <= notice

    def _get_contracts_to_replace(self):
        """Return the contracts that need another method, because they go on after its end.

        :rtype: sale.order
        """
        self.ensure_one()
        end = self.subscription_expiry_date
        contracts = self._get_running_contracts().filtered(
            lambda order: (
                order.subscription_payment_mode in const.CHARGED_MODES
                and order.subscription_next_invoice_date
                and (not order.subscription_end_date or order.subscription_end_date > end)
            )
        )
        return contracts.with_env(self.env)._filtered_access("read")

    def _warn_of_expiry(self):
        """Queue the mail about one method and note it on its contracts."""
        self.ensure_one()
        self._as_system().subscription_expiry_warned_date = self.subscription_expiry_date
        template = self.env.ref(
            "sale_recurring.mail_template_method_expires", raise_if_not_found=False
        )
        contracts = self._get_contracts_to_replace()
        is_written = bool(template and self.partner_id._get_mail_reader())
        if is_written:
            _mail, problem = template._write_mail(self)
            is_written = not problem
        if not is_written:
            text = self.env._(
                "%(method)s is valid until %(day)s.",
                method=self.display_name,
                day=format_date(self.env, self.subscription_expiry_date),
            )
            for order in contracts:
                leave_to_colleague(order, text)
            return
        text = self.env._(
            "%(method)s is valid until %(day)s. The customer was asked for another payment method.",
            method=self.display_name,
            day=format_date(self.env, self.subscription_expiry_date),
        )
        contracts._message_log_batch({order.id: text for order in contracts})
