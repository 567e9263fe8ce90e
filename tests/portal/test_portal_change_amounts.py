import re
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_change import ChangeCase


@tagged("post_install", "-at_install")
class TestPortalChangeAmounts(ChangeCase):
    """What a customer is shown is billed to the cent, whatever currency, taxes and discounts."""

    def create_odd_contract(self, currency, taxes, price, quantity, discount):
        """Return a billed contract of one line, paid, on 10 February 2027."""
        pricelist = self.env["product.pricelist"].create(
            {"name": currency.name, "currency_id": currency.id}
        )
        product = self._create_product("Odd", price, taxes_id=[Command.set(taxes.ids)])
        self.travel("2027-01-31")
        order = self.create_contract(
            self.line_values(product, quantity, price_unit=price, discount=discount),
            pricelist_id=pricelist.id,
        )
        self.book_payment(self.bill(order))
        self.travel("2027-02-10")
        return order

    def read_amount(self, page, name, currency):
        """Return an amount of the page as a number, None where there is none."""
        text = self.get_part(page, name)
        if text is None:
            return None
        found = re.search(r"\d[\d,]*(?:\.\d+)?", text)[0]
        return Decimal(found.replace(",", "")).quantize(Decimal(1).scaleb(-currency.decimal_places))

    def assertShownIsBilled(self, order, quantity):
        currency = order.currency_id
        page = self.open_change(order, quantity=quantity)
        due, coming = (self.read_amount(page, name, currency) for name in ("due", "next"))
        self.submit(page)
        moves = self.bill(order)
        self.assertEqual(moves.currency_id | currency, currency)
        self.assertEqual(due or 0, self.sum_up(moves))
        later = self.bill(order, order.subscription_next_invoice_date)
        self.assertEqual(coming, self.sum_up(later))
        self.assertLedgerWhole(order)

    def sum_up(self, moves):
        """Return what documents ask for in the currency of their contract."""
        total = sum(-move.direction_sign * move.amount_total for move in moves)
        return Decimal(str(round(total, 3))).quantize(
            Decimal(1).scaleb(-moves.currency_id.decimal_places) if moves else Decimal(1)
        )

    def test_every_kind_of_money(self):
        included = self._create_tax(19, price_include_override="tax_included")
        fixed = self._create_tax(0.37, amount_type="fixed")
        euro, yen, dinar = (self.env.ref(f"base.{name}") for name in ("EUR", "JPY", "KWD"))
        (euro | yen | dinar).active = True
        for currency, taxes, price, quantity, discount in (
            (euro, self.tax, 33.33, 3, 0),
            (euro, included, 11.9, 3, 12.5),
            (self.company.currency_id, fixed, 7.77, 7, 0),
            (self.company.currency_id, fixed | included, 9.99, 5, 33.33),
            (yen, self.tax, 777, 3, 10),
            (dinar, included, 3.333, 2, 0),
        ):
            for more in (4, -1):
                case = (currency.name, taxes.mapped("name"), price, discount, more)
                with self.subTest(case=case):
                    order = self.create_odd_contract(currency, taxes, price, quantity, discount)
                    self.assertShownIsBilled(order, quantity + more)

    def test_less_at_once_gives_back_what_was_shown(self):
        self.template.downgrade_mode = "now"
        fixed = self._create_tax(0.37, amount_type="fixed")
        included = self._create_tax(19, price_include_override="tax_included")
        for taxes in (self.tax, included, fixed):
            with self.subTest(taxes=taxes.mapped("name")):
                order = self.create_odd_contract(self.company.currency_id, taxes, 13.37, 6, 12.5)
                page = self.open_change(order, quantity=2)
                self.submit(page)
                credit = self.bill(order)
                self.assertEqual(credit.move_type, "out_refund")
                shown = self.read_amount(page, "due", order.currency_id)
                self.assertEqual(shown, self.sum_up(credit.filtered("id")) * -1)
