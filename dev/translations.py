"""Bring i18n/ up to date, and that of each bridge which is installed: a fresh template, and the
languages with the same terms.

What is new in a language stays empty until somebody translates it; its terms are printed.
"""

import sys
from pathlib import Path

import odoo
import polib
from odoo.cli.server import report_configuration
from odoo.modules.registry import Registry
from odoo.tools import config
from odoo.tools.translate import trans_export

ROOT = Path(__file__).resolve().parents[1]
HEADER = ("Last-Translator", "Language-Team")


def export(database, addon, path):
    """Write the template of an addon as it is installed in a database.

    :param str database: one with the addon up to date
    :param str addon: its technical name
    :param Path path: the template
    """
    with Registry(database).cursor() as cr, path.open("wb") as stream:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        trans_export(None, [addon], stream, "po", env)
    template = polib.pofile(str(path))
    for key in HEADER:
        template.metadata[key] = ""
    # Behind the link that carries the addon's name Odoo does not see that bridges have their own.
    inside = f"code:addons/{addon}/bridges/"
    for entry in [*template]:
        entry.occurrences = [one for one in entry.occurrences if not one[0].startswith(inside)]
        if not entry.occurrences:
            template.remove(entry)
    template.save(str(path))


def merge(template, path):
    """Give a language the terms of the template and forget the others.

    :return: the terms that have no translation yet
    :rtype: list[str]
    """
    language = polib.pofile(str(path))
    known = {entry.msgid: entry.msgstr for entry in language}
    del language[:]
    for entry in template:
        language.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=known.get(entry.msgid, ""),
                comment=entry.comment,
                occurrences=entry.occurrences,
                flags=entry.flags,
            )
        )
    language.save(str(path))
    return [entry.msgid for entry in language if not entry.msgstr]


def is_installed(database, addon):
    """Tell whether a database has an addon."""
    with Registry(database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        return env["ir.module.module"]._get(addon).state == "installed"


def main(database):
    """Update the template and every language of the addon and its bridges."""
    config.parse_config([])
    report_configuration()
    folders = {path.parent.name: path.parent for path in ROOT.glob("bridges/*/__manifest__.py")}
    for addon, folder in {"sale_recurring": ROOT, **folders}.items():
        if not is_installed(database, addon):
            continue
        path = folder / "i18n" / f"{addon}.pot"
        path.parent.mkdir(exist_ok=True)
        export(database, addon, path)
        for language in sorted(path.parent.glob("*.po")):
            for term in merge(polib.pofile(str(path)), language):
                sys.stdout.write(f"{addon}, {language.name}: {term!r}\n")


if __name__ == "__main__":
    main(sys.argv[1])
