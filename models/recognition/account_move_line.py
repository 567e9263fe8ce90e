from fractions import Fraction

from odoo import fields, models

from ...engine.money import to_decimal
from ..billing.discount_bearers import get_contract, get_lines_of_contract


class AccountMoveLine(models.Model):
    """From an invoice line to the months in which it is earned."""

    _inherit = "account.move.line"

    recognition_ids = fields.One2many(
        "subscription.recognition",
        "line_id",
        "Recognised Revenue",
        readonly=True,
        copy=False,
        groups="account.group_account_readonly,account.group_account_invoice",
    )

    recognition_id = fields.Many2one(
        "subscription.recognition",
        "Recognises Month",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="account.group_account_readonly,account.group_account_invoice",
        help="What this line of an entry defers or earns of an invoice line.",
    )

    def _hook_on_lines_removed(self):
        """Hook. Take back what was recognised of lines that go away."""
        super()._hook_on_lines_removed()
        self.env["subscription.recognition"]._mark_stale(self.filtered("deferred_start_date"))

    def _hook_on_days_written(self):
        """Hook. Compare lines whose days were typed again with what was recognised of them."""
        super()._hook_on_days_written()
        posted = self.filtered(lambda line: line.parent_state == "posted")
        if posted.company_id._get_ever_recognising():
            self.env["subscription.recognition"]._mark_stale(posted)

    def _get_recognition_root(self):
        """Return the invoice line that a line of a credit note is about, else the line itself.

        :rtype: account.move.line
        """
        self.ensure_one()
        rows = self.subscription_billed_period_ids.reverses_id
        return (
            self.subscription_origin_line_id
            or self.subscription_adjusted_period_id.invoice_line_id
            or rows.invoice_line_id[:1]
            or self
        )

    def _is_contract_discount(self):
        """Tell whether this line without days is a discount that a contract sells once.

        It stands beside lines with days; what takes such a discount back counts as well.
        """
        self.ensure_one()
        if self.deferred_start_date or not any(self.move_id.line_ids.mapped("deferred_start_date")):
            return False
        sold = self.sale_line_ids | self.subscription_origin_line_id.sale_line_ids
        return any(
            line.order_id.is_subscription
            and not line.recurrence_id
            and not line.is_downpayment
            and line.price_unit * line.product_uom_qty < 0
            for line in sold
        )

    def _get_discounted_lines(self):
        """Return the lines of the document that this discount without days lowers.

        They are those of the same taxes, or all of them when there are none. A discount that is
        larger than those pays them whole, and lowers the others by the rest.

        :return: the lines, the others, and the share of the discount that the first ones bear
        :rtype: tuple
        """
        self.ensure_one()
        if self.account_id.internal_group != "income":
            return self.browse(), self.browse(), Fraction(1)
        lines = self.move_id.line_ids.filtered(lambda line: line.display_type == "product")
        contract = get_contract(self)
        beside = lines.filtered(lambda line: line.balance * self.balance < 0)
        beside = get_lines_of_contract(beside, contract)
        own = beside.grouped("tax_ids").get(self.tax_ids) or beside
        alike = lines.filtered(
            lambda line: (
                line.tax_ids == self.tax_ids
                and get_contract(line) == contract
                and line.balance * self.balance > 0
                and not line.deferred_start_date
            )
        )
        price, discount = (abs(to_decimal(sum(one.mapped("balance")))) for one in (own, alike))
        paid = min(Fraction(price) / Fraction(discount), Fraction(1))
        if own == beside or not paid:
            return beside, self.browse(), Fraction(1)
        return own, beside - own, paid

    def _get_discounts_beside(self):
        """Return the lines without days in the documents of these lines.

        :rtype: account.move.line
        """
        return self.move_id.line_ids.filtered(
            lambda line: line.display_type == "product" and not line.deferred_start_date
        )
