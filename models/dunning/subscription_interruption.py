from odoo import fields, models


class SubscriptionInterruption(models.Model):
    """Suspensions that end by themselves when an invoice is paid."""

    _inherit = "subscription.interruption"

    dunning_move_id = fields.Many2one(
        "account.move",
        "Unpaid Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice because of which service was suspended; it goes on once it is paid.",
    )
    planned_pauses = fields.Json(
        "Pauses That Gave Way",
        readonly=True,
        help="What was planned for later days when service was suspended, as values by which it "
        "is planned again when service goes on.",
    )

    def _prepare_plan(self):
        """Return values by which this gap can be planned again, as JSON can hold them.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "day": fields.Date.to_string(self.start_date),
            "until": fields.Date.to_string(self.end_date),
            "reason": self.reason,
            "credit_rule": self.credit_rule,
            "kind": self.kind,
            "anchor_rule": self.anchor_rule,
        }
