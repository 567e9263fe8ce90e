from lxml import etree
from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestAmendmentHead(AmendmentCommon):
    """What stands above the lines of an amendment reaches its contract, or cannot be typed."""

    def test_reference_of_the_customer_reaches_the_contract(self):
        self.contract.client_order_ref = "PO-1"
        amendment = self.amend(client_order_ref="PO-2")
        self.target(amendment, self.seats).product_uom_qty = 6
        amendment.action_confirm()
        self.assertEqual(self.contract.client_order_ref, "PO-2")
        notes = "".join(self.contract.message_ids.mapped("body"))
        self.assertIn("Customer Reference: PO-1 → PO-2", notes)
        self.assertEqual(set(self.bill(self.contract).mapped("ref")), {"PO-2"})

    def test_reference_of_the_contract_stays_where_none_was_typed(self):
        self.contract.client_order_ref = "PO-1"
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = 6
        amendment.action_confirm()
        self.assertEqual(self.contract.client_order_ref, "PO-1")

    def test_what_belongs_to_the_contract_is_read_only_on_the_form(self):
        form = etree.fromstring(self.env["sale.order"].get_view(view_type="form")["arch"])
        for name in ("payment_term_id", "fiscal_position_id"):
            with self.subTest(name=name):
                nodes = form.xpath(f"//field[@name='{name}'][not(ancestor::list)]")
                self.assertTrue(nodes)
                for node in nodes:
                    self.assertIn(
                        "subscription_order_type == 'amendment'", node.get("readonly", "")
                    )

    def test_an_amendment_keeps_the_currency_of_its_contract(self):
        euro = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")])
        )
        euro.active = True
        abroad = self.env["product.pricelist"].create({"name": "Abroad", "currency_id": euro.id})
        amendment = self.amend()
        with self.assertRefused("is agreed in USD"):
            amendment.pricelist_id = abroad
        self.assertEqual(amendment.currency_id, self.contract.currency_id)
