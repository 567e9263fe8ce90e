import logging
from datetime import timedelta
from typing import NamedTuple

from odoo import fields
from psycopg2 import OperationalError

from ..contract.sale_order_line_listed import SHOWN_DISCOUNTS

_logger = logging.getLogger(__name__)

# What was changed so shortly before a price was taken may have been stored after it.
MARGIN = timedelta(minutes=1)
MAX_ID = 2**31
LONG_AGO = fields.Datetime.to_datetime("1970-01-01")


def get_latest(records):
    """Return when one of some records was changed last, long ago for none.

    :rtype: datetime.datetime
    """
    # sudo: the check looks at what prices of every company are made of
    moments = (record.write_date for record in records.sudo() if record.write_date)
    return max(moments, default=LONG_AGO)


class Listed(NamedTuple):
    """What a line noted when its price was taken from the list."""

    pricelist: int | bool
    position: int | bool
    company: int
    discounts: bool
    day: str

    @classmethod
    def parse(cls, noted):
        """Return what was noted, for the moment before which it was read.

        :param noted: as `sale.order.line` has it; it may have come from a form
        :return: the note and that moment
        :rtype: tuple[Listed, datetime.datetime]
        :raise ValueError: something else was noted than a line does
        """
        if not isinstance(noted, dict) or not noted.keys() >= {*cls._fields, "at"}:
            raise ValueError(f"no note of a price: {noted!r}")
        values = {name: noted[name] for name in cls._fields}
        for name in ("pricelist", "position", "company"):
            is_id = type(values[name]) is int and 0 < values[name] < MAX_ID
            if not (is_id or (values[name] is False and name != "company")):
                raise ValueError(f"no id: {values[name]!r}")
        for moment in (noted["day"], noted["at"]):
            if not isinstance(moment, str) or not fields.Datetime.to_datetime(moment):
                raise ValueError(f"no moment: {moment!r}")
        try:
            return cls(**values), fields.Datetime.to_datetime(noted["at"]) - MARGIN
        except OverflowError as error:
            raise ValueError(str(error)) from error


class PriceList:
    """Reads the price list again for many lines; what is alike is read once."""

    def __init__(self, env):
        self.env = env
        self._discounts = env["res.groups"]._is_feature_enabled(SHOWN_DISCOUNTS)
        self._prices, self._latest = {}, {}

    def get_price(self, line, quantity):
        """Return what the list asked for a line, None where that can no longer be told.

        :param line: `sale.order.line` that noted when it was
        :param float quantity: with which the line began
        :rtype: float | None
        """
        try:
            listed, since = Listed.parse(line.subscription_listed)
            if not self._is_known(line, listed, since):
                return None
            attributes = tuple(line.product_no_variant_attribute_value_ids.ids)
            names = ("product_id", "product_uom_id", "recurrence_id")
            key = (*(line[name].id for name in names), attributes, quantity, listed)
            if key not in self._prices:
                self._prices[key] = line._get_listed_price(quantity)
            return self._prices[key]
        except OperationalError:
            raise
        except Exception:
            # Whatever a form or another addon noted must not hide what is wrong elsewhere.
            _logger.exception("price of order line %(id)s cannot be checked", {"id": line.id})
            return None

    def _is_known(self, line, listed, since):
        """Return whether the list still says what it said when the price was taken from it."""
        if (
            line._get_line_before()
            or line.combo_item_id
            or line.product_type == "combo"
            or listed.company != line.company_id.id
            or listed.discounts != self._discounts
        ):
            return False
        prices = line.product_id.sudo().product_tmpl_id.subscription_price_ids
        currencies = prices.currency_id | line.product_id.currency_id | line.company_id.currency_id
        key = listed.pricelist, listed.position, tuple(currencies.ids)
        if key not in self._latest:
            self._latest[key] = self._get_latest_change(*key)
        latest = self._latest[key]
        if latest is None:
            return False
        sources = line._get_price_sources()
        return max((latest, *map(get_latest, sources))) < since

    def _get_latest_change(self, pricelist_id, position_id, currency_ids):
        """Return when something was changed last that all customers of a pricelist share.

        :return: a moment, None where what was noted is gone
        :rtype: datetime.datetime | None
        """
        position = self.env["account.fiscal.position"].browse(position_id or ())
        pricelists = self.env["product.pricelist"].sudo().browse(pricelist_id or ())
        if position.exists() != position or pricelists.exists() != pricelists:
            return None
        rules = self.env["product.pricelist.item"].sudo()
        asked = pricelists
        while asked:
            added = rules.search([("pricelist_id", "in", asked.ids)])
            rules |= added
            asked = added.base_pricelist_id - pricelists
            pricelists |= asked
        currencies = pricelists.currency_id.browse(currency_ids) | pricelists.currency_id
        rates = self.env["res.currency.rate"].sudo()
        if len(currencies) > 1:
            domain = [("currency_id", "in", currencies.ids)]
            rates = rates.search(domain, order="write_date DESC", limit=1)
        return max(map(get_latest, (position, pricelists, rules, rates)))
