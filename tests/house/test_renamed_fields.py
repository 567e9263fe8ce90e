from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import SQL

from ..common import SubscriptionCommon

SCRIPT = Path(__file__).parents[2] / "migrations" / "19.0.1.3.0" / "pre-renamed_fields.py"


@tagged("post_install", "-at_install")
class TestRenamedFields(SubscriptionCommon):
    """What 19.0.1.3.0 does with fields and jobs whose names said something else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        spec = spec_from_file_location("sale_recurring_pre_renamed_fields", SCRIPT)
        cls.script = module_from_spec(spec)
        spec.loader.exec_module(cls.script)

    def _go_back(self):
        """Bring the tables to the names of before."""
        for table, old, new in self.script.FIELDS:
            self.cr.execute(
                SQL(
                    "ALTER TABLE %s RENAME COLUMN %s TO %s",
                    SQL.identifier(table),
                    SQL.identifier(new),
                    SQL.identifier(old),
                )
            )

    def test_every_new_name_is_a_stored_field_and_no_old_one_is_left(self):
        models = {model._table: model for model in self.env.values() if not model._abstract}
        for table, old, new in self.script.FIELDS:
            with self.subTest(field=new):
                self.assertTrue(models[table]._fields[new].store)
                self.assertNotIn(old, models[table]._fields)

    def test_what_a_field_holds_moves_with_its_name(self):
        order = self.env["sale.order"].create({"partner_id": self.partner.id})
        order._as_system().subscription_method_requested_date = "2027-01-05"
        self.env.flush_all()
        self._go_back()

        self.script.migrate(self.cr, "19.0.1.2.0")

        self.env.invalidate_all()
        self.assertEqual(str(order.subscription_method_requested_date), "2027-01-05")
        self.assertEqual(self.script.rename_fields(self.cr), 0)

    def test_jobs_call_their_methods_by_the_new_names(self):
        job = self.env.ref("sale_recurring.ir_cron_ask_charges")
        job.code = "model._cron_ask_charges()"
        self.env.flush_all()

        self.script.migrate(self.cr, "19.0.1.2.0")

        self.env.invalidate_all()
        self.assertEqual(job.code, "model._cron_query_charges()")
        self.assertTrue(hasattr(self.env[job.model_id.model], "_cron_query_charges"))
        self.assertEqual(self.script.rename_jobs(self.cr), 0)

    def test_views_show_the_new_names(self):
        view = self.env.ref("sale_recurring.view_order_form")
        arch = view.arch_db
        self.assertIn('"is_begun"', arch)
        self.cr.execute(
            SQL(
                "UPDATE ir_ui_view SET arch_db = replace(arch_db::text, %s, %s)::jsonb "
                "WHERE id = %s",
                "is_begun",
                "is_running",
                view.id,
            )
        )
        view.invalidate_recordset()
        self.assertNotEqual(view.arch_db, arch)

        self.script.migrate(self.cr, "19.0.1.2.0")

        self.env.invalidate_all()
        self.assertEqual(view.arch_db, arch)
        self.assertEqual(self.script.rename_in_views(self.cr), 0)
