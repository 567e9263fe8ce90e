"""The company: address, currencies, taxes, accounts, people who work there."""

from dateutil.relativedelta import relativedelta
from odoo.fields import Command

from .logo import draw_logo

TIME_ZONE = "Europe/Vienna"
USERS = (
    # login, name, groups, sales team
    ("clara", "Clara Hofbauer", ("sale_recurring.group_subscription_manager",), "direct"),
    ("jonas", "Jonas Reiter", ("sale_recurring.group_subscription_user",), "direct"),
    ("miriam", "Miriam Lang", ("sale_recurring.group_subscription_user",), "direct"),
    ("felix", "Felix Brandt", ("sale_recurring.group_subscription_user_all",), "partners"),
    ("ines", "Ines Moreau", ("sale_recurring.group_subscription_user",), "partners"),
    (
        "edith",
        "Edith Kern",
        ("account.group_account_manager", "sale_recurring.group_subscription_user_all"),
        None,
    ),
)
# Who can log in, the login being the password, with words to print.
LOGINS = {
    "clara": "subscription administrator",
    "jonas": "salesperson, own contracts only",
    "edith": "accounting",
    "portal": "a customer, with contracts in every state and a quotation to sign",
}
# Units of foreign currency for one euro, drawn as a slow walk between two values.
RATES = {"USD": (1.06, 1.17), "CHF": (0.962, 0.934)}


def set_up_company(env, first_day, today):
    """Turn the empty company into a believable one.

    :param date first_day: where the history begins
    :param date today: where it ends
    """
    _set_up_features(env)
    _set_up_address(env.company)
    _set_up_currencies(env, first_day, today)
    _set_up_taxes(env)
    _set_up_bank(env)
    _set_up_recognition(env, first_day)
    _set_up_mail(env)


def _set_up_features(env):
    """Switch on what a company with three currencies and variants uses."""
    settings = env["res.config.settings"].create(
        {
            "group_product_pricelist": True,
            "group_product_variant": True,
            "group_discount_per_so_line": True,
            "group_uom": True,
            "group_sale_order_template": True,
        }
    )
    settings.execute()
    env.ref("base.group_user").write(
        {"implied_ids": [Command.link(env.ref("base.group_multi_currency").id)]}
    )


def _set_up_address(company):
    company.write(
        {
            "name": "Lindenhof IT Services GmbH",
            "logo": draw_logo("Lindenhof"),
            "street": "Lindengasse 14",
            "zip": "1070",
            "city": "Wien",
            "country_id": company.env.ref("base.at").id,
            "phone": "+43 1 555 0140",
            "email": "office@lindenhof.example.com",
            "website": "https://lindenhof.example.com",
            "vat": "ATU55501409",
            "currency_id": company.env.ref("base.EUR").id,
            "subscription_tz": TIME_ZONE,
        }
    )
    company.account_fiscal_country_id = company.country_id
    company.env.ref("base.user_admin").write({"tz": TIME_ZONE})


def _set_up_currencies(env, first_day, today):
    """Give the foreign currencies a rate for each month of the history."""
    currencies = {code: env.ref(f"base.{code}") for code in RATES}
    for currency in currencies.values():
        currency.active = True
    env["res.currency.rate"].search([]).unlink()
    first = first_day.replace(day=1) - relativedelta(months=1)
    months = (today.year - first.year) * 12 + today.month - first.month
    vals_list = []
    for code, (old, new) in RATES.items():
        for number in range(months + 1):
            swing = (number % 5 - 2) * 0.004
            vals_list.append(
                {
                    "currency_id": currencies[code].id,
                    "company_id": env.company.id,
                    "name": first + relativedelta(months=number),
                    "rate": round(old + (new - old) * number / months + swing, 6),
                }
            )
    env["res.currency.rate"].create(vals_list)


def _set_up_taxes(env):
    """Austrian rates, reverse charge for businesses in the EU, exports without tax."""
    company = env.company
    env["account.tax"].search([]).active = False
    normal, reduced = (_create_tax(env, f"{rate}%", rate) for rate in (20, 10))
    inputs = _create_tax(env, "20% input", 20, type_tax_use="purchase")
    company.write({"account_sale_tax_id": normal.id, "account_purchase_tax_id": inputs.id})
    domestic, europe, private, export = _create_fiscal_positions(env)
    (normal | reduced).fiscal_position_ids = [Command.set((domestic | private).ids)]
    for name, position in (("0% reverse charge", europe), ("0% export", export)):
        _create_tax(
            env,
            name,
            0,
            description="0%",
            fiscal_position_ids=[Command.set(position.ids)],
            original_tax_ids=[Command.set((normal | reduced).ids)],
        )


def _set_up_recognition(env, first_day):
    """Recognise revenue as it is earned, in one entry a month, from the first month on."""
    accounts = env["account.account"]
    deferred, accrued = (
        accounts.create(
            {
                "code": accounts._search_new_account_code(code),
                "name": name,
                "account_type": account_type,
                "reconcile": True,
            }
        )
        for code, name, account_type in (
            ("255000", "Deferred revenue", "liability_current"),
            ("105000", "Accrued revenue", "asset_current"),
        )
    )
    journal = env["account.journal"].create(
        {"name": "Revenue recognition", "code": "REV", "type": "general"}
    )
    env.company.write(
        {
            "recognition_mode": "monthly",
            "recognition_account_id": deferred.id,
            "recognition_accrued_account_id": accrued.id,
            "recognition_journal_id": journal.id,
            "recognition_from_date": first_day.replace(day=1),
        }
    )


def _create_tax(env, name, rate, **values):
    """Create a tax with its group, booked on the account for received or paid tax.

    :return: the tax
    """
    country = env.company.country_id
    account = env["account.account"].search(
        [("code", "=", "131000" if values.get("type_tax_use") == "purchase" else "251000")], limit=1
    )
    group = env["account.tax.group"].create({"name": f"VAT {name}", "country_id": country.id})
    tax = env["account.tax"].create(
        {
            "name": name,
            "description": f"{rate}%",
            "amount": rate,
            "tax_group_id": group.id,
            "country_id": country.id,
            **values,
        }
    )
    lines = tax.invoice_repartition_line_ids | tax.refund_repartition_line_ids
    lines.filtered(lambda line: line.repartition_type == "tax").account_id = account
    return tax


def _create_fiscal_positions(env):
    """Create the places where customers are: here, in the EU, elsewhere."""
    Position = env["account.fiscal.position"]
    Position.search([]).write({"auto_apply": False, "active": False})
    union = env.ref("base.europe").id
    note = "Reverse charge: the recipient of the service owes the tax."
    values = (
        {"name": "Austria", "country_id": env.company.country_id.id},
        {
            "name": "European Union, businesses",
            "vat_required": True,
            "country_group_id": union,
            "note": note,
        },
        {"name": "European Union, private", "country_group_id": union},
        {"name": "Outside the European Union"},
    )
    return Position.create(
        [{"auto_apply": True, "sequence": number, **vals} for number, vals in enumerate(values, 1)]
    )


def _set_up_bank(env):
    """Let incoming money arrive on the bank account itself."""
    bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
    bank.name = "Danube Bank"
    lines = bank.inbound_payment_method_line_ids | bank.outbound_payment_method_line_ids
    lines.payment_account_id = bank.default_account_id


def _set_up_mail(env):
    """Point outgoing mail at a server that does not exist: nothing leaves a demo."""
    env["ir.mail_server"].create(
        {"name": "Demo: mails stay here", "smtp_host": "localhost", "smtp_port": 1}
    )


def create_users(env):
    """Create the people of the company, with their sales teams.

    :return: user by login
    :rtype: dict
    """
    env["crm.team"].search([]).active = False
    teams = {
        "direct": env["crm.team"].create({"name": "Direct Sales", "sequence": 1}),
        "partners": env["crm.team"].create({"name": "Partners and Web", "sequence": 2}),
    }
    Users = env["res.users"].with_context(no_reset_password=True, mail_create_nolog=True)
    users = {}
    for login, name, groups, team in USERS:
        group_ids = [env.ref("base.group_user").id, *(env.ref(group).id for group in groups)]
        user = users[login] = Users.create(
            {
                "login": login,
                "name": name,
                "email": f"{login}@lindenhof.example.com",
                "tz": TIME_ZONE,
                "notification_type": "inbox",
                "group_ids": [Command.set(group_ids)],
            }
        )
        if login in LOGINS:
            user.password = login
        if team:
            teams[team].member_ids = [Command.link(user.id)]
    teams["direct"].user_id = users["clara"]
    teams["partners"].user_id = users["felix"]
    lines = (f"{login} / {login} ({words})" for login, words in LOGINS.items())
    env["ir.config_parameter"].set_param("sale_recurring_demo.logins", "\n".join(lines))
    return users
