from odoo.exceptions import UserError
from odoo.fields import Command

from ..addon import SetupFee
from .shop_addons import ShopAddons
from .shop_offer import ShopOffer

# What the page of a cart asks of terms, which have many more columns.
CART_COLUMNS = ("trial_count", "trial_unit", "payment_mode")


class ShopCart:
    """What a cart with recurring products needs: the same terms for all, the set-up fee, today.

    :param order: one sudoed `sale.order` of a website
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env
        self._held = None

    def _is_held(self):
        """Return whether a signature or a payment keeps the cart as it is; looked up once.

        A signature is a file, which no page looks for where nobody has signed.
        """
        if self._held is None:
            is_begun = self.order.signed_on or self.order.transaction_ids
            self._held = bool(is_begun) and self.order._is_quote_held()
        return self._held

    def get_refusal(self, product, recurrence):
        """Return why a product cannot join this cart in that way, in one sentence, or False."""
        if self._is_setup_product(product):
            return self.env._(
                "%(product)s belongs to the contract in your cart and is not sold apart from it.",
                product=product.name,
            )
        if not recurrence or not self.order._get_recurring_lines():
            return False
        terms = self.order._get_subscription_template().sudo()
        wanted = ShopOffer(product, company=self.order.company_id).get_terms()
        if wanted == terms or ShopAddons(terms, self.order).has(product, recurrence):
            return False
        return self.env._(
            "%(product)s is sold on other terms than what is in your cart. Order that first, then "
            "come back for it.",
            product=product.name,
        )

    def check_uom(self, product, uom_id):
        """Refuse a unit of a request that a recurring product is not sold in.

        Core takes any: an hour would be sold for the price of a minute.

        :raise UserError: the page offers no such unit
        """
        if not uom_id or not product.is_recurring:
            return
        if uom_id not in (product.uom_id | product.uom_ids).ids:
            raise UserError(
                self.env._(
                    "%(product)s is not sold in this unit. Reload the page to see what is offered.",
                    product=product.name,
                )
            )

    def get_quantity(self, product, recurrence_id):
        """Return how much of a product is billed so already: a price may ask for a number.

        :param recurrence_id: id of a recurrence, 0 or False for *once*, None for the default
        """
        lines = self.order.order_line.filtered(
            lambda line: (
                line.product_id == product and (line.recurrence_id.id or 0) == recurrence_id
            )
        )
        return sum(lines.mapped("product_uom_qty"))

    def get_few_text(self, line, quantity):
        """Return why a line of this cart cannot have less, in one sentence, or False."""
        if not line.recurrence_id or line._has_fixed_recurrence():
            return False
        return not line._is_offered_in_shop(quantity) and self.env._(
            "%(product)s is not offered as %(recurrence)s in this quantity. Choose how often you "
            "pay first.",
            product=line.product_id.name,
            recurrence=line.recurrence_id.name,
        )

    def check_joins(self, line, recurrence):
        """Refuse to bill a line for a period where its terms are not those of the other lines.

        :raise UserError: they are not; what the cart was stays
        """
        product, others = line.product_id, self.order._get_recurring_lines() - line
        if not recurrence:
            return
        if not others:
            self.take_template(product, is_only=True)
        elif refusal := self.get_refusal(product, recurrence):
            raise UserError(refusal)

    def _is_setup_product(self, product):
        return product in self.order.order_line.filtered("is_setup_fee").product_id

    def get_fixed_text(self, line):
        """Return why a line of this cart cannot be changed alone, in one sentence, or False."""
        product = line.product_id.name
        if line.is_setup_fee:
            return self.env._("%(product)s belongs to the contract in your cart.", product=product)
        return line.shop_bundle_id and self.env._(
            "%(product)s belongs to a bundle. Remove the bundle to leave it out.", product=product
        )

    def take_template(self, product, is_only=False):
        """Let the cart have the terms of its first recurring product.

        :param bool is_only: nothing else in the cart is billed again and again
        """
        if self.order._get_recurring_lines() and not is_only:
            return
        terms = ShopOffer(product, company=self.order.company_id).get_terms()
        if self.order.subscription_template_id != terms:
            self.order.subscription_template_id = terms

    def refresh(self):
        """Bring terms, set-up fee and amount due now in line with what is in the cart."""
        order = self.order
        if order.state != "draft":
            return
        if order.sale_order_template_id.is_sold_in_shop and not order.order_line.shop_bundle_id:
            order.sale_order_template_id = False
        self.update_template()
        self.update_intros()
        if self.update_recurrences():
            order._recompute_prices()
        if not order._get_recurring_lines() and order.subscription_template_id:
            order.subscription_template_id = False
        self.restore_setup_fee()
        self.env.add_to_compute(order._fields["shop_period_totals"], order)
        order._subscription_refresh_quote()

    def refresh_of_day(self):
        """Bring a cart up to date whose amount is of another day; each change does it as well."""
        order = self.order
        is_of_today = order.subscription_quote_date == order._subscription_today()
        is_old = order._get_recurring_lines() and not is_of_today
        if order.subscription_quote_frozen or is_old or self._is_stale():
            self.refresh()

    def _is_stale(self):
        """Return whether something in this cart is not sold any more as it was put there."""
        return not self._is_held() and bool(
            self._get_unsold_lines()
            or self._get_stale_intros()
            or self._get_stale_templates()
            or self._get_stale_trial()
        )

    def drop_bundle(self):
        """Take the bundle out: a part is not sold any more, and it is sold whole or not at all."""
        lines = self.order.order_line.filtered("shop_bundle_id")
        self._warn(
            self.env._("%(bundle)s is not sold any more.", bundle=lines.shop_bundle_id[:1].name)
        )
        lines.unlink()
        self.refresh()

    def update_template(self):
        """Take terms of today where nothing in the cart is sold any more on those that it has."""
        if terms := self._get_stale_templates():
            self.order.subscription_template_id = terms[0]
        if trial := self._get_stale_trial():
            self.order.write(trial)

    def _get_stale_templates(self):
        """Return the terms on which recurring lines are sold, empty where the cart has theirs.

        :rtype: list
        """
        order = self.order
        if self._is_held():
            return []
        terms = [
            line._get_shop_offer().get_terms()
            for line in order._get_recurring_lines()
            if not line._has_fixed_recurrence()
        ]
        own = order.subscription_template_id.sudo()  # sudo: visitors have no right to read terms
        return [] if own in terms else terms

    def _get_stale_trial(self):
        """Return values of the trial of the terms, empty where the cart has it.

        :rtype: dict
        """
        order = self.order
        if not order._get_recurring_lines() or self._is_held():
            return {}
        terms = order._get_subscription_template().sudo()  # sudo: as in _get_stale_templates
        terms.fetch(CART_COLUMNS)
        trial = {
            "subscription_trial_count": terms.trial_count,
            "subscription_trial_unit": terms.trial_unit or "day",
        }
        return trial if any(order[name] != value for name, value in trial.items()) else {}

    def _warn(self, text):
        """Tell the customer something at the top of the cart."""
        self.order.shop_warning = "\n".join(filter(None, (self.order.shop_warning, text)))

    def update_recurrences(self):
        """Bill what is not sold any more for its period by the first one that it is sold for.

        :return: whether a line has another recurrence now; it must be priced anew
        :rtype: bool
        """
        lines = self._get_unsold_lines()
        for line in lines:
            self._warn(self._change_recurrence(line, line._get_shop_offer().get_choices()[0]))
        return bool(lines)

    def _change_recurrence(self, line, after):
        """Bill a line as it is sold, or take it out where its terms are not those of the others.

        :param after: `subscription.recurrence`, empty for *once*
        :return: what the customer is told
        :rtype: str
        """
        before, product = line.recurrence_id, line.product_id
        if after and not before:
            if refusal := self.get_refusal(product, after):
                line.unlink()
                return refusal
            self.take_template(product)
        line.write(
            {
                "recurrence_id": False,
                "intro_discount": 0.0,
                "intro_period_count": 0,
                **self.order._prepare_recurrence_values(product, after.id),
            }
        )
        return self.env._(
            "%(product)s is not offered as %(before)s any more and was changed to %(after)s.",
            product=product.name,
            before=before.name or self.env._("Once"),
            after=after.name or self.env._("Once"),
        )

    def update_intros(self):
        """Give the intro discounts of today: prices are those of today, too."""
        for line, values in self._get_stale_intros().items():
            line.write(values)

    def _get_stale_intros(self):
        """Return values by line whose intro discount is not that of its product any more."""
        order, found = self.order, {}
        if self._is_held():
            return found
        for line in order._get_recurring_lines():
            if line._has_fixed_recurrence():
                continue
            values = order._prepare_recurrence_values(line.product_id, line.recurrence_id.id)
            if any(line[name] != value for name, value in values.items() if "intro" in name):
                found[line] = values
        return found

    def _get_unsold_lines(self):
        """Return lines of a cart that this customer is not offered any more as they are billed."""
        order = self.order
        if self._is_held():
            return order.order_line.browse()
        return order._get_priced_lines().filtered(
            lambda line: (
                (line.recurrence_id or line.product_id.is_recurring)
                and not line._has_fixed_recurrence()
                and not line._is_offered_in_shop()
            )
        )

    def restore_setup_fee(self):
        """Ask the set-up fee of the terms exactly once, whatever was taken out of the cart."""
        order = self.order
        lines = order.order_line.filtered("is_setup_fee")
        product, price = SetupFee(order).get()
        if not product:
            SetupFee(order).drop(lines)
            if order.subscription_setup_offered:
                order.subscription_setup_offered = False
            return
        if len(lines) != 1 or lines.product_id != product:
            SetupFee(order).drop(lines)
            values = SetupFee(order).prepare_line(product, price)
            order.order_line = [Command.create(values)]
            order.subscription_setup_offered = True
            return
        values = {"product_uom_qty": 1.0, "price_unit": price or lines.price_unit}
        changed = {name: value for name, value in values.items() if lines[name] != value}
        if changed:
            lines.write(changed)

    def get_saving_providers(self, report=None):
        """Return sudoed providers that can save the method of a cart that costs nothing yet.

        :param dict report: takes why others cannot
        """
        # sudo: visitors may not read providers
        providers_sudo = self.env["payment.provider"].sudo()
        return providers_sudo._get_compatible_providers(
            self.order.company_id.id,
            self.order.partner_invoice_id.id,
            0.0,
            force_tokenization=True,
            is_validation=True,
            report=report,
        )
