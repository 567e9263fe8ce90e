"""Customers who press the button of one act of their contract twice at once."""

from datetime import timedelta

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError
from odoo.service.model import retrying

from odoo.addons.sale_recurring.models.portal.customer_acts import CustomerActs
from odoo.addons.sale_recurring.models.portal.customer_change import CustomerChange
from odoo.addons.sale_recurring.models.portal.retention_offer import RetentionOffer

from .gate import wait_at

REASON = "sale_recurring.close_reason_price"
DAYS = 10  # of a pause


def allow_acts(env, _day, acts):
    """Let customers do everything alone, and bring their contracts to where an act is offered.

    :param list acts: which of :data:`ACTS` are done later
    :return: ids of the contracts, with the amount that each act shows
    """
    orders = env["sale.order"].search([("is_subscription", "=", True)], order="id")
    orders.subscription_template_id.write(
        {
            "customer_control": "upgrade_downgrade",
            "payment_mode": "manual",
            "pause_max_days": 60,
        }
    )
    # The right is that of the day of the order.
    orders._as_system().subscription_withdrawal_days = 60
    env.ref(REASON).write({"offer_kind": "discount", "offer_discount": 20, "offer_count": 3})
    for order in orders:
        for act in acts:
            PREPARED.get(act, lambda order: None)(order)
    env.invalidate_all()
    return [(order.id, {act: SHOWN[act](CustomerActs(order)) for act in acts}) for order in orders]


def do_acts(registry, folder, day, gate, act, shown):
    """Do one act on one contract after the other, as a browser does whose button is pressed.

    :param list shown: of :func:`allow_acts`
    :return: number of the contracts on which it was not refused
    """
    del day
    wait_at(folder, gate)
    done = 0
    for order_id, amounts in shown:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            acts = CustomerActs(env["sale.order"].browse(order_id))
            try:
                retrying(lambda acts=acts, amount=amounts[act]: ACTS[act](acts, amount), env)
            except (AccessError, UserError):
                cr.rollback()
                continue
        done += 1
    return done


def done_acts(env, _day):
    """Return what was done to each contract, by the kind of trace that it leaves."""
    orders = env["sale.order"].search(
        [("is_subscription", "=", True), ("subscription_order_type", "!=", "amendment")],
        order="id",
    )
    note = env.ref("mail.mt_note")
    return [
        {
            "state": order.subscription_state,
            "ends": bool(order.subscription_end_date),
            "pauses": len(order.subscription_interruption_ids),
            "offers": len(order.subscription_accepted_offer_ids),
            "planned": len(order.subscription_planned_ids),
            "steps": len(order.order_line.segment_ids),
            "credits": len(
                order.order_line.invoice_lines.move_id.filtered(
                    lambda move: move.move_type == "out_refund"
                )
            ),
            "told": len(
                order.message_ids.filtered(
                    lambda one, order=order: (
                        one.subtype_id == note
                        and one.author_id == order.company_id.partner_id
                        and ("online" in one.body or "took the offer" in one.body)
                    )
                )
            ),
        }
        for order in orders
    ]


# ------------------------------------------------------------------
# Acts
# ------------------------------------------------------------------


def _get_return(acts):
    return acts.pause_start + timedelta(days=DAYS)


def _get_reason(acts):
    return acts.env.ref(REASON)


def _close(acts, shown):
    acts.close(acts.get_close_days()[0], _get_reason(acts), "", shown)


def _keep(acts, _shown):
    acts.keep()


def _pause(acts, shown):
    acts.pause(_get_return(acts), shown)


def _resume(acts, shown):
    acts.resume(shown)


def _accept(acts, shown):
    RetentionOffer(acts, _get_reason(acts)).accept(shown)


def _withdraw(acts, shown):
    acts.withdrawal.withdraw(shown)


def _revoke(acts, _shown):
    back = CustomerChange(acts.order).taken_back
    pending = back.get_pending()
    if not pending:
        raise UserError("Nothing can be taken back.")
    back.revoke(pending[0])


ACTS = {
    "close": _close,
    "keep": _keep,
    "pause": _pause,
    "resume": _resume,
    "offer": _accept,
    "withdraw": _withdraw,
    "revoke": _revoke,
}


# ------------------------------------------------------------------
# What was there and shown before
# ------------------------------------------------------------------


def _prepare_keep(order):
    order._subscription_close(CustomerActs(order).get_close_days()[0])


def _prepare_resume(order):
    acts = CustomerActs(order)
    order._subscription_pause(acts.pause_start, _get_return(acts))


def _prepare_revoke(order):
    change, line = CustomerChange(order), order.order_line
    form = {f"quantity-line-{line.id}": f"{line.product_uom_qty + 1:g}"}
    choice = change.offer.get_choice(form)
    change.confirm(choice, change.preview(choice)["shown"])
    order._bill_subscriptions()
    order.env.invalidate_all()
    change = CustomerChange(order)
    form = {f"quantity-line-{line.id}": f"{line.product_uom_qty - 1:g}"}
    choice = change.offer.get_choice(form)
    change.confirm(choice, change.preview(choice)["shown"])


PREPARED = {"keep": _prepare_keep, "resume": _prepare_resume, "revoke": _prepare_revoke}
SHOWN = {
    "close": lambda acts: acts.preview_close(acts.get_close_days()[0])["total"],
    "keep": lambda acts: 0,
    "pause": lambda acts: acts.preview_pause(_get_return(acts))["total"],
    "resume": lambda acts: acts.preview_resume()["total"],
    "offer": lambda acts: RetentionOffer(acts, _get_reason(acts)).preview["total"],
    "withdraw": lambda acts: acts.withdrawal.total,
    "revoke": lambda acts: 0,
}
