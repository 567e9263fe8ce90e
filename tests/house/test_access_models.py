from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..support.access_walk import find_missing_models, find_models
from ..support.common_access import ACTORS, SECRET_WORD, AccessCase
from .access_models import EXPECTED
from .access_table import DIALOGS, OPERATORS


@tagged("post_install", "-at_install")
class TestAccessModels(AccessCase):
    """Each model has an entry, and a dialog about a document is for whoever may run it."""

    def test_every_model_is_in_a_table(self):
        found = find_models(self.env)
        self.assertGreater(len(found), 20)
        self.assertFalse(find_missing_models(found, EXPECTED, DIALOGS))

    def test_a_model_without_an_entry_is_seen(self):
        dialogs = {name: typed for name, typed in DIALOGS.items() if "pause" not in name}
        missing = find_missing_models(find_models(self.env), EXPECTED, dialogs)
        self.assertEqual(missing, {"subscription.pause.wizard"})

    def test_a_dialog_shows_nothing_of_a_document_of_somebody_else(self):
        wrong, count = [], 0
        dialogs = {name for name in DIALOGS if name.startswith("subscription.")}
        for model in sorted(dialogs):
            for actor in ACTORS:
                for way in (self._open_and_read, self._fill_in):
                    count += 1
                    found = self._look(way, actor, model)
                    if actor not in OPERATORS and found and self._is_told(found):
                        wrong.append(f"{model} by {actor}, {way.__name__}: {found[:200]}")
        self.assertGreater(count, 200)
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def _is_told(self, found):
        order = self.documents["active"]
        return any(word in found for word in (SECRET_WORD, order.name, "36.0", "31.0"))

    def _look(self, way, actor, model):
        """Return what somebody got to see, as text; nothing when it was refused."""
        user = self.users[actor]
        env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
        savepoint = self.env.cr.savepoint()
        try:
            return str(way(env[model]))
        except (AccessError, UserError):
            return ""
        except ValueError as error:
            return f"broken 36.0 {error}"
        finally:
            savepoint.close(rollback=True)

    def _get_typed(self, dialog):
        order = self.documents["active"]
        if "order_ids" in dialog._fields:
            return {"order_ids": [[6, 0, order.ids]]}
        typed = {"order_id": order.id}
        if "reason_id" in dialog._fields:
            typed["reason_id"] = self.documents["reason"].id
        return typed

    def _open_and_read(self, dialog):
        ids = call_kw(dialog, "create", [[self._get_typed(dialog)]], {})
        return call_kw(dialog, "read", [ids], {})

    def _fill_in(self, dialog):
        spec = {name: {} for name in dialog._fields}
        return call_kw(dialog, "onchange", [[], self._get_typed(dialog), ["order_id"], spec], {})
