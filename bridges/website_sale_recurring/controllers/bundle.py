from odoo.http import Controller, request, route
from werkzeug.exceptions import BadRequest, NotFound

from ..models.shop_agreement import ShopAgreement
from ..models.shop_bundle import MAX_QUANTITY
from ..models.shop_cart import ShopCart

OPTION = "option-"


class ShopBundleController(Controller):
    """Bundles: quotation templates that are bought as one."""

    @route("/shop/bundles", type="http", auth="public", methods=["GET"], website=True)
    def shop_bundles(self, **kwargs):
        """Show all bundles of the shop."""
        self._check_shop()
        # sudo: visitors have no right to read quotation templates
        templates = request.env["sale.order.template"].sudo()
        found = templates.search([("is_sold_in_shop", "=", True)])
        bundles = [one for one in map(self._find_bundle, found) if one]
        return request.render("website_sale_recurring.bundles", {"bundles": bundles})

    @route(
        "/shop/bundle/<int:template_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def shop_bundle(self, template_id, refused=None, **kwargs):
        """Show one bundle with its parts, its options and its terms."""
        bundle, website = self._get_bundle(template_id), request.website
        terms = ShopAgreement(bundle.get_terms(), website, bundle=bundle.template)
        values = {
            "bundle": bundle.template,
            "parts": bundle.get_rows(bundle.get_parts(), website),
            "options": bundle.get_rows(bundle.get_options(), website),
            "cart": bundle.draft_cart(website, {}),
            "shop_agreement": terms.get_sentences(),
            "max_quantity": MAX_QUANTITY,
            "is_refused": bool(refused),
        }
        return request.render("website_sale_recurring.bundle", values)

    @route("/shop/bundle/<int:template_id>/totals", type="jsonrpc", auth="public", website=True)
    def shop_bundle_totals(self, template_id, options=None, **kwargs):
        """Return what a bundle with options asks for now and then, as its page shows it.

        :param dict options: quantity by id of an optional line, both as texts
        :rtype: str
        """
        bundle = self._get_bundle(template_id)
        if not isinstance(options, dict):
            raise BadRequest(request.env._("A quantity must be a whole number."))
        chosen = {self._get_number(key): self._get_number(one) for key, one in options.items()}
        return request.env["ir.ui.view"]._render_template(
            "website_sale_recurring.bundle_totals",
            {"cart": bundle.draft_cart(request.website, chosen)},
        )

    @route(
        "/shop/bundle/<int:template_id>/add",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def shop_bundle_add(self, template_id, **kwargs):
        """Put a bundle into the cart, beside goods but no other contract."""
        bundle = self._get_bundle(template_id)
        options = {
            self._get_number(name.removeprefix(OPTION)): self._get_number(value)
            for name, value in kwargs.items()
            if name.startswith(OPTION)
        }
        cart_sudo = request.cart or request.website._create_cart()
        if cart_sudo._get_recurring_lines():
            return request.redirect(f"/shop/bundle/{template_id}?refused=1")
        bundle.template._put_into_cart(cart_sudo, options)
        ShopCart(cart_sudo).refresh()
        request.session["website_sale_cart_quantity"] = cart_sudo.cart_quantity
        return request.redirect("/shop/cart")

    def _check_shop(self):
        if not request.website.has_ecommerce_access():
            raise NotFound

    def _get_bundle(self, template_id):
        """Return a bundle of the shop.

        :raise NotFound: nothing is sold there
        """
        self._check_shop()
        template = request.env["sale.order.template"].browse(template_id)
        bundle = self._find_bundle(template)
        if not bundle:
            raise NotFound
        return bundle

    def _find_bundle(self, template):
        return template._get_shop_bundle(request.website.company_id, request.website)

    def _get_number(self, text):
        """Return a whole number that was sent.

        :raise BadRequest: somebody made the request up
        """
        if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 9:
            raise BadRequest(request.env._("A quantity must be a whole number."))
        return int(text)
