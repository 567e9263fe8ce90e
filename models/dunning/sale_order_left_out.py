from odoo import fields, models
from odoo.tools import format_date


class SaleOrder(models.Model):
    """Contracts that are left out of dunning for a while, and why."""

    _inherit = "sale.order"

    subscription_left_out = fields.Boolean(
        "Leave Out of Dunning",
        copy=False,
        tracking=True,
        help="Nobody reminds the customer of unpaid invoices of this contract, charges again, "
        "suspends or closes it.",
    )
    subscription_left_out_until = fields.Date(
        "Left Out Until",
        copy=False,
        tracking=True,
        help="Last day of that. Empty: until somebody ends it.",
    )
    subscription_left_out_reason = fields.Char("Left Out Because", copy=False, tracking=True)

    _left_out_with_reason = models.Constraint(
        "CHECK (subscription_left_out IS NOT TRUE OR subscription_left_out_reason IS NOT NULL)",
        "Say why this contract is left out of dunning.",
    )

    def _get_left_out_reason(self):
        """Return why one contract is left out of dunning today.

        :return: a sentence, or False when it is not
        """
        self.ensure_one()
        order = self.sudo()  # sudo: run of every company
        people = order.partner_id.browse()
        if people._is_anybody_left_out():
            payer, customer = order.partner_invoice_id, order.partner_id
            people = payer | customer | (payer | customer).commercial_partner_id
        for record in (order, *people):
            if not record.subscription_left_out:
                continue
            until = record.subscription_left_out_until
            if not until or until >= self._subscription_today():
                return _say_left_out(record, until)
        return False


def _say_left_out(record, until):
    """Return one sentence about why, and until when, nothing is done.

    :param record: the contract, or the customer, that is left out
    :param date until: last day of that, or nothing
    """
    facts = {"name": record.display_name, "reason": record.subscription_left_out_reason}
    if until:
        day = format_date(record.env, until)
        return record.env._(
            "%(name)s is left out of dunning until %(day)s: %(reason)s", **facts, day=day
        )
    return record.env._("%(name)s is left out of dunning: %(reason)s", **facts)
