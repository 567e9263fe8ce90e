"""Performs the events of the plot as the people of the company would, through the real flows."""

from datetime import timedelta

from odoo.fields import Command

from odoo.addons.sale_recurring.models.portal.customer_change import CustomerChange

from .catalog import Catalog

QUIET = {
    "mail_auto_subscribe_no_notify": True,
    "mail_create_nosubscribe": True,
    "tracking_disable": True,
}
ASK_WHY = "Ask why they leave, offer a pause"
LETTERS = {
    "price": "We have to save, and your price no longer fits our budget.",
    "unused": "We hardly use it any more. Please end our contract.",
    "missing": "We need single sign-on, which you do not offer yet.",
    "quality": "Three outages in one month are too many for us.",
    "competitor": "We have decided to move to another provider.",
    "need": "We close this office, so please end the contract.",
    "other": "Please end our contract. Thank you for the good time.",
}


class History:
    """The deals of a plot as orders, and what is done to them.

    :param env: Odoo environment of the system user
    :param Catalog catalog: products and recurrences
    :param dict terms: subscription templates by key
    :param dict quotations: quotation templates by name
    :param list customers: commercial partners
    """

    def __init__(self, env, catalog: Catalog, terms, quotations, customers):
        self.env = env
        self.catalog = catalog
        self.terms = terms
        self.quotations = quotations
        self.customers = customers
        self.orders = {}

    def perform(self, deal, event):
        """Do what an event says.

        :param Deal deal: the deal it happens to
        :param Event event: what happens
        """
        getattr(self, f"do_{event.action}")(deal, **event.details)

    def contract(self, deal):
        """Return the order of a deal as its salesperson sees it."""
        order = self.orders[deal.number]
        return order.with_user(order.user_id)

    # Quotation

    def do_quote(self, deal):
        """Write the quotation and, mostly, send it."""
        partner = self.customers[deal.customer]
        seller = partner.user_id
        Order = self.env["sale.order"].with_user(seller).with_context(**QUIET)
        values = {
            "partner_id": partner.id,
            "user_id": seller.id,
            "subscription_template_id": self.terms[deal.terms].id,
            "payment_term_id": self.terms[deal.terms].payment_term_id.id,
            "subscription_start_date": deal.start,
        }
        if deal.quotation_template:
            values["sale_order_template_id"] = self.quotations[deal.quotation_template].id
            order = Order.create(values)
            order._onchange_sale_order_template_id()
        else:
            order = Order.create({**values, "order_line": self._prepare_lines(deal)})
        self.orders[deal.number] = order = order.with_env(self.env)
        if deal.sent:
            order.with_user(seller).action_quotation_sent()

    def _prepare_lines(self, deal):
        return [
            Command.create(
                {
                    "product_id": self.catalog.products[product].id,
                    "product_uom_qty": quantity,
                    "recurrence_id": self.catalog.recurrence(recurrence).id,
                    **({"discount": deal.discount} if deal.discount and recurrence else {}),
                    **(self._prepare_beginning(deal) if recurrence else {}),
                }
            )
            for product, quantity, recurrence in deal.lines
        ]

    def _prepare_beginning(self, deal):
        """Return how the lines of a deal begin: cheaper, or smaller than they become."""
        values = {}
        if deal.intro:
            values["intro_discount"], values["intro_period_count"] = deal.intro
        if deal.ramp:
            values["ramp_step_ids"] = [
                Command.create({"period": period, "quantity": quantity})
                for period, quantity in deal.ramp
            ]
        return values

    def do_lose(self, deal):
        """Give a quotation up."""
        self.contract(deal)._action_cancel()

    def do_confirm(self, deal):
        """Turn the quotation into a contract."""
        order = self.contract(deal)
        if deal.terms == "card":
            order.subscription_payment_token_id = self._create_token(order, deal.card)
        order.action_confirm()

    def _create_token(self, order, card):
        """Save a card of the customer, as the payment form does.

        :param str card: what the bank says to its charges
        """
        provider = self.env.ref("payment.payment_provider_demo")
        return self.env["payment.token"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": provider.payment_method_ids[:1].id,
                "partner_id": order.partner_id.id,
                "payment_details": f"Demo card {4000 + order.id * 37 % 5999}",
                "provider_ref": f"demo-{card}-{order.id}",
                "demo_simulated_state": "done" if card == "hangs" else card,
            }
        )

    # Changes

    def _is_running(self, deal):
        return self.orders[deal.number].subscription_state == "active"

    def _get_line(self, deal, product):
        """Return the running line of a product."""
        lines = self.contract(deal).order_line
        return lines.filtered(
            lambda line: line.product_id == self.catalog.products[product] and line.recurrence_id
        )[:1]

    def do_quantity(self, deal, product, change):
        """Add or take away seats."""
        line = self._get_line(deal, product)
        if not line or not self._is_running(deal):
            return
        if change > 2:
            text = f"Please add {change} more: {line.product_id.name}. We have new colleagues."
            self._receive(line.order_id, text)
        line.product_uom_qty = max(1, line.product_uom_qty + change)

    def do_plan(self, deal, product, change, start):
        """Agree on more for a day to come."""
        line = self._get_line(deal, product)
        if line and self._is_running(deal) and self._is_free(line, start):
            line.order_id._subscription_change_line(
                line, start, quantity=line.product_uom_qty + change
            )

    def do_customer_change(self, deal, product, change):
        """Change a quantity as the customer does online, after a look at what it costs."""
        line = self._get_line(deal, product)
        if not line or not self._is_running(deal):
            return
        page = CustomerChange(line.order_id)
        quantity = line.product_uom_qty + change
        choice = page.offer.get_choice({f"quantity-line-{line.id}": f"{quantity:g}"})
        preview = page.preview(choice)
        if not preview["error"]:
            page.confirm(choice, preview["shown"])

    def do_discount(self, deal, percent):
        """Keep a customer with a discount on everything that recurs, from the next period on."""
        for line, day in self._get_next_periods(deal):
            if percent > line.discount:
                line.order_id._subscription_change_line(line, day, discount=percent)

    def do_price(self, deal, percent):
        """Raise all recurring prices of a contract, from the next period on."""
        for line, day in self._get_next_periods(deal):
            price = round(line.price_unit * (1 + percent / 100), 1)
            line.order_id._subscription_change_line(line, day, price_unit=price)

    def _get_next_periods(self, deal):
        """Return the recurring lines of an active contract with their first unbilled day."""
        if not self._is_running(deal):
            return []
        lines = self.contract(deal).order_line.filtered(
            lambda line: line.recurrence_id and line.product_uom_qty
        )
        today = lines.order_id._subscription_today()
        days = [(line, max(today, line.billed_until_date or today)) for line in lines]
        return [(line, day) for line, day in days if self._is_free(line, day)]

    def _is_free(self, line, day):
        """Tell whether nothing is planned for a line on a day: a second change is refused."""
        planned = line.order_id.subscription_planned_ids.filtered(lambda step: step.line_id == line)
        return day not in planned.mapped("planned_date")

    def do_add(self, deal, product, quantity):
        """Sell something more on a running contract."""
        order = self.contract(deal)
        known = self.catalog.products[product] in order.order_line.product_id
        recurrence = order.order_line.recurrence_id[:1]
        if known or not self._is_running(deal) or not recurrence:
            return
        order.order_line = [
            Command.create(
                {
                    "product_id": self.catalog.products[product].id,
                    "product_uom_qty": quantity,
                    "recurrence_id": recurrence.id,
                }
            )
        ]

    def do_hours(self, deal, hours):
        """Report hours of support."""
        line = self._get_line(deal, "hours")
        if line:
            line.qty_delivered += hours

    # Pause and end

    def do_pause(self, deal, until, reason):
        """Interrupt a contract."""
        if self._is_running(deal):
            order = self.contract(deal)
            order._subscription_pause(order._subscription_today(), until=until, reason=reason)

    def do_resume(self, deal):
        """Go on with a contract whose pause was open."""
        order = self.contract(deal)
        if order.subscription_state == "paused":
            order._subscription_resume(order._subscription_today())

    def do_close(self, deal, reason, end):
        """End a contract, today or on a day to come."""
        order = self.contract(deal)
        if order.subscription_state not in ("active", "paused"):
            return
        if reason in LETTERS:
            self._receive(order, LETTERS[reason])
        order._subscription_close(end, self.env.ref(f"sale_recurring.close_reason_{reason}"))
        if end > order._subscription_today():
            order.activity_schedule(
                "mail.mail_activity_data_call",
                summary=ASK_WHY,
                date_deadline=order._subscription_today() + timedelta(days=3),
                user_id=order.user_id.id,
            )

    def _receive(self, order, text):
        """File a mail of the customer on the contract."""
        order.message_post(
            body=text,
            author_id=(order.partner_id.child_ids[:1] or order.partner_id).id,
            message_type="email",
            subtype_xmlid="mail.mt_note",
        )
