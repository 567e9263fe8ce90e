class TaxTotals:
    """What documents of an order come to with their taxes, each rounded for itself.

    :param order: one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def _get_early_payment_lines(self, base_lines):
        """Return the lines that an early payment discount adds, as the invoice will have them.

        Core's method takes whole subtotals of the order lines; here the discount is taken on what
        is due now, and summed up by account, analytic distribution and taxes as on an invoice,
        because taxes are rounded per line there.

        :param list base_lines: base lines of the amount due now
        :rtype: list[dict]
        """
        term = self.order.payment_term_id
        is_mixed = term.early_discount and term.early_pay_discount_computation == "mixed"
        if not is_mixed or not term.discount_percentage or not base_lines:
            return []
        currency = self.order.currency_id or self.order.company_id.currency_id
        AccountTax = self.env["account.tax"]
        AccountTax._add_tax_details_in_base_lines(base_lines, self.order.company_id)
        AccountTax._round_base_lines_tax_details(base_lines, self.order.company_id)
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
                        self.order,
                        price_unit=price_unit,
                        quantity=1.0,
                        currency_id=currency,
                        rate=self.order.currency_rate,
                        sign=1,
                        special_mode="total_excluded",
                        special_type="early_payment",
                        tax_ids=taxes,
                    )
                )
        return result

    def _get_early_payment_key(self, base_line):
        """Return what invoice lines must share for core to sum up their early payment discount."""
        line = base_line["record"]
        taxes = base_line["tax_ids"].filtered(lambda tax: tax.amount_type != "fixed")
        accounts = line.product_id.product_tmpl_id.with_company(
            self.order.company_id
        ).get_product_accounts(self.order.fiscal_position_id)
        analytic = line.analytic_distribution or {}
        # Ids, as core compares commands: the same taxes in another order are another sum.
        return tuple(taxes.ids), accounts["income"], tuple(sorted(analytic.items()))

    def get(self, base_lines):
        """Let core's tax engine sum up base lines, as it will on an invoice with them.

        :param list base_lines: dicts of `_prepare_base_line_for_taxes_computation`
        :return: the summary that `tax_totals` holds
        :rtype: dict
        """
        return self.get_of_documents([base_lines])

    def get_of_documents(self, documents):
        """Let core's tax engine sum up several documents, each rounded for itself.

        :param list documents: base lines of each document
        :return: the summary that `tax_totals` holds
        :rtype: dict
        """
        AccountTax = self.env["account.tax"]
        currency = self.order.currency_id or self.order.company_id.currency_id
        summed_up = []
        for document in documents:
            base_lines = document + self._get_early_payment_lines(document)
            AccountTax._add_tax_details_in_base_lines(base_lines, self.order.company_id)
            AccountTax._round_base_lines_tax_details(base_lines, self.order.company_id)
            self._book_rounding_differences(base_lines, currency)
            summed_up += base_lines
        return AccountTax._get_tax_totals_summary(
            base_lines=summed_up, currency=currency, company=self.order.company_id
        )

    def _book_rounding_differences(self, base_lines, currency):
        """Add rounding differences to the lines that bear them, rounded as entries are.

        Taxes that are rounded globally leave each line a share of the difference. Where the
        currency knows no such small amount, it is lost when the line of the invoice is stored.

        :param list base_lines: base lines with rounded tax details, changed in place
        :param currency: currency of the order
        """
        for suffix, unit in (("_currency", currency), ("", self.order.company_id.currency_id)):
            for base_line in base_lines:
                details = base_line["tax_details"]
                details[f"total_excluded{suffix}"] = unit.round(
                    details[f"total_excluded{suffix}"] + details[f"delta_total_excluded{suffix}"]
                )
                details[f"delta_total_excluded{suffix}"] = 0.0
