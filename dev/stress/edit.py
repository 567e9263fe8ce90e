"""A person who edits contracts while they are billed, through the same calls as the web client."""

import time
from collections import Counter
from datetime import timedelta
from random import Random

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import execute_cr

PAUSE = 0.02  # seconds between two edits: faster than any person
# What a person may be told: there is nothing to do, or another change is planned for that day.
ANSWERS = ("Nothing is due today", "Revoke that planned change first")


class Editor:
    """Performs one act after the other, each in a transaction of its own.

    :param registry: registry of the database
    :param Random dice: decides what happens
    """

    def __init__(self, registry, dice):
        self.registry = registry
        self.dice = dice
        self.done = Counter()
        self.errors = []
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            orders = env["sale.order"].search([("client_order_ref", "like", "edited %")])
            self.orders = orders.ids
            self.drafts = orders.filtered(lambda o: o.client_order_ref == "edited draft").ids
            self.user = env.ref("base.user_admin").id
            self.setup = env["product.product"].search([("default_code", "=", "setup")]).id
        self.acts = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("do_")]

    def read(self, model, order, domain=()):
        """Return the ids of records of one order."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return env[model].search([("order_id", "=", order), *domain], order="id").ids

    def call(self, model, method, ids, *arguments):
        """Call a method as the web client does, with Odoo's own repetitions."""
        with self.registry.cursor() as cr:
            return execute_cr(cr, self.user, model, method, [ids, *arguments], {})

    def act(self):
        """Do something to a contract; remember an error that a person would see."""
        act = self.dice.choice(self.acts)
        order = self.dice.choice(self.orders)
        try:
            act(order)
            self.done[act.__name__] += 1
        except UserError as error:
            if any(answer in str(error) for answer in ANSWERS):
                self.done["answered"] += 1
            else:
                self.errors.append(f"{act.__name__} {order}: {error!r}")
        except Exception as error:  # noqa: BLE001 - whatever a person would see is an error here
            self.errors.append(f"{act.__name__} {order}: {error!r}")

    # ------------------------------------------------------------------
    # Acts
    # ------------------------------------------------------------------

    def write_line(self, order, **values):
        """Write on the first recurring line of a contract."""
        [line, *_others] = self.read("sale.order.line", order, [("recurrence_id", "!=", False)])
        self.call("sale.order.line", "write", [line], values)

    def do_quantity(self, order):
        """Change a quantity from today on."""
        self.write_line(order, product_uom_qty=self.dice.randint(1, 12))

    def do_quantity_of_draft(self, _order):
        """Change what stands on a draft, which is made anew by that."""
        self.do_quantity(self.dice.choice(self.drafts))

    def do_price(self, order):
        """Change a price from today on."""
        self.write_line(order, price_unit=self.dice.randint(500, 2000) / 100)

    def do_add_one_off(self, order):
        """Sell something once on a running contract."""
        values = {"product_id": self.setup, "product_uom_qty": 1}
        self.call("sale.order", "write", [order], {"order_line": [Command.create(values)]})

    def do_bill(self, order):
        """Press the button that bills a contract."""
        self.call("sale.order", "action_subscription_bill", [order])

    def do_note(self, order):
        """Write something on the contract that billing does not look at."""
        self.call("sale.order", "write", [order], {"note": f"<p>{self.dice.random()}</p>"})

    def do_plan(self, order):
        """Plan a change for the middle of the coming period."""
        [line, *_others] = self.read("sale.order.line", order, [("recurrence_id", "!=", False)])
        days, quantity = self.dice.randint(3, 40), self.dice.randint(1, 12)
        self.call("sale.order", "stress_plan", [order], line, days, quantity)


def edit(registry, day, seed, done):
    """Edit until a file appears.

    :return: how often each act happened, and the errors that a person would have seen
    """
    del day
    add_plan(registry)
    editor = Editor(registry, Random(seed))  # noqa: S311 - the same acts each time
    while not done.exists():
        editor.act()
        time.sleep(PAUSE)
    return {"acts": editor.done, "errors": editor.errors}


def add_plan(registry):
    """Give contracts of this process a public method that plans a change for later."""

    def stress_plan(self, line, days, quantity):
        day = self._subscription_today() + timedelta(days=days)
        self._subscription_change_line(
            self.env["sale.order.line"].browse(line), day, quantity=quantity
        )
        return True

    registry["sale.order"].stress_plan = stress_plan
