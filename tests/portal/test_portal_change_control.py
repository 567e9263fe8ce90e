from datetime import date

from odoo.tests import new_test_user, tagged

from ..support.common_change import ChangeCase


@tagged("post_install", "-at_install")
class TestPortalChangeControl(ChangeCase):
    """Which changes are the customer's: the terms decide, and the contract before them."""

    def ask(self, path="change", order=None, **params):
        order = order or self.order
        params = {"access_token": order._portal_ensure_token(), **params}
        return self.url_open(f"/my/orders/{order.id}/{path}", params=params)

    def assertUntouched(self, about=None):
        self.env.invalidate_all()
        self.assertFalse(self.get_amendments(), about)
        self.assertEqual(self.order.order_line.mapped("product_uom_qty"), [3], about)
        self.assertEqual(self.order.subscription_template_id, self.template, about)

    # ------------------------------------------------------------------
    # Levels
    # ------------------------------------------------------------------

    def test_restricted_customers_see_no_button_and_are_refused(self):
        shown = self.open_change(quantity=5)
        self.template.customer_control = "restricted"
        page = self.open_contract(self.order)
        self.assertFalse(page.xpath("//a[@name='change']"))
        response = self.ask()
        self.assertEqual(response.status_code, 403)
        self.assertIn("cannot be changed like this online", response.text)
        self.assertEqual(self.submit(shown).status_code, 403)
        self.assertUntouched()

    def test_the_contract_says_otherwise_than_its_terms(self):
        self.order.subscription_customer_control = "restricted"
        self.assertEqual(self.ask().status_code, 403)
        self.template.customer_control = "restricted"
        self.order.subscription_customer_control = "upgrade"
        page = self.open_contract(self.order)
        self.assertTrue(page.xpath("//a[@name='change']"))
        self.change(quantity=5)
        self.assertEqual(self.order.order_line.product_uom_qty, 5)

    def test_who_may_only_add_is_judged_by_the_monthly_value(self):
        self.template.customer_control = "upgrade"
        page = self.open_change(quantity=2)
        self.assertIn("you can only add", self.get_part(page, "refused"))
        self.assertFalse(page.xpath("//input[@name='shown']"))
        # 10.00 less, 15.00 more
        page, _response = self.change(quantity=2, addon=3)
        self.assertIn("quantity 3 → 2", self.get_part(page, "reasons"))
        self.assertEqual(len(self.get_amendments()), 1)

    def test_a_form_of_before_does_not_get_around_the_rule(self):
        page = self.open_change(quantity=2)
        self.template.customer_control = "upgrade"
        response = self.submit(page)
        self.assertIn("you can only add", response.text)
        self.assertUntouched()

    def test_whoever_is_committed_takes_no_less_online(self):
        self.change(quantity=5)
        self.order.subscription_commitment_end_date = date(2027, 6, 1)
        page = self.open_change(quantity=2)
        self.assertIn("committed to 3 of Seat until 05/31/2027", self.get_part(page, "error"))
        self.change(quantity=3)
        self.assertEqual(self.order.subscription_planned_ids.quantity, 3, "what was added online")
        self.order._subscription_change_line(self.order.order_line, date(2027, 2, 10), quantity=1)
        page = self.open_change(quantity=2)
        self.assertIsNone(self.get_part(page, "error"))
        self.order.subscription_commitment_end_date = date(2027, 2, 10)
        page = self.open_change(quantity=1)
        self.assertIsNone(self.get_part(page, "error"))

    def test_a_switch_does_not_end_the_commitment(self):
        self.order.subscription_commitment_end_date = date(2027, 6, 1)
        self.add_price(self.seat, self.year, 130)
        self.change(plan=f"{self.template.id}-{self.year.id}")
        self.bill(self.order)
        line = self.order.order_line.filtered(lambda line: line.recurrence_id == self.year)
        page = self.open_change(**{f"quantity-line-{line.id}": 1})
        self.assertIn("committed to 3 of Seat", self.get_part(page, "error"))

    def test_an_add_on_of_the_first_day_is_committed_to_and_a_later_one_is_not(self):
        self.order = self.create_contract(self.seat, self.line_values(self.backup, 2))
        self.order.subscription_commitment_end_date = date(2027, 6, 1)
        name = f"quantity-line-{self.order.order_line[1].id}"
        for less in (0, 1):
            page = self.open_change(**{name: less})
            self.assertIn("committed to 2 of Backup", self.get_part(page, "error"))
        page = self.open_change(**{name: 3})
        self.assertIsNone(self.get_part(page, "error"))

    def test_quantities_and_switches_are_the_terms_to_allow(self):
        self.template.write({"customers_may_change_quantity": False, "customers_may_switch": False})
        page = self.open_change()
        line, addon = self.get_names(self.order)
        self.assertFalse(page.xpath(f"//*[@name='{line}'] | //input[@name='plan']"))
        self.assertTrue(page.xpath(f"//*[@name='{addon}']"))
        for values in ({"quantity": 5}, {"plan": f"{self.template.id}-{self.year.id}"}):
            page = self.open_change(**values)
            self.assertIn("not offered", self.get_part(page, "error"))
        self.addon.unlink()
        self.assertFalse(self.open_contract(self.order).xpath("//a[@name='change']"))

    def test_what_stands_still_is_not_changed(self):
        self.order._subscription_pause(date(2027, 2, 10))
        self.assertEqual(self.ask().status_code, 403)

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_only_its_customer_and_its_link_change_it(self):
        other = self.create_contract(self.line_values(self.seat, 7))
        page = self.open_change(quantity=5)
        token = other._portal_ensure_token()
        for user in (None, self.env["res.partner"].create({"name": "Stranger"})):
            if user:
                self.log_in(user)
            for wrong in ("", "x", token):
                for path in ("change", "change/pay"):
                    response = self.ask(path, access_token=wrong)
                    self.assertEqual(response.status_code, 404)
                response = self.submit(page, access_token=wrong)
                self.assertGreaterEqual(response.status_code, 400)
        self.assertUntouched()

    def test_colleagues_use_the_back_office(self):
        clerk = new_test_user(self.env, "clerk.change", groups="sales_team.group_sale_salesman")
        self.order.user_id = clerk
        self.authenticate(clerk.login, clerk.login)
        self.assertEqual(self.ask().status_code, 404)

    # ------------------------------------------------------------------
    # Made up
    # ------------------------------------------------------------------

    def test_made_up_values_change_nothing(self):
        other = self.create_contract(self.line_values(self.seat, 7))
        foreign = self._create_template("Foreign", **self.free)
        theirs = self.add_addon(foreign, self.hosting)
        line, addon = self.get_names(self.order)
        page = self.open_change(quantity=5)
        for wrong in ("-1", "0", "1e9", "nan", "inf", "-inf", "1.5", "x", "", "1" * 400, "\x00"):
            self._assert_refused(page, line, wrong)
            if wrong != "0":
                self._assert_refused(page, addon, wrong)
        for name in (
            f"quantity-line-{other.order_line.id}",
            f"quantity-addon-{theirs.id}",
            "quantity-line-x",
            "quantity-",
        ):
            self._assert_refused(page, name, "2")
        for plan in (
            f"{foreign.id}-{self.month.id}",
            f"{self.template.id}-{self.month.id}",
            f"{self.template.id}-999999",
            f"{self.template.id}",
            "-1--1",
            "nan",
            "1" * 400,
        ):
            self._assert_refused(page, "plan", plan)
        for shown in ("", "x", "nan"):
            self._assert_refused(page, "shown", shown)
        self._assert_refused(page, "csrf_token", "x")
        self.env.invalidate_all()
        self.assertEqual(other.order_line.product_uom_qty, 7)

    def _assert_refused(self, page, name, value):
        response = self.submit(page, **{name: value})
        self.assertLess(response.status_code, 500, (name, value))
        self.assertNotIn("done=", response.url, (name, value))
        self.assertUntouched((name, value))

    def test_only_own_changes_that_wait_are_taken_back(self):
        planned = self.submit(self.open_change(quantity=1))
        self.assertIn("done=planned", planned.url)
        page = self.open_contract(self.order)
        other = self.create_contract(self.line_values(self.seat, 7))
        self.change(order=other, quantity=2)
        foreign = self.get_amendments(other)
        self.assertTrue(foreign)
        for wrong in (foreign.id, self.order.id, "x", "-1", "nan", "1" * 30, ""):
            response = self.submit(page, name="revoke", change_id=wrong)
            self.assertLess(response.status_code, 500, wrong)
            self.env.invalidate_all()
            self.assertTrue(self.order.subscription_planned_ids, wrong)
            self.assertTrue(other.subscription_planned_ids, wrong)

    def test_what_a_colleague_planned_is_not_the_customers_to_take_back(self):
        amendment = self.order._create_amendment(subscription_effective_mode="period")
        amendment.order_line.product_uom_qty = 1
        amendment.action_confirm()
        page = self.open_contract(self.order)
        self.assertTrue(self.get_part(page, "planned"))
        self.assertFalse(page.xpath("//form[@name='revoke']"))
