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
