"""What is measured: customers, and contracts copied by SQL from one that Odoo made."""

from datetime import date

START = date(2024, 1, 1)
# Columns that a copy must not share with its original, by what stands in them instead.
OWN_ORDER = {
    "name": "'BENCH/' || new.id",
    "partner_id": "new.partner_id",
    "partner_invoice_id": "new.partner_id",
    "partner_shipping_id": "new.partner_id",
    "subscription_origin_id": "new.id",
    "access_token": "NULL",
}
OWN_LINE = {"order_id": "new.id", "order_partner_id": "new.partner_id"}
OWN_SEGMENT = {"line_id": "line.id", "order_id": "line.order_id"}


def make_company(env):
    """Give the company a chart of accounts, one tax and a payment term."""
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company)
    company.subscription_tz = "UTC"
    tax = env["account.tax"].create(
        {"name": "Bench 20 %", "amount": 20.0, "type_tax_use": "sale", "company_id": company.id}
    )
    products = env["product.product"].create(
        [
            {
                "name": name,
                "type": "service",
                "invoice_policy": "order",
                "list_price": price,
                "is_recurring": True,
                "taxes_id": [(6, 0, tax.ids)],
            }
            for name, price in (("Bench seat", 10.0), ("Bench support", 33.33))
        ]
    )
    env["subscription.template"].create(
        {
            "name": "Bench",
            "recurrence_id": env.ref("sale_recurring.recurrence_month").id,
            "timing": "advance",
            "alignment": "anniversary",
            "convention": "actual",
            "invoice_mode": "post",
            "payment_mode": "manual",
        }
    )
    return products


def make_partners(env, count):
    """Create customers with an address and a payment term, and return their ids."""
    term = env.ref("account.account_payment_term_30days")
    quiet = env["res.partner"].with_context(tracking_disable=True, mail_create_nolog=True)
    ids = []
    for first in range(0, count, 1000):
        partners = quiet.create(
            [
                {
                    "name": f"Bench customer {number}",
                    "email": f"customer{number}@example.com",
                    "street": f"{number} Long Street",
                    "city": "Anytown",
                    "country_id": env.company.country_id.id,
                    "property_payment_term_id": term.id,
                }
                for number in range(first, min(first + 1000, count))
            ]
        )
        ids += partners.ids
        env.cr.commit()
        env.invalidate_all()
    return ids


def make_contracts(env, partner_ids, start):
    """Make one contract per customer: the first by Odoo, the others copied from it by SQL.

    :param date start: first day of service, from which they are due every month
    :return: ids of the contracts
    """
    products = env["product.product"].search([("name", "like", "Bench %")], order="id")
    template = env["subscription.template"].search([("name", "=", "Bench")])
    order = env["sale.order"].create(
        {
            "partner_id": partner_ids[0],
            "user_id": env.ref("base.user_admin").id,
            "subscription_template_id": template.id,
            "subscription_start_date": start,
            "order_line": [
                (0, 0, {"product_id": product.id, "product_uom_qty": 2}) for product in products
            ],
        }
    )
    order.action_confirm()
    env.cr.commit()
    return [order.id, *copy_contracts(env.cr, order.id, partner_ids[1:])]


def copy_contracts(cr, order_id, partner_ids):
    """Copy a contract that never billed for other customers, with its lines, taxes and steps.

    :return: ids of the copies
    """
    cr.execute(
        "CREATE TEMP TABLE new ON COMMIT DROP AS SELECT nextval('sale_order_id_seq')::int AS id, "
        "partner_id FROM unnest(%s) WITH ORDINALITY AS given (partner_id, position) "
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
    cr.commit()
    return ids


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
