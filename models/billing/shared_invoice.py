from itertools import chain

from odoo.fields import Command


def tell_contracts_apart(env, vals):
    """Say on each line of an invoice of several orders whose it is, and end sections with orders.

    A section reaches down to the next one: without a heading of its own the first line of an order
    would stand in the last section of the order before, and be hidden where that one is collapsed.

    :param env: environment
    :param dict vals: values of an invoice, changed in place; orders stand one after the other
    """
    orders = [_get_order(env, line) for _command, _id, line in vals["invoice_line_ids"]]
    if len({order for order in orders if order}) < 2 or not any(
        order.is_subscription for order in orders
    ):
        return
    commands, last, is_open = [], None, False
    for order, command in zip(orders, vals["invoice_line_ids"], strict=True):
        line = command[2]
        kind = line.get("display_type") or "product"
        if order and order != last:
            if is_open and kind != "line_section":
                commands.append(Command.create(_prepare_heading(order)))
            last, is_open = order, False
        if kind == "line_section":
            is_open = True
        if kind == "product" and last and last.is_subscription:
            line["name"] = f"{line['name']}\n{_get_name(last)}"
        commands.append(command)
    for sequence, (_command, _id, line) in enumerate(commands, 1):
        line["sequence"] = sequence
    vals["invoice_line_ids"] = commands


def _get_order(env, line):
    """Return the order whose line the values of an invoice line are about, empty for none."""
    ids = chain.from_iterable(
        value if code == Command.SET else (line_id,)
        for code, line_id, value in map(_fill, line.get("sale_line_ids") or ())
        if code in (Command.LINK, Command.SET)
    )
    # sudo: whoever may bill the contracts may do so without rights on all of them
    return env["sale.order.line"].sudo().browse(next(iter(ids), ())).order_id


def _fill(command):
    """Return a command with all of its three parts."""
    return (*command, None, None)[:3]


def _get_name(order):
    """Return what customers know an order by."""
    reference = order.client_order_ref
    return f"{order.name} ({reference})" if reference else order.name


def _prepare_heading(order):
    """Return the values of the heading under which the lines of an order stand."""
    return {"display_type": "line_section", "name": _get_name(order)}
