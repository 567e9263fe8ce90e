from odoo.tests import new_test_user

from ..common import SubscriptionCommon


class StartCase(SubscriptionCommon):
    """Quotations of a salesperson, on 1 April."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, "seller", groups="base.group_user,sales_team.group_sale_salesman"
        )

    def prepare_once(self):
        super().prepare_once()
        self.travel("2027-04-01")

    def quote(self, *lines, **values):
        """Create a quotation as a salesperson."""
        order = self.create_order(*lines, user_id=self.seller.id, **values)
        return order.with_user(self.seller)

    def confirm(self, order):
        order.action_confirm()
        return order.with_user(self.env.user)

    def get_segments(self, line):
        return [
            (step.start_date.isoformat(), step.quantity, step.price_unit, step.discount)
            for step in line.segment_ids.sorted("start_date")
        ]
