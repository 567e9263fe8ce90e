from odoo import api, fields, models

FAILED, UNCERTAIN, SLOW, LATE = "failed", "uncertain", "slow", "late"
OVERPAID, CREDIT, DISPUTED, GIVEN_BACK = "overpaid", "credit", "disputed", "given_back"
UNPAID, METHOD, UNBOOKED, LEFT = "unpaid", "method", "unbooked", "left"
MATTERS = [
    (FAILED, "A charge failed"),
    (UNCERTAIN, "Nobody knows whether money came"),
    (SLOW, "A bank takes long"),
    (LEFT, "A payment never ended"),
    (LATE, "Money came late"),
    (OVERPAID, "More came in than was owed"),
    (CREDIT, "Credit is open"),
    (DISPUTED, "A payment is disputed"),
    (GIVEN_BACK, "Money was given back elsewhere"),
    (UNPAID, "A document is unpaid"),
    (METHOD, "A payment method is missing"),
    (UNBOOKED, "Money is not booked"),
]


class MailActivity(models.Model):
    """Requests to look after money: each is about one document and one matter.

    It ends when that matter of that document is settled, in whatever way, and by nothing else.
    """

    _name = "mail.activity"
    _inherit = ["mail.activity", "subscription.protected.mixin"]

    subscription_matter = fields.Selection(MATTERS, "Matter", readonly=True)
    subscription_move_id = fields.Many2one(
        "account.move",
        "About",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The document whose money this is about.",
    )

    _about_money = models.Index("(subscription_matter) WHERE subscription_matter IS NOT NULL")

    def _is_subscription_matter_done(self):
        """Return whether nobody has to look after this matter any more."""
        self.ensure_one()
        move = self.subscription_move_id
        if move:
            return move._is_matter_done(self.subscription_matter)
        if self.res_model != "sale.order":
            return False
        order = self.env["sale.order"].browse(self.res_id)
        return order._is_matter_done(self.subscription_matter)

    @api.model
    def _remove_done_matters(self, *conditions):
        """Remove requests about money that are settled, whoever they were for.

        :param conditions: of a domain, for some of them only
        """
        # sudo: a request may belong to a colleague
        activities = self.sudo().search([("subscription_matter", "!=", False), *conditions])
        activities.filtered(lambda activity: activity._is_subscription_matter_done()).unlink()
