from odoo.tests import HttpCase, tagged

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

    def test_the_company_is_invited_for_somebody_who_left(self):
        firm = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "email": "firm@example.com"}
        )
        survey = self.env["survey.survey"].create({"title": "How is it?", "access_mode": "token"})
        order = self.create_contract(self.seat, day="2027-02-01")
        self.watch()
        self.create_alert("end", {"kind": "survey", "survey_id": survey.id}, days=30)
        self.partner.parent_id = firm
        self.partner.active = False
        order.subscription_last_date = "2027-02-20"
        self.watch()
        self.assertEqual(order.subscription_survey_input_ids.partner_id, firm)


@tagged("post_install", "-at_install")
class TestSurveyLink(AlertCommon, HttpCase):
    """The link of an invitation."""

    def test_it_dies_with_the_contract(self):
        survey = self.env["survey.survey"].create(
            {
                "title": "How is it?",
                "access_mode": "token",
                "questions_layout": "one_page",
                "question_and_page_ids": [
                    (0, 0, {"title": "Tell us", "question_type": "text_box"}),
                ],
            }
        )
        order = self.create_contract(self.seat, day="2027-02-01")
        answer, done = (
            survey.sudo()._create_answer(
                partner=self.partner, check_attempts=False, subscription_order_id=order.id
            )
            for _number in range(2)
        )
        done._mark_done()
        self.authenticate(None, None)
        self.assertNotIn("survey expired", self.open(survey, answer))
        self.close(order)
        self.env.flush_all()
        self.assertEqual(order.subscription_state, "closed")
        self.assertIn("survey expired", self.open(survey, answer))
        route = f"/survey/submit/{survey.access_token}/{answer.access_token}"
        self.assertEqual(self.make_jsonrpc_request(route)[1], {"error": "answer_deadline"})
        self.assertNotIn("survey expired", self.open(survey, done), "what was answered can be read")

    def test_another_try_belongs_to_the_contract_and_the_last_counts(self):
        survey = self.env["survey.survey"].create(
            {
                "title": "How is it?",
                "access_mode": "token",
                "scoring_type": "scoring_with_answers",
                "is_attempts_limited": True,
                "attempts_limit": 3,
                "question_and_page_ids": [
                    (0, 0, {"title": "Tell us", "question_type": "text_box"})
                ],
            }
        )
        order = self.create_contract(self.seat, day="2027-02-01")
        first = survey.sudo()._create_answer(
            partner=self.partner, check_attempts=False, subscription_order_id=order.id
        )
        first.write({"state": "done", "end_datetime": "2027-02-01 12:00:00"})
        self.authenticate(None, None)
        self.env.flush_all()
        self.url_open(f"/survey/retry/{survey.access_token}/{first.access_token}")
        self.env.invalidate_all()
        second = order.subscription_survey_input_ids - first
        self.assertEqual((len(second), second.survey_id), (1, survey))
        first.scoring_percentage = 20.0
        self.assertEqual(order.subscription_survey_score, 20.0, "it is not finished yet")
        second.write({"state": "done", "end_datetime": "2027-02-02 12:00:00"})
        second.scoring_percentage = 90.0
        self.assertEqual(order.subscription_survey_score, 90.0)

    def open(self, survey, answer):
        """Return the page behind the link of an invitation."""
        token = answer.access_token
        page = self.url_open(f"/survey/start/{survey.access_token}?answer_token={token}")
        self.assertEqual(page.status_code, 200)
        return page.text
