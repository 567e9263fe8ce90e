from ..charging.mail_activity import METHOD


def leave_to_colleague(order, text):
    """Ask whoever looks after a contract for another payment method: no mail can ask for it.

    :param order: one contract
    :param str text: why another one is needed, in a sentence
    """
    note = order.env._(
        "%(text)s The customer could not be asked by mail for another payment method: there is no "
        "email address, or the mail template is gone or broken. Send them %(link)s.",
        text=text,
        link=order._get_payment_method_url(),
    )
    _schedule(order, note)


def schedule_for_colleague(order, text):
    """Ask whoever looks after a contract for another payment method: the mail did not leave.

    :param order: one contract
    :param str text: what became of the mail, in a sentence
    """
    note = order.env._(
        "%(text)s It asked for a payment method. Send them %(link)s.",
        text=text,
        link=order._get_payment_method_url(),
    )
    _schedule(order, note)


def _schedule(order, note):
    """Ask whoever looks after a contract, once as long as no method is saved."""
    summary = order.env._("%(order)s needs a payment method", order=order.name)
    order._schedule_charge_activity(summary, note, METHOD)


def request_own_methods(orders, token):
    """Ask customers, once, for a method where they let that of somebody else pay.

    :param orders: `sale.order` that were paid
    :param token: the `payment.token` of the payment
    """
    for order in orders:
        is_requested = bool(order.subscription_method_requested_date)
        if not is_requested and order._is_method_missing() and token._get_refusal_for(order):
            order._request_method()
