from ..charging.mail_activity import METHOD


def leave_to_colleague(order, text):
    """Ask whoever looks after a contract for another payment method: no mail can ask for it.

    :param order: one contract
    :param str text: why another one is needed, in a sentence
    """
    note = order.env._(
        "%(text)s The customer could not be asked by mail for another payment method: there is no "
        "email address, or the mail template was deleted. Send them %(link)s.",
        text=text,
        link=order._get_payment_method_url(),
    )
    order._schedule_charge_activity(
        order.env._("%(order)s needs a payment method", order=order.name), note, METHOD
    )
