"""Bring i18n/ up to date: a fresh template, and the languages with the same terms.

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

I18N = Path(__file__).resolve().parents[1] / "i18n"
HEADER = ("Last-Translator", "Language-Team")


def export(database, path):
    """Write the template of the addon as it is installed in a database.

    :param str database: one with the addon up to date
    :param Path path: the template
    """
    with Registry(database).cursor() as cr, path.open("wb") as stream:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        trans_export(None, ["sale_recurring"], stream, "po", env)
    template = polib.pofile(str(path))
    for key in HEADER:
        template.metadata[key] = ""
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


def main(database):
    """Update the template and every language in i18n/."""
    config.parse_config([])
    report_configuration()
    path = I18N / "sale_recurring.pot"
    export(database, path)
    for language in sorted(I18N.glob("*.po")):
        for term in merge(polib.pofile(str(path)), language):
            sys.stdout.write(f"{language.name}: {term!r}\n")


if __name__ == "__main__":
    main(sys.argv[1])
