from odoo import api, fields, models
from odoo.exceptions import UserError

# More would not be read, and each contract costs a run of the engine.
MAX_CONTRACTS_SHOWN = 80


def get_pages(first, shown, count, size):
    """Return what the client shows of a selection that is looked at in batches.

    :param int first: how many contracts come before those shown
    :param int shown: how many are shown
    :param int count: how many there are
    :param int size: the most that are looked at in one request
    :rtype: dict
    """
    return {
        "first": first + 1,
        "last": first + shown,
        "count": count,
        "before": max(first - size, 0) if first else -1,
        "after": first + shown if first + shown < count else -1,
    }


class SubscriptionBillingPreview(models.TransientModel):
    """Show what the billing run would create on a day; writes nothing until *Bill* is pressed."""

    _name = "subscription.billing.preview"
    _description = "Preview Billing"

    order_ids = fields.Many2many("sale.order", string="Contracts", required=True)
    date = fields.Date(
        "As of",
        required=True,
        default=lambda self: self.env.company._subscription_today(),
        help="The day of the run. Choose a later day to look ahead.",
    )
    shown_from = fields.Integer(help="How many contracts come before those shown.")
    preview = fields.Json(compute="_compute_preview")
    is_today = fields.Boolean(compute="_compute_is_today")
    is_billable = fields.Boolean(compute="_compute_is_billable")
    is_held_back = fields.Boolean(
        compute="_compute_is_billable",
        help="The run leaves this contract alone; a person who read why may bill it all the same.",
    )

    @api.depends("date")
    def _compute_is_today(self):
        today = self.env.company._subscription_today()
        for wizard in self:
            wizard.is_today = wizard.date == today

    @api.depends("is_today", "preview")
    def _compute_is_billable(self):
        for wizard in self:
            # One that the run leaves alone is among them: a person may overrule its limits.
            contracts = wizard.preview["contracts"] if wizard.preview else []
            wizard.is_billable = wizard.is_today and bool(contracts)
            is_one = len(wizard.order_ids) == 1
            wizard.is_held_back = is_one and any(contract["error"] for contract in contracts)

    @api.depends("order_ids", "date", "shown_from")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard._get_preview() if wizard.date else False

    def _get_preview(self):
        """Return the previews of all contracts that have something to bill.

        :return: ``contracts``: a list of previews as `sale.order` makes them; ``idle``: how many
            contracts have nothing to bill; ``hidden``: how many are not shown; ``next_text``:
            day and amount of the next invoice of the only contract, in words
        :rtype: dict
        """
        orders = self.order_ids._origin
        first = self.shown_from if 0 <= self.shown_from < len(orders) else 0
        shown = orders[first : first + MAX_CONTRACTS_SHOWN]
        previews = [order._get_billing_preview(self.date) for order in shown]
        busy = [preview for preview in previews if preview["documents"] or preview["error"]]
        return {
            "contracts": busy,
            "idle": len(previews) - len(busy),
            "hidden": len(orders) - len(shown),
            "pages": get_pages(first, len(shown), len(orders), MAX_CONTRACTS_SHOWN),
            "totals": self._get_totals(busy),
            "next_text": len(orders) == 1 and not busy and orders._get_next_invoice_text(),
        }

    def _get_totals(self, previews):
        """Return the total per currency of all previews whose contracts the run would bill."""
        totals = {}
        for preview in [preview for preview in previews if not preview["error"]]:
            currency = preview["currency_id"]
            totals[currency] = totals.get(currency, 0.0) + preview["total"]
        return [{"currency_id": currency, "total": total} for currency, total in totals.items()]

    def action_bill(self):
        """Bill what the preview of today showed."""
        self.ensure_one()
        if not self.is_today:
            raise UserError(
                self.env._("Only what is due today can be billed. Set the day to today first.")
            )
        if len(self.order_ids) == 1:
            return self.order_ids.action_subscription_bill()
        return self.order_ids.action_subscription_bill_selection()
