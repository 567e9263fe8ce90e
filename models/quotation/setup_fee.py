class SetupFee:
    """The set-up fee of a quotation: whether there is one, and its line.

    :param order: one `sale.order`
    """

    def __init__(self, order):
        self.order = order
        self.env = order.env

    def get(self):
        """Return what the terms ask once for a new contract.

        The quotation template goes before the terms of the contract. As for any other price, taxes
        in it that the customer does not pay are taken out.

        :return: the product, empty for none, and its price in the currency of the order; 0 takes
            the price of the product
        :rtype: tuple
        """
        source = self.get_source()
        if not source:
            return self.env["product.product"], 0.0
        price = self.order.company_id.currency_id._convert(
            source.setup_price or 0.0,
            self.order.currency_id or self.order.company_id.currency_id,
            self.order.company_id,
            self.order._get_subscription_start(),
        )
        product = source.setup_product_id.with_company(self.order.company_id)
        price = product._get_tax_included_unit_price_from_price(
            price,
            product_taxes=product.taxes_id._filter_taxes_by_company(self.order.company_id),
            fiscal_position=self.order.fiscal_position_id,
        )
        return source.setup_product_id, price

    def get_source(self):
        """Return what says which set-up fee a new contract has; empty terms for other orders."""
        if not self.order._get_recurring_lines() or not self.order._is_new_contract():
            return self.env["subscription.template"]
        quote = self.order.sale_order_template_id
        return quote if quote.setup_product_id else self.order._get_subscription_template()

    def drop(self, lines):
        """Take lines of a set-up fee away, also from a form that is being filled in."""
        if self.order.id:
            lines.unlink()
        else:
            self.order.order_line -= lines

    def prepare_line(self, product, price):
        """Return values of the line of a set-up fee, arguments as of :meth:`get`.

        :rtype: dict
        """
        values = {
            "product_id": product.id,
            "product_uom_qty": 1.0,
            "sequence": max(self.order.order_line.mapped("sequence"), default=10) + 1,
        }
        return {**values, "price_unit": price} if price else values
