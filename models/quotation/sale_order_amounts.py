from odoo import api, fields, models

from ... import const
from ..billing.rebate import fit_rebates


class SaleOrder(models.Model):
    """The amount due now: what a quotation asks for is what the first invoice says.

    Everything that asks a customer for money (portal, payment link, transaction, confirmation
    check, shop) reads the amounts of the order. On an order with recurring lines they are computed
    from the spans that the first invoice will bill, by the same tax engine and with the same base
    lines, and frozen when the order becomes a contract.
    """

    _inherit = "sale.order"

    subscription_frozen_totals = fields.Json(
        "Totals at Confirmation",
        copy=False,
        help="Amount due now when the contract was confirmed, by tax, as shown to the customer.",
        readonly=True,
    )

    # ------------------------------------------------------------------
    # Amounts
    # ------------------------------------------------------------------

    @api.depends(
        "require_payment",
        "subscription_template_id",
        "subscription_start_date",
        "subscription_end_date",
        "subscription_quote_date",
        "subscription_quote_frozen",
        "subscription_frozen_totals",
        "subscription_baseline",
        "subscription_effective_mode",
        "subscription_effective_date",
        "order_line.recurrence_id",
        *const.START_FIELDS,
    )
    def _compute_amounts(self):
        """Ask quotations with recurring lines for the amount due now; freeze it on contracts."""
        contracts = self.filtered(lambda order: order._has_due_now_amount())
        super(SaleOrder, self - contracts)._compute_amounts()
        for order in contracts:
            totals = order._get_due_now_totals()
            order.amount_untaxed = totals["base_amount_currency"]
            order.amount_tax = totals["tax_amount_currency"]
            order.amount_total = totals["total_amount_currency"]

    @api.depends(
        "require_payment",
        "subscription_template_id",
        "subscription_start_date",
        "subscription_end_date",
        "subscription_quote_date",
        "subscription_quote_frozen",
        "subscription_frozen_totals",
        "subscription_baseline",
        "subscription_effective_mode",
        "subscription_effective_date",
        "order_line.recurrence_id",
        *const.START_FIELDS,
    )
    def _compute_tax_totals(self):
        contracts = self.filtered(lambda order: order._has_due_now_amount())
        super(SaleOrder, self - contracts)._compute_tax_totals()
        for order in contracts:
            order.tax_totals = order._translate_tax_totals(order._get_due_now_totals())

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
            totals = order._get_tax_totals_of(base_lines)
            order.amount_undiscounted = totals["base_amount_currency"]

    def _has_due_now_amount(self):
        """:return: whether this order's amounts are the amount due now"""
        self.ensure_one()
        return bool(self._get_recurring_lines())

    def _get_due_now_totals(self):
        """Return the amount due now; of a contract, the one it was confirmed with.

        :return: the summary that `tax_totals` holds
        :rtype: dict
        """
        self.ensure_one()
        frozen = self._is_amount_frozen() and self._origin.subscription_frozen_totals
        return frozen or self._get_tax_totals_of(self._get_due_now_base_lines())

    def _is_amount_frozen(self):
        """:return: whether the amount due now is that of the confirmation; hook for amendments"""
        return self._is_subscription_started()

    def _translate_tax_totals(self, totals):
        """Give stored totals the names of the tax groups in the language of the reader."""
        ids = [group["id"] for subtotal in totals["subtotals"] for group in subtotal["tax_groups"]]
        # sudo: customers see the totals of their order but have no right to read tax groups
        groups = self.env["account.tax.group"].sudo().browse(ids).exists()
        names = {group.id: group.name for group in groups}
        titles = {group.id: group.preceding_subtotal for group in groups}
        untaxed = self.env._("Untaxed Amount")
        return {
            **totals,
            "subtotals": [
                {
                    **subtotal,
                    "name": next(
                        (titles.get(group["id"]) for group in subtotal["tax_groups"]), None
                    )
                    or untaxed,
                    "tax_groups": [
                        {**group, "group_name": names.get(group["id"], group["group_name"])}
                        for group in subtotal["tax_groups"]
                    ],
                }
                for subtotal in totals["subtotals"]
            ],
        }

    # ------------------------------------------------------------------
    # Base lines
    # ------------------------------------------------------------------

    def _get_due_now_base_lines(self):
        """Return the tax engine's base lines of the amount due now.

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
        return fit_rebates(base_lines, self.company_id)

    def _get_early_payment_base_lines(self, base_lines):
        """Return the lines that an early payment discount adds, as the invoice will have them.

        Core's method takes whole subtotals of the order lines; here the discount is taken on what
        is due now, and summed up by account, analytic distribution and taxes as on an invoice,
        because taxes are rounded per line there.

        :param list base_lines: base lines of the amount due now
        :rtype: list[dict]
        """
        self.ensure_one()
        term = self.payment_term_id
        is_mixed = term.early_discount and term.early_pay_discount_computation == "mixed"
        if not is_mixed or not term.discount_percentage or not base_lines:
            return []
        currency = self.currency_id or self.company_id.currency_id
        AccountTax = self.env["account.tax"]
        AccountTax._add_tax_details_in_base_lines(base_lines, self.company_id)
        AccountTax._round_base_lines_tax_details(base_lines, self.company_id)
        sums = {}
        for base_line in base_lines:
            if not base_line["tax_ids"]:
                continue
            subtotal = base_line["tax_details"]["total_excluded_currency"]
            key = self._get_early_payment_key(base_line)
            amount = currency.round(subtotal * term.discount_percentage / 100)
            sums[key] = sums.get(key, 0.0) + amount
        result = []
        for (tax_ids, *_rest), amount in sums.items():
            for price_unit, taxes in ((-amount, AccountTax.browse(tax_ids)), (amount, AccountTax)):
                result.append(
                    AccountTax._prepare_base_line_for_taxes_computation(
                        self,
                        price_unit=price_unit,
                        quantity=1.0,
                        currency_id=currency,
                        rate=self.currency_rate,
                        sign=1,
                        special_mode="total_excluded",
                        special_type="early_payment",
                        tax_ids=taxes,
                    )
                )
        return result

    def _get_early_payment_key(self, base_line):
        """:return: what invoice lines must share for core to sum up their early payment discount"""
        line = base_line["record"]
        taxes = base_line["tax_ids"].filtered(lambda tax: tax.amount_type != "fixed")
        accounts = line.product_id.product_tmpl_id.with_company(
            self.company_id
        ).get_product_accounts(self.fiscal_position_id)
        analytic = line.analytic_distribution or {}
        # Ids, as core compares commands: the same taxes in another order are another sum.
        return tuple(taxes.ids), accounts["income"], tuple(sorted(analytic.items()))

    def _get_tax_totals_of(self, base_lines):
        """Let core's tax engine sum up base lines, as it will on an invoice with them.

        :param list base_lines: dicts of `_prepare_base_line_for_taxes_computation`
        :return: the summary that `tax_totals` holds
        :rtype: dict
        """
        return self._get_tax_totals_of_documents([base_lines])

    def _get_tax_totals_of_documents(self, documents):
        """Let core's tax engine sum up several documents, each rounded for itself.

        :param list documents: base lines of each document
        :return: the summary that `tax_totals` holds
        :rtype: dict
        """
        self.ensure_one()
        AccountTax = self.env["account.tax"]
        currency = self.currency_id or self.company_id.currency_id
        summed_up = []
        for document in documents:
            base_lines = document + self._get_early_payment_base_lines(document)
            AccountTax._add_tax_details_in_base_lines(base_lines, self.company_id)
            AccountTax._round_base_lines_tax_details(base_lines, self.company_id)
            self._book_rounding_differences(base_lines, currency)
            summed_up += base_lines
        return AccountTax._get_tax_totals_summary(
            base_lines=summed_up, currency=currency, company=self.company_id
        )

    def _book_rounding_differences(self, base_lines, currency):
        """Add rounding differences to the lines that bear them, rounded as entries are.

        Taxes that are rounded globally leave each line a share of the difference. Where the
        currency knows no such small amount, it is lost when the line of the invoice is stored.

        :param list base_lines: base lines with rounded tax details, changed in place
        :param currency: currency of the order
        """
        for suffix, unit in (("_currency", currency), ("", self.company_id.currency_id)):
            for base_line in base_lines:
                details = base_line["tax_details"]
                details[f"total_excluded{suffix}"] = unit.round(
                    details[f"total_excluded{suffix}"] + details[f"delta_total_excluded{suffix}"]
                )
                details[f"delta_total_excluded{suffix}"] = 0.0
