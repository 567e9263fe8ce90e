"""Copies of one contract by SQL: thousands of them in seconds. Also used by dev/bench.py."""
# ruff: noqa: S608 - what is put into the statements are names of columns and the constants below

# Columns that a copy must not share with its original, by what stands in them instead.
OWN_ORDER = {
    "name": "'COPY/' || new.id",
    "partner_id": "new.partner_id",
    "partner_invoice_id": "new.partner_id",
    "partner_shipping_id": "new.partner_id",
    "subscription_origin_id": "new.id",
    "access_token": "NULL",
}
OWN_LINE = {"order_id": "new.id", "order_partner_id": "new.partner_id"}
OWN_SEGMENT = {"line_id": "line.id", "order_id": "line.order_id"}


def copied_columns(cr, table, own):
    """Return the columns of a table but its id, and from where a copy takes each of them."""
    cr.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema AND table_name = %s AND column_name <> 'id'",
        [table],
    )
    names = [row[0] for row in cr.fetchall()]
    values = [own.get(name, f'src."{name}"') for name in names]
    return ", ".join(f'"{name}"' for name in names), ", ".join(values)


def copy_contracts(cr, order_id, partner_ids):
    """Copy a contract that never billed for other customers, with its lines, taxes and steps.

    The original has one line per product and must be flushed.

    :return: ids of the copies
    """
    cr.execute(
        "CREATE TEMP TABLE new ON COMMIT DROP AS SELECT nextval('sale_order_id_seq')::int AS id, "
        "partner_id FROM unnest(%s::int[]) WITH ORDINALITY AS given (partner_id, position) "
        "ORDER BY position",
        [partner_ids],
    )
    columns, values = copied_columns(cr, "sale_order", OWN_ORDER)
    cr.execute(
        f"INSERT INTO sale_order (id, {columns}) "
        f"SELECT new.id, {values} FROM sale_order src, new WHERE src.id = %s",
        [order_id],
    )
    columns, values = copied_columns(cr, "sale_order_line", OWN_LINE)
    cr.execute(
        f"INSERT INTO sale_order_line ({columns}) SELECT {values} "
        "FROM new CROSS JOIN sale_order_line src WHERE src.order_id = %s ORDER BY new.id, src.id",
        [order_id],
    )
    pairs = (
        "new JOIN sale_order_line line ON line.order_id = new.id "
        "JOIN sale_order_line old ON old.order_id = %s AND old.product_id = line.product_id "
    )
    cr.execute(
        "INSERT INTO account_tax_sale_order_line_rel (sale_order_line_id, account_tax_id) "
        f"SELECT line.id, tax.account_tax_id FROM {pairs} "
        "JOIN account_tax_sale_order_line_rel tax ON tax.sale_order_line_id = old.id",
        [order_id],
    )
    columns, values = copied_columns(cr, "subscription_segment", OWN_SEGMENT)
    cr.execute(
        f"INSERT INTO subscription_segment ({columns}) SELECT {values} FROM {pairs} "
        "JOIN subscription_segment src ON src.line_id = old.id",
        [order_id],
    )
    cr.execute("SELECT id FROM new ORDER BY id")
    ids = [row[0] for row in cr.fetchall()]
    cr.execute("DROP TABLE new")
    return ids
