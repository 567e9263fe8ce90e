import re

from lxml import etree
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import SubscriptionCommon

ACTIONS = (
    "subscription_contract_action",
    "subscription_quotation_action",
    "subscription_to_invoice_action",
    "subscription_quarantine_action",
    "subscription_billed_period_action",
)


class RecordValues(dict):
    """Give an expression of a view the values of a record, as the client would."""

    def __init__(self, record, **values):
        super().__init__(context={}, uid=record.env.uid, **values)
        self.record = record

    def __contains__(self, name):
        return super().__contains__(name) or name in self.record._fields

    def __missing__(self, name):
        value = self.record[name]
        if self.record._fields[name].relational:
            many = self.record._fields[name].type in ("one2many", "many2many")
            return value.ids if many else value.id
        return value

    def __getattr__(self, name):
        return self[name]


@tagged("post_install", "-at_install")
class TestPlainOrders(SubscriptionCommon):
    """Orders without recurring lines look as they did before."""

    def get_visible(self, record, arch):
        """Return what a person sees of a form: buttons, fields, pages, groups and columns."""
        values = RecordValues(record)

        def is_hidden(node, scope, attribute="invisible"):
            expression = node.get(attribute)
            # expressions of views, with records as values
            return bool(expression) and bool(
                eval(expression, {}, scope)  # noqa: S307 pylint: disable=eval-used
            )

        def walk(node, path):
            if not isinstance(node.tag, str) or is_hidden(node, values):
                return
            name = node.get("name") or node.get("string") or ""
            if node.tag in ("button", "field", "page", "widget", "label"):
                seen.append((node.tag, name, node.get("for")))
            if node.tag == "field" and len(node):
                if name == "order_line":
                    scope = RecordValues(record.order_line[:1], parent=values)
                    seen.extend(
                        ("column", column.get("name"), column.get("optional"))
                        for column in node.findall("list/field")
                        if not is_hidden(column, scope, "column_invisible")
                    )
                return
            for child in node:
                walk(child, path)

        seen = []
        walk(etree.fromstring(arch), ())
        return seen

    def test_the_form_of_a_plain_order_shows_nothing_new(self):
        view = self.env.ref("sale.view_order_form")
        ours = self.env.ref("sale_recurring.view_order_form")
        draft = self.create_order(self.setup_service)
        confirmed = self.create_order(self.setup_service)
        confirmed.action_confirm()
        contract = self.create_contract(self.seat)
        orders = draft, confirmed, contract
        Orders = self.env["sale.order"]
        arch = Orders.get_view(view.id, "form")["arch"]
        with_ours = [self.get_visible(order, arch) for order in orders]
        ours.active = False
        arch = Orders.get_view(view.id, "form")["arch"]
        without = [self.get_visible(order, arch) for order in orders]
        self.assertEqual(with_ours[0], without[0])
        self.assertEqual(with_ours[1], without[1])
        self.assertNotEqual(with_ours[2], without[2])

    def test_plain_orders_keep_their_default_views(self):
        for view_type in ("list", "kanban", "calendar", "pivot", "graph", "activity", "search"):
            view_id = self.env["ir.ui.view"].default_view("sale.order", view_type)
            xmlid = self.env["ir.ui.view"].browse(view_id).xml_id
            self.assertFalse(xmlid.startswith("sale_recurring."), xmlid)

    def test_a_recurring_product_turns_the_form_into_a_contract(self):
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.partner
            with form.order_line.new() as line:
                line.product_id = self.setup_service
            self.assertFalse(form.is_subscription)
            with form.order_line.new() as line:
                line.product_id = self.seat
                self.assertEqual(line.recurrence_id, self.month)
            self.assertTrue(form.is_subscription)
            self.assertEqual(form.subscription_preview["total"], 312.0)


@tagged("post_install", "-at_install")
class TestContractViews(SubscriptionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "all", groups="base.group_user,sale_recurring.group_subscription_user_all"
        )

    def test_actions_open_for_a_subscription_user(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        self.bill(order)
        for name in ACTIONS:
            action = self.env["ir.actions.act_window"]._for_xml_id(f"sale_recurring.{name}")
            Model = self.env[action["res_model"]].with_user(self.user)
            Model.get_views(action["views"])
            records = Model.search(safe_eval(action["domain"] or "[]"))
            for view_id, view_type in action["views"]:
                if view_type in ("list", "form", "kanban"):
                    names = Model.get_view(view_id, view_type)["models"][Model._name]
                    # Other addons show a field or a button to their own users only.
                    records.read(list(Model.fields_get(names, attributes=["type"])))

    def test_an_empty_list_says_no_fact_that_a_filter_makes_false(self):
        fact = re.compile(r"(No|Nobody|Everybody|Everything|All|Nothing (?!to show)|.* has not)\b")
        actions = self.env["ir.actions.act_window"].search([("help", "!=", False)])
        ours = actions.filtered(lambda action: action.xml_id.startswith("sale_recurring."))
        titles = ours.mapped(
            lambda action: etree.fromstring(action.help, etree.HTMLParser()).findtext(".//p")
        )
        self.assertIn("Nothing to show here", titles)
        self.assertEqual([title for title in titles if fact.match(title)], [])

    def test_every_filter_and_group_works(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        view = self.env.ref("sale_recurring.subscription_contract_view_search")
        arch = etree.fromstring(view.arch)
        Orders = self.env["sale.order"].with_user(self.user)
        for node in arch.iter("filter"):
            if node.get("domain"):
                domain = safe_eval(node.get("domain"), {"uid": self.user.id})
                Orders.search(domain)
            if node.get("context"):
                group_by = safe_eval(node.get("context"))["group_by"]
                groups = Orders.formatted_read_group(
                    [("id", "=", order.id)], [group_by], ["__count", "subscription_mrr:sum"]
                )
                self.assertEqual(sum(group["__count"] for group in groups), 1, group_by)

    def find(self, name):
        view = self.env.ref("sale_recurring.subscription_contract_view_search")
        node = etree.fromstring(view.arch).find(f".//filter[@name='{name}']")
        domain = safe_eval(node.get("domain"), {"uid": self.user.id})
        return self.env["sale.order"].search(domain)

    def test_filters_find_what_they_say(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        upcoming = self.create_contract(self.seat, subscription_start_date="2027-04-20")
        charged = self.create_contract(
            self.seat, template=self._create_template("Card", payment_mode="charge")
        )
        charged._subscription_close(self.travel("2027-04-10"), None)
        ending = self.create_contract(self.seat)
        ending.subscription_last_date = "2027-05-01"
        card = self.create_contract(self.seat, template=charged.subscription_template_id)
        orders = order | upcoming | charged | ending | card
        expected = {
            "upcoming": upcoming,
            "closed": charged,
            "running": orders - charged,
            "due": order | charged | ending | card,
            "overdue": order | charged,
            "due_month": orders,
            "ending_soon": ending,
            "no_payment_method": card,
            "new_month": orders,
            "quarantine": orders.browse(),
            "draft_invoices": orders.browse(),
            "overdue_invoices": orders.browse(),
        }
        for name, records in expected.items():
            self.assertEqual(self.find(name) & orders, records, name)

    def test_the_board_shows_every_stage_of_running_contracts(self):
        self.create_contract(self.seat, day="2027-04-01")
        groups = (
            self.env["sale.order"]
            .with_context(read_group_expand=True)  # as the board asks for it
            .web_read_group(
                [("is_subscription", "=", True)], ["subscription_stage_id"], ["__count"]
            )
        )
        shown = {
            group["subscription_stage_id"][0]
            for group in groups["groups"]
            if group["subscription_stage_id"]
        }
        running = self.env.ref("sale_recurring.stage_running")
        closed = self.env.ref("sale_recurring.stage_closed")
        new = self.env.ref("sale_recurring.stage_new")
        self.assertLessEqual({running.id, closed.id}, shown)
        self.assertNotIn(new.id, shown)

    def test_invoices_lead_to_their_contract_and_periods(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        move = self.bill(order)
        action = move.action_view_subscriptions()
        self.assertEqual(action["res_id"], order.id)
        action = move.action_view_billed_periods()
        rows = self.env["subscription.billed.period"].search(action["domain"])
        self.assertEqual(rows, order.subscription_billed_period_ids)
        action = order.action_view_billed_periods()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), rows)

    def test_a_quantity_and_a_price_typed_in_the_form_are_changes_from_today_on(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        self.bill(order)
        self.travel("2027-04-16")
        with Form(order) as form, form.order_line.edit(0) as line:
            line.product_uom_qty = 4
            line.price_unit = 12.0
        steps = order.order_line.segment_ids
        self.assertEqual(steps.mapped("quantity"), [1, 4])
        self.assertEqual(steps.mapped("price_unit"), [10, 12])
        self.assertEqual(order.order_line.price_unit, 12)


@tagged("post_install", "-at_install")
class TestBillingClerk(SubscriptionCommon):
    """What a billing clerk reads before and after pressing a button."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.seat, day="2027-04-01")

    def find(self, name):
        view = self.env.ref("sale_recurring.subscription_contract_view_search")
        node = etree.fromstring(view.arch).find(f".//filter[@name='{name}']")
        return self.env["sale.order"].search(safe_eval(node.get("domain"))) & self.order

    def test_totals_of_several_currencies_are_converted(self):
        other = self.env["res.currency"].create({"name": "XTS", "symbol": "x", "rounding": 0.01})
        rate = {"currency_id": other.id, "name": "2027-01-01", "rate": 4.0}
        self.env["res.currency.rate"].create(rate)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": other.id}
        )
        foreign = self.create_contract(
            self.line_values(self.seat, price_unit=80.0), pricelist_id=pricelist.id
        )
        self.assertEqual(foreign.subscription_mrr, 80)
        orders = self.order | foreign
        [(total,)] = self.env["sale.order"]._read_group(
            [("id", "in", orders.ids)], [], ["subscription_amount_monthly:sum_currency"]
        )
        self.assertAlmostEqual(total, 10 + 80 / 4)
        board = self.env.ref("sale_recurring.subscription_contract_view_kanban")
        name = etree.fromstring(board.arch).find(".//progressbar").get("sum_field")
        self.assertEqual(self.env["sale.order"]._fields[name].type, "monetary")
        exact = self.env["sale.order"].fields_get(["subscription_mrr"])["subscription_mrr"]
        self.assertFalse(exact.get("aggregator"), "a sum of currencies is no measure")

    def test_the_next_amount_is_what_the_next_invoice_says(self):
        self.bill(self.order)
        self.assertEqual(self.order.subscription_amount_next, 12.0)
        self.order.order_line.product_uom_qty = 3
        self.env.invalidate_all()
        amount = self.order.subscription_amount_next
        self.assertEqual(amount, 24.0, "the missing part of a running period is due first")
        self.assertEqual(self.bill(self.order).amount_total, amount)
        self.assertFalse(self.create_order(self.seat).subscription_amount_next)

    def test_the_preview_offers_to_bill_only_what_is_due(self):
        Preview = self.env["subscription.billing.preview"]
        due = Preview.create({"order_ids": self.order.ids})
        self.assertTrue(due.is_billable)
        self.assertFalse(due.preview["next_text"])
        self.bill(self.order)
        idle = Preview.create({"order_ids": self.order.ids})
        self.assertFalse(idle.is_billable)
        self.assertIn("05/01/2027", idle.preview["next_text"])
        later = Preview.create({"order_ids": self.order.ids, "date": "2027-05-01"})
        self.assertTrue(later.preview["contracts"])
        self.assertFalse(later.is_billable, "nobody bills on another day than today")

    def test_drafts_and_late_payers_are_found(self):
        move = self.bill(self.order)
        self.assertFalse(self.find("draft_invoices"))
        self.assertFalse(self.find("overdue_invoices"))
        self.travel("2027-07-01")
        self.assertEqual(self.find("overdue_invoices"), self.order)
        move.button_draft()
        self.assertFalse(self.find("overdue_invoices"))
        self.assertEqual(self.find("draft_invoices"), self.order)

    def test_a_retry_says_what_came_of_it(self):
        self.travel("2028-09-01")
        other = self.create_contract(self.seat, day="2027-04-01")
        self.run_cron("2028-09-01")
        orders = self.order | other
        self.assertEqual(orders.filtered("subscription_quarantined_at"), orders)
        params = orders.action_subscription_retry_and_tell()["params"]
        self.assertEqual(params["type"], "warning")
        self.assertIn("Still there: 2", params["message"])
        params = self.order.action_subscription_retry_and_tell()["params"]
        self.assertEqual(params["type"], "success")
        self.assertIn(self.order.name, params["message"])
        self.assertEqual(self.order.invoice_count, 1)
