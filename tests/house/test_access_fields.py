from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..support.access_walk import find_fields, find_missing_fields
from ..support.common_access import ACTORS, AccessCase
from .access_fields import DROPPED, TYPED
from .access_table import DOCUMENTS

# What is written by type of field; a selection takes its first word, a link a record of its model.
FORGED = {
    "boolean": True,
    "char": "forged",
    "date": "2020-01-01",
    "datetime": "2020-01-01 00:00:00",
    "float": 77.0,
    "html": "forged",
    "integer": 77,
    "json": {"1": [1.0, 1.0, 0.0]},
    "monetary": 77.0,
    "one2many": [Command.create({})],
    "text": "forged",
}
# Where the form of a document writes another one: model, and the field that holds it.
NESTED = {
    "account.move.line": ("account.move", "line_ids"),
    "sale.order.line": ("sale.order", "order_line"),
}


@tagged("post_install", "-at_install")
class TestAccessFields(AccessCase):
    """Each field that the system derives, written by everybody on a document of somebody else."""

    def test_every_field_that_people_type_is_in_the_table(self):
        found = find_fields(self.env)
        self.assertGreater(sum(map(len, found.values())), 250)
        self.assertEqual(find_missing_fields(found, TYPED), ([], []))

    def test_a_field_without_an_entry_is_seen(self):
        names = TYPED["sale.order.line"].replace("recurrence_id", "")
        missing, _left = find_missing_fields(
            find_fields(self.env), TYPED | {"sale.order.line": names}
        )
        self.assertEqual(missing, [("sale.order.line", "recurrence_id")])

    def test_nobody_writes_what_the_system_derives(self):
        wrong, count = [], 0
        for model, name in self._get_derived():
            for actor in ACTORS:
                for way in (self._write, self._write_nested):
                    found = self._try(way, actor, model, name)
                    count += found is not None
                    if found not in (None, "refused"):
                        wrong.append(f"{model}.{name} by {actor}, {way.__name__}: {found}")
        self.assertGreater(count, 1500)
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def _get_derived(self):
        """Return (model, field) of all that the system keeps on models with a document."""
        found = find_fields(self.env)
        derived = [
            (model, name)
            for model, fields in found.items()
            for name, is_derived in fields.items()
            if is_derived and (model, name) not in DROPPED
        ]
        self.assertGreater(len(derived), 100)
        self.assertFalse({model for model, _name in derived} - set(DOCUMENTS), "no document")
        return derived

    def _try(self, way, actor, model, name):
        """Return 'refused', what came of it instead, or None when there is no such way."""
        savepoint = self.env.cr.savepoint()
        try:
            return way(self.users[actor], model, {name: self._get_forged(model, name)})
        except (AccessError, UserError):
            return "refused"
        except Exception as error:  # noqa: BLE001
            return f"broken: {type(error).__name__} {str(error)[:80]}"
        finally:
            savepoint.close(rollback=True)

    def _get_forged(self, model, name):
        field = self.env[model]._fields[name]
        if field.type == "selection":
            return field.get_values(self.env)[0]
        if field.type in ("many2one", "many2many"):
            record = self.env[field.comodel_name].search([], limit=1)
            return record.id if field.type == "many2one" else [Command.link(record.id)]
        return FORGED[field.type]

    def _write(self, user, model, values):
        return self._send(user, self.documents[DOCUMENTS[model]], values)

    def _write_nested(self, user, model, values):
        if model not in NESTED:
            return None
        record = self.documents[DOCUMENTS[model]]
        parent, field = NESTED[model]
        owner = record.order_id if parent == "sale.order" else record.move_id
        return self._send(user, owner, {field: [Command.update(record.id, values)]})

    def _send(self, user, record, values):
        env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
        call_kw(env[record._name], "write", [record.ids, values], {})
        env.flush_all()
        return "done"

    def test_what_is_left_out_changes_nothing(self):
        for model, name in DROPPED:
            record = self.documents[DOCUMENTS[model]]
            before = record[name]
            self.assertNotEqual(before.id, self._get_forged(model, name))
            self._write(self.users["admin"], model, {name: self._get_forged(model, name)})
            self.assertEqual(record[name], before)
