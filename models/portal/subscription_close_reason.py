from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import get_number_text
from ..terms.subscription_template import TERM_UNITS
from .customer_notice import CustomerNotice

MAX_COUNT = 60


class SubscriptionCloseReason(models.Model):
    """What a customer who wants to leave for a reason is offered, to stay."""

    _inherit = "subscription.close.reason"
    _check_company_auto = True

    offer_kind = fields.Selection(
        [
            ("discount", "A discount for some periods"),
            ("pause", "A pause"),
            ("template", "Another subscription template"),
        ],
        "Offer",
        help="What customers who pick this reason may accept with one click instead of leaving. "
        "They see the money before. Empty: nothing but the message.",
    )
    offer_discount = fields.Float(
        "Discount (%)",
        digits="Discount",
        help="Taken off what each recurring line costs then, in the next periods that are not "
        "billed yet. It ends by itself; what is added to a line meanwhile has it too.",
    )
    offer_count = fields.Integer(
        "For", default=3, help="How many periods the discount holds, or how long the pause is."
    )
    offer_unit = fields.Selection(TERM_UNITS, "Unit of the Pause", default="month")
    offer_template_id = fields.Many2one(
        "subscription.template",
        "Offered Template",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="What the contract is switched to, quantities kept. It is billed as often as before "
        "where this template allows that, else as often as this template says, at the list prices "
        "for that.",
    )
    offer_wait_months = fields.Integer(
        "Again After (Months)",
        default=12,
        help="For so long after an accepted offer, of this or another reason, no contract of the "
        "same chain is offered anything; the longer wait of the two reasons counts. 0: only once.",
    )
    offer_text = fields.Char("Offer in Words", compute="_compute_offer_text")
    accepted_offer_count = fields.Integer(
        "Accepted",
        compute="_compute_accepted_offer_count",
        help="How often customers stayed because they accepted the offer of this reason.",
    )

    @api.depends(
        "offer_kind", "offer_discount", "offer_count", "offer_unit", "offer_template_id.name"
    )
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
        if self.offer_kind == "template":
            # sudo: a template of the contract's company, which visitors may not read
            template = self.sudo().offer_template_id
            return self.env._("Switch to %(template)s", template=template.name)
        return False

    def _compute_accepted_offer_count(self):
        counts = dict(
            self.env["subscription.accepted.offer"]._read_group(
                [("reason_id", "in", self.ids)], ["reason_id"], ["__count"]
            )
        )
        for reason in self:
            reason.accepted_offer_count = counts.get(reason, 0)

    @api.constrains("offer_kind", "offer_template_id")
    def _check_offered_template(self):
        for reason in self.filtered(lambda reason: reason.offer_kind == "template"):
            if not reason.offer_template_id:
                raise ValidationError(
                    self.env._(
                        "Choose the subscription template that %(reason)s offers.",
                        reason=reason.name,
                    )
                )

    @api.constrains(
        "offer_kind", "offer_discount", "offer_count", "offer_unit", "offer_wait_months"
    )
    def _check_offer(self):
        for reason in self.filtered("offer_kind"):
            is_counted = reason.offer_kind != "template"
            if is_counted and not 1 <= reason.offer_count <= MAX_COUNT:
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

    def _record_switch(self, amendment, contract):
        """Record that a customer stays because of other terms, and tell staff; none for no reason.

        :param amendment: the confirmed `sale.order` by which the contract was switched
        :param contract: the `sale.order` that goes on
        """
        for reason in self:
            self.env["subscription.accepted.offer"]._as_system().create(
                {
                    "order_id": contract.id,
                    "reason_id": reason.id,
                    "accepted_date": contract._subscription_today(),
                    "kind": "template",
                    "template_id": amendment.subscription_template_id.id,
                    "start_date": amendment.subscription_effective_date,
                }
            )
            name = amendment.signed_by or contract.partner_id.name
            CustomerNotice(contract.sudo()).tell_staff(  # sudo: whoever pays reads no notes
                lambda env, reason=reason, name=name: reason.with_env(env)._get_stayed_text(name)
            )

    def _get_stayed_text(self, name):
        """Return what staff read about a customer who took the offer of this reason."""
        return self.env._(
            "%(name)s stayed and took the offer: %(offer)s.", name=name, offer=self.offer_text
        )

    def action_view_accepted_offers(self):
        """Open the offers of this reason that customers accepted."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_accepted_offer_action"
        )
        return {**action, "domain": [("reason_id", "=", self.id)], "context": {}}
