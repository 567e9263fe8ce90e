from odoo.exceptions import AccessError


class CustomerControl:
    """What the customer of a contract may change alone: decided here and nowhere else.

    The contract decides, else its terms: nothing, what makes the contract cost more each month, or
    that and what makes it cost less. Pausing and ending have settings of their own, see
    `CustomerActs`.

    :param order: a confirmed contract, one sudoed `sale.order` in the environment of the visitor
    """

    def __init__(self, order):
        self.order = order
        self.env = order.env
        self.template = order._get_subscription_template()

    @property
    def level(self):
        """Which of the words of ``customer_control`` holds for this contract."""
        return self.order.subscription_customer_control or self.template.customer_control

    @property
    def can_change(self):
        """Whether the customer may ask for any change now; billing must not stand still."""
        return (
            self.level in ("upgrade", "upgrade_downgrade")
            and self.order.state == "sale"
            and self.order.subscription_state in ("upcoming", "active")
            and not self.order.subscription_quarantined_at
        )

    @property
    def can_revoke(self):
        """Whether the customer may take back what is asked for and not in force yet."""
        return self.level in ("upgrade", "upgrade_downgrade") and self.order.state == "sale"

    @property
    def may_change_quantity(self):
        """Whether the quantity of what the contract was made for is the customer's to change."""
        return self.template.customers_may_change_quantity

    @property
    def may_switch(self):
        """Whether the customer may choose another recurrence or other terms."""
        return self.template.customers_may_switch

    def check(self):
        """Refuse whoever may change nothing now.

        :raise AccessError: one sentence for the customer
        """
        if not self.can_change:
            raise AccessError(
                self.env._(
                    "%(contract)s cannot be changed like this online. Write to us.",
                    contract=self.order.name,
                )
            )

    def get_mode(self, gain):
        """Return when a change takes effect: now, or with the next period.

        :param float gain: what the contract is worth more each month with the change
        :raise AccessError: such a change is not the customer's to make
        """
        self.check()
        is_less = self.order.currency_id.compare_amounts(gain, 0) < 0
        if is_less and self.level != "upgrade_downgrade":
            raise AccessError(
                self.env._(
                    "Online you can only add to %(contract)s. Write to us if you want less.",
                    contract=self.order.name,
                )
            )
        return "period" if is_less and self.template.downgrade_mode == "period" else "now"
