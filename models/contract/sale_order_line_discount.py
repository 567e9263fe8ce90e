from odoo import fields, models
from odoo.tools import float_compare

from ... import const
from ...engine.money import is_same_price, to_decimal


class SaleOrderLine(models.Model):
    """Price and discount are a pair, as a pricelist that shows its discounts gives it.

    A line that goes on with another one follows the list where both are the list's, and keeps both
    where one of them was agreed: neither is a discount lost nor taken off twice.
    """

    _inherit = "sale.order.line"

    subscription_list_discount = fields.Float(
        "Discount of the Pricelist",
        digits="Discount",
        copy=False,
        readonly=True,
        help="What the pricelist gave when the discount was last looked up, on a contract when it "
        "began. A line of an amendment or a renewal that has another discount keeps it.",
        prefetch=const.SELDOM,
    )

    def _compute_discount(self):
        """Leave the discount of running lines alone, and one that was agreed.

        It does not follow the recurrence either: a rule's percentage is the same for every
        period, and a discount that somebody typed must survive a change of terms. *Update Prices*
        is for whoever wants what the pricelist gives.
        """
        agreed = self._get_begun_lines()
        if not const.unseal(self.env.context, const.NEW_PRICES_KEY):
            agreed |= self.filtered(lambda line: line._keeps_discount())
        followers = self - agreed
        super(SaleOrderLine, followers)._compute_discount()
        for line in followers.filtered(lambda line: line._get_line_before()):
            line._as_system().subscription_list_discount = line.discount

    def _keeps_discount(self):
        """Return whether this line goes on with another one at a price or discount of its own."""
        self.ensure_one()
        if not self._get_line_before():
            return False
        is_combo = self.combo_item_id or self.product_type == "combo"
        return bool(
            is_combo
            or self._has_own_discount()
            or not is_same_price(self.price_unit, self.technical_price_unit)
        )

    def _remember_list_discount(self):
        """Remember of lines that begin whether the pricelist gave their discount.

        The rule may be gone when their next term begins at list prices. A renewal goes on with
        what the contract before remembers, or with what it offered itself.
        """
        for line in self.filtered("discount"):
            # sudo: whoever renews may have no right to read the contract before
            known = line._get_line_before().sudo()._get_given_discounts()
            known += [line._get_list_discount_of_today(), line.subscription_list_discount]
            is_given = line._is_one_of(line.discount, known)
            line._as_system().subscription_list_discount = line.discount if is_given else 0.0

    def _is_list_discount(self, discount):
        """Return whether a discount of this line is the one that the pricelist gave.

        :param discount: percentage, None or 0 for none
        :rtype: bool
        """
        if not discount:
            return False
        given = self._get_given_discounts()
        if not self.is_begun:
            given = [*given, self._get_list_discount_of_today()]
        return self._is_one_of(discount, given)

    def _get_given_discounts(self):
        """Return the percentages that a pricelist gave this line. Hook.

        :rtype: list[float]
        """
        return self.mapped("subscription_list_discount")

    def _is_one_of(self, discount, known):
        """Return whether a percentage is one of several, as order lines store them."""
        digits = self._fields["discount"].get_digits(self.env)[1]
        return any(not float_compare(float(discount), one, digits) for one in known)

    def _has_own_discount(self):
        """Return whether the discount is another one than the pricelist gave."""
        return to_decimal(self.discount) != to_decimal(self.subscription_list_discount)

    def _take_list_discount(self):
        """Give the discount of the pricelist with its price, unless another one was agreed."""
        offered = self._get_list_discount_of_today()
        if not self.discount or not self._has_own_discount():
            self.discount = offered
        self._as_system().subscription_list_discount = offered

    def _get_list_discount_of_today(self):
        """Return discount in percent that a new line like this one would show.

        :rtype: float
        """
        line = self.with_company(self.company_id)
        is_combo = line.combo_item_id or line.product_type == "combo"
        if is_combo or not line.pricelist_item_id._show_discount():
            return 0.0
        full, price = line._get_pricelist_price_before_discount(), line._get_pricelist_price()
        share = (full - price) / full * 100 if full else 0.0
        return share if share * full > 0 else 0.0
