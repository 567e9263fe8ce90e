from datetime import date

from odoo.tests import new_test_user, tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class PriceCampaignCase(SubscriptionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env, "boss", groups="base.group_user,sale_recurring.group_subscription_manager"
        )

    def create_campaign(self, orders, **values):
        return (
            self.env["subscription.price.campaign"]
            .with_user(self.boss)
            .create(
                {
                    "name": "Prices of 2027",
                    "contract_domain": str([("id", "in", orders.ids)]),
                    "percentage": 10.0,
                    "effective_date": date(2027, 6, 1),
                    "notice_days": 30,
                    **values,
                }
            )
        )

    def preview(self, orders, **values):
        campaign = self.create_campaign(orders, **values)
        campaign.action_preview()
        return campaign

    def do(self, campaign, action):
        """Press a button of a campaign and do its steps, as the client does."""
        params = getattr(campaign, action)()["params"]
        result = {"done_ids": [], "failed": []}
        for start in range(0, len(params["order_ids"]), params["batch"]):
            ids = params["order_ids"][start : start + params["batch"]]
            found = getattr(campaign, params["method"])(ids)
            result["done_ids"] += found["done_ids"]
            result["failed"] += found["failed"]
        return result

    def apply(self, campaign):
        result = self.do(campaign, "action_apply")
        self.assertFalse(result["failed"])
        return result

    def get_segments(self, order):
        return [
            (step.start_date.isoformat(), step.quantity, step.price_unit, step.discount)
            for step in order.order_line.segment_ids.sorted("start_date")
        ]
