from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ..contract.change_text import ChangeText
from .renewal_follow import follow_contract, take_plans, take_unseen_changes
from .renewal_offer import RenewalBasis, RenewalOffer


class SaleOrder(models.Model):
    """A renewal quotation and the changes that its contract goes through meanwhile.

    A draft that nobody edited follows its contract. One that was sent or edited stays as it is and
    says what differs; somebody takes the changes over or decides against them before it is
    confirmed. What a customer has signed or is paying holds.
    """

    _inherit = "sale.order"

    subscription_renewal_base = fields.Json(
        "Contract before the Renewal",
        copy=False,
        help="What the contract said when its renewal was quoted, to tell what changed since.",
        readonly=True,
    )
    subscription_renewal_changes = fields.Text(
        "Changes Since",
        compute="_compute_subscription_renewal_changes",
        help="What changed on the contract since its renewal quotation was made.",
    )

    @api.depends("state", "subscription_renewal_base", "subscription_parent_id")
    @api.depends_context("lang")
    def _compute_subscription_renewal_changes(self):
        for order in self:
            is_open = order.state in ("draft", "sent")
            changes = RenewalOffer(order).get_changes() if is_open else []
            order.subscription_renewal_changes = "\n".join(changes)

    # ------------------------------------------------------------------
    # Following
    # ------------------------------------------------------------------

    def _hook_on_subscription_changed(self):
        """Bring renewal quotations up to their contract, or say that they differ."""
        super()._hook_on_subscription_changed()
        for contract in self:
            for renewal in contract._get_open_renewals():
                follow_contract(renewal)

    def _take_renewal_changes(self):
        """Take over what changed on the contract; what somebody changed here stays."""
        self.ensure_one()
        # sudo: whoever quotes may have no right to read the segments of the contract
        contract = self._get_renewed_contract().sudo()
        template = contract.subscription_template_id
        if (
            self.subscription_template_id.id
            == RenewalOffer(self).get_base()["terms"]
            != template.id
        ):
            self.subscription_template_id = template
        day = fields.Date.to_date(RenewalOffer(self).get_now()["day"])
        take_plans(self, contract, RenewalBasis(contract).get_plans(day), day)
        self._subscription_refresh_quote()

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_subscription_take_changes(self):
        """Take the changes of the contract over; what was changed on the quotation stays."""
        self.check_access("write")
        for order in self.filtered("subscription_renewal_changes"):
            if order._is_quote_held():
                raise UserError(
                    self.env._(
                        "%(order)s was signed or is being paid, so it cannot change. Cancel it and "
                        "renew the contract again.",
                        order=order.name,
                    )
                )
            changes = RenewalOffer(order).get_changes()
            order._take_renewal_changes()
            ChangeText(order).post(self.env._("Taken over from the contract:"), changes)
        return True

    def action_subscription_leave_changes(self):
        """Keep renewal quotations as they are: the changes of their contracts are left out."""
        self.check_access("write")
        for order in self.filtered("subscription_renewal_changes"):
            changes, now = RenewalOffer(order).get_changes(), RenewalOffer(order).get_now()
            order._as_system().subscription_renewal_base = {
                **RenewalOffer(order).get_base(),
                "kept": now,
            }
            ChangeText(order).post(self.env._("Left out of this renewal:"), changes)
        return True

    # ------------------------------------------------------------------
    # Confirmation
    # ------------------------------------------------------------------

    def _get_renewal_error(self, contract):
        """Refuse to confirm what does not say what its contract says, unless it was accepted."""
        message = super()._get_renewal_error(contract)
        if message or self._is_quote_held() or not RenewalOffer(self).get_changes():
            return message
        names = {"renewal": self.name, "order": contract.sudo().name}
        if not self.env.user._is_internal():
            return self.env._(
                "%(order)s has changed since %(renewal)s was made. Please ask us for a new "
                "quotation.",
                **names,
            )
        return self.env._(
            "%(order)s has changed since %(renewal)s was made. Take the changes over, or decide to "
            "leave them out, with the buttons above the quotation.",
            **names,
        )

    def _hook_on_subscription_start(self):
        """Say which changes of the contract an accepted renewal does not have."""
        changes = RenewalOffer(self).get_changes()
        take_unseen_changes(self)
        super()._hook_on_subscription_start()
        if changes:
            title = self.env._(
                "The customer accepted this renewal before these changes of %(order)s, which it "
                "does not have:",
                order=self.subscription_parent_id.sudo().name,
            )
            ChangeText(self).post(title, changes)
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Changes of the contract are not in its renewal"),
                note=plaintext2html(" ".join([title, *changes])),
                user_id=self._get_responsible_user().id,
            )

    def _hook_on_start_forgotten(self):
        """Give lines of a renewal that is a quotation again what they showed on its first day."""
        super()._hook_on_start_forgotten()
        for line in self._get_recurring_lines().filtered("segment_ids"):
            if line._get_renewal_plan():
                offer = line._prepare_offered_values(
                    line._get_engine_segments(), self.subscription_start_date
                )
                line._as_system().write(offer)
