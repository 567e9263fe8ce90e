import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# A number that can be called from everywhere, as core writes it where it can check it.
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


class SubscriptionAlertAction(models.Model):
    """Red flags send text messages, with templates that administrators wrote."""

    _inherit = "subscription.alert.action"

    kind = fields.Selection(
        selection_add=[("sms", "Send a text message")], ondelete={"sms": "cascade"}
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        "Text Message",
        domain="[('model', '=', 'sale.order')]",
        ondelete="restrict",
        help="Sent to the phone number of the customer, unless it is on the blacklist.",
    )

    @api.depends("sms_template_id")
    def _compute_display_name(self):
        """Name the message."""
        super()._compute_display_name()
        for action in self.filtered(lambda one: one.kind == "sms" and one.sms_template_id):
            action.display_name = f"{action.display_name}: {action.sms_template_id.name}"

    @api.constrains("kind", "sms_template_id")
    def _check_sms_template(self):
        for action in self.filtered(lambda one: one.kind == "sms"):
            if action.sms_template_id.model != "sale.order":
                raise ValidationError(
                    self.env._("Choose a text message that is about sales orders.")
                )

    def _perform_sms(self, order, log):
        """Put a message for the customer of one contract into the queue, if it may be sent.

        The queue sends it after this is committed, so nobody waits, and nothing is sent twice.
        """
        customer = order.partner_id
        number = self._get_phone_number(customer)
        if not number:
            return self.env._(
                "Not sent: %(customer)s has no valid phone number.", customer=customer.name
            )
        # sudo: the blacklist is reserved to administrators, and everybody's messages follow it
        blacklist = self.env["phone.blacklist"].sudo()
        if blacklist.search_count([("number", "in", [number, customer.phone])], limit=1):
            return self.env._(
                "Not sent: %(customer)s does not want text messages.", customer=customer.name
            )
        order._message_sms_with_template(
            template=self.sms_template_id,
            partner_ids=customer.ids,
            sms_pid_to_number={customer.id: number},
            put_in_queue=True,
        )
        # sudo: jobs are reserved to administrators
        self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()
        return self.env._(
            "%(customer)s gets a text message at %(number)s.",
            customer=customer.name,
            number=number,
        )

    def _get_phone_number(self, customer):
        """Return the number of a customer, an empty text if it has none that can be called.

        Core checks numbers only where the library for it is there.
        """
        number = customer._phone_format(number=customer.phone) or ""
        number = re.sub(r"[\s()./-]", "", number)
        return number if NUMBER.fullmatch(number) else ""
