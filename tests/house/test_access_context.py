from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ... import const
from ..support.common_access import ACTORS, AccessCase
from .access_context import GUARDS, KEYS, SEALED, get_keys


@tagged("post_install", "-at_install")
class TestAccessContext(AccessCase):
    """Each context key of the addon, set by everybody: no guard falls."""

    def test_every_key_is_in_the_table(self):
        self.assertEqual(set(get_keys()), set(KEYS))
        opened = {name for name, key in get_keys().items() if key in const.OPEN_KEYS}
        self.assertEqual(opened, {name for name, why in KEYS.items() if why != SEALED})

    def test_no_guard_falls(self):
        wrong, count = [], 0
        for actor in ACTORS:
            for guard in GUARDS:
                expected = self._try(actor, guard, {})
                for name, key in get_keys().items():
                    count += 1
                    found = self._try(actor, guard, {key: True})
                    if found != expected:
                        wrong.append(f"{guard} by {actor} with {name}: {found}, not {expected}")
        self.assertGreater(count, 1500)
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_guards_stand_without_any_key(self):
        for guard in GUARDS:
            with self.subTest(guard):
                self.assertEqual(self._try("stranger", guard, {}), "AccessError")

    def _try(self, actor, guard, context):
        """Return what came of a call with a context, which is taken back."""
        name, method, args = guard
        record, user = self.documents[name], self.users[actor]
        env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
        savepoint = self.env.cr.savepoint()
        try:
            call_kw(
                env[record._name],
                method,
                [record.ids, *args],
                {"context": {**env.context, **context}},
            )
            env.flush_all()
        except AccessError:
            return "AccessError"
        except UserError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001
            return f"broken: {type(error).__name__} {error}"
        else:
            return "done"
        finally:
            savepoint.close(rollback=True)
