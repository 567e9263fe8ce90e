from odoo import api, fields, models

LOG = "subscription.alert.log"
TRIGGER = "on_create_or_write"


class SubscriptionAlert(models.Model):
    """Automation rules of administrators run when a red flag was raised.

    They watch the log of flags as any other model: core runs them when a row is written. Who sets
    up flags needs no right to write them, and gets none.
    """

    _inherit = "subscription.alert"

    automation_count = fields.Integer(
        "Automation Rules",
        compute="_compute_automation_count",
        groups="base.group_system",
        help="Rules of administrators that run when the flag was raised.",
    )

    @api.depends("name")
    def _compute_automation_count(self):
        for alert in self:
            alert.automation_count = len(alert._get_automations())

    def _get_automations(self):
        """Return automation rules that run when one flag was raised.

        :rtype: base.automation
        """
        self.ensure_one()
        rules = self.env["base.automation"].search(
            [("model_name", "=", LOG), ("trigger", "=", TRIGGER)]
        )
        raised = self.env[LOG].new({"alert_id": self._origin.id, "state": "done"})
        return rules.filtered(lambda rule: rule._filter_post(raised))

    def _does_something(self):
        """Hook. Count the rules of administrators."""
        # sudo: whoever switches a flag on has no right to read automation rules
        return super()._does_something() or bool(self.sudo().automation_count)

    def action_view_automations(self):
        """Open the automation rules that run when one flag was raised; a new one is for it, too."""
        self.ensure_one()
        self.env["base.automation"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "base_automation.base_automation_act"
        )
        action["domain"] = [("id", "in", self._get_automations().ids)]
        action["context"] = {
            "default_name": self.name,
            "default_model_id": self.env["ir.model"]._get_id(LOG),
            "default_trigger": TRIGGER,
            "default_filter_domain": str([("alert_id", "=", self.id), ("state", "=", "done")]),
        }
        return action
