"""The terms that contracts are made on, and the quotation templates of the salespeople."""

from odoo.fields import Command

TERMS = {
    "monthly": {
        "name": "Monthly, in advance",
        "pause_max_days": 60,
        "withdrawal_days": 14,
        "withdrawal_consumers_only": False,
        "recurrences": ("month", "quarter", "year"),
        "invoice_mode": "send",
        "customer_control": "upgrade_downgrade",
        "customers_may_switch": True,
        "addons": (("backup", 1, 10, 1), ("laptop", 1, 0, 1)),
        "payment_days": 14,
    },
    "first": {
        "name": "On the 1st, by 30-day months",
        "recurrences": ("month", "year"),
        "alignment": "day",
        "billing_day": 1,
        "convention": "fixed_30",
        "invoice_mode": "send",
        "customer_control": "upgrade",
        "payment_days": 14,
    },
    "calendar": {
        "name": "Calendar year",
        "recurrences": ("year", "two_years"),
        "alignment": "calendar",
        "invoice_mode": "post",
        "term_count": 12,
        "payment_days": 30,
    },
    "yearly": {
        "name": "Yearly, from the day of signature",
        "recurrences": ("year", "month"),
        "credit_on_close": "forfeit",
        "invoice_mode": "send",
        "customer_control": "upgrade",
        "term_count": 12,
        "payment_days": 30,
    },
    "maintenance": {
        "name": "Maintenance, quarterly in arrears",
        "recurrences": ("quarter", "half_year", "year", "month"),
        "timing": "arrears",
        "invoice_mode": "post",
        "payment_days": 30,
    },
    "rental": {
        "name": "Equipment rental, 12 months",
        "recurrences": ("month", "quarter"),
        "convention": "none",
        "term_count": 12,
        "end_action": "end",
        "credit_on_close": "forfeit",
        "invoice_mode": "send",
        "payment_days": 14,
    },
    "review": {
        "name": "Reviewed by accounting",
        "recurrences": ("month", "quarter"),
        "invoice_mode": "draft",
        "payment_days": 30,
    },
    "grouped": {
        "name": "Branches, one invoice",
        "recurrences": ("month",),
        "alignment": "day",
        "billing_day": 15,
        "group_invoices": True,
        "invoice_mode": "post",
        "payment_days": 30,
    },
    "card": {
        "name": "By card",
        "recurrences": ("month", "year"),
        "invoice_mode": "send",
        "payment_mode": "charge",
        "customer_control": "upgrade_downgrade",
        "addons": (("mailbox", 5, 50, 5),),
        "payment_days": 0,
        "dunning": "strict",
    },
    "weekly": {
        "name": "Weekly, from Monday",
        "recurrences": ("week",),
        "alignment": "calendar",
        "invoice_mode": "post",
        "payment_days": 14,
    },
}
TERMS |= {
    "trial": {
        "name": "30 days free, then monthly",
        "recurrences": ("month", "year"),
        "invoice_mode": "send",
        "customer_control": "upgrade",
        "trial_count": 30,
        "setup": 90.0,
        "pause_anchor": "restart",
        "pause_max_days": 60,
        "commitment_count": 3,
        "notice_count": 1,
        "close_boundary": "period",
        "payment_days": 14,
    },
    "offset": {
        "name": "Monthly, reductions taken off the next invoice",
        "recurrences": ("month", "year"),
        "invoice_mode": "send",
        "credit_on_downgrade": "offset",
        "payment_days": 14,
    },
    "season": {
        "name": "Three months, renewed at list prices",
        "recurrences": ("month",),
        "invoice_mode": "post",
        "term_count": 3,
        "renewal_price": "list",
        "payment_days": 14,
    },
    "agreement": {
        "name": "Three months, renewed by quotation",
        "recurrences": ("month", "quarter"),
        "invoice_mode": "send",
        "term_count": 3,
        "end_action": "quote",
        "renewal_quote_days": 30,
        "commitment_count": 3,
        "notice_count": 1,
        "close_boundary": "term",
        "payment_days": 14,
    },
    "prepaid": {
        "name": "Monthly, closed when unpaid",
        "recurrences": ("month",),
        "invoice_mode": "send",
        "unpaid_close_days": 30,
        "payment_days": 14,
    },
}
QUOTATION_TEMPLATES = (
    (
        "New workplace",
        "monthly",
        (
            ("desktop", 5, "month"),
            ("mailbox", 5, "month"),
            ("endpoint", 5, "month"),
            ("setup", 1, ""),
        ),
    ),
    ("Website package", "yearly", (("hosting/1", 1, "year"), ("domain", 1, "year"))),
    (
        "Telephone and fibre",
        "card",
        (("line/0", 1, "month"), ("phone", 4, "month"), ("firewall", 1, "")),
    ),
    (
        "Maintenance agreement",
        "maintenance",
        (("maintenance", 1, "quarter"), ("hours", 1, "month")),
    ),
)


def create_terms(env, catalog):
    """Create the subscription templates.

    :return: template by key
    :rtype: dict
    """
    payment_terms = _create_payment_terms(env)
    result = {}
    for sequence, (key, terms) in enumerate(TERMS.items(), 10):
        values = dict(terms)
        recurrences = [catalog.recurrence(name) for name in values.pop("recurrences")]
        days = values.pop("payment_days")
        values["recurrence_id"] = recurrences[0].id
        values["recurrence_ids"] = [Command.set([each.id for each in recurrences[1:]])]
        values["sequence"] = sequence
        values["payment_term_id"] = payment_terms[days].id
        values["addon_ids"] = [
            Command.create(_prepare_addon(catalog, *addon)) for addon in values.pop("addons", ())
        ]
        if "setup" in values:
            values["setup_price"] = values.pop("setup")
            values["setup_product_id"] = catalog.products["setup"].id
        if "dunning" in values:
            policy = env.ref(f"sale_recurring.dunning_policy_{values.pop('dunning')}")
            values["dunning_policy_id"] = policy.id
        result[key] = env["subscription.template"].create(values)
    _create_offers(env, result)
    return result


def _create_offers(env, terms):
    """Offer those who leave for some of the reasons something to stay."""
    reason = "sale_recurring.close_reason_"
    discount = {"offer_kind": "discount", "offer_discount": 20, "offer_count": 3}
    env.ref(f"{reason}price").write(discount)
    env.ref(f"{reason}unused").write({"offer_kind": "pause", "offer_count": 2})
    yearly = {"offer_kind": "template", "offer_template_id": terms["yearly"].id}
    env.ref(f"{reason}competitor").write(yearly)


def _prepare_addon(catalog, product, minimum, maximum, increment):
    return {
        "product_id": catalog.products[product].id,
        "minimum": minimum,
        "maximum": maximum,
        "increment": increment,
    }


def _create_payment_terms(env):
    """Create the payment terms in use: at once, 14 days and 30 days."""
    Terms = env["account.payment.term"]
    return {
        days: Terms.create(
            {
                "name": f"{days} days net" if days else "Charged at once",
                "note": f"Payable within {days} days." if days else "Charged to your card.",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": days})
                ],
            }
        )
        for days in (0, 14, 30)
    }


def create_quotation_templates(env, catalog, terms):
    """Create the quotation templates, with recurring lines and lines that are sold once.

    :return: quotation template by name
    :rtype: dict
    """
    return {
        name: env["sale.order.template"].create(
            {
                "name": name,
                "number_of_days": 30,
                "subscription_template_id": terms[key].id,
                "sale_order_template_line_ids": [
                    Command.create(
                        {
                            "product_id": catalog.products[product].id,
                            "product_uom_qty": quantity,
                            "recurrence_id": catalog.recurrence(recurrence).id,
                        }
                    )
                    for product, quantity, recurrence in lines
                ],
            }
        )
        for name, key, lines in QUOTATION_TEMPLATES
    }
