from ... import const


class PrepaymentPreview:
    """What billing the next period of a contract now would create; nothing is written.

    :param order: one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def get(self, day):
        """Return what billing the next period now would create; nothing is written.

        :param date day: its first day
        :return: a preview as `sale.order` makes them
        :rtype: dict
        """
        preview = self.order._with_prepayment(day)._get_billing_preview(day)
        preview["reasons"] = [*preview.get("reasons", []), *self._get_prepayment_sentences()]
        return preview

    def _get_prepayment_sentences(self):
        """Return what happens with the invoice of a period that is billed ahead, in sentences."""
        mode = self.order._get_subscription_template().payment_mode
        token = self.order.sudo().subscription_payment_token_id  # sudo: salespeople read no tokens
        reasons = [
            self.env._(
                "%(invoice)s of %(amount)s is still open.",
                invoice=invoice._get_payment_name(),
                amount=invoice.currency_id.format(invoice._get_amount_to_charge()),
            )
            for invoice in self.order._get_open_invoices_to_pay()
        ]
        if credit := self.order._get_credit_balance():
            reasons.append(
                self.env._(
                    "Up to %(amount)s of credit is taken off.",
                    amount=self.order.currency_id.format(credit),
                )
            )
        if mode in const.CHARGED_MODES and token.active:
            reasons.append(
                self.env._("It is charged to %(method)s right away.", method=token.display_name)
            )
        elif mode == "after_payment":
            reasons.append(self.env._("The invoice stays a draft until it is paid."))
        else:
            reasons.append(self.env._("The invoice waits to be paid."))
        return reasons
