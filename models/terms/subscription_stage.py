from odoo import api, fields, models
from odoo.fields import Domain

from ... import const


class SubscriptionStage(models.Model):
    """Column of the contract board. The state decides about money, the stage about work."""

    _name = "subscription.stage"
    _description = "Subscription Stage"
    _order = "sequence, id"
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="Stages stand on the board in this order.")
    fold = fields.Boolean(
        "Folded in Kanban", help="Contracts of this stage are hidden behind a narrow column."
    )
    subscription_state = fields.Selection(
        const.SUBSCRIPTION_STATES,
        "Contract State",
        help="A contract that enters this state moves to this stage by itself. "
        "Leave empty for stages that only people move contracts to.",
    )
    description = fields.Text(
        translate=True, help="What a contract in this stage is waiting for, for your colleagues."
    )
    company_id = fields.Many2one(
        "res.company", help="Leave empty to show this stage in all companies."
    )

    @api.model
    def _get_stage_of_state(self, state, company=None):
        """Return the stage that a contract moves to when it enters a state.

        :param str state: one of the subscription states
        :param company: company of the contract, the current one when empty
        :return: the first stage of that state, empty when people move contracts by hand
        """
        company = company or self.env.company
        # sudo: a customer who signs or closes online has no right to read stages
        return self.sudo().search(
            Domain("subscription_state", "=", state) & Domain(self._check_company_domain(company)),
            limit=1,
        )
