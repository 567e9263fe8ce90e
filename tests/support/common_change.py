from .common_portal import PortalCase


class ChangeCase(PortalCase):
    """A billed contract of three seats on 10 February 2027, which its customer may change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.free = {
            "customer_control": "upgrade_downgrade",
            "customers_may_switch": True,
        }
        cls.backup = cls._create_product("Backup", 5.0)

    def prepare_once(self):
        super().prepare_once()
        self.template.write(self.free)
        self.addon = self.add_addon(self.template, self.backup)
        self.order = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(self.order))
        self.travel("2027-02-10")

    @classmethod
    def add_price(cls, product, recurrence, price):
        """Let a product cost something for a recurrence, as a switch of a customer needs it."""
        return cls.env["subscription.price"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "recurrence_id": recurrence.id,
                "price": price,
            }
        )

    def add_addon(self, template, product, **values):
        return self.env["subscription.template.addon"].create(
            {"template_id": template.id, "product_id": product.id, **values}
        )

    def get_names(self, order):
        """Return names of the form fields for the first line and the first add-on."""
        addon = order._get_subscription_template().addon_ids[:1]
        return f"quantity-line-{order.order_line[:1].id}", f"quantity-addon-{addon.id}"

    def open_change(self, order=None, quantity=None, addon=None, **params):
        """Return the page on which a change was chosen."""
        order = order or self.order
        names = self.get_names(order)
        values = dict(zip(names, (quantity, addon), strict=True))
        params.update({name: value for name, value in values.items() if value is not None})
        return self.open(
            f"/my/orders/{order.id}/change",
            access_token=order._portal_ensure_token(),
            see=1,
            **params,
        )

    def change(self, **values):
        """Choose a change and confirm what is shown; return page of the preview and of the end."""
        page = self.open_change(**values)
        return page, self.submit(page)

    def get_amendments(self, order=None):
        return (order or self.order).subscription_amendment_ids
