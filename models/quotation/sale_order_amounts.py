from odoo import api, fields, models

from ...tools import get_declared
from ..billing.rebate import fit_rebates
from ..billing.tax_totals import TaxTotals


def translate_tax_totals(env, totals):
    """Give stored totals the names of the tax groups in the language of the reader."""
    ids = [group["id"] for subtotal in totals["subtotals"] for group in subtotal["tax_groups"]]
    # sudo: customers see the totals of their order but have no right to read tax groups
    groups = env["account.tax.group"].sudo().browse(ids).exists()
    names = {group.id: group.name for group in groups}
    titles = {group.id: group.preceding_subtotal for group in groups}
    untaxed = env._("Untaxed Amount")
    return {
        **totals,
        "subtotals": [
            {
                **subtotal,
                "name": next((titles.get(group["id"]) for group in subtotal["tax_groups"]), None)
                or untaxed,
                "tax_groups": [
                    {**group, "group_name": names.get(group["id"], group["group_name"])}
                    for group in subtotal["tax_groups"]
                ],
            }
            for subtotal in totals["subtotals"]
        ],
    }


class SaleOrder(models.Model):
    """The amount due now: what a quotation asks for is what the first invoice says.

    Everything that asks a customer for money (portal, payment link, transaction, confirmation
    check, shop) reads the amounts of the order. On an order with recurring lines they are computed
    from the spans that the first invoice will bill, by the same tax engine and with the same base
    lines, and frozen when the order becomes a contract.
    """

    _inherit = "sale.order"

    _due_now_fields = (
        "subscription_quote_date",
        "subscription_quote_frozen",
        "subscription_frozen_totals",
        "subscription_trial_count",
        "subscription_trial_unit",
        "order_line.intro_discount",
        "order_line.intro_period_count",
        "order_line.ramp_step_ids.period",
        "order_line.ramp_step_ids.quantity",
        "order_line.ramp_step_ids.price_unit",
        "order_line.ramp_step_ids.discount",
    )

    subscription_frozen_totals = fields.Json(
        "Totals at Confirmation",
        copy=False,
        help="Amount due now when the contract was confirmed, by tax, as shown to the customer.",
        readonly=True,
    )

    # ------------------------------------------------------------------
    # Amounts
    # ------------------------------------------------------------------

    @api.depends(lambda self: get_declared(self, "_due_now_fields"))
    def _compute_amounts(self):
        """Ask quotations with recurring lines for the amount due now; freeze it on contracts."""
        contracts = self.filtered(lambda order: order._has_due_now_amount())
        super(SaleOrder, self - contracts)._compute_amounts()
        for order in contracts:
            totals = order._get_due_now_totals()
            order.amount_untaxed = totals["base_amount_currency"]
            order.amount_tax = totals["tax_amount_currency"]
            order.amount_total = totals["total_amount_currency"]

    @api.depends(lambda self: get_declared(self, "_due_now_fields"))
    def _compute_tax_totals(self):
        contracts = self.filtered(lambda order: order._has_due_now_amount())
        super(SaleOrder, self - contracts)._compute_tax_totals()
        for order in contracts:
            order.tax_totals = translate_tax_totals(order.env, order._get_due_now_totals())

    def _compute_amount_undiscounted(self):
        """Compare the amount due now with itself without discounts, not with full periods."""
        contracts = self.filtered(lambda order: order._has_due_now_amount())
        super(SaleOrder, self - contracts)._compute_amount_undiscounted()
        for order in contracts:
            if order._is_amount_frozen():
                order.amount_undiscounted = order.amount_untaxed
                continue
            base_lines = order._get_due_now_base_lines()
            for base_line in base_lines:
                # A trial is no price that anybody else pays.
                if not (base_line["record"].is_recurring and order._get_trial_end()):
                    base_line["discount"] = 0.0
            totals = TaxTotals(order).get(base_lines)
            order.amount_undiscounted = totals["base_amount_currency"]

    def _has_due_now_amount(self):
        """Return whether the amounts of this order are the amount due now. Hook."""
        self.ensure_one()
        return bool(self._get_recurring_lines())

    def _get_due_now_totals(self):
        """Return the amount due now; of a contract, the one it was confirmed with. Hook.

        :return: the summary that `tax_totals` holds
        :rtype: dict
        """
        self.ensure_one()
        frozen = self._is_amount_frozen() and self._origin.subscription_frozen_totals
        return frozen or TaxTotals(self).get(self._get_due_now_base_lines())

    def _is_amount_frozen(self):
        """Return whether the amount due now is that of the confirmation. Hook."""
        return self._is_subscription_started()

    # ------------------------------------------------------------------
    # Base lines
    # ------------------------------------------------------------------

    def _get_due_now_base_lines(self):
        """Return the tax engine's base lines of the amount due now. Hook.

        One-off lines count with the quantity that the first invoice will bill, recurring ones
        with each span that it will bill. One-off lines that only give something back wait for
        the first period, and of a rebate the first invoice bears no more than it asks for.

        :rtype: list[dict]
        """
        self.ensure_one()
        due = {}
        for item in self._get_order_due_items():
            due.setdefault(item.line, []).append(item)
        one_off = self._get_priced_lines() - self._get_recurring_lines()
        is_charged = any(item.amount for items in due.values() for item in items)
        if not is_charged and sum(one_off.mapped("price_subtotal")) <= 0:
            return []
        base_lines = []
        for line in self._get_priced_lines():
            if line.is_recurring:
                base_lines += [line._prepare_due_base_line(item) for item in due.get(line, [])]
            else:
                base_lines.append(
                    line._prepare_base_line_for_taxes_computation(
                        quantity=line._get_due_now_quantity()
                    )
                )
        return fit_rebates(base_lines, self)
