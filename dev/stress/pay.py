"""Contracts that are charged by a stand-in for Stripe, and what was paid in the end."""

import importlib.util
from datetime import date
from pathlib import Path

from odoo.fields import Command

FAKE = Path(__file__).parents[2] / "tests" / "support" / "fake_stripe.py"
WEBHOOK_SECRET = "whsec_stress"  # noqa: S105 - of a stand-in


def load_fake_stripe():
    """Return the stand-in for Stripe, without loading the tests beside it.

    :rtype: FakeStripe
    """
    return load_fake_module().FakeStripe()


def load_fake_module():
    """Return the module of the stand-in."""
    spec = importlib.util.spec_from_file_location("fake_stripe", FAKE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def set_up_charges(env, _day, address, cards, each=1):
    """Sell contracts and make their first invoices, which are due at once.

    :param str address: of the stand-in
    :param list cards: ids of customer and payment method, one per customer
    :param int each: contracts per customer
    """
    env.company.subscription_tz = "UTC"
    env["account.move"]._get_charging_crons(active_test=False).active = True
    env["ir.config_parameter"].set_param("sale_recurring.stripe_api_address", address)
    provider = _enable_stripe(env)
    product = env["product.product"].create(
        {"name": "seat", "type": "service", "list_price": 10, "is_recurring": True}
    )
    template = env["subscription.template"].create(
        {
            "name": "Charged",
            "recurrence_id": env.ref("sale_recurring.recurrence_month").id,
            "payment_mode": "charge",
        }
    )
    orders = env["sale.order"]
    for number, card in enumerate(cards, 1):
        token = _save_card(env, provider, number, *card)
        values = {
            "partner_id": token.partner_id.id,
            "client_order_ref": token.provider_ref,
            "subscription_start_date": date(2027, 1, 31),
            "subscription_template_id": template.id,
            "subscription_payment_token_id": token.id,
            "order_line": [Command.create({"product_id": product.id, "product_uom_qty": number})],
        }
        orders += orders.create([dict(values) for _number in range(each)])
    orders.action_confirm()
    orders._bill_subscriptions()


def set_up_dunning(env, day, address, cards, each):
    """Sell contracts as :func:`set_up_charges` does, under a policy against unpaid invoices."""
    set_up_charges(env, day, address, cards, each)
    env["res.partner"].search([("name", "like", "Customer ")]).email = "customer@example.com"
    steps = ((3, "charge"), (3, "remind"), (3, "activity"), (4, "suspend"))
    env["subscription.template"].search([("name", "=", "Charged")]).dunning_policy_id = env[
        "subscription.dunning.policy"
    ].create(
        {
            "name": "Stress",
            "step_ids": [
                Command.create({"days": days, "action": action}) for days, action in steps
            ],
        }
    )


def dunned(env, _day):
    """Return what was done about each unpaid invoice.

    :return: customer, steps as action and outcome, number of charges, activities
    :rtype: list[tuple]
    """
    moves = env["account.move"].search([("move_type", "=", "out_invoice")], order="id")
    return [
        (
            move.partner_id.id,
            [
                (event.action, event.outcome)
                for event in move.subscription_dunning_event_ids.sorted("id")
            ],
            len(move.transaction_ids),
            len(move._get_subscription_orders().activity_ids),
        )
        for move in moves
    ]


def reminders(env, _day):
    """Return how many reminders each customer gets.

    :rtype: list[int]
    """
    mails = env["mail.mail"].search([("model", "=", "account.move")])
    return sorted(len(found) for found in mails.grouped("recipient_ids").values())


def _enable_stripe(env):
    provider = env["payment.provider"].search(
        [("code", "=", "stripe"), ("company_id", "=", env.company.id)], limit=1
    )
    provider.write(
        {
            "state": "test",
            "stripe_publishable_key": "pk_test_stress",
            "stripe_secret_key": "sk_test_stress",
            "stripe_webhook_secret": WEBHOOK_SECRET,
            "allow_tokenization": True,
            "journal_id": env["account.journal"].search([("type", "=", "bank")], limit=1).id,
        }
    )
    return provider


def _save_card(env, provider, number, customer, method):
    partner = env["res.partner"].create({"name": f"Customer {number}"})
    return env["payment.token"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": env.ref("payment.payment_method_card").id,
            "partner_id": partner.id,
            "payment_details": "4242",
            "provider_ref": customer,
            "stripe_payment_method": method,
        }
    )


def open_invoices(env, _day):
    """Return how many invoices are not paid."""
    return env["account.move"].search_count(
        [("move_type", "=", "out_invoice"), ("payment_state", "!=", "paid")]
    )


def payments(env, _day):
    """Return what was booked for each customer.

    :return: Stripe's id of the customer, cents of the invoice and of each payment and each charge
        that went through
    :rtype: list[tuple]
    """
    return [
        (
            order.client_order_ref,
            round(sum(order.invoice_ids.mapped("amount_total")) * 100),
            [round(p.amount * 100) for p in order.invoice_ids.matched_payment_ids],
            [
                round(tx.amount * 100)
                for tx in order.invoice_ids.transaction_ids
                if tx.state == "done"
            ],
        )
        for order in env["sale.order"].search([("client_order_ref", "like", "cus_")])
    ]
