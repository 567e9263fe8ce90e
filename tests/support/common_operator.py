from odoo.tests import Form, new_test_user

from ..common import SubscriptionCommon


class OperatorCase(SubscriptionCommon):
    """Contracts of a clerk who may run them, the wizards about them, and a reason to close."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "clerk", groups="base.group_user,sale_recurring.group_subscription_user"
        )
        cls.reason = cls.env.ref("sale_recurring.close_reason_price")

    def create_own_contract(self, *lines, **values):
        """Return a contract of the clerk, billed on the given day, as the clerk sees it."""
        order = self.create_contract(*lines, user_id=self.clerk.id, **values)
        self.bill(order)
        return order.with_user(self.clerk)

    def open_wizard(self, name, order):
        """Return the form of a wizard about one contract, as the clerk opens it."""
        Wizard = self.env[f"subscription.{name}.wizard"].with_user(self.clerk)
        return Form(Wizard.with_context(default_order_id=order.id))

    def get_facts(self, orders):
        """Return what a preview must not touch."""
        orders = orders.with_env(self.env)
        return (
            self.env["account.move"].search_count([]),
            orders.subscription_billed_period_ids.ids,
            orders.order_line.segment_ids.mapped("end_date"),
            orders.subscription_interruption_ids.ids,
            orders.mapped("subscription_next_invoice_date"),
            orders.mapped("subscription_state"),
        )

    def get_totals(self, preview):
        """Return kind and total of each document of a preview."""
        return [(document["kind"], document["total"]) for document in preview["documents"]]


class EndingCase(OperatorCase):
    """Contracts whose chatter and steps are looked at."""

    def get_last_note(self, order):
        return order.message_ids.filtered("body").sorted("id")[-1:].body

    def get_plan(self, order):
        """Return the steps of all lines, readable in an assertion."""
        return [
            (step.start_date.isoformat(), str(step.end_date or ""), step.quantity, step.price_unit)
            for step in order.order_line.segment_ids.sorted(lambda step: (step.line_id, step))
        ]


class WizardCase(OperatorCase):
    """Contracts of a clerk, looked at by the system."""

    def create_own_contract(self, *lines, **values):
        """Return a contract of the clerk, billed on the given day."""
        return super().create_own_contract(*lines, **values).with_env(self.env)
