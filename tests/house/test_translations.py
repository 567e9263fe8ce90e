import io
import re
from pathlib import Path

import polib
from odoo.tests import tagged
from odoo.tools.translate import trans_export

from ..support.warm import WarmCase

I18N = Path(__file__).parents[2] / "i18n"
# Named placeholders, percent signs of sentences that have some, tags of inline markup.
FIXED_PARTS = re.compile(r"%\(\w+\)[sdf]|%%|</?\w+")


@tagged("post_install", "-at_install")
class TestTranslations(WarmCase):
    """Whatever a user reads can be translated, and is translated to Brazilian Portuguese."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pot = polib.pofile(str(I18N / "sale_recurring.pot"))
        cls.po = polib.pofile(str(I18N / "pt_BR.po"))

    def _is_ours(self, occurrence):
        """Return whether a term is of this addon; mixins of other addons bring fields along.

        Bridges have terms of their own, which Odoo does not see behind a link to the addon.
        """
        if occurrence.startswith("code:addons/sale_recurring/bridges/"):
            return False
        kind, _sep, xmlid = occurrence.rpartition(":")
        if not kind.startswith("model:ir.model.fields,"):
            return True
        field = self.env.ref(xmlid)
        return "sale_recurring" in self.env[field.model]._fields[field.name]._modules

    def test_every_term_of_a_fresh_export_is_in_the_template(self):
        with io.BytesIO() as buffer:
            trans_export(None, ["sale_recurring"], buffer, "po", self.env)
            fresh = polib.pofile(buffer.getvalue().decode())
        known = {entry.msgid for entry in self.pot}
        missing = [
            entry.msgid
            for entry in fresh
            if entry.msgid not in known
            and any(self._is_ours(name) for name, _ in entry.occurrences)
        ]
        self.assertFalse(missing, "Run `odoo i18n export` again and translate what is new")

    def test_the_template_names_no_machine(self):
        for entry in self.pot:
            for name, _line in entry.occurrences:
                self.assertRegex(name, r"^(model|model_terms|code:addons/sale_recurring/)")
        self.assertFalse(self.pot.metadata["Last-Translator"])
        self.assertNotIn("/", self.pot.header)

    def test_portuguese_is_complete(self):
        self.assertEqual(
            {entry.msgid for entry in self.po},
            {entry.msgid for entry in self.pot},
        )
        self.assertFalse(self.po.untranslated_entries())
        self.assertFalse(self.po.fuzzy_entries())
        self.assertFalse(self.po.obsolete_entries())

    def test_portuguese_keeps_placeholders_and_markup(self):
        for entry in self.po:
            with self.subTest(entry.msgid):
                self.assertEqual(
                    sorted(FIXED_PARTS.findall(entry.msgstr)),
                    sorted(FIXED_PARTS.findall(entry.msgid)),
                )

    def test_portuguese_calls_mrr_by_one_name(self):
        for entry in self.po:
            if "MRR" in entry.msgid.split():
                with self.subTest(entry.msgid):
                    self.assertIn("MRR", entry.msgstr)
