from odoo import fields, models

from ...const import SELDOM
from ..contract.activities import schedule_once


def get_earlier_drafts(orders, before=None):
    """Return draft invoices of contracts that were made earlier than one of them.

    :param orders: `sale.order`
    :param before: that draft, None for all of them
    """
    moves = orders.order_line.billed_period_ids.move_id
    return moves.filtered(
        lambda move: (
            move.state == "draft"
            and move.move_type == "out_invoice"
            and not move._is_abandoned_when_unpaid()
            and (not before or move.id < before.id)
        )
    )


class SaleOrder(models.Model):
    """Credit that was kept for the next invoice of a contract, before that invoice is posted."""

    _inherit = "sale.order"
    subscription_voided_request = fields.Json(
        "Deleted Request for Payment",
        copy=False,
        readonly=True,
        groups="base.group_system",
        help="What was done about a request for payment that a change of the contract deleted, "
        "until the draft is made that takes its place.",
        prefetch=SELDOM,
    )
    subscription_under_way_text = fields.Text(
        "Payment Under Way", compute="_compute_subscription_under_way_text"
    )

    def _get_credit_balance(self, before=None):
        """Return how much kept credit the next invoice of these contracts takes off at most.

        Drafts that were made earlier take theirs first.

        :param before: the draft that it is about, when it is made already
        :rtype: float
        """
        # sudo: salespeople and customers may not read the books
        orders = self.sudo()
        payers = (before.sudo() if before else orders.partner_invoice_id).commercial_partner_id
        lines = orders.env["account.move.line"]._get_credit_balance_lines(payers)
        # A clerk may have given a draft another currency than its contract has.
        currencies = before.currency_id if before else orders.currency_id
        left = -sum(
            line.amount_residual_currency
            for line in lines
            if line._get_credit_orders() & orders
            and line.currency_id in currencies
            and line.company_id in orders.company_id.parent_ids
        )
        if left:
            earlier = get_earlier_drafts(orders, before)
            earlier = earlier.filtered(lambda move: move.currency_id in currencies)
            left -= sum(earlier.mapped("amount_residual"))
        return max(left, 0.0)

    def _post_covered_drafts(self):
        """Make invoices of drafts that waited for a payment and are covered by credit instead."""
        # sudo: whoever keeps a credit may not see the contracts
        for draft in get_earlier_drafts(self.sudo()):
            waits = any(
                order._is_invoiced_after_payment() for order in draft.subscription_order_ids
            )
            running = draft._is_draft_in_payment()
            if waits and not running and draft.amount_total and not draft._get_amount_to_charge():
                draft.invoice_date = draft.company_id._subscription_today()
                draft.action_post()
                draft._send_paid_drafts()

    # ------------------------------------------------------------------
    # Contracts that are paid by charging a saved payment method
    # ------------------------------------------------------------------

    def _hook_on_subscription_billed(self, moves):
        """Take kept credit off; wake the charging run, which charges after the commit."""
        super()._hook_on_subscription_billed(moves)
        moves._use_credit_balance()
        moves._make_covered_invoices()
        moves._trigger_charging()

    def _schedule_charge_activity(self, summary, note, matter=False, document=None):
        """Ask whoever looks after one contract to see to a payment.

        An open request about the same thing is brought up to date.

        :param str summary: what happened
        :param str note: what happened and what to do, in words
        :param str matter: one of `mail_activity.MATTERS`, by which the request ends by itself
        :param document: the `account.move` whose money this is about, None for the contract
        """
        self.ensure_one()
        schedule_once(
            self._as_system(),
            "sale_recurring.mail_activity_charge_failed",
            summary,
            note,
            self._get_responsible_user(),
            subscription_matter=matter,
            subscription_move_id=document.id if document else False,
        )

    def _is_matter_done(self, matter):
        """Return whether nobody has to look after a matter of this contract any more. Hook.

        Extend it for matters that are about no document.

        :param str matter: one of `mail_activity.MATTERS`
        :rtype: bool
        """
        self.ensure_one()
        del matter
        return False

    # ------------------------------------------------------------------
    # Contracts whose invoices are made after the payment
    # ------------------------------------------------------------------

    def _get_open_requests(self):
        """Return drafts of these contracts that their customers are asked to pay."""
        moves = self.order_line.invoice_lines.move_id
        return moves.filtered(lambda move: move._is_payment_request())

    def _get_document_to_pay(self, document_id=None):
        """Return what a customer who follows a link should pay now.

        :param int document_id: the document that the link was about, when it is still open
        :return: an open `account.move` whose payment is not on its way, empty when all is paid
        """
        self.ensure_one()
        moves = self._get_open_invoices_to_pay().filtered(lambda move: not move._get_open_charges())
        return moves.filtered(lambda move: move.id == document_id) or moves[:1]

    def _is_method_wanted(self):
        """Return whether a saved method of the customer is charged for one contract."""
        self.ensure_one()
        mode = self._get_subscription_template().payment_mode
        is_saved = bool(self.subscription_payment_token_id)
        return mode == "charge" or (mode == "after_payment" and is_saved)

    # ------------------------------------------------------------------
    # Contracts with a payment that a bank takes days for
    # ------------------------------------------------------------------

    def _compute_subscription_under_way_text(self):
        """Say of each invoice what is under way, so that nobody charges or calls meanwhile."""
        for order in self:
            # sudo: whoever looks at a contract may not read its invoices
            moves = order.sudo().order_line.invoice_lines.move_id
            texts = (move._get_under_way_text() for move in moves)
            order.subscription_under_way_text = "\n".join(filter(None, texts)) or False

    def _get_portal_facts(self):
        """Add what the bank is at work on."""
        facts = super()._get_portal_facts()
        if text := self.subscription_under_way_text:
            facts.append((self.env._("Payment under way"), text))
        return facts

    def _get_open_invoices_to_pay(self):
        """Return invoices, and requests for payment, of this contract that are not paid."""
        self.ensure_one()
        # sudo: customers reach them by the link of the contract
        moves = self.sudo().order_line.invoice_lines.move_id.filtered(
            lambda move: move._is_open_to_pay()
        )
        return moves.sorted(lambda move: (move._get_payment_due_date(), move.id))
