PEOPLE = ("partner_id", "partner_invoice_id", "partner_shipping_id")


class GivenAway:
    """The open quotations of a contract that is given to another customer.

    They go along, with links of their own; what the customer before signed or is paying is
    cancelled.

    :param contract: one `sale.order`
    """

    def __init__(self, contract):
        self.contract = contract
        self.env = contract.env

    def get_quotations(self):
        """Return open renewals and amendments of this contract."""
        contract = self.contract.sudo()  # sudo: a colleague may look after the quotation
        quotations = contract.subscription_renewal_ids | contract.subscription_amendment_ids
        return quotations.filtered(lambda order: order.state in ("draft", "sent"))

    def follow(self):
        """Give the open quotations to whoever the contract belongs to now, or cancel them."""
        for quotation in self.get_quotations():
            if quotation._is_quote_held():
                quotation._action_cancel()
                text = self.env._(
                    "%(contract)s belongs to another customer by now, and the one before has "
                    "signed or begun to pay this quotation. It is cancelled; make another one.",
                    contract=self.contract.name,
                )
            else:
                quotation.write(self._prepare_values(quotation))
                text = self.env._(
                    "%(contract)s belongs to another customer by now, and so does this quotation. "
                    "Its link is a new one: send it again.",
                    contract=self.contract.name,
                )
            quotation._message_log(body=text)

    def _prepare_values(self, quotation):
        """Return values that give a quotation to the customer of the contract, prices kept."""
        values = {name: self.contract[name].id for name in PEOPLE}
        token = quotation.subscription_payment_token_id
        if token and token._get_refusal_for(self.contract):
            values["subscription_payment_token_id"] = self.contract.subscription_payment_token_id.id
        return {**values, "pricelist_id": quotation.pricelist_id.id}
