from odoo import fields, models


class ProductCategory(models.Model):
    """Where deferred revenue of products of this category is held."""

    _inherit = "product.category"

    recognition_account_id = fields.Many2one(
        "account.account",
        "Deferred Revenue Account",
        company_dependent=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        help="Instead of the account of the company.",
    )
