"""Money that is given back while Stripe tells of it."""

import json
import time

from odoo import SUPERUSER_ID, api, http
from werkzeug.test import Client

from .gate import wait_at
from .pay import WEBHOOK_SECRET, load_fake_module


def refund(env, _day, amount):
    """Give a part of the only charge back, as a request does: it is asked for after the commit."""
    tx = env["payment.transaction"].search([("state", "=", "done")])
    refund = tx._refund(amount)
    env.cr.commit()
    env.invalidate_all()
    return refund.state


def hear_of_refunds(registry, folder, day, refunds, gate=None):
    """Tell Odoo over HTTP of the refunds of the only charge, as Stripe does.

    :param list refunds: what Stripe has
    :param str gate: gate to wait at first
    :return: status of the response
    """
    with registry.cursor() as cr:
        tx = api.Environment(cr, SUPERUSER_ID, {})["payment.transaction"].search(
            [("operation", "!=", "refund")]
        )
        charge = {"id": "ch_1", "object": "charge", "description": tx.reference}
    charge["refunds"] = {"data": refunds, "has_more": False}
    event = {"id": "evt_1", "type": "charge.refunded", "data": {"object": charge}}
    payload, moment = json.dumps(event), int(time.time())
    if gate:
        wait_at(folder, gate)
    response = Client(http.root).post(
        "/payment/stripe/webhook",
        data=payload,
        content_type="application/json",
        headers={"Stripe-Signature": load_fake_module().sign(payload, WEBHOOK_SECRET, moment)},
    )
    return response.status_code


def booked_refunds(env, _day):
    """Let the job book what was given back, and return it.

    :return: cents of each refund and of each payment that was booked for it
    :rtype: tuple[list, list]
    """
    env["payment.transaction"]._cron_post_process()
    refunds = env["payment.transaction"].search([("operation", "=", "refund")])
    return (
        [round(tx.amount * 100) for tx in refunds],
        [round(payment.amount * 100) for payment in refunds.payment_id],
    )
