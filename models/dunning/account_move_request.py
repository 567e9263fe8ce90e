from odoo import models


class AccountMove(models.Model):
    """A request for payment that is made anew goes on where the dunning of the old one stood."""

    _inherit = "account.move"

    def _prepare_voided_request_facts(self):
        """Add what dunning has done about it."""
        move = self.sudo()  # sudo: whoever changes a contract may not read these
        gaps = self.env["subscription.interruption"].sudo()  # sudo: as above
        return {
            **super()._prepare_voided_request_facts(),
            "in_dunning": move.subscription_in_dunning,
            "events": move.subscription_dunning_event_ids.ids,
            "warned": self._get_warned_contracts().ids,
            "gaps": gaps.search([("dunning_move_id", "=", move.id)]).ids,
        }

    def _get_warned_contracts(self):
        """Return contracts whose customer was warned that they end if this stays unpaid."""
        # sudo: contracts of every salesperson count
        orders = self.env["sale.order"].sudo()
        return orders.search([("subscription_unpaid_move_id", "=", self.id)])

    def _take_over_request(self, facts):
        """Take over the steps, the suspensions and the warnings."""
        super()._take_over_request(facts)
        # sudo: whoever changes a contract may write none of these
        Event = self.env["subscription.dunning.event"].sudo()
        Gap = self.env["subscription.interruption"].sudo()
        self._as_system().subscription_in_dunning = facts["in_dunning"]
        events = Event.browse(facts["events"]).exists()
        events.filtered(lambda event: not event.move_id)._follow_document(self)
        Gap.browse(facts["gaps"]).exists().dunning_move_id = self
        warned = self.env["sale.order"].sudo().browse(facts["warned"])  # sudo: as above
        warned._as_system().subscription_unpaid_move_id = self
