from collections.abc import Mapping

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..support.access_walk import find_missing_methods, find_public_methods
from ..support.common_access import ACTORS, AccessCase
from . import access_table as table


@tagged("post_install", "-at_install")
class TestAccessMethods(AccessCase):
    """Each method that anybody may call, called by everybody on a document of somebody else."""

    def test_every_public_method_is_in_the_table(self):
        found = find_public_methods(self.env)
        self.assertGreater(sum(map(len, found.values())), 90)
        self.assertEqual(find_missing_methods(found, table.METHODS), ([], []))

    def test_a_method_or_model_without_an_entry_is_seen(self):
        entries = {model: dict(names) for model, names in table.METHODS.items()}
        del entries["sale.order"]["action_subscription_close"]
        del entries["payment.token"]
        missing, _left = find_missing_methods(find_public_methods(self.env), entries)
        self.assertEqual(
            missing,
            [
                ("payment.token", "get_linked_records_info"),
                ("sale.order", "action_subscription_close"),
            ],
        )

    def test_everybody_may_call_what_the_table_says(self):
        wrong, count = [], 0
        stricter = table.STRICTER if "loyalty.card" in self.env else ()
        for model, entries in table.METHODS.items():
            for method, entry in entries.items():
                may, document = entry if isinstance(entry, tuple) else (entry, None)
                for actor in ACTORS:
                    count += 1
                    found = self._call(actor, model, method, document)
                    expected = self._get_expected(actor, may)
                    if (model, method) in stricter:
                        expected += ("refused",)
                    if found not in expected:
                        wrong.append(f"{model}.{method} by {actor}: {found}")
        self.assertGreater(count, 1100)
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def _get_expected(self, actor, may):
        if actor in may:
            return ("done", "ruled out")
        # What nobody may is refused by a sentence, whoever asks.
        return ("refused",) if may else ("refused", "ruled out")

    def _call(self, actor, model, method, document=None):
        """Call a method as it would be called from outside, and take back what it did.

        :return: 'refused' for want of a right, 'ruled out' by the state of the document, 'done',
            or what broke
        """
        savepoint = self.env.cr.savepoint()
        try:
            self._call_as(self.users[actor], model, method, document)
        except AccessError:
            return "refused"
        except UserError:
            return "ruled out"
        except Exception as error:  # noqa: BLE001
            return f"broken: {type(error).__name__} {error}"
        else:
            return "done"
        finally:
            savepoint.close(rollback=True)

    def _call_as(self, user, model, method, document):
        env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
        if model in table.DIALOGS:
            ids = self._open_dialog(env[model], document).ids
        else:
            ids = self.documents[document or table.DOCUMENTS[model]].ids
        args = [self._resolve(arg) for arg in table.ARGUMENTS.get((model, method), [])]
        is_free = getattr(getattr(type(env[model]), method), "_api_model", False)
        call_kw(env[model], method, args if is_free else [ids, *args], {})
        env.flush_all()

    def _open_dialog(self, dialog, document):
        """Return a dialog of the actor about a document."""
        typed = {}
        for name, value in table.DIALOGS[dialog._name].items():
            record = self.documents.get(document if name == "order_id" and document else value)
            if record is None:
                typed[name] = value
            elif dialog._fields[name].type == "many2one":
                typed[name] = record.id
            else:
                typed[name] = [Command.set(record.ids)]
        return dialog.create(typed)

    def _resolve(self, value):
        if isinstance(value, Mapping):
            return {
                name: self.documents[word].id
                if isinstance(word, str) and word in self.documents
                else word
                for name, word in value.items()
            }
        is_document = isinstance(value, str) and value in self.documents
        return self.documents[value].ids if is_document else value
