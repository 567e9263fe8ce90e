from lxml import etree
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..support.warm import WarmCase

GOOD = {"date_start": "date_start", "date_stop": "date_end"}


@tagged("post_install", "-at_install")
class TestCohortView(WarmCase):
    """Views of the type cohort are checked when they are saved."""

    def create_view(self, inside="", model="product.supplierinfo", **attributes):
        """Save a view; an attribute that is None is left out."""
        node = etree.Element(
            "cohort", {name: one for name, one in (GOOD | attributes).items() if one is not None}
        )
        node.extend(etree.fromstring(f"<some>{inside}</some>"))
        arch = etree.tostring(node, encoding="unicode")
        return self.env["ir.ui.view"].create({"name": "c", "model": model, "arch": arch})

    def test_a_view_is_saved_and_knows_its_type(self):
        view = self.create_view(
            '<field name="price" string="Worth"/>',
            string="Prices",
            interval="quarter",
            mode="churn",
            timeline="backward",
            measure="price",
            sample="1",
        )
        self.assertEqual(view.type, "cohort")
        self.assertIn("cohort", self.env["ir.ui.view"].get_view_info())
        action = self.env["ir.actions.act_window"].create(
            {"name": "a", "res_model": "product.supplierinfo", "view_mode": "cohort,list"}
        )
        link = {"act_window_id": action.id, "view_mode": "cohort", "view_id": view.id}
        self.env["ir.actions.act_window.view"].create(link)
        self.assertEqual(action.views[0], (view.id, "cohort"))

    def test_the_client_knows_the_fields_of_attributes_and_measures(self):
        view = self.create_view(measure="price")
        found = self.env["product.supplierinfo"].get_views([(view.id, "cohort")])
        fields = found["models"]["product.supplierinfo"]["fields"]
        for name in ("date_start", "date_end", "price", "min_qty"):
            self.assertIn(name, fields)
        self.assertNotIn("id", fields)

    def test_a_measure_that_somebody_may_not_see_is_left_out(self):
        view = self.create_view(
            '<field name="price"/><field name="min_qty" groups="base.group_no_one"/>'
        )
        self.patch(self.env["product.supplierinfo"]._fields["price"], "groups", "base.group_system")
        self.env.registry.clear_cache("templates")
        user = new_test_user(self.env, "view reader", groups="product.group_product_manager")
        model = self.env["product.supplierinfo"].with_user(user)
        found = model.get_views([(view.id, "cohort")])
        arch = found["views"]["cohort"]["arch"]
        shown = etree.fromstring(arch).xpath("//field[not(@invisible)]/@name")
        self.assertFalse(shown)
        self.assertNotIn("price", arch)
        self.assertNotIn("price", found["models"]["product.supplierinfo"]["fields"])
        self.assertIn("date_start", arch)

    def test_a_wrong_arch_is_refused_when_it_is_saved(self):
        stock = {"measure": "min_qty", "date_stop": None, "date_change": "date_end"}
        for says, values in (
            ("date_start", {"date_start": None}),
            ("date_stop", {"date_stop": None}),
            ("either", {"date_change": "date_end"}),
            ("nonsense", {"date_start": "nonsense"}),
            ("partner_id", {"date_start": "partner_id"}),
            ("price", {"date_stop": "price"}),
            ("first", stock),
            ("boolean", stock | {"first": "price"}),
            ("fortnight", {"interval": "fortnight"}),
            ("loss", {"mode": "loss"}),
            ("sideways", {"timeline": "sideways"}),
            ("nothing_there", {"measure": "nothing_there"}),
            ("product_name", {"measure": "product_name"}),
            ("colour", {"colour": "red"}),
            ("list", {"inside": "<list/>"}),
            ("date_start", {"inside": '<field name="date_start"/>'}),
            ("nothing_there", {"inside": '<field name="nothing_there"/>'}),
        ):
            with (
                self.subTest(values),
                mute_logger("odoo.addons.base.models.ir_ui_view"),
                self.assertRaises(ValidationError) as caught,
                self.env.cr.savepoint(),
            ):
                self.create_view(**values)
            self.assertIn(says, str(caught.exception))

    def test_a_change_of_a_view_is_checked_as_well(self):
        view = self.create_view()
        change = '<data><xpath expr="//cohort" position="attributes">'
        change += '<attribute name="date_stop">partner_id</attribute></xpath></data>'
        with mute_logger("odoo.addons.base.models.ir_ui_view"), self.assertRaises(ValidationError):
            self.env["ir.ui.view"].create(
                {
                    "name": "i",
                    "model": "product.supplierinfo",
                    "inherit_id": view.id,
                    "arch": change,
                }
            )
