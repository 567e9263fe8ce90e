from odoo.tests import tagged

# pylint takes whatever lies in the addon's folder for a part of it.
from odoo.addons.sale_recurring.tests.support.common_alert import (  # pylint: disable=odoo-addons-relative-import
    AlertCommon,
)


@tagged("post_install", "-at_install")
class TestSurvey(AlertCommon):
    """Flags invite customers to surveys, and the result stands on the contract."""

    def test_an_invitation_and_its_result(self):
        survey = self.env["survey.survey"].create(
            {"title": "How is it?", "access_mode": "token", "scoring_type": "scoring_with_answers"}
        )
        order = self.create_contract(self.seat, day="2027-02-01")
        self.watch()
        alert = self.create_alert("end", {"kind": "survey", "survey_id": survey.id}, days=30)
        order.subscription_last_date = "2027-02-20"
        self.watch()
        self.watch()
        self.assertEqual(alert.log_ids.state, "done", alert.log_ids.note)
        answer = order.subscription_survey_input_ids
        self.assertEqual((answer.survey_id, answer.partner_id), (survey, self.partner))
        mails = self.env["mail.mail"].search(
            [("model", "=", "survey.user_input"), ("res_id", "=", answer.id)]
        )
        self.assertEqual(len(mails), 1)
        answer.write({"state": "done"})
        answer.scoring_percentage = 80.0
        self.assertEqual(order.subscription_survey_score, 80.0)
        refusal = self.env["subscription.satisfaction"]._request(order)
        self.assertIn("a short time ago", refusal)
