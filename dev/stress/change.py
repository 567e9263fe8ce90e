"""Customers who confirm one change of their contract twice at once."""

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.service.model import retrying

from odoo.addons.sale_recurring.models.portal.customer_change import CustomerChange

from .gate import wait_at


def offer_changes(env, _day, payment_mode):
    """Let customers change what they have.

    :param str payment_mode: of the template; decides whether a change is paid first
    :return: ids of the contracts, with a form filled in for one seat more and the figures shown
    """
    orders = env["sale.order"].search([("is_subscription", "=", True)], order="id")
    orders.subscription_template_id.write(
        {"customer_control": "upgrade_downgrade", "payment_mode": payment_mode}
    )
    return [_choose(order) for order in orders]


def _choose(order):
    change = CustomerChange(order)
    line = order.order_line
    form = {f"quantity-line-{line.id}": f"{line.product_uom_qty + 1:g}"}
    preview = change.preview(change.offer.get_choice(form))
    return order.id, form, preview["shown"]


def confirm_changes(registry, folder, day, gate, choices):
    """Confirm one change after the other, as a browser does whose button is pressed.

    :param list choices: of :func:`offer_changes`
    :return: ids of the contracts whose change was not refused
    """
    del day
    wait_at(folder, gate)
    done = []
    for order_id, form, shown in choices:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            order = env["sale.order"].browse(order_id)
            try:
                retrying(
                    lambda order=order, form=form, shown=shown: _confirm(order, form, shown), env
                )
            except UserError:
                cr.rollback()
                continue
        done.append(order_id)
    return done


def _confirm(order, form, shown):
    change = CustomerChange(order)
    change.confirm(change.offer.get_choice(form), shown)


def amendments(env, _day):
    """Return states of the amendments, and the quantity, of each contract."""
    orders = env["sale.order"].search(
        [("is_subscription", "=", True), ("subscription_order_type", "!=", "amendment")],
        order="id",
    )
    return [
        (order.subscription_amendment_ids.mapped("state"), order.order_line.product_uom_qty)
        for order in orders
    ]
