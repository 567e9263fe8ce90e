from odoo import fields, models


class SaleOrder(models.Model):
    """What of a contract's invoices is earned, month by month."""

    _inherit = "sale.order"

    recognition_ids = fields.One2many(
        "subscription.recognition",
        "order_id",
        "Recognised Revenue",
        readonly=True,
        groups="account.group_account_readonly,account.group_account_invoice",
    )
