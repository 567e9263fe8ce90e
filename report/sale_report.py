from odoo import models


class SaleReport(models.Model):
    _inherit = "sale.report"

    def _where_sale(self):
        """Leave amendments out: what they sell is counted on their contracts."""
        return f"""{super()._where_sale()}
            AND s.subscription_order_type IS DISTINCT FROM 'amendment'"""
