from .change_offer import Choice
from .customer_change import CustomerChange
from .customer_control import CustomerControl


class OfferControl(CustomerControl):
    """What a customer may change by accepting an offer: staff have made it, whatever it costs."""

    @property
    def level(self):
        """Everything that is offered, even where customers may change nothing by themselves."""
        return "upgrade_downgrade"


class OfferedSwitch(CustomerChange):
    """Other terms that a customer who wants to leave may have instead.

    :param order: the contract, one sudoed `sale.order` in the environment of the visitor
    :param reason: the `subscription.close.reason` that offers it
    """

    def __init__(self, order, reason):
        super().__init__(order)
        self.reason = reason
        self.control = OfferControl(order)

    @property
    def template(self):
        """The terms that are offered."""
        return self.reason.offer_template_id

    @property
    def is_open(self):
        """Whether these are other terms than those of today, and still sold."""
        template = self.template
        return bool(
            template.active
            and template != self.acts.template
            and template._is_for_company(self.order.company_id)
            and self.control.can_change
            and not self._is_held()
        )

    def _is_held(self):
        """Return whether another change of the customer is being paid."""
        waiting = self.get_waiting()
        return bool(waiting and waiting._is_quote_held())

    @property
    def choice(self):
        """What accepting asks for; billed as often as now where the terms allow that."""
        offered = self.template._get_offered_recurrences()
        recurrence = None if self.offer.recurrences <= offered else self.template.recurrence_id
        return Choice(plan=(self.template, recurrence))

    def _prepare_other_values(self):
        """Say on the amendment whose offer it is."""
        return {**super()._prepare_other_values(), "subscription_offer_reason_id": self.reason.id}
