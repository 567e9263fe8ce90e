from odoo import fields, models


class SubscriptionTemplate(models.Model):
    """Which contracts of a template do well."""

    _name = "subscription.template"
    _inherit = ["subscription.template", "mail.activity.mixin"]

    health_rule_ids = fields.One2many(
        "subscription.health.rule", "template_id", "Health Rules", copy=True
    )
