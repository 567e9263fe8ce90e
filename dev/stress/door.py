"""Clerks and customers at the doors of invoices, while the run charges these."""

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying

from .gate import wait_at


def mails_leave(env, _day):
    """Let the mails in the queue leave, and keep them to be counted."""
    mails = env["mail.mail"].search([("state", "=", "outgoing")])
    mails.write({"auto_delete": False, "state": "sent"})
    for mail in mails:
        mail._postprocess_sent_message(mail.recipient_ids.ids, [])


def cancel_invoices(registry, folder, day, gate):
    """Cancel one open invoice after the other, as a clerk does.

    :return: ids of those that could be cancelled
    """
    del day
    return _at_each_invoice(registry, folder, gate, lambda move, _at: _cancel(move))


def pay_by_form(registry, folder, day, gate, cards):
    """Pay one open invoice after the other with another card that is saved, as customers do.

    :param list cards: ids of customer and payment method, one per invoice
    :return: ids of those that could be paid
    """
    del day
    return _at_each_invoice(registry, folder, gate, lambda move, at: _pay(move, *cards[at]))


def replace_methods(registry, folder, day, gate, cards):
    """Give one contract after the other another method.

    :param list cards: ids of customer and payment method, one per invoice
    :return: ids of the invoices whose contract got one
    """
    del day
    return _at_each_invoice(registry, folder, gate, lambda move, at: _replace(move, *cards[at]))


def charge_again(registry, folder, day, gate):
    """Let the run charge one declined invoice after the other again, as a clerk does.

    :return: ids of those that could be charged
    """
    del day
    return _at_each_invoice(
        registry, folder, gate, lambda move, _at: move.action_subscription_charge()
    )


def credit_invoices(registry, folder, day, gate, posts=True):
    """Credit one invoice after the other by core's dialog, as a clerk does.

    :param bool posts: whether the credit notes are posted at once
    :return: ids of those that could be credited
    """
    del day
    return _at_each_invoice(registry, folder, gate, lambda move, _at: _credit(move, posts))


def bill_by_hand(registry, folder, day, gate):
    """Press *Create Invoice* on one contract after the other, as a clerk does.

    :return: ids of those that could be billed
    """
    del day
    return _at_each(
        registry, folder, gate, ("sale.order", []), lambda order, _at: order._create_invoices()
    )


def register_payments(registry, folder, day, gate):
    """Charge the saved method for one invoice after the other by core's dialog, as a clerk does.

    :return: ids of those that could be charged
    """
    del day
    return _at_each_invoice(registry, folder, gate, lambda move, _at: _register(move))


def open_forms(env, _day, cards):
    """Let customers open the form for each open invoice, and say nothing yet."""
    moves = env["account.move"].search([("move_type", "=", "out_invoice")], order="id")
    for move, card in zip(moves, cards, strict=True):
        _open_form(move, *card)


def send_forms(registry, folder, day, gate):
    """Send one form after the other that was opened before; the provider answers at once.

    :return: ids of the payments
    """
    del day
    forms = ("payment.transaction", [("reference", "like", "form-")])
    return _at_each(registry, folder, gate, forms, lambda tx, _at: _pay_form(tx))


def draft_amendments(env, _day):
    """Draft an amendment of each contract, with one seat more."""
    orders = env["sale.order"].search([("client_order_ref", "like", "cus_")], order="id")
    for order in orders:
        amendment = order.browse(order.action_subscription_amend()["res_id"])
        amendment.order_line.product_uom_qty += 1


def confirm_amendments(registry, folder, day, gate):
    """Confirm one amendment after the other, as a clerk does.

    :return: ids of those that could be confirmed
    """
    del day
    drafts = ("sale.order", [("subscription_order_type", "=", "amendment")])
    return _at_each(registry, folder, gate, drafts, lambda order, _at: order.action_confirm())


def _at_each_invoice(registry, folder, gate, act):
    """Do something to each invoice, arguments as of :func:`_at_each`."""
    found = ("account.move", [("move_type", "=", "out_invoice")])
    return _at_each(registry, folder, gate, found, act)


def _at_each(registry, folder, gate, found, act):
    """Do something to each record in a transaction of its own, begun again as the server does.

    :param tuple found: model and domain of the records
    :param act: function from a record and its place in the list to nothing
    :return: ids of the records that did not refuse it
    """
    model, domain = found
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        ids = env[model].search(domain, order="id").ids
        wait_at(folder, gate)
    done = []
    for at, record_id in enumerate(ids):
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            record = env[model].browse(record_id)
            try:
                retrying(lambda record=record, at=at: act(record, at) and None, env)
            except UserError:
                cr.rollback()
                continue
        done.append(record_id)
    return done


def _credit(move, posts):
    active = {"active_model": "account.move", "active_ids": move.ids}
    wizard = move.env["account.move.reversal"].with_context(**active)
    wizard = wizard.create({"journal_id": move.journal_id.id})
    wizard.reverse_moves()
    if posts:
        wizard.new_move_ids.action_post()


def _cancel(move):
    if move.state != "posted" or move.payment_state != "not_paid":
        raise UserError(move.name)
    move.button_cancel()


def _save(move, customer, method):
    old = move._get_subscription_orders().subscription_payment_token_id
    return old.copy(
        {
            "provider_ref": customer,
            "stripe_payment_method": method,
            "payment_method_id": old.payment_method_id.id,
        }
    )


def _replace(move, customer, method):
    token = _save(move, customer, method)
    move._get_subscription_orders()._subscription_replace_token(token)


def _pay(move, customer, method):
    """Pay an invoice by a form, as if the provider had answered at once."""
    if move.state != "posted" or move.payment_state != "not_paid":
        raise UserError(move.name)
    _pay_form(_open_form(move, customer, method))


def _pay_form(tx):
    tx._set_done()
    tx._post_process()


def _register(move):
    if move.state != "posted" or move.payment_state != "not_paid":
        raise UserError(move.name)
    token = move._get_subscription_orders().subscription_payment_token_id
    journal = token.provider_id.journal_id
    line = journal.inbound_payment_method_line_ids.filtered(
        lambda one: one.payment_provider_id == token.provider_id
    )
    active = {"active_model": "account.move", "active_ids": move.ids}
    wizard = move.env["account.payment.register"].with_context(**active)
    values = {
        "journal_id": journal.id,
        "payment_method_line_id": line.id,
        "payment_token_id": token.id,
    }
    wizard.create(values)._create_payments()


def _open_form(move, customer, method):
    token = _save(move, customer, method)
    tx = move.env["payment.transaction"].create(
        {
            "provider_id": token.provider_id.id,
            "payment_method_id": token.payment_method_id.id,
            "reference": f"form-{move.id}",
            "amount": move.amount_residual,
            "currency_id": move.currency_id.id,
            "partner_id": move.partner_id.id,
            "operation": "online_direct",
            "invoice_ids": [Command.set(move.ids)],
        }
    )
    tx.token_id = token
    return tx


def money_of_periods(env, _day):
    """Return what was booked for the one period of each contract.

    :return: cents that it costs, cents of the payments that are done for any of its invoices,
        states of the invoices, whether an activity says that too much came
    :rtype: list[tuple]
    """
    result = []
    for order in env["sale.order"].search([("client_order_ref", "like", "cus_")], order="id"):
        moves = order.invoice_ids.sorted("id")
        done = moves.transaction_ids.filtered(lambda tx: tx.state == "done")
        result.append(
            (
                round(order.amount_total * 100),
                sorted(round(tx.amount * 100) for tx in done),
                moves.mapped("state"),
                "overpaid" in order.activity_ids.mapped("subscription_matter"),
            )
        )
    return result


def money_back(env, _day):
    """Return what each contract was asked for and got back, and what came in.

    :return: cents of its invoices, drafts included, of its credit notes and of its payments, and
        whether a person is asked about money that is too much
    :rtype: list[tuple]
    """
    result = []
    for order in env["sale.order"].search([("client_order_ref", "like", "cus_")], order="id"):
        moves = order.invoice_ids.filtered(lambda move: move.state != "cancel")
        notes = moves.filtered(lambda move: move.move_type == "out_refund")
        done = moves.transaction_ids.filtered(lambda tx: tx.state == "done")
        cents = [
            round(sum(found.mapped(name)) * 100)
            for found, name in (
                (moves - notes, "amount_total"),
                (notes, "amount_total"),
                (done, "amount"),
            )
        ]
        told = "overpaid" in order.activity_ids.mapped("subscription_matter")
        left = any(note.amount_residual for note in notes)
        result.append((*cents, told or left))
    return result


def found_wrong(env, _day):
    """Return what the nightly check says about all contracts.

    :return: kinds of findings with the number of their contract
    :rtype: list[tuple]
    """
    Finding = env["subscription.finding"].sudo()
    found = Finding._find_in_contracts(Finding._get_contracts_after(0))
    return [(values["check"], values["order_id"]) for values in found]


def methods(env, _day):
    """Return Stripe's customer behind the method of each contract, and that of its last payment.

    :rtype: list[tuple]
    """
    orders = env["sale.order"].search([("client_order_ref", "like", "cus_")], order="id")
    return [
        (
            order.subscription_payment_token_id.provider_ref,
            order.invoice_ids.transaction_ids.sorted("id")[-1:].token_id.provider_ref,
        )
        for order in orders
    ]
