from odoo.tests import tagged

from ..support.common_alert import AlertCommon

# Core tries a template when it is saved; this one breaks for some contracts only.
BREAKS = "{{ 1 // (0 if object.origin == 'broken' else 1) }}"


@tagged("post_install", "-at_install")
class TestStageEntry(AlertCommon):
    """What stages do when contracts come to them, and what they must not do to others."""

    def prepare_once(self):
        super().prepare_once()
        self.order, self.other = (
            self.create_contract(self.seat, day="2027-02-01") for _number in range(2)
        )
        self.watch()

    def create_template(self, subject="Stage of {{ object.name }}"):
        return self.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("sale.order"),
                "subject": subject,
                "partner_to": "{{ object.partner_id.id }}",
            }
        )

    def count_mails(self, order):
        """Return how many mails of a stage wait for the customer of a contract."""
        return self.env["mail.mail"].search_count([("subject", "=", f"Stage of {order.name}")])

    def test_a_goodbye_is_sent_when_the_contract_is_closed(self):
        closed = self.env["subscription.stage"]._get_stage_of_state("closed", self.company)
        closed.mail_template_id = self.create_template()
        self.close(self.order)
        self.watch()
        self.watch()
        self.assertEqual(self.order.subscription_stage_id, closed)
        self.assertEqual(self.count_mails(self.order), 1)

    def test_a_mail_for_those_who_run_is_not_sent_to_a_closed_contract(self):
        stage = self.env["subscription.stage"].create(
            {"name": "Onboarding", "mail_template_id": self.create_template().id}
        )
        self.close(self.order)
        self.order.subscription_stage_id = stage
        self.watch()
        self.assertEqual(self.count_mails(self.order), 0)

    def test_a_mail_that_breaks_stops_nobody_and_is_told_once(self):
        self.order.origin = "broken"
        broken = self.create_template(BREAKS)
        bad, good = self.env["subscription.stage"].create(
            [
                {"name": "Broken", "mail_template_id": broken.id},
                {"name": "Whole", "mail_template_id": self.create_template().id},
            ]
        )
        self.order.subscription_stage_id = bad
        self.other.subscription_stage_id = good
        self.set_rules(("bad", []))
        self.watch()
        self.watch()
        self.assertEqual(self.count_mails(self.other), 1)
        self.assertEqual((self.order | self.other).mapped("subscription_health"), ["bad", "bad"])
        warning = self.order.activity_ids.filtered(lambda one: "could not be sent" in one.summary)
        self.assertEqual(len(warning), 1)
        self.assertFalse(self.other.activity_ids)

    def test_a_request_that_breaks_stops_nobody(self):
        self.env.ref("sale_recurring.mail_template_satisfaction").subject = BREAKS
        self.order.origin = "broken"
        self.template.satisfaction_periods = 1
        alert = self.create_alert("end", days=30)
        self.order.subscription_last_date = "2027-03-20"
        self.watch("2027-03-01")
        self.assertEqual(self.get_log(alert), [(self.order, "done")])
        self.assertIn("A mail could not be sent", self.order.activity_ids.mapped("summary"))
        asked = self.env["subscription.satisfaction"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(asked.order_id, self.other)

    def test_health_and_state_move_contracts_and_people_can(self):
        rescue = self.env["subscription.stage"].create(
            {
                "name": "Rescue",
                "health_verdict": "bad",
                "mail_template_id": self.create_template().id,
            }
        )
        self.set_rules(("bad", []))
        self.watch()
        self.watch()
        self.assertEqual(self.order.subscription_stage_id, rescue)
        self.assertEqual(self.count_mails(self.order), 1)
        by_hand = self.env["subscription.stage"].create({"name": "By hand"})
        self.order.subscription_stage_id = by_hand
        self.watch("2027-02-02")
        self.assertEqual(self.order.subscription_stage_id, by_hand, "health did not turn")
        self.order._subscription_pause(self.company._subscription_today())
        paused = self.env["subscription.stage"]._get_stage_of_state("paused", self.company)
        self.assertEqual(self.order.subscription_stage_id, paused or by_hand)

    def test_the_board_sums_mrr_by_stage(self):
        stage = self.env["subscription.stage"].create({"name": "Sum"})
        (self.order | self.other).subscription_stage_id = stage
        view = self.env.ref("sale_recurring.subscription_contract_view_kanban")
        self.assertIn('sum_field="subscription_amount_monthly"', view.arch)
        [group] = self.env["sale.order"].formatted_read_group(
            [("subscription_stage_id", "=", stage.id)],
            ["subscription_stage_id"],
            ["subscription_amount_monthly:sum"],
        )
        self.assertEqual(group["subscription_amount_monthly:sum"], 20.0)
