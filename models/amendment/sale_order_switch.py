from odoo import models

from .switch import Switch


class SaleOrder(models.Model):
    """Switches of whole contracts to other terms or another recurrence, by an amendment."""

    _inherit = "sale.order"

    def _subscription_switch(self, template, recurrence, mode="now", day=False):
        """Put this contract on other terms, by an amendment that is made and confirmed.

        Quantities and discounts survive, agreed prices as long as the recurrence does; else the
        list price of the new one holds.

        :param template: `subscription.template`, empty to keep the terms
        :param recurrence: `subscription.recurrence` of every recurring line, empty to keep them
            as far as the terms offer them
        :param str mode: when it takes effect: now, period, date
        :param date day: first day of the change when the mode is ``date``
        :return: the confirmed amendment
        :rtype: sale.order
        :raise UserError: the contract cannot be switched, or is on these terms already
        """
        self.ensure_one()
        self._check_subscription_operator()
        self._subscription_claim()
        Switch(self).check(template, recurrence)
        draft = Switch(self).draft(template, recurrence, mode, day)
        Switch(draft).check_result()
        values = Switch(self).prepare_values(
            draft.subscription_effective_mode, draft.subscription_effective_date
        )
        amendment = self._create_amendment(**values)
        Switch(amendment).switch_lines(template, recurrence)
        amendment.action_confirm()
        return amendment
