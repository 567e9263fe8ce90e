from odoo import api, fields, models


class SubscriptionTemplate(models.Model):
    """What customers may change alone on the page of their contract, see `CustomerControl`."""

    _inherit = "subscription.template"

    customers_may_change_quantity = fields.Boolean(
        "Customers May Change Quantities",
        default=True,
        tracking=True,
        help="Whether customers may change how much they have of what the contract was made for. "
        "Add-ons have limits of their own.",
    )
    addon_ids = fields.One2many(
        "subscription.template.addon",
        "template_id",
        "Add-Ons",
        copy=True,
        help="What customers may add online, and take off again. They see its price first.",
    )
    customers_may_switch = fields.Boolean(
        tracking=True,
        help="Whether customers may switch the whole contract to another recurrence that this "
        "template offers, and to the templates below. Their quantities stay. Only recurrences that "
        "all products of the contract have a price for are offered.",
    )
    switch_template_ids = fields.Many2many(
        "subscription.template",
        "subscription_template_switch_rel",
        "template_id",
        "other_id",
        "Switch To",
        check_company=True,
        tracking=True,
        help="Other templates that customers may switch to by themselves.",
    )
    downgrade_mode = fields.Selection(
        [("now", "At once"), ("period", "With the next period")],
        "Downgrades Hold",
        default="period",
        required=True,
        tracking=True,
        help="From when on a change holds by which a customer pays less. With the next period: "
        "what is paid is used up first, and until then the customer can take the change back. A "
        "change by which a customer pays more holds at once.",
    )

    @api.model
    def _get_summary_fields(self):
        return [
            *super()._get_summary_fields(),
            "customers_may_change_quantity",
            "addon_ids.product_id.name",
            "customers_may_switch",
            "switch_template_ids.name",
            "downgrade_mode",
        ]

    def _get_summary_sentences(self):
        sentences = super()._get_summary_sentences()
        if self.customer_control == "restricted":
            return sentences
        if not self.customers_may_change_quantity:
            sentences.append(self.env._("They change no quantities but those of add-ons."))
        if self.addon_ids:
            names = ", ".join(self.addon_ids.product_id.mapped("name"))
            sentences.append(self.env._("Add-ons: %(names)s.", names=names))
        if self.customers_may_switch and self.switch_template_ids:
            names = ", ".join(self.switch_template_ids.mapped("name"))
            sentences.append(
                self.env._("They may switch the recurrence, and to %(names)s.", names=names)
            )
        elif self.customers_may_switch:
            sentences.append(self.env._("They may switch the recurrence."))
        if self.customer_control == "upgrade_downgrade" and self.downgrade_mode == "now":
            sentences.append(self.env._("What makes it cheaper holds at once."))
        return sentences
