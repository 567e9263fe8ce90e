from odoo.exceptions import UserError
from psycopg2 import IntegrityError

from ...engine.errors import EngineError
from ...explain import explain

# What can be wrong with one contract (missing rights and invalid values are user errors too);
# anything else is a fault of a program and stops the work.
REFUSALS = (UserError, EngineError, IntegrityError)


class Selection:
    """Do something with many contracts: one that is refused does not stop the others.

    :param orders: the contracts, `sale.order`
    """

    def __init__(self, orders):
        self.orders = orders
        self.env = orders.env

    def do_each(self, operation, on_refused=None):
        """Do something with each contract in a savepoint of its own.

        :param operation: function of one contract
        :param on_refused: function of a contract and the reason, called after its savepoint was
            rolled back, to write the reason down
        :return: ``done_ids``, and ``failed`` as a list of ids, names and reasons, for the client
        :rtype: dict
        """
        done, failed = [], []
        for order in self.orders:
            reason = Selection(order).try_with(operation)
            if reason:
                failed.append({"id": order.id, "name": order.name, "reason": reason})
                if on_refused:
                    on_refused(order, reason)
            else:
                done.append(order.id)
        return {"done_ids": done, "failed": failed}

    def do_together(self, operation, on_refused=None):
        """Do something with contracts at once; only if that is refused, with one after the other.

        :param operation: function of contracts
        :param on_refused: as in :meth:`do_each`
        :return: as :meth:`do_each`
        :rtype: dict
        """
        if self.orders[1:] and not self.try_with(operation):
            return {"done_ids": self.orders.ids, "failed": []}
        return self.do_each(operation, on_refused)

    def try_with(self, operation):
        """Do something with contracts in a savepoint, which is rolled back when it is refused.

        :return: why it was refused in one sentence, False when it was done
        """
        try:
            with self.env.cr.savepoint():
                operation(self.orders)
                self.env.flush_all()
        except REFUSALS as error:
            self.env.invalidate_all(flush=False)
            return explain(self.env, error, self.orders[:1])
        return False
