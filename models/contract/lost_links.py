"""Lines that hang on another one, such as the option of a product, and copies without that one."""


def drop_lost_links(env, vals_list):
    """Let copies hang on nothing where what they hung on is not copied with them.

    What was sold once stays behind when a contract is amended or renewed, and so does what has
    ended. Core would not find the line that the copy names. Items of a combo keep their link: they
    are nothing without it.

    :param vals_list: values of new order lines, changed in place
    """
    named = [
        vals
        for vals in vals_list
        if vals.get("linked_virtual_id")
        and not vals.get("linked_line_id")
        and not vals.get("combo_item_id")
    ]
    if not named:
        return
    known = {(vals.get("order_id"), vals.get("virtual_id")) for vals in vals_list}
    for order in env["sale.order"].browse({vals.get("order_id") for vals in named} - {None, False}):
        known |= {(order.id, line.virtual_id) for line in order.order_line}
    for vals in named:
        if (vals.get("order_id"), vals["linked_virtual_id"]) not in known:
            vals["linked_virtual_id"] = False
