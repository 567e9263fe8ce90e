from ...engine.period import FOREVER


def get_list_price_days(simulation, until):
    """Return the first days of the terms that begin at list prices while something is tried.

    :param Simulation simulation: what is tried, and on which contract
    :param date until: first day that is not looked at any more
    :rtype: list[date]
    """
    contract, until = simulation.contract, min(simulation.tried.end or FOREVER, until)
    if contract._is_subscription_started():
        return contract._get_list_price_days(until)
    return _get_quoted_price_days(simulation, until)


def _get_quoted_price_days(simulation, until):
    """Return what `_get_list_price_days` would if this quotation were confirmed today."""
    contract = simulation.contract
    template, grid = contract._get_subscription_template(), contract._get_term_grid()
    price = contract.subscription_renewal_price or template.renewal_price
    if not grid or price != "list" or contract._get_end_action() != "renew":
        return []
    day, days = grid.next_boundary(contract._get_subscription_start()), []
    while day < min(simulation.get_end() or until, until):
        days.append(day)
        day = grid.next_boundary(day)
    return days
