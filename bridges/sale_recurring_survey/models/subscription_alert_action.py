from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SubscriptionAlertAction(models.Model):
    """Red flags invite customers to surveys, as seldom as they ask for satisfaction."""

    _inherit = "subscription.alert.action"

    kind = fields.Selection(
        selection_add=[("survey", "Invite to a survey")], ondelete={"survey": "cascade"}
    )
    survey_id = fields.Many2one("survey.survey", ondelete="restrict")

    @api.constrains("kind", "survey_id")
    def _check_survey(self):
        for action in self:
            if action.kind == "survey" and not action.survey_id:
                raise ValidationError(self.env._("Choose the survey to invite customers to."))

    def _perform_survey(self, order, log):
        """Mail the customer of one contract a link of their own, if they may be asked."""
        refusal = self.env["subscription.satisfaction"]._claim(order)
        if refusal:
            return refusal
        answer = self.survey_id.sudo()._create_answer(
            partner=order.partner_id._get_mail_reader(),
            check_attempts=False,
            subscription_order_id=order.id,
        )
        template = self.env.ref("survey.mail_template_user_input_invite").sudo()
        template.send_mail(answer.id)
        return self.env._(
            "%(customer)s was invited to “%(survey)s”.",
            customer=order.partner_id.name,
            survey=self.survey_id.title,
        )
