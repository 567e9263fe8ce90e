from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from psycopg2 import IntegrityError

from ...engine.errors import EngineError
from ...explain import explain

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

    def _do_each(self, operation, on_refused=None):
        """Do something with each contract in a savepoint of its own.

        :param operation: function of one contract
        :param on_refused: function of a contract and the reason, called after its savepoint was
            rolled back, to write the reason down
        :return: ``done_ids``, and ``failed`` as a list of ids, names and reasons, for the client
        :rtype: dict
        """
        done, failed = [], []
        for order in self:
            reason = order._try(operation)
            if reason:
                failed.append({"id": order.id, "name": order.name, "reason": reason})
                if on_refused:
                    on_refused(order, reason)
            else:
                done.append(order.id)
        return {"done_ids": done, "failed": failed}

    def _do_together(self, operation, on_refused=None):
        """Do something with contracts at once; only if that is refused, with one after the other.

        :param operation: function of contracts
        :param on_refused: as in :meth:`_do_each`
        :return: as :meth:`_do_each`
        :rtype: dict
        """
        if self[1:] and not self._try(operation):
            return {"done_ids": self.ids, "failed": []}
        return self._do_each(operation, on_refused)

    def _try(self, operation):
        """Do something with contracts in a savepoint, which is rolled back when it is refused.

        :return: why it was refused in one sentence, False when it was done
        """
        try:
            with self.env.cr.savepoint():
                operation(self)
                self.env.flush_all()
        except REFUSALS as error:
            self.env.invalidate_all(flush=False)
            return explain(self.env, error, self[:1])
        return False
