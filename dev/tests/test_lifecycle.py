"""The addon installs, updates and uninstalls in a plain Odoo database without demo data."""

import re
import subprocess

import pytest
from bootstrap.settings import ADDON

LOUD = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")

# Everything in the database that an addon may leave behind or take away. Three kinds of other
# modules' external ids are left out, as Odoo 19 itself is careless with them: it names every heir
# of mail.thread, and every choice of its selections, for each module that extends it and never
# forgets them; and it makes the row of an inherited field anew, without its external id, when an
# uninstalled field was one of those that it is computed from. The fields themselves are compared.
# The list of modules says what lies in the addons path, bridges included, and not what is there.
SHAPE = r"""
SELECT 'column ' || table_name || '.' || column_name
  FROM information_schema.columns WHERE table_schema = 'public'
UNION SELECT 'table ' || table_name FROM information_schema.tables WHERE table_schema = 'public'
UNION SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = 'public'
UNION SELECT 'constraint ' || conrelid::regclass || '.' || conname FROM pg_constraint
UNION SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
UNION SELECT 'cron ' || cron_name FROM ir_cron
UNION SELECT 'model ' || model FROM ir_model
UNION SELECT 'field ' || model || '.' || name FROM ir_model_fields
UNION SELECT 'view ' || COALESCE(key, name) || ' ' || id FROM ir_ui_view
UNION SELECT 'menu ' || id FROM ir_ui_menu
UNION SELECT 'group ' || id FROM res_groups
UNION SELECT 'mail template ' || id FROM mail_template
UNION SELECT 'action ' || id FROM ir_actions
UNION SELECT 'asset ' || path FROM ir_asset
UNION SELECT 'parameter ' || key FROM ir_config_parameter
UNION SELECT 'privilege ' || id FROM res_groups_privilege
UNION SELECT 'external id ' || module || '.' || name FROM ir_model_data
       WHERE (module = 'sale_recurring' OR name !~ '^(model_inherit|field|selection_)_')
         AND NOT (module = 'base' AND name LIKE 'module\_%')
"""

UNINSTALL = """
env["ir.module.module"].search([("name", "=", "sale_recurring")]).button_immediate_uninstall()
"""

SELL = """
partner = env["res.partner"].create({"name": "Customer"})
product = env["product.product"].create(
    {"name": "Book", "list_price": 10.0, "invoice_policy": "order"}
)
order = env["sale.order"].create(
    {"partner_id": partner.id, "order_line": [(0, 0, {"product_id": product.id})]}
)
order.action_confirm()
invoice = order._create_invoices()
invoice.action_post()
print("sold", order.state, invoice.state, invoice.amount_untaxed)
"""

# A year is earned month by month, from long ago, and reconciled.
EARN = """
company = env.company
if not company.chart_template:
    env["account.chart.template"].try_loading("generic_coa", company)
account = env["account.account"].create(
    {"code": "SR2401", "name": "Deferred", "account_type": "liability_current", "reconcile": True}
)
journal = env["account.journal"].create({"name": "Earned", "code": "SREAR", "type": "general"})
company.write(
    {
        "recognition_mode": "monthly",
        "recognition_account_id": account.id,
        "recognition_journal_id": journal.id,
        "recognition_from_date": "2024-01-01",
    }
)
line = {
    "name": "A year",
    "price_unit": 1200.0,
    "tax_ids": [],
    "deferred_start_date": "2024-01-01",
    "deferred_end_date": "2024-12-31",
}
env["account.move"].create(
    {
        "move_type": "out_invoice",
        "partner_id": company.partner_id.id,
        "invoice_date": "2024-01-01",
        "invoice_line_ids": [(0, 0, line)] * 2,
    }
).action_post()
env["subscription.recognition"]._recognise_now(company)
env.cr.commit()
"""
ENTRIES = """
    SELECT line.id, move.name, move.ref, move.date, move.state, line.account_id, line.balance,
           line.reconciled, line.full_reconcile_id
      FROM account_move_line line
      JOIN account_move move ON move.id = line.move_id
      JOIN account_journal journal ON journal.id = move.journal_id
     WHERE journal.code = 'SREAR' ORDER BY line.id
"""


def loud_lines(log):
    """Return the warnings and errors in an Odoo log."""
    return [line for line in log.read_text().splitlines() if LOUD.match(line)]


def shell(databases, name, code):
    """Run code in an Odoo shell and return what it printed and logged."""
    place = databases.place
    command = [place.settings.python, "-m", "odoo", "shell", "-d", name, "--no-http"]
    done = subprocess.run(
        command,
        input=code,
        env=place.environ,
        cwd=place.settings.cache,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def plain(databases, keep):
    """Return a database with Odoo's base module only, and the log of installing the addon."""
    database = keep(databases.bare())
    return database, databases.install(database, [ADDON])


@pytest.fixture(scope="module")
def uninstalled(databases, installed, keep):
    """Return a database in which revenue was recognised before the addon was uninstalled.

    :return: its name, the log, and each query's rows before, by query
    :rtype: tuple[str, str, dict]
    """
    name = keep(installed)
    shell(databases, name, EARN)
    before = {query: databases.sql(query, name).splitlines() for query in (SHAPE, ENTRIES)}
    return name, shell(databases, name, UNINSTALL), before


def test_installs_in_a_plain_database_without_a_warning(plain):
    _name, log = plain
    assert not loud_lines(log)


def test_updates_twice_without_a_warning(plain, databases):
    name, _log = plain
    for _time in range(2):
        assert not loud_lines(databases.update(name, [ADDON]))


def test_uninstalls_without_a_trace(databases, clone, uninstalled):
    name, log, installed = uninstalled
    # One was made of the other by installing the addon.
    before = set(databases.sql(SHAPE, clone(databases.base())).splitlines())
    assert set(installed[SHAPE]) > before
    assert not [line for line in log.splitlines() if LOUD.match(line)]
    after = set(databases.sql(SHAPE, name).splitlines())
    assert not sorted(after - before), "left behind"
    assert not sorted(before - after), "taken away"


def test_entries_of_revenue_stay_when_it_is_uninstalled(databases, uninstalled):
    name, _log, installed = uninstalled
    before = installed[ENTRIES]
    assert len(before) == 12 * 3, "two lines that are deferred, one of revenue"
    assert sum("|posted|" in line for line in before) == len(before)
    assert sum("|t|" in line for line in before) == 12 * 2
    assert databases.sql(ENTRIES, name).splitlines() == before


def test_sells_when_it_is_uninstalled(databases, uninstalled):
    name, *_rest = uninstalled
    assert "sold sale posted 10.0" in shell(databases, name, SELL)
