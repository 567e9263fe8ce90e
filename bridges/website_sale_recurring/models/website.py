from odoo import models


class Website(models.Model):
    """Which orders are carts."""

    _inherit = "website"

    def _prepare_sale_order_values(self, partner_sudo):
        """Begin carts without the company's quotation template: the shop has its own terms."""
        return {**super()._prepare_sale_order_values(partner_sudo), "sale_order_template_id": False}
