import hashlib
import json

from odoo import fields, models
from odoo.tools import float_repr, plaintext2html

from ... import const

# Values that a clerk may edit on a draft; dates that core computes by itself are not among them.
FINGERPRINT_FIELDS = (
    "partner_id",
    "partner_shipping_id",
    "journal_id",
    "currency_id",
    "fiscal_position_id",
    "invoice_payment_term_id",
    "invoice_date",
    "invoice_user_id",
    "payment_reference",
    "ref",
    "narration",
)
FINGERPRINT_LINE_FIELDS = (
    "display_type",
    "product_id",
    "name",
    "account_id",
    "quantity",
    "price_unit",
    "discount",
    "product_uom_id",
    "tax_ids",
    "analytic_distribution",
    "deferred_start_date",
    "deferred_end_date",
)
OPEN_TRANSACTION_STATES = ("draft", "pending", "authorized")


class AccountMove(models.Model):
    """Draft documents of contracts: was one edited, is it being paid, can it be made anew."""

    _inherit = "account.move"

    subscription_draft_fingerprint = fields.Char(
        "Draft as It Was Made",
        copy=False,
        readonly=True,
        help="What the draft said when the contract made it. A draft that says the same has not "
        "been edited and may be made anew.",
    )

    def _remember_fingerprints(self):
        """Remember what new drafts say, so that a later edit by hand is noticed."""
        # sudo: a salesperson bills own contracts without rights on the books
        drafts = self.sudo().filtered(lambda move: move.state == "draft")
        drafts = drafts.with_context(skip_is_manually_modified=True)
        drafts._hook_on_drafts_made()
        for move in drafts:
            move._as_system().subscription_draft_fingerprint = move._get_draft_fingerprint()

    def _hook_on_drafts_made(self):
        """Hook. Called with new drafts before what they say is remembered. Return nothing.

        A period that is paid ahead has its own day, the others are asked for from today on.
        """

    def _get_draft_fingerprint(self):
        """Return a digest of everything on this document that a clerk may edit."""
        self.ensure_one()
        lines = self.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
        facts = [
            [self._get_fingerprint_value(self, name) for name in FINGERPRINT_FIELDS],
            [
                [self._get_fingerprint_value(line, name) for name in FINGERPRINT_LINE_FIELDS]
                for line in lines
            ],
        ]
        if self.invoice_cash_rounding_id:
            # Apart: drafts that were made before this was looked at say the same without it.
            facts.append(self.invoice_cash_rounding_id.id)
        text = json.dumps(facts, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def _get_fingerprint_value(self, record, name):
        value = record[name]
        field = record._fields[name]
        if field.relational:
            return sorted(value.ids)
        if field.type == "float":
            return float_repr(value, 6)
        return value or False

    def _is_soft_draft(self):
        """Return whether this draft was made by a contract, or bills one after a correction."""
        return self.move_type == "out_invoice" or bool(self.subscription_draft_fingerprint)

    def _is_draft_edited(self):
        """Return whether a clerk did something to this draft, so that it is not made anew.

        It says something else than the contract made it say, or was paid in part already.
        """
        self.ensure_one()
        return (
            self.posted_before
            or self._get_matched_amount() != 0.0
            or self.subscription_draft_fingerprint != self._get_draft_fingerprint()
        )

    def _get_matched_amount(self):
        """Return how much payments and credits that somebody matched with this draft pay of it."""
        self.ensure_one()
        return self.currency_id.round(self.amount_total - self.amount_residual)

    def _is_draft_in_payment(self):
        """Return whether the outcome of a payment of this draft is still open. Hook."""
        self.ensure_one()
        # sudo: a billing clerk may lack rights on payment transactions
        return any(
            tx.state in OPEN_TRANSACTION_STATES or (tx.state == "done" and not tx.sale_order_ids)
            for tx in self.sudo().transaction_ids
        )

    def _get_draft_contracts(self):
        """Return the contracts that this draft bills."""
        orders = self.invoice_line_ids.subscription_billed_period_ids.order_id
        return orders.with_env(self.env)

    def _void_draft(self):
        """Delete untouched drafts; their periods are given back and billed anew by the caller."""
        if not self:
            return
        for draft in self:
            for order in draft._get_draft_contracts():
                order._message_log(
                    body=self.env._(
                        "The contract changed, so its draft of %(amount)s is made anew.",
                        amount=draft.currency_id.format(draft.amount_total),
                    )
                )
        self.sudo()._hook_on_drafts_voided()  # sudo: as below
        # sudo: the salesperson who bills a contract may lack the right to delete a draft.
        # force_delete: these drafts never had a number that could leave a gap.
        self.sudo().with_context(
            force_delete=True, **const.sealed(const.DROPPING_DRAFT_KEY)
        ).unlink()

    def _renew_for_header(self, names):
        """Let the run make drafts anew whose contract says another payer, term, or the like now.

        A draft that somebody edited is left alone and asks for a decision; one that is being paid
        goes on for the one who pays it.

        :param set names: fields of the contract or its lines that were written
        """
        renewed = self.browse()
        for draft in self.filtered(lambda move: move.move_type == "out_invoice"):
            contracts = draft._get_draft_contracts()
            changed = contracts.filtered(
                lambda order, draft=draft: (
                    draft._differs_from_header(order, names)
                    or draft._differs_from_lines(order, names)
                )
            )
            if not changed or draft._is_draft_in_payment():
                continue
            if draft._is_draft_edited():
                draft._schedule_draft_decision(changed[0])
            else:
                renewed |= draft
        contracts = renewed._get_draft_contracts()
        if contracts:
            contracts._subscription_claim()
            renewed._void_draft()
            contracts._refresh_after_correction()

    def _differs_from_header(self, order, names):
        """Return whether this draft says something else than its contract in some fields.

        :param order: one of its contracts
        :param set names: fields of contracts
        """
        self.ensure_one()
        payer = order.partner_invoice_id
        position = order.fiscal_position_id or order.fiscal_position_id._get_fiscal_position(payer)
        method = order.preferred_payment_method_line_id
        differs = {
            "partner_invoice_id": self.partner_id != payer,
            "partner_shipping_id": self.partner_shipping_id != order.partner_shipping_id,
            "payment_term_id": self.invoice_payment_term_id != order.payment_term_id,
            "client_order_ref": (order.client_order_ref or order.name) not in (self.ref or ""),
            "fiscal_position_id": self.fiscal_position_id != position,
            "journal_id": bool(order.journal_id) and self.journal_id != order.journal_id,
            "preferred_payment_method_line_id": self.preferred_payment_method_line_id != method,
            "note": (order.note or "") not in (self.narration or ""),
        }
        if "partner_id" in names:
            names = {*names, "partner_invoice_id", "partner_shipping_id"}
        return any(differs.get(name) for name in names)

    def _differs_from_lines(self, order, names):
        """Return whether lines of this draft say something else than those of their contract.

        :param order: one of its contracts
        :param set names: fields of order lines
        """
        for line in self.invoice_line_ids:
            sold = line.sale_line_ids
            if len(sold) != 1 or sold.order_id != order or line.quantity < 0:
                continue
            differs = {
                "tax_ids": line.tax_ids != sold.tax_ids,
                "name": sold.name not in (line.name or ""),
                "analytic_distribution": line.analytic_distribution != sold.analytic_distribution,
            }
            if any(differs.get(name) for name in names):
                return True
        return False

    def _hook_on_drafts_voided(self):
        """Hook. Called with drafts that are deleted next, to be made anew. Return nothing."""

    def _schedule_draft_decision(self, order):
        """Ask for a decision about an edited draft that a change of a contract makes wrong.

        :param order: the contract that changed
        """
        self.ensure_one()
        clerk = self.invoice_user_id.sudo()  # sudo: the run may not read who has left
        is_here = clerk.active and not clerk.share and self.company_id in clerk.company_ids
        user = clerk if is_here else order._get_responsible_user()
        # sudo: the run may see the draft of a colleague
        self.sudo().activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("The contract changed after this draft was edited"),
            note=plaintext2html(
                self.env._(
                    "%(order)s changed, but this draft was edited by hand and is left alone. Post "
                    "it, then the difference is billed; or delete it, then the period is billed "
                    "anew.",
                    order=order.name,
                )
            ),
            user_id=user.id,
        )

    def _release_waiting_contracts(self):
        """Let contracts that wait for one of these documents take part in the run again."""
        gone = self.filtered(lambda move: move.state != "draft")
        if gone:
            # sudo: whoever settles the document may do so without rights on the contract
            self.env["sale.order"].sudo().search(
                [("subscription_waiting_move_id", "in", gone.ids)]
            )._stop_waiting()

    def activity_schedule(self, act_type_xmlid="", date_deadline=None, *args, **kwargs):
        """Take the company's day where core takes that of whoever acts, UTC in a job."""
        if not date_deadline and len(self.company_id) == 1:
            date_deadline = self.company_id._subscription_today()
        return super().activity_schedule(act_type_xmlid, date_deadline, *args, **kwargs)
