"""How a renewal quotation follows the changes that its contract goes through."""

from odoo import fields
from odoo.fields import Command

from ..contract.activities import schedule_once
from ..contract.change_text import ChangeText
from .renewal_offer import RenewalBasis, RenewalOffer


def follow_contract(order):
    """Bring one renewal quotation up to its contract, or say that somebody has to."""
    order.ensure_one()
    changes = RenewalOffer(order).get_changes()
    if not changes:
        return
    is_free = order.state == "draft" and not order._is_quote_held()
    if is_free and not RenewalOffer(order).is_edited():
        order._take_renewal_changes()
        title = order.env._("Brought up to %(order)s:", order=order.subscription_parent_id.name)
        ChangeText(order).post(title, changes)
        return
    base, now = RenewalOffer(order).get_base(), RenewalOffer(order).get_now()
    if base.get("told") == now:
        return
    order._as_system().subscription_renewal_base = {**base, "told": now}
    title = RenewalOffer(order).get_title()
    ChangeText(order).post(title, changes)
    summary = order.env._("The contract changed: look at this renewal quotation")
    schedule_once(
        order,
        "mail.mail_activity_data_todo",
        summary,
        " ".join([title, *changes]),
        order._get_responsible_user(),
        refresh=False,
    )


def take_plans(order, contract, plans, day):
    """Bring lines and first day up to what the contract offers now.

    :param order: the renewal quotation
    :param contract: the contract, readable
    :param dict plans: of :meth:`RenewalBasis.get_plans`
    :param date day: first day of the renewal
    """
    known, old_day = RenewalOffer(order).get_base()["offers"], RenewalOffer(order).get_day()
    for line in order._get_recurring_lines():
        old = line.subscription_replaced_line_id.sudo()
        if str(old.id) not in known:
            continue
        if old not in plans:
            line.unlink()
        elif not line._is_another_than_before():
            line._take_offer(old._prepare_offered_values(plans[old], day))
    order.order_line._get_empty_combos().unlink()
    lines = order.order_line
    new = {line: plan for line, plan in plans.items() if str(line.id) not in known}
    values = {
        "subscription_renewal_base": RenewalBasis(contract).prepare(day, plans),
        "order_line": prepare_new_lines(contract, new, day, lines.mapped("virtual_id")),
    }
    if order.subscription_start_date == old_day != day:
        values["subscription_start_date"] = day
        if order.validity_date == fields.Date.subtract(old_day, days=1):
            values["validity_date"] = fields.Date.subtract(day, days=1)
    order._as_system().write(values)
    (order.order_line - lines).filtered("is_recurring")._keep_offered_price()


def prepare_new_lines(contract, plans, day, known):
    """Return commands that create further lines of a renewal, combos with what they consist of.

    :param contract: the contract, readable
    :param dict plans: engine segments by line of the contract
    :param date day: first day of the renewal
    :param list known: virtual ids of the lines that the renewal has
    :rtype: list
    """
    lines = contract.order_line.filtered(lambda line: line in plans)
    wanted = lines | lines._get_combos().filtered(lambda combo: str(combo.id) not in known)
    return [
        Command.create(
            line._prepare_renewed_line(plans[line], day) if line in plans else line.copy_data()[0]
        )
        for line in contract.order_line.filtered(lambda line: line in wanted)
    ]


def take_unseen_changes(order):
    """Go on with the payment method and the analytic distribution that the contract has now.

    No customer reads them on a quotation; what was changed here stays.
    """
    base = RenewalOffer(order).get_base()
    # sudo: a customer who signs has no right to read the contract before
    token = order._get_renewed_contract().sudo().subscription_payment_token_id
    is_kept = order.sudo().subscription_payment_token_id.id == base.get("token")
    if base and is_kept and token.id != base.get("token"):
        order._as_system().subscription_payment_token_id = token
    known = base.get("analytic", {})
    for line in order._get_recurring_lines():
        old = line.subscription_replaced_line_id.sudo()
        value = old.analytic_distribution
        is_kept = (line.analytic_distribution or {}) == known.get(str(old.id))
        if is_kept and line.analytic_distribution != value:
            line.analytic_distribution = value
