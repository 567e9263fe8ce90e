from odoo import models
from odoo.exceptions import AccessError, UserError

from ... import const

# What was agreed about a contract besides our own fields.
AGREED_FIELDS = {
    "company_id",
    "currency_id",
    "fiscal_position_id",
    "partner_id",
    "partner_invoice_id",
    "payment_term_id",
    "pricelist_id",
    "state",
}
# Our own fields that say nothing about what is billed.
REMARK_FIELDS = {
    "subscription_stage_id",
    "subscription_close_reason_id",
    "subscription_close_note",
}


def check_currency(orders, vals):
    """Refuse another currency for contracts: what was agreed and billed is in the one they have.

    So it is on paper that changes one. A renewal may be in another.

    :param orders: `sale.order` records
    :param dict vals: what somebody writes on them
    :raise UserError: naming the contract
    """
    if not vals.keys() & {"currency_id", "pricelist_id"}:
        return
    pricelist = orders.env["product.pricelist"].browse(vals.get("pricelist_id"))
    wanted = vals.get("currency_id") or pricelist.currency_id.id
    for order in orders:
        is_amendment = order.subscription_order_type == "amendment"
        if not is_amendment and not order._is_subscription_started():
            continue
        if (wanted or order.company_id.currency_id.id) != order.currency_id.id:
            raise UserError(
                orders.env._(
                    "%(order)s is agreed in %(currency)s, and its invoices are. End it and make a "
                    "quotation in the other currency.",
                    order=order.name,
                    currency=order.currency_id.name,
                )
            )


class SaleOrder(models.Model):
    """What people may write on contracts, and what forms may say of their links."""

    _inherit = "sale.order"

    def _check_subscription_operator(self):
        """Refuse people who may quote, but not run contracts.

        :raise AccessError: no right to change these orders, or no subscription user
        """
        self.check_access("write")
        if self.env.su or self.env.user.has_group("sale_recurring.group_subscription_user"):
            return
        raise AccessError(
            self.env._(
                "Only users of Subscriptions may run contracts. Ask your administrator for that "
                "right, or a colleague who has it."
            )
        )

    def _check_agreed_write(self, vals):
        """Let only people who run contracts write what was agreed about one that runs.

        :param dict vals: what somebody writes on these orders
        :raise AccessError: no subscription user
        """
        agreed = {
            name
            for name in vals
            if name in AGREED_FIELDS
            or (name.startswith("subscription_") and name not in REMARK_FIELDS)
        }
        if agreed and not self.env.su:
            running = self.filtered(
                lambda order: (
                    order._is_subscription_started()
                    and order.subscription_state in const.RUNNING_STATES
                )
            )
            if running:
                running._check_subscription_operator()

    def onchange(self, values, field_names, fields_spec):
        """Look at links as they are stored, not as the caller of a form names them."""
        kept = self._drop_derived_values(values)
        names = [name for name in field_names if name in kept or name not in values]
        clean = self._without_derived_defaults()
        return super(SaleOrder, clean).onchange(kept, names, fields_spec)
