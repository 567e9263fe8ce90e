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
def plain(databases, database):
    """Return a database with Odoo's base module only, and the log of installing the addon."""
    databases.clone(databases.bare(), database)
    return database, databases.install(database, [ADDON])


def test_installs_in_a_plain_database_without_a_warning(plain):
    _name, log = plain
    assert not loud_lines(log)


def test_updates_twice_without_a_warning(plain, databases):
    name, _log = plain
    for _time in range(2):
        assert not loud_lines(databases.update(name, [ADDON]))


def test_uninstalls_without_a_trace(databases):
    name = f"{databases.place.settings.addons.name.replace('-', '_')}_uninstall"
    databases.clone(databases.base(), name)
    try:
        before = set(databases.sql(SHAPE, name).splitlines())
        databases.install(name, [ADDON])
        assert set(databases.sql(SHAPE, name).splitlines()) > before
        log = shell(databases, name, UNINSTALL)
        assert not [line for line in log.splitlines() if LOUD.match(line)]
        after = set(databases.sql(SHAPE, name).splitlines())
        assert not sorted(after - before), "left behind"
        assert not sorted(before - after), "taken away"
        assert "sold sale posted 10.0" in shell(databases, name, SELL)
    finally:
        databases.drop(name)
