from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from psycopg2 import IntegrityError

from ...engine.errors import EngineError

# What can be wrong with one contract (missing rights and invalid values are user errors too);
# anything else is a fault of a program and stops the work.
REFUSALS = (UserError, EngineError, IntegrityError)


class SaleOrder(models.Model):
    """Operations on many contracts: one that is refused does not stop the others."""

    _inherit = "sale.order"

    def action_subscription_change_selection(self):
        """Ask what shall happen with a selection of contracts: close, pause, reassign.

        :raise UserError: none of them is a contract
        """
        self._check_subscription_operator()
        contracts = self.filtered(lambda order: order.is_subscription and order.state == "sale")
        if not contracts:
            raise UserError(self.env._("None of these orders is a contract."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change Contracts"),
            "res_model": "subscription.mass.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": [Command.set(contracts.ids)], "dialog_size": "large"},
        }
