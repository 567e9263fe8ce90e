from odoo.addons.survey.controllers.main import Survey


class SubscriptionSurvey(Survey):
    """Pages of surveys that customers were invited to because of a contract."""

    def _check_validity(self, survey_sudo, answer_sudo, *args, **kwargs):
        """Let the link of an invitation die with its contract, as those of other questions do."""
        found = super()._check_validity(survey_sudo, answer_sudo, *args, **kwargs)
        if found is True and answer_sudo and answer_sudo._is_about_closed_contract():
            return "answer_deadline"
        return found

    def _prepare_retry_additional_values(self, answer):
        """Let another try be about the same contract."""
        values = super()._prepare_retry_additional_values(answer)
        if answer.subscription_order_id:
            values["subscription_order_id"] = answer.subscription_order_id.id
        return values
