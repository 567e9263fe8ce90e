from odoo import fields, models


class ProductTemplate(models.Model):
    """Where deferred revenue of this product is held."""

    _inherit = "product.template"

    recognition_account_id = fields.Many2one(
        "account.account",
        "Deferred Revenue Account",
        company_dependent=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        help="Instead of the account of the category or of the company.",
    )
