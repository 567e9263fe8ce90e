"""Red flags of a stress test, and what they did."""

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.service.model import retrying
from psycopg2.errors import SerializationFailure

from .gate import wait_at

MONTH = "sale_recurring.recurrence_month"
END = "2027-03-31"
SUBJECT = "Flag for {{ object.name }}"


def set_up_flags(env, _day, contracts, limit=0, is_on=True):
    """Confirm contracts that end soon, and make one flag that does three things for each."""
    env.company.subscription_tz = "UTC"
    product = env["product.product"].create(
        {"name": "seat", "type": "service", "list_price": 10, "is_recurring": True, "taxes_id": []}
    )
    terms = env["subscription.template"].create(
        {"name": "Flagged", "recurrence_id": env.ref(MONTH).id, "invoice_mode": "draft"}
    )
    for number in range(contracts):
        partner = env["res.partner"].create(
            {"name": f"Customer {number}", "email": f"c{number}@example.com"}
        )
        order = env["sale.order"].create(
            {
                "partner_id": partner.id,
                "subscription_template_id": terms.id,
                "order_line": [
                    Command.create({"product_id": product.id, "recurrence_id": env.ref(MONTH).id})
                ],
            }
        )
        order.action_confirm()
        order.subscription_last_date = END
    mail = env["mail.template"].create(
        {
            "name": "Hello",
            "model_id": env["ir.model"]._get_id("sale.order"),
            "subject": SUBJECT,
            "partner_to": "{{ object.partner_id.id }}",
        }
    )
    env["subscription.alert"].search([]).action_switch_off()
    alert = env["subscription.alert"].create(
        {
            "name": "Ends soon",
            "trigger": "end",
            "days": 90,
            "cooldown_days": 30,
            "daily_limit": limit,
            "action_ids": [
                Command.create({"kind": "mail", "mail_template_id": mail.id}),
                Command.create({"kind": "activity"}),
                Command.create({"kind": "webhook", "webhook_url": "https://hooks.example.com"}),
            ],
        }
    )
    if is_on:
        alert.action_switch_on()


def switch_flag_on(env, _day):
    """Raise the flag from now on."""
    env["subscription.alert"].search([("name", "=", "Ends soon")]).action_switch_on()


def raise_stale(registry, folder, day, gate, keys):
    """Find occurrences, wait until everybody has begun, and write them down: 'raised' or 'late'.

    :param str keys: what makes the occurrences of this process other than those of the others
    """
    del day
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        alert = env["subscription.alert"].search([("name", "=", "Ends soon")])
        found = alert._find(env.company, is_preview=True)
        wait_at(folder, gate)
        try:
            alert._raise_in(
                env.company, {order: [f"{key} {keys}" for key in found[order]] for order in found}
            )
        except SerializationFailure:
            cr.rollback()
            return "late"
    return "raised"


def run_flags_now(registry, folder, day, gate, job=False):
    """Press the button, or raise as the job does without the lock that keeps jobs apart."""
    del day
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        alert = env["subscription.alert"].search([("name", "=", "Ends soon")])
        wait_at(folder, gate)
        if job:
            retrying(env["subscription.health"]._cron_watch_customers, env)
        else:
            retrying(alert.action_run_now, env)


def flagged(env, _day):
    """Return what was done for each contract: rows of the log, mails, activities, calls."""
    found = []
    for order in env["sale.order"].search(
        [("subscription_template_id.name", "=", "Flagged")], order="id"
    ):
        mine = [("order_id", "=", order.id)]
        found.append(
            [
                env["subscription.alert.log"].search_count(mine),
                env["mail.mail"].search_count([("subject", "=", f"Flag for {order.name}")]),
                len(order.activity_ids.filtered(lambda one: one.summary == "Ends soon")),
                env["subscription.webhook.call"].search_count(mine),
            ]
        )
    return found
