from odoo.http import request

from ..addon import get_number_text
from .shop_offer import SHOWN_COLUMNS


def get_intro_text(record):
    """Return how much cheaper the first periods of what a record stands for are, empty for none.

    :param record: one record with an intro discount, as a product or a line has it
    """
    if not record.intro_discount or record.intro_period_count <= 0:
        return ""
    percent = get_number_text(record.intro_discount)
    if record.intro_period_count == 1:
        return record.env._("%(percent)s %% off the first period.", percent=percent)
    return record.env._(
        "%(percent)s %% off the first %(count)s periods.",
        percent=percent,
        count=record.intro_period_count,
    )


class ShopAgreement:
    """What a visitor agrees to by buying a product that is billed again and again, in plain words.

    :param terms: sudoed `subscription.template`, empty for none
    :param website: `website` whose currency and taxes count
    :param product: `product.template` with an intro discount of its own, None for a bundle
    :param bundle: sudoed `sale.order.template`, whose set-up fee goes before that of the terms
    """

    def __init__(self, terms, website, product=None, bundle=None):
        terms.fetch(SHOWN_COLUMNS)
        self.terms = terms
        self.env = terms.env
        self.website = website
        self.product = product
        self.fee = bundle if bundle and bundle.setup_product_id else terms

    def get_sentences(self):
        """Return trial, set-up fee, intro discount, commitment and cancellation; nothing empty.

        :rtype: list[str]
        """
        if not self.terms:
            return []
        sentences = (
            self.get_trial(),
            self.get_setup_fee(),
            self.get_intro(),
            self.get_payment(),
            self.get_term(),
            self.get_commitment(),
            self.get_cancellation(),
        )
        return [sentence for sentence in sentences if sentence]

    def _get_length(self, unit, count):
        return self.env["subscription.recurrence"]._get_length_text(unit, count)

    def get_trial(self):
        """Return how long it is free at first."""
        if not self.terms.trial_count:
            return ""
        length = self._get_length(self.terms.trial_unit, self.terms.trial_count)
        return self.env._("Free for %(length)s, then billed by itself.", length=length)

    def get_setup_fee(self):
        """Return what a new contract costs once."""
        product = self.fee.setup_product_id
        if not product:
            return ""
        return self.env._(
            "%(fee)s: %(price)s, once.", fee=product.name, price=self._get_setup_price(product)
        )

    def _get_setup_price(self, product):
        website, company = self.website, self.website.company_id
        currency = website.currency_id
        if self.fee.setup_price:
            price = company.currency_id._convert(self.fee.setup_price, currency, company)
        else:
            price = request.pricelist._get_product_price(product, 1.0, currency=currency)
        own, position = product.taxes_id._filter_taxes_by_company(company), request.fiscal_position
        # As on the order, taxes in the price that the customer does not pay are taken out.
        price = product._get_tax_included_unit_price_from_price(
            price, product_taxes=own, fiscal_position=position
        )
        taxes = position.map_tax(own)
        shows_net = website.show_line_subtotals_tax_selection == "tax_excluded"
        total = "total_excluded" if shows_net else "total_included"
        return currency.format(taxes.compute_all(price, currency, 1, product)[total])

    def get_intro(self):
        """Return how much cheaper the first periods are."""
        return get_intro_text(self.product) if self.product else ""

    def get_payment(self):
        """Return how each period is paid."""
        return {
            "charge": self.env._("Your payment method is saved and charged for each period."),
            "after_payment": self.env._("You are asked to pay before each period."),
        }.get(self.terms.payment_mode, self.env._("You get an invoice for each period."))

    def get_term(self):
        """Return what happens at the end of a term."""
        if not self.terms.term_count:
            return ""
        length = self._get_length(self.terms.term_unit, self.terms.term_count)
        return {
            "renew": self.env._("Runs for %(length)s, then as long again.", length=length),
            "end": self.env._("Runs for %(length)s, then ends by itself.", length=length),
            "quote": self.env._("Runs for %(length)s, then we ask you again.", length=length),
        }.get(self.terms.end_action, "")

    def get_commitment(self):
        """Return how long a customer is bound at least."""
        if not self.terms.commitment_count:
            return ""
        length = self._get_length(self.terms.commitment_unit, self.terms.commitment_count)
        return self.env._("Minimum commitment: %(length)s.", length=length)

    def get_cancellation(self):
        """Return how and when the customer may cancel."""
        terms = self.terms
        if terms.notice_count:
            length = self._get_length(terms.notice_unit, terms.notice_count)
            texts = {
                "day": self.env._("Cancel with %(length)s notice, to any day.", length=length),
                "period": self.env._(
                    "Cancel with %(length)s notice, to the end of a billed period.", length=length
                ),
                "term": self.env._(
                    "Cancel with %(length)s notice, to the end of the term.", length=length
                ),
            }
        elif not terms.customers_may_close:
            texts = {}
        else:
            texts = {
                "day": self.env._("Cancel online at any time."),
                "period": self.env._("Cancel online, to the end of a billed period."),
                "term": self.env._("Cancel online, to the end of the term."),
            }
        return texts.get(terms.close_boundary, "")
