import logging

from odoo import api, fields, models
from odoo.fields import Command, Domain
from psycopg2 import OperationalError

from ...engine import dunning

_logger = logging.getLogger(__name__)
REQUEST_MAIL = "sale_recurring.mail_template_payment_request"


class AccountMove(models.Model):
    """A change makes a request for payment anew: what was done about the old one is not forgotten.

    Otherwise a contract could be changed again and again and never be dunned, and a card that
    was declined would be charged once more each time.
    """

    _inherit = "account.move"
    subscription_requested_at = fields.Datetime(
        "Payment Request Sent",
        copy=False,
        readonly=True,
        help="When the customer was asked by mail to pay this draft.",
    )

    def _hook_on_drafts_voided(self):
        """Keep on their contracts what was done about requests that are about to be deleted."""
        super()._hook_on_drafts_voided()
        requests = self.filtered("subscription_requested_date")
        for move in self:
            # Whoever still has the form open pays the contract, and so does what counts as left.
            forms = move.sudo().transaction_ids.filtered(
                lambda tx: (
                    tx.state in ("draft", "pending", "authorized")
                    and not tx.subscription_invoice_id
                )
            )
            orders = move.sudo()._get_draft_contracts()
            forms.sale_order_ids = [Command.link(order.id) for order in orders]
        for move in requests.sorted("subscription_requested_date", reverse=True):
            facts = move._prepare_voided_request_facts()
            for order in move._get_draft_contracts():
                order._as_system().subscription_voided_request = facts

    def _prepare_voided_request_facts(self):
        """Return what the next draft about the same days has to know of this one. Hook.

        :return: values that JSON takes
        :rtype: dict
        """
        self.ensure_one()
        move = self.sudo()  # sudo: whoever changes a contract may not read payments
        rows = move.invoice_line_ids.subscription_billed_period_ids
        attempted_at = move.subscription_charge_attempted_at
        return {
            "asked": move.subscription_requested_date.isoformat(),
            "until": max(rows.mapped("end_date")).isoformat() if rows else None,
            "count": move.subscription_charge_count,
            "error": move.subscription_charge_error,
            "attempted_at": attempted_at and fields.Datetime.to_string(attempted_at),
            "transactions": move.transaction_ids.filtered("subscription_decline_class").ids,
        }

    def _follow_voided_request(self):
        """Take over what was done about the request that this draft was made anew for.

        A draft about later days is another matter.
        """
        self.ensure_one()
        orders = self._get_draft_contracts().sudo()  # sudo: kept by the run of every company
        orders = orders.filtered("subscription_voided_request")
        kept = [order.subscription_voided_request for order in orders]
        if not kept:
            return
        orders._as_system().subscription_voided_request = False
        rows = self.invoice_line_ids.subscription_billed_period_ids
        start = min(rows.mapped("start_date"), default=self.subscription_requested_date).isoformat()
        kept = [facts for facts in kept if (facts["until"] or "") > start]
        if kept:
            self._take_over_request(min(kept, key=lambda facts: facts["asked"]))

    def _take_over_request(self, facts):
        """Go on where a deleted draft stood. Hook.

        :param dict facts: of :meth:`_prepare_voided_request_facts`
        """
        # sudo: whoever changes a contract may not write payments
        Transaction = self.env["payment.transaction"].sudo()
        declined = Transaction.browse(facts["transactions"]).exists()
        # Two drafts may follow one: the first takes over what was done.
        declined = declined.filtered(lambda tx: not tx.invoice_ids)
        self._as_system().write(
            {
                "subscription_requested_date": facts["asked"],
                "subscription_charge_count": facts["count"],
                "subscription_charge_error": facts["error"],
                "transaction_ids": [Command.link(tx.id) for tx in declined],
            }
        )
        declined._as_system().subscription_invoice_id = self
        if self._get_charge_verdict() != dunning.GO:
            self._as_system().subscription_charge_attempted_at = facts["attempted_at"]

    # ------------------------------------------------------------------
    # Customers without a saved method are asked by mail to pay, before there is an invoice
    # ------------------------------------------------------------------

    @api.model
    def _send_payment_requests(self):
        """Ask for the money of drafts that no saved method pays, once each.

        Called by the charging run after the charges; commits after each mail.
        """
        Cron = self.env["ir.cron"]
        for move in self._get_requests_to_send():
            try:
                # Alone: each commit forgets what was read, also of those that are left.
                move.with_prefetch()._send_payment_request()
            except Exception as error:
                # Whatever is wrong with one mail must not stop the others.
                self.env.cr.rollback()
                level = logging.INFO if isinstance(error, OperationalError) else logging.ERROR
                _logger.log(
                    level, "payment request %(move)s waits", {"move": move.id}, exc_info=True
                )
            Cron._commit_progress()

    @api.model
    def _get_requests_to_send(self):
        """Return drafts to ask for that were not asked for yet, the oldest first."""
        domain = self._get_request_domain() & Domain("subscription_requested_at", "=", False)
        moves = self.search(domain, order="subscription_requested_date, id", limit=1000)
        return moves.filtered(lambda move: move._is_payment_requested_by_mail())

    def _is_payment_requested_by_mail(self):
        """Return whether nothing else will pay this draft, and nobody is paying it."""
        self.ensure_one()
        token = self._get_subscription_token()
        return not (token and token.active) and not self._get_open_charges()

    def _send_payment_request(self):
        """Queue the mail about one draft and note it on its contracts.

        What no mail can ask for is left to the salesperson.
        """
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True) or self.subscription_requested_at:
            return
        move = self.with_company(self.company_id)
        if move._update_aside():
            return
        move._as_system().subscription_requested_at = fields.Datetime.now()
        name = move._get_payment_name()
        template = self.env.ref(REQUEST_MAIL, raise_if_not_found=False)
        summary = self.env._("%(invoice)s waits for payment", invoice=name)
        if not template or not move._get_mail_reader():
            text = move._get_no_template_text() if not template else move._get_no_address_text()
            move._schedule_for_salespeople(summary, text)
            return
        mail, problem = template._write_mail(move)
        if problem:
            move._schedule_unwritten(problem)
            return
        if not mail._reaches_anybody():
            mail.unlink()
            text = self.env._("The mail template %(name)s has no reader.", name=template.name)
            move._schedule_for_salespeople(summary, text)
            return
        text = self.env._(
            "The customer was asked by mail to pay %(amount)s. The invoice is made with the "
            "payment.",
            amount=move.currency_id.format(move._get_amount_to_charge()),
        )
        orders = move.sudo()._get_subscription_orders()  # sudo: run of every company
        orders._message_log_batch({order.id: text for order in orders})

    def _schedule_unwritten(self, problem):
        """Ask somebody to reach a customer to whom no mail could be written.

        :param str problem: why not, in a sentence
        """
        name = self._get_payment_name()
        text = self.env._(
            "The customer was not asked to pay %(invoice)s. %(problem)s Send them the link to pay, "
            "or call them.",
            invoice=name,
            problem=problem,
        )
        self._schedule_for_salespeople(
            self.env._("%(invoice)s waits for payment", invoice=name), text
        )

    def _get_no_template_text(self):
        """Return that the customer was not asked for lack of a mail, in a sentence."""
        return self.env._(
            "The customer was not asked to pay %(invoice)s, because the mail template for requests "
            "was deleted. Send them the link to pay, or call them.",
            invoice=self._get_payment_name(),
        )

    # ------------------------------------------------------------------
    # Requests whose terms ask for no money before the invoice any more
    # ------------------------------------------------------------------

    @api.model
    def _invoice_left_requests(self):
        """Make the invoices that nobody has to pay first any more; commits after each.

        Called by the charging run before the charges. What somebody edited is left to them.
        """
        Cron = self.env["ir.cron"]
        terms = "invoice_line_ids.sale_line_ids.order_id.subscription_template_id.payment_mode"
        domain = Domain(
            [
                ("state", "=", "draft"),
                ("move_type", "=", "out_invoice"),
                ("subscription_requested_date", "!=", False),
                (terms, "in", ("manual", "charge")),
            ]
        )
        for move in self.search(domain, order="id", limit=1000):
            try:
                move.with_prefetch()._invoice_left_request()
            except Exception as error:
                # Whatever is wrong with one of them must not stop the others.
                self.env.cr.rollback()
                level = logging.INFO if isinstance(error, OperationalError) else logging.ERROR
                _logger.log(level, "draft %(move)s waits", {"move": move.id}, exc_info=True)
            Cron._commit_progress()

    def _invoice_left_request(self):
        """Make one draft an invoice as its terms say, unless its money is under way."""
        self.ensure_one()
        is_free = self.try_lock_for_update(allow_referencing=True) and self.state == "draft"
        if not is_free or self._waits_for_payment() or self._is_draft_in_payment():
            return
        if self._is_draft_edited():
            return
        self._as_system().subscription_requested_date = False
        if "draft" in self._get_invoice_modes():
            return
        self._date_paid_draft()
        self.company_id._at_company_time(self).action_post()
        self._send_paid_drafts()
