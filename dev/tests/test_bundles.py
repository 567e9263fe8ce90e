"""Tests with a browser find the scripts and styles of all pages compiled."""

from bootstrap.settings import Settings

# What pages of the back office and of customers are made of.
SCRIPTS = ("web.assets_web", "web.assets_frontend_lazy", "web.__assets_tests_call__")
STYLES = ("web.assets_web", "web.assets_web_print", "web.assets_frontend")
MADE = """
    SELECT name || ' ' || store_fname FROM ir_attachment
     WHERE url LIKE '/web/assets/%' AND public AND file_size > 0 AND create_uid = 1
"""


def test_pages_are_compiled_before_the_tests(databases, installed):
    rows = [row.split() for row in databases.sql(MADE, installed).splitlines()]
    names = [f"{name}.min.js" for name in SCRIPTS] + [f"{name}.min.css" for name in STYLES]
    assert not set(names) - {name for name, _file in rows}
    filestore = Settings.load().data_dir / "filestore" / installed
    assert all((filestore / file).exists() for _name, file in rows)
