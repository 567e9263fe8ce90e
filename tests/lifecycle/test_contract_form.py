from datetime import date

from odoo.exceptions import RedirectWarning, ValidationError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ..support.common_operator import OperatorCase

MENU = "o_subscription_in_menu"


@tagged("post_install", "-at_install")
class TestContractForm(OperatorCase):
    """What a person sees and may press on the form and the board of contracts."""

    def get_buttons(self, order):
        """Return the header buttons that the clerk sees in the row, as name and class."""
        form = Form(order)
        scope = {name: order[name] for name in form._view["fields"] if name in order._fields}
        for name, value in scope.items():
            if order._fields[name].relational:
                scope[name] = value.ids
        scope["id"] = order.id
        return [
            (button.get("name"), button.get("class") or "")
            for button in form._view["tree"].xpath("//header/button")
            if MENU not in (button.get("class") or "")
            and not safe_eval(button.get("invisible") or "False", dict(scope))
        ]

    def assertPrimary(self, order, name):
        buttons = self.get_buttons(order)
        primary = [button for button, css in buttons if "btn-primary" in css]
        self.assertEqual(primary, [name])
        self.assertLessEqual(len(buttons), 4, buttons)

    def test_each_state_has_one_primary_button_in_one_row(self):
        order = self.create_own_contract(self.seat, day="2027-01-31")
        self.assertPrimary(order, "action_subscription_amend")
        self.travel("2027-02-28")
        order.invalidate_recordset()
        self.assertPrimary(order, "action_subscription_bill")
        self.bill(order.with_env(self.env))
        order._subscription_pause(date(2027, 2, 28), None)
        self.assertPrimary(order, "action_subscription_resume_on")
        order._subscription_resume(date(2027, 2, 28))
        order._subscription_close(date(2027, 2, 28), self.reason)
        self.assertPrimary(order, "action_subscription_bill")
        self.bill(order.with_env(self.env))
        self.assertIn("action_subscription_reopen", dict(self.get_buttons(order)))

    def test_a_typed_quantity_says_what_saving_does(self):
        order = self.create_own_contract(self.line_values(self.seat, 3), day="2027-04-01")
        self.travel("2027-04-16")
        with Form(order) as form:
            self.assertFalse(form.subscription_typed_text)
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 1
            text = form.subscription_typed_text.replace("\xa0", "")
            self.assertIn("Seat changes from today on when you save", text)
            self.assertIn("12.00, taxes included", text)
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 3
            self.assertFalse(form.subscription_typed_text)

    def test_dialogs_about_one_contract_name_its_lines_shortly(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        for action in (order.action_subscription_change(), order.action_subscription_simulate()):
            with self.subTest(action["res_model"]):
                Dialog = self.env[action["res_model"]].with_context(**action["context"])
                form = Form(Dialog.with_user(self.clerk))
                if "kind" in form._view["fields"]:
                    form.kind = "line"
                self.assertEqual(form.line_id.display_name, "Seat, Monthly")

    def test_what_changes_is_wrapped_and_not_cut(self):
        self.assertEqual(self.env["subscription.segment"]._fields["change_text"].type, "text")

    def test_a_card_that_is_moved_offers_the_dialog_of_its_column(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        closed = self.env.ref("sale_recurring.stage_closed")
        with self.assertRaises(RedirectWarning) as caught:
            order.with_context(in_subscription_app=True).subscription_stage_id = closed
        action = caught.exception.args[1]
        self.assertEqual(action["res_model"], "subscription.close.wizard")
        self.assertEqual(action["context"]["default_order_id"], order.id)
        with self.assertRaises(ValidationError):
            order.subscription_stage_id = closed

    def test_a_paused_contract_shows_what_waits(self):
        order = self.create_own_contract(self.line_values(self.seat, 3), day="2027-04-01")
        self.assertFalse(order.subscription_amount_waiting)
        order._subscription_pause(date(2027, 4, 1), None)
        self.assertEqual(
            (order.subscription_amount_monthly, order.subscription_amount_waiting), (0, 30)
        )

    def test_a_quotation_says_in_grey_what_holds(self):
        template = self._create_template(
            "Year", term_count=1, term_unit="year", end_action="end", notice_count=2
        )
        order = self.create_order(self.seat, template=template)
        self.assertEqual(order.subscription_term_hint, "1 year")
        self.assertEqual(order.subscription_end_action_hint, "Ends")
        self.assertEqual(order.subscription_notice_hint, "2 months")
        self.assertEqual(order.subscription_commitment_hint, "None")

    def test_what_is_due_on_a_later_day_says_that_day(self):
        order = self.create_order(self.seat, subscription_start_date="2027-06-20")
        order.require_payment = False
        self.assertEqual(order.subscription_due_title, "Due on 06/20/2027")
        order.require_payment = True
        self.assertEqual(order.subscription_due_title, "Due now")
