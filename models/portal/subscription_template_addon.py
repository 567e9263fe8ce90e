from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SubscriptionTemplateAddon(models.Model):
    """A product that customers may add to a contract on this template, and take off again."""

    _name = "subscription.template.addon"
    _description = "Add-On of a Subscription Template"
    _order = "template_id.id, sequence, id"
    _check_company_auto = True

    template_id = fields.Many2one(
        "subscription.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id")
    sequence = fields.Integer(default=10, help="Add-ons are offered in this order.")
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain="[('is_recurring', '=', True), ('sale_ok', '=', True), ('type', '!=', 'combo')]",
        help="What customers may add. Its price is that of their pricelist.",
    )
    recurrence_id = fields.Many2one(
        "subscription.recurrence",
        "Billed",
        ondelete="restrict",
        check_company=True,
        help="How often it is billed. Empty: as often as the rest of the contract.",
    )
    minimum = fields.Float(
        default=1.0,
        required=True,
        digits="Product Unit",
        help="Smallest quantity that somebody may take, besides none.",
    )
    maximum = fields.Float(
        digits="Product Unit", help="Largest quantity that somebody may take. 0: as many as wanted."
    )
    increment = fields.Float(
        default=1.0,
        required=True,
        digits="Product Unit",
        help="From the minimum on, a quantity goes up by this much. In packs of ten: 10.",
    )

    _one_per_product = models.Constraint(
        "UNIQUE (template_id, product_id)",
        "A product can be only one add-on of a subscription template. Change the one that is "
        "there.",
    )
    _positive = models.Constraint(
        "CHECK (minimum > 0 AND increment > 0)",
        "Minimum and increment of an add-on must be more than 0. Customers can always take none.",
    )
    _maximum_fits = models.Constraint(
        "CHECK (maximum = 0 OR maximum >= minimum)",
        "The maximum of an add-on cannot be less than its minimum. Use 0 for no maximum.",
    )

    @api.constrains("product_id")
    def _check_product(self):
        for addon in self:
            if not addon.product_id.is_recurring or addon.product_id.type == "combo":
                raise ValidationError(
                    self.env._(
                        "%(product)s is not sold again and again, so it cannot be an add-on of "
                        "%(template)s. Choose a recurring product.",
                        product=addon.product_id.display_name,
                        template=addon.template_id.name,
                    )
                )
