from datetime import date

from lxml import html
from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_portal import PortalCase

SAVED = "Your payment method is saved and charged at each period, until the contract ends."
PAYS = {"require_payment": True, "require_signature": False}
RIGHT = "You can withdraw within 14 days after your order"


@tagged("post_install", "-at_install")
class TestSignAndPay(PortalCase):
    """What a customer reads and picks before signing or paying a quotation."""

    def create_quotation(self, template=None, **values):
        order = self.create_order(
            self.line_values(self.seat, 3),
            self.line_values(self.setup_service),
            template=template,
            **{"require_signature": True, "require_payment": False, **values},
        )
        order.action_quotation_sent()
        return order

    def read_page(self, order, **params):
        return self.get_text(self.open_contract(order, **params))

    def test_one_off_per_period_and_due_now_are_told_apart(self):
        order = self.create_quotation()
        text = self.read_page(order)
        one_off = order.subscription_amount_one_off_total
        self.assertIn("Due now", text)
        self.assertIn(f"Of which sold once {self.tell(order, one_off)}", text)
        self.assertIn(f"Then, per month {self.tell(order, 36)}", text)
        self.assertIn(self.tell(order, one_off + 36), text)

    def tell(self, order, amount):
        return order.currency_id.format(amount).replace("\xa0", " ")

    def test_picked_options_change_all_amounts_and_those_of_the_signature(self):
        order = self.create_quotation()
        order.order_line = [
            Command.create(
                {
                    "display_type": "line_section",
                    "name": "Options",
                    "is_optional": True,
                    "sequence": 98,
                }
            ),
            Command.create({**self.line_values(self.seat, 0), "sequence": 99}),
        ]
        option = order.order_line[-1]
        before = order.amount_total
        self.make_jsonrpc_request(
            f"/my/orders/{order.id}/update_line_dict",
            {
                "line_id": option.id,
                "access_token": order._portal_ensure_token(),
                "input_quantity": 2,
            },
        )
        order.invalidate_recordset()
        self.assertEqual(order.amount_total, before + 24)
        page = self.open_contract(order)
        text = self.get_text(page)
        self.assertIn(f"Then, per month {self.tell(order, 60)}", text)
        (shown,) = page.xpath("//*[@data-call-url or @call-url]/@*[contains(., 'shown_total')]")[
            :1
        ] or [html.tostring(page).decode()]
        self.assertIn(f"shown_total={order.amount_total}", shown)

    def test_a_method_is_saved_exactly_when_the_template_charges(self):
        charged = self.create_quotation(self.charged_template, **PAYS)
        self.assertIn(SAVED, self.read_page(charged))
        manual = self.create_quotation(**PAYS)
        self.assertNotIn(SAVED, self.read_page(manual))

    def test_an_amendment_says_what_changes_and_what_is_due(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(order))
        self.travel("2027-02-10")
        paper = self.env["sale.order"].browse(order.action_subscription_amend()["res_id"])
        paper.order_line.filtered(lambda line: line.product_id == self.seat).product_uom_qty = 5
        paper.require_signature = True
        paper.action_quotation_sent()
        text = self.read_page(paper)
        self.assertIn("What changes", text)
        self.assertIn(self.tell(paper, paper.amount_total), text)
        self.assertIn(f"Then, per month {self.tell(paper, 60)}", text)

    # ------------------------------------------------------------------
    # Right of withdrawal
    # ------------------------------------------------------------------

    def test_consumers_read_of_their_right_before_they_order(self):
        self.template.withdrawal_days = 14
        self.partner.is_company = False
        order = self.create_quotation()
        self.assertGreater(
            self.read_page(order).count(RIGHT), 1, "on the page and at the signature"
        )
        paper = self.url_open(order.get_portal_url(), params={"report_type": "html"}).text
        self.assertIn(RIGHT, " ".join(paper.split()))
        self.partner.is_company = True
        self.assertNotIn(RIGHT, self.read_page(order))

    # ------------------------------------------------------------------
    # Paper
    # ------------------------------------------------------------------

    def read_paper(self, order):
        """Return the text of the report, which says nothing of its encoding."""
        response = self.url_open(order.get_portal_url(), params={"report_type": "html"})
        return self.get_text(html.fromstring(response.content.decode()))

    def test_a_contract_on_paper_says_periods_and_planned_changes(self):
        order = self.create_contract(
            self.line_values(self.seat, 3), self.line_values(self.setup_service)
        )
        self.bill(order)
        order._subscription_change_line(order.order_line[0], date(2027, 2, 28), quantity=5)
        text = self.read_paper(order)
        self.assertIn(f"Contract # {order.name}", text)
        self.assertIn(f"Per month {self.tell(order, 36)}", text)
        self.assertIn("What changes later", text)
        self.assertIn("Quantity: 3 → 5", text)
        self.assertNotIn("Due at confirmation", text)

    def test_other_orders_on_paper_are_as_before(self):
        order = self.create_order(self.line_values(self.setup_service))
        order.action_confirm()
        text = self.read_paper(order)
        self.assertIn(f"Order # {order.name}", text)
        self.assertIn("Total", text)
