from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import get_number_text
from ..terms.subscription_template import TERM_UNITS

MAX_COUNT = 60


class SubscriptionCloseReason(models.Model):
    """What a customer who wants to leave for a reason is offered, to stay."""

    _inherit = "subscription.close.reason"

    offer_kind = fields.Selection(
        [("discount", "A discount for some periods"), ("pause", "A pause")],
        "Offer",
        help="What customers who pick this reason may accept with one click instead of leaving. "
        "They see the money before. Empty: nothing but the message.",
    )
    offer_discount = fields.Float(
        "Discount (%)",
        digits="Discount",
        help="Taken off what each recurring line costs then, in the next periods that are not "
        "billed yet. It ends by itself.",
    )
    offer_count = fields.Integer(
        "For", default=3, help="How many periods the discount holds, or how long the pause is."
    )
    offer_unit = fields.Selection(TERM_UNITS, "Unit of the Pause", default="month")
    offer_wait_months = fields.Integer(
        "Again After (Months)",
        default=12,
        help="For so long after an accepted offer, of this or another reason, no contract of the "
        "same chain is offered anything. 0: only once.",
    )
    offer_text = fields.Char("Offer in Words", compute="_compute_offer_text")
    accepted_offer_count = fields.Integer(
        "Accepted",
        compute="_compute_accepted_offer_count",
        help="How often customers stayed because they accepted the offer of this reason.",
    )

    @api.depends("offer_kind", "offer_discount", "offer_count", "offer_unit")
    @api.depends_context("lang")
    def _compute_offer_text(self):
        for reason in self:
            reason.offer_text = reason._get_offer_text()

    def _get_offer_text(self):
        """Return what is offered in a few words, False for nothing."""
        if self.offer_kind == "discount":
            return self.env._(
                "%(discount)s %% off for %(count)s periods",
                discount=get_number_text(self.offer_discount),
                count=self.offer_count,
            )
        if self.offer_kind == "pause":
            return self.env._(
                "A pause of %(length)s",
                length=self.env["subscription.recurrence"]._get_length_text(
                    self.offer_unit or "month", self.offer_count
                ),
            )
        return False

    def _compute_accepted_offer_count(self):
        counts = dict(
            self.env["subscription.accepted.offer"]._read_group(
                [("reason_id", "in", self.ids)], ["reason_id"], ["__count"]
            )
        )
        for reason in self:
            reason.accepted_offer_count = counts.get(reason, 0)

    @api.constrains(
        "offer_kind", "offer_discount", "offer_count", "offer_unit", "offer_wait_months"
    )
    def _check_offer(self):
        for reason in self.filtered("offer_kind"):
            if not 1 <= reason.offer_count <= MAX_COUNT:
                raise ValidationError(
                    self.env._(
                        "The offer of %(reason)s must be for 1 to %(most)s periods.",
                        reason=reason.name,
                        most=MAX_COUNT,
                    )
                )
            if reason.offer_kind == "discount" and not 0 < reason.offer_discount <= 100:
                raise ValidationError(
                    self.env._(
                        "The discount that %(reason)s offers must be more than 0 and at most "
                        "100 %%.",
                        reason=reason.name,
                    )
                )
            if reason.offer_kind == "pause" and not reason.offer_unit:
                raise ValidationError(
                    self.env._(
                        "Choose whether the pause that %(reason)s offers is counted in days, "
                        "weeks, months or years.",
                        reason=reason.name,
                    )
                )
            if reason.offer_wait_months < 0:
                raise ValidationError(
                    self.env._(
                        "The months until %(reason)s offers something again cannot be negative. "
                        "Use 0 to offer it only once.",
                        reason=reason.name,
                    )
                )

    def action_view_accepted_offers(self):
        """Open the offers of this reason that customers accepted."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_accepted_offer_action"
        )
        return {**action, "domain": [("reason_id", "=", self.id)], "context": {}}
