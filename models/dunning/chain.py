"""The contracts of a chain, from one renewal to the next."""


def get_contracts_after(orders):
    """Return the contracts that go on with these, to the last of each chain.

    :param orders: `sale.order` records
    """
    result = orders.browse()
    while orders := orders._get_confirmed_renewals() - result:
        result |= orders
    return result


def get_contracts_before(order):
    """Return the contracts that this one has taken over from, to the first of its chain.

    :param order: one `sale.order`
    """
    result, today = order.browse(), order._subscription_today()
    while (order := order._get_renewed_contract()) and order not in result:
        result |= order.filtered(lambda order: order._is_renewed_on(today))
    return result
