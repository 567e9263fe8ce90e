from math import isfinite

from odoo.http import request, route
from odoo.tools import SQL, float_round

from odoo.addons.website_sale.controllers.main import WebsiteSale

from ..addon import CustomerChange
from ..models.checkout_text import CheckoutText
from ..models.own_contracts import OwnContracts
from ..models.shop_agreement import ShopAgreement
from ..models.shop_cart import ShopCart
from ..models.shop_offer import ShopOffer


class SubscriptionCheckout(WebsiteSale):
    """From the page of a product to the contract."""

    def _get_search_order(self, post):
        """Sort by what the shop shows."""
        return super()._get_search_order(post).replace("list_price", "shop_price")

    def _get_additional_shop_values(self, values, **kwargs):
        """Let the price filter reach from the lowest to the highest price that is shown.

        Core bounds what was asked for by sales prices, in the filter and on the links to other
        pages; both say here what was asked for.
        """
        found = super()._get_additional_shop_values(values, **kwargs)
        if "available_max_price" not in values:
            return found
        least, most = self._get_shop_price_bounds(values)
        low = self._get_price_bound("min_price")
        high = self._get_price_bound("max_price")
        asked = {name: price for name, price in (("min_price", low), ("max_price", high)) if price}
        pager = request.website.pager(
            url=self._get_shop_path(values["category"]),
            total=values["search_count"],
            page=values["pager"]["page"]["num"],
            step=values["ppg"],
            scope=5,
            url_args={**kwargs, **asked},
        )
        return {
            **found,
            "pager": pager,
            "available_min_price": least,
            "available_max_price": most,
            "min_price": low if least <= low <= most else least,
            "max_price": high if least <= high <= most else most,
        }

    def _get_shop_price_bounds(self, values):
        """Return the lowest and the highest price of the products, whatever price is asked for.

        :param dict values: of the page of the shop
        :rtype: tuple
        """
        company, website = request.website.company_id, request.website
        # sudo: visitors may not read the currency of a company
        rate = request.env["res.currency"]._get_conversion_rate(
            company.sudo().currency_id, website.currency_id, company, company._subscription_today()
        )
        products = request.env["product.template"]
        domain = self._get_shop_domain(
            values["search"], values["category"], values["attrib_values"]
        )
        query = products._search(domain)
        price = products._get_shop_price_sql(products._table)
        ((least, most),) = request.env.execute_query(
            query.select(SQL("MIN(%s)", price), SQL("MAX(%s)", price))
        )
        return tuple(float_round((price or 0.0) * rate, 2) for price in (least, most))

    def _get_price_bound(self, name):
        """Return an end of the price filter as it was asked for, 0 for none."""
        try:
            price = float(request.params.get(name) or 0.0)
        except (TypeError, ValueError):
            return 0.0
        return price if isfinite(price) else 0.0

    def _prepare_product_values(self, product, category, **kwargs):
        """Tell the terms of products that are billed again and again."""
        request.shop_kept_offers = {}
        try:
            values = super()._prepare_product_values(product, category, **kwargs)
            if product.is_recurring:
                terms = ShopAgreement(ShopOffer(product).get_terms(), request.website, product)
                values["shop_agreement"] = terms.get_sentences()
        finally:
            request.shop_kept_offers = None
        return values

    def _get_shop_payment_values(self, order, **kwargs):
        """Ask for a method to save where a contract costs nothing yet; tell what becomes of it."""
        values = super()._get_shop_payment_values(order, **kwargs)
        if not order.is_subscription:
            return values
        last_tx = order.get_portal_last_transaction()
        values.update(
            shop_contracts=OwnContracts(order, request.env.user).get(),
            shop_sentences=CheckoutText(order).get_sentences(),
            shop_declined=last_tx.state in ("cancel", "error") and last_tx,
            tokens_sudo=self._get_shop_methods(order, values["providers_sudo"]),
        )
        if order._needs_method_for_free():
            values.update(self._get_free_payment_values(order, values))
        return values

    def _get_shop_methods(self, order_sudo, providers_sudo):
        """Return sudoed saved methods that the visitor may pay a cart with."""
        methods_sudo = request.env["payment.token"]._get_for_document(order_sudo)
        return methods_sudo._filter_for_visitor(order_sudo).filtered(
            lambda method: method.provider_id in providers_sudo
        )

    def _get_free_payment_values(self, order_sudo, values):
        """Return what the form needs to save a method without a payment."""
        report = values.get("availability_report")
        providers_sudo = ShopCart(order_sudo).get_saving_providers(report)
        # sudo: visitors may not read methods
        methods_sudo = (
            request.env["payment.method"]
            .sudo()
            ._get_compatible_payment_methods(
                providers_sudo.ids,
                order_sudo.partner_invoice_id.id,
                force_tokenization=True,
                report=report,
            )
        )
        path = f"/shop/payment/method/{order_sudo.id}"
        return {
            "mode": "validation",
            "shop_method_only": True,
            "providers_sudo": providers_sudo,
            "payment_methods_sudo": methods_sudo,
            "tokens_sudo": self._get_shop_methods(order_sudo, providers_sudo),
            "transaction_route": f"{path}/transaction",
            "assign_token_route": f"{path}/assign",
            "submit_button_label": request.env._("Start free"),
        }

    @route()
    def shop_payment_validate(self, sale_order_id=None, **post):
        """Lead back to the payment where it was declined, or where something is still missing."""
        page = self._get_unpaid_page() if sale_order_id is None else None
        if page:
            return request.redirect(page)
        return super().shop_payment_validate(sale_order_id=sale_order_id, **post)

    def _prepare_shop_payment_confirmation_values(self, order):
        """Offer the add-ons that the customer may add to the new contract now."""
        values = super()._prepare_shop_payment_confirmation_values(order)
        if not order.is_subscription or order.subscription_state == "draft":
            return values
        change = CustomerChange(order)
        entries = change.offer.get_entries() if change.can_change else []
        return {**values, "shop_addons": [entry for entry in entries if not entry.line]}

    def _get_unpaid_page(self):
        """Return where a visitor pays for what is no contract yet, None where nothing is due."""
        cart_sudo = request.cart
        if not cart_sudo:
            return self._get_rest_page()
        if not cart_sudo.is_subscription or cart_sudo.state != "draft":
            return None
        last_tx = cart_sudo.get_portal_last_transaction()
        is_declined = last_tx.state in ("cancel", "error")
        # A method was saved, but another tab has added something since.
        is_unpaid = cart_sudo.amount_total and not last_tx
        if is_declined or is_unpaid or cart_sudo._needs_method_for_free():
            return "/shop/payment"
        return None

    def _get_rest_page(self):
        """Return the page of an order that was a cart until a part of it was paid, None else."""
        order_id = request.session.get("sale_last_order_id")
        # sudo: the session remembers what this visitor has just paid for
        order_sudo = request.env["sale.order"].sudo().browse(order_id or []).exists()
        if order_sudo.is_subscription and order_sudo.amount_paid and order_sudo._has_to_be_paid():
            return order_sudo.get_portal_url()
        return None
