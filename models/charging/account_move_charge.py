import logging

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL
from psycopg2 import OperationalError
from psycopg2 import errors as pg_errors

from ... import const
from ...engine import charging, dunning
from .charge_run import ChargeRun

_logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 4  # where no policy says another number


class AccountMove(models.Model):
    """Charge posted invoices of contracts to the payment method that the customer saved.

    A run of its own after the billing run: numbers are locked until the run commits, and a
    provider must never be waited for under a lock. Each attempt is committed before the provider
    is asked and again when it answered, so that whatever dies in between leaves a transaction
    that blocks a second attempt.
    """

    _inherit = "account.move"

    subscription_charge_attempted_at = fields.Datetime(
        "Charged At",
        copy=False,
        readonly=True,
        help="When the saved payment method was last charged. An invoice is not charged again by "
        "itself.",
    )
    subscription_charge_early = fields.Boolean(
        "Charge Before Due",
        copy=False,
        readonly=True,
        help="Somebody asked to charge this invoice before it is due.",
    )
    subscription_charge_count = fields.Integer("Charges", copy=False, readonly=True)
    subscription_charge_error = fields.Text(
        "Charge Failed",
        copy=False,
        readonly=True,
        help="Why the last attempt to charge the saved payment method failed.",
    )

    _open_to_charge = models.Index(
        "(company_id, invoice_date_due) WHERE state = 'posted' AND move_type = 'out_invoice' "
        "AND payment_state IN ('not_paid', 'partial') AND subscription_charge_attempted_at IS NULL"
    )

    # ------------------------------------------------------------------
    # What is charged
    # ------------------------------------------------------------------

    @api.model
    def _get_charge_domain(self, company):
        """Return the domain of invoices that may be charged automatically now.

        A posted invoice is charged once it is due, or when somebody asks for it. A draft of a
        contract whose invoices are made after the payment is charged at once; when somebody posts
        it before anybody paid or was charged, it is an invoice like any other.

        :param company: `res.company`
        :rtype: Domain
        """
        today = company._subscription_today()
        is_due = self._get_due_domain("<=", today) | Domain("subscription_charge_early", "=", True)
        posted = Domain("state", "=", "posted") & is_due
        posted &= self._get_charged_contracts_domain("charge", today) | (
            Domain("transaction_ids", "not any", self._get_attempts_domain())
            & self._get_charged_contracts_domain("after_payment", today)
        )
        unpaid = Domain(
            [
                ("company_id", "=", company.id),
                ("move_type", "=", "out_invoice"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("subscription_charge_attempted_at", "=", False),
            ]
        )
        return unpaid & (posted | self._get_draft_charge_domain(today))

    @api.model
    def _get_attempts_domain(self):
        """Return the domain of charges, and of payments in which money came; no left forms."""
        return Domain("subscription_invoice_id", "!=", False) | (
            Domain("state", "in", ("pending", "authorized", "done"))
            & Domain("provider_code", "not in", const.PROMISING_PROVIDERS)
        )

    @api.model
    def _get_draft_charge_domain(self, today):
        """Return the domain of drafts that wait for the money before they become invoices. Hook.

        :param date today: that of the company
        :rtype: Domain
        """
        return Domain(
            [
                ("state", "=", "draft"),
                ("subscription_draft_fingerprint", "!=", False),
                ("amount_total", ">", 0),
            ]
        ) & self._get_charged_contracts_domain("after_payment", today)

    @api.model
    def _get_charged_contracts_domain(self, payment_mode, today):
        """Return the domain of invoices whose contracts pay so and have a saved method."""
        return Domain(
            "invoice_line_ids.sale_line_ids.order_id",
            "any",
            [
                ("is_subscription", "=", True),
                ("subscription_payment_token_id", "!=", False),
                ("subscription_template_id.payment_mode", "=", payment_mode),
                # what a closing gives back is taken off the invoice first
                "|",
                ("subscription_state", "not in", ("closed", "renewed")),
                "|",
                ("subscription_next_invoice_date", "=", False),
                ("subscription_next_invoice_date", ">", today),
            ],
        )

    @api.model
    def _get_invoices_to_charge(self):
        """Return invoices to charge now, the oldest first."""
        invoices = self.browse()
        for company in self.env["res.company"]._get_served_companies():
            domain = self._get_charge_domain(company)
            # Apart, so that the index on posted invoices serves the many.
            for state in ("posted", "draft"):
                invoices |= self.search(
                    Domain("state", "=", state) & domain, order="invoice_date_due, id", limit=1000
                )
        return invoices

    def _get_subscription_token(self):
        """Return the saved payment method to charge, empty unless all contracts agree on it.

        :rtype: payment.token
        """
        self.ensure_one()
        # sudo: invoicing clerks have no right to read tokens
        orders = self.sudo()._get_subscription_orders()
        tokens = orders.subscription_payment_token_id
        charged = all(
            order.subscription_payment_token_id
            and order._get_subscription_template().payment_mode in const.CHARGED_MODES
            for order in orders
        )
        return tokens if charged and len(tokens) == 1 else tokens.browse()

    def _get_open_charges(self):
        """Return payments of this invoice whose outcome is not known yet.

        A form that a customer opened on the portal counts for minutes, and for all that is open
        only: nobody keeps an invoice from being charged by opening forms.

        :rtype: payment.transaction
        """
        self.ensure_one()
        # sudo: invoicing clerks have no right to read transactions
        return self.sudo().transaction_ids.filtered(lambda tx: tx._is_open_charge())

    # ------------------------------------------------------------------
    # Run
    # ------------------------------------------------------------------

    @api.model
    def _cron_charge_subscriptions(self):
        """Charge open invoices one by one; may be killed and run again at any point."""
        self.env["payment.transaction"]._book_abandoned()
        self._invoice_left_requests()
        ChargeRun(self.env).run(self._get_invoices_to_charge())
        self._send_payment_requests()

    def _claim_charge(self):
        """Lock this invoice unless somebody else holds it or has made the attempt meanwhile.

        :return: whether this process may make the attempt
        :rtype: bool
        """
        self.ensure_one()
        # The two fields are all that other workers change before they commit.
        self.flush_recordset(["subscription_charge_attempted_at", "subscription_charge_count"])
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM account_move
                 WHERE id = %s AND subscription_charge_attempted_at IS NULL
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                self.id,
            ),
            log_exceptions=False,  # whoever was faster has charged it, nobody has to look
        )
        claimed = self.env.cr.fetchall()
        self.invalidate_recordset()
        return bool(claimed)

    def _charge_subscription_invoice(self):
        """Make a new attempt to charge this invoice, now; commits before and after the provider.

        For scheduled jobs only, whose transaction has nothing else to save. Nothing happens while
        another attempt is open, or when the invoice is paid, not due or has no saved method.

        :return: the transaction, empty when there was nothing to charge
        :rtype: payment.transaction
        """
        self.ensure_one()
        self._as_system().subscription_charge_attempted_at = False
        return self._charge_subscription()

    def _charge_subscription(self):
        """Charge this invoice to the saved method; commits before and after the provider.

        :return: the transaction, empty when there was nothing to charge
        :rtype: payment.transaction
        """
        tx = self._begin_charge()
        if tx:
            tx._charge_subscription()
        return tx

    def _begin_charge(self):
        """Record and commit an attempt to charge this invoice, before the provider is asked.

        :return: the transaction, empty when there is nothing to charge
        :rtype: payment.transaction
        """
        self.ensure_one()
        tx = self.env["payment.transaction"]
        try:
            tx = self._create_charge_transaction()
            self.env["ir.cron"]._commit_progress()
        except (OperationalError, pg_errors.UniqueViolation):
            # Another process holds the invoice or has just charged it: the next run looks again.
            self.env.cr.rollback()
            return tx
        except Exception as error:
            # Whatever is wrong with one invoice must not stop the others.
            self.env.cr.rollback()
            _logger.exception("invoice %(invoice)s cannot be charged", {"invoice": self.id})
            self._fail_charge(str(error))
            self.env["ir.cron"]._commit_progress()
        return tx

    def _create_charge_transaction(self):
        """Lock the invoice and record the attempt to charge what is left of it. Hook.

        :return: a draft transaction, empty when nothing can be charged
        :rtype: payment.transaction
        """
        self.ensure_one()
        Transaction = self.env["payment.transaction"].sudo()  # sudo: nobody may create these
        if not self._claim_charge():
            return Transaction
        token = self._get_subscription_token()
        # A search: to filter this one invoice would read its lines and what they were sold with.
        is_open = self.search_count(
            Domain("id", "=", self.id) & self._get_charge_domain(self.company_id)
        )
        if not is_open or not token or self._get_open_charges():
            return Transaction
        if self._get_older_money_under_way():
            return Transaction  # of a document that this one takes the place of
        if not token.active:
            self._fail_charge(self.env._("The saved payment method was removed."))
            return Transaction
        if reason := token._get_refusal_for(self):
            self._fail_charge(reason)
            return Transaction
        if self.currency_id.compare_amounts(self._get_amount_to_take(), 0) <= 0:
            return Transaction
        if reason := self._get_charge_obstacle(token):
            self._fail_charge(reason)
            return Transaction
        if self._update_aside():
            return Transaction
        self._note_attempt()
        return Transaction.create(self._prepare_charge_values(token))

    def _note_attempt(self):
        """Write down that this invoice is about to be charged."""
        self.ensure_one()
        self._as_system().write(
            {
                "subscription_charge_count": self.subscription_charge_count + 1,
                "subscription_charge_attempted_at": fields.Datetime.now(),
                "subscription_charge_error": False,
            }
        )

    def _prepare_charge_values(self, token):
        """Return the values of the transaction that charges this invoice.

        The reference follows from invoice and attempt: a second process that gets here with the
        same attempt collides with the unique index on references.

        :param token: `payment.token`
        :rtype: dict
        """
        self.ensure_one()
        now = fields.Datetime.now()
        name = self.name or self.invoice_origin or "draft"
        return {
            "provider_id": token.provider_id.id,
            "payment_method_id": token.payment_method_id.id,
            "token_id": token.id,
            "reference": f"{name}-{self.id}-{self.subscription_charge_count}",
            "amount": self._get_amount_to_take(),
            "currency_id": self.currency_id.id,
            "partner_id": self.partner_id.id,
            "operation": "offline",
            "invoice_ids": [Command.set(self.ids)],
            "subscription_invoice_id": self.id,
            "subscription_query_at": charging.next_question(now, now),
        }

    def _get_charge_verdict(self):
        """Return what the engine says about charging this document once more by itself."""
        self.ensure_one()
        token, last = self._get_subscription_token(), self._get_last_decline()
        if token and self._is_disputed_with(token):
            return dunning.WAIT
        return dunning.charge_verdict(
            last.subscription_decline_class or None,
            bool(token) and not self._is_another_method_since(last),
            self.subscription_charge_count,
            self._get_most_attempts(),
        )

    def _get_most_attempts(self):
        """Return how often this document is charged at most by itself. Hook."""
        return MOST_ATTEMPTS

    def _is_another_method_since(self, last):
        """Return whether the method that pays this document is not the one that failed. Hook.

        :param last: the `payment.transaction` that was declined
        :rtype: bool
        """
        token = self._get_subscription_token()
        return bool(token) and token != last.token_id

    def _waits_for_new_method(self):
        """Return whether this document failed to be charged, and another method may do."""
        self.ensure_one()
        if (
            not self._is_open_to_pay()
            or not self.subscription_charge_error
            or self._get_open_charges()
        ):
            return False
        last = self._get_last_decline()
        is_allowed = last.subscription_decline_class != charging.NEVER
        is_other = self._is_another_method_since(last)
        return is_other and is_allowed and not self._was_charged_often()

    def _was_charged_often(self):
        """Return whether a further attempt today would be one too many, whoever wants it."""
        self.ensure_one()
        since = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        # sudo: neither customers nor salespeople read transactions
        charges = self.sudo().transaction_ids.filtered(
            lambda tx: tx.subscription_invoice_id and tx.last_state_change > since
        )
        return len(charges) >= const.RETRIES_PER_DAY

    def _get_last_decline(self):
        """Return the last charge of this invoice that was declined, empty if it never was.

        :rtype: payment.transaction
        """
        self.ensure_one()
        # sudo: invoicing clerks have no right to read transactions
        declined = self.sudo().transaction_ids.filtered("subscription_decline_class")
        return declined.sorted("id")[-1:]
