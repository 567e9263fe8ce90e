"""What is measured: customers, and contracts copied by SQL from one that Odoo made."""

import sys
from datetime import date
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "support"))
from common_copy import OWN_ORDER, copied_columns, copy_contracts

__all__ = ("OWN_ORDER", "copied_columns", "copy_contracts")
START = date(2024, 1, 1)


def make_products(env, **values):
    """Give the company a chart of accounts and one tax, and return two products to sell."""
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company)
    tax = env["account.tax"].create(
        {"name": "Bench 20 %", "amount": 20.0, "type_tax_use": "sale", "company_id": company.id}
    )
    return env["product.product"].create(
        [
            {
                "name": name,
                "type": "service",
                "invoice_policy": "order",
                "list_price": price,
                "taxes_id": [(6, 0, tax.ids)],
                **values,
            }
            for name, price in (("Bench seat", 10.0), ("Bench support", 33.33))
        ]
    )


def make_company(env):
    """Give the company two recurring products and terms to sell them on."""
    products = make_products(env, is_recurring=True)
    env.company.subscription_tz = "UTC"
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
    env.flush_all()
    ids = [order.id, *copy_contracts(env.cr, order.id, partner_ids[1:])]
    env.cr.commit()
    return ids
