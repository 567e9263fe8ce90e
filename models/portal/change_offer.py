from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property

from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.change import agreed_values
from ...tools import get_number_text
from .change_entry import MAX_QUANTITY, PREFIX, Entry
from .customer_control import CustomerControl

PLAN = "plan="


@dataclass(frozen=True)
class Choice:
    """What a customer asked for: quantities that differ, by key of their entry, and a plan.

    A plan is a pair of template and recurrence, each None where the present one stays.
    """

    quantities: dict = field(default_factory=dict)
    plan: tuple = ()

    @property
    def template(self):
        """Other terms to switch to, None to keep them."""
        return self.plan[0] if self.plan else None

    @property
    def recurrence(self):
        """Recurrence to switch to, None to keep those of the lines."""
        return self.plan[1] if self.plan else None

    @property
    def key(self):
        """Text by which the same choice is known again."""
        parts = [f"{key}={quantity.normalize():f}" for key, quantity in self.quantities.items()]
        if self.plan:
            template = self.template.id if self.template else ""
            recurrence = self.recurrence.id if self.recurrence else ""
            parts.append(f"{PLAN}{template}-{recurrence}")
        return ";".join(sorted(parts))


class ChangeOffer:
    """What of a contract its customer may choose, and reading what was chosen.

    :param order: a confirmed contract, one sudoed `sale.order` in the environment of the visitor
    """

    def __init__(self, order):
        self.order = order
        self.env = order.env
        self.control = CustomerControl(order)
        self.template = self.control.template
        self.today = order._subscription_today()

    @cached_property
    def addons(self):
        """Add-ons of the template that are sold."""
        return self.template.addon_ids.filtered(
            lambda addon: addon.product_id.active and addon.product_id.sale_ok
        )

    # ------------------------------------------------------------------
    # Quantities
    # ------------------------------------------------------------------

    def get_entries(self):
        """Return everything whose quantity may be chosen, the contract's own lines first.

        :rtype: list[Entry]
        """
        entries, taken = [], self.env["subscription.template.addon"]
        for line in self.order._get_recurring_lines():
            values = agreed_values(line._get_engine_segments(), self.today)
            if not values or not line._is_changed_by_customer():
                continue
            addon = (self.addons - taken).filtered(
                lambda addon, line=line: addon.product_id == line.product_id
            )
            taken |= addon
            if addon or self.control.may_change_quantity:
                entries.append(self._get_entry(line, addon, values["quantity"]))
        entries.sort(key=lambda entry: entry.is_optional)
        left = (self.addons - taken).filtered(self.get_recurrence_of)
        entries += [self._get_new_entry(addon) for addon in left]
        return entries

    def _get_entry(self, line, addon, quantity):
        return Entry(
            key=f"line-{line.id}",
            product=line.product_id,
            line=line,
            addon=addon,
            quantity=quantity.normalize(),
            price_text=self._get_price_text(line.price_unit, line.recurrence_id),
            committed=self._get_committed(line),
            **self._get_limits(addon),
        )

    def _get_committed(self, line):
        """Return below which quantity the minimum commitment lets no customer go.

        It is the smallest one since the contract began: what was added online may be taken off
        again, and what staff took off is not asked for any more.

        :rtype: decimal.Decimal
        """
        start, end = self.order.subscription_start_date, self.order.subscription_commitment_end_date
        if not end or end <= self.today:
            return Decimal(0)
        chain = line
        while chain[-1].subscription_replaced_line_id.order_id == self.order:
            chain += chain[-1].subscription_replaced_line_id
        parts = [part for one in chain for part in one._get_engine_segments()]
        past = [part for part in parts if part.start <= self.today]
        if not past or min(part.start for part in past) > start:
            return Decimal(0)
        return min(part.quantity for part in past).normalize()

    def _get_new_entry(self, addon):
        product, recurrence = addon.product_id, self.get_recurrence_of(addon)
        price = self.order.pricelist_id._get_product_price(
            product,
            addon.minimum,
            currency=self.order.currency_id,
            date=self.today,
            recurrence=recurrence,
        )
        return Entry(
            key=f"addon-{addon.id}",
            product=product,
            line=self.env["sale.order.line"],
            addon=addon,
            quantity=Decimal(0),
            price_text=self._get_price_text(price, recurrence),
            **self._get_limits(addon),
        )

    def _get_price_text(self, price, recurrence):
        return self.env._(
            "%(price)s each %(per_period)s",
            price=self.order.currency_id._format_unit_price(price),
            per_period=recurrence._get_per_text(),
        )

    @staticmethod
    def _get_limits(addon):
        """Return the limits of an add-on, or of what the contract was made for."""
        if not addon:
            one = Decimal(1)
            return {"minimum": one, "maximum": Decimal(MAX_QUANTITY), "increment": one}
        return {
            "minimum": Decimal(str(addon.minimum)),
            "maximum": Decimal(str(addon.maximum or MAX_QUANTITY)),
            "increment": Decimal(str(addon.increment)),
        }

    def get_recurrence_of(self, addon, chosen=None):
        """Return how often an add-on is billed, nothing where it has no price that fits.

        A product without any recurring price costs its sales price each period. One that has a
        price for a month is never sold at its sales price for a year.

        :param chosen: recurrence that the customer chose for the contract, if any
        """
        product = addon.product_id

        def is_priced(recurrence):
            """Return whether the smallest quantity has a price."""
            return self._has_price(product, recurrence, addon.minimum)

        lines = self.order._get_recurring_lines()
        served = lines.filtered(lambda line: not line._has_ended(self.today)) or lines
        usual = served[:1].recurrence_id or self.template.recurrence_id
        if chosen and is_priced(chosen):
            usual = chosen
        wanted = addon.recurrence_id or usual
        prices = product.subscription_price_ids.filtered(
            lambda price: price.product_id in (product, product.browse())
        )
        if not prices or is_priced(wanted):
            return wanted
        others = addon.recurrence_id or self.template._get_offered_recurrences()
        return others.filtered(is_priced)[:1]

    # ------------------------------------------------------------------
    # Template and recurrence
    # ------------------------------------------------------------------

    @property
    def recurrences(self):
        """How often what is in service today is billed."""
        lines = self.order._get_recurring_lines()
        return lines.filtered(lambda line: not line._has_ended(self.today)).recurrence_id

    def get_plans(self):
        """Return pairs of template and recurrence that the customer may switch to, by key.

        :rtype: dict
        """
        if not self.control.may_switch:
            return {}
        others = self.template.switch_template_ids.filtered(
            lambda other: other.active and other._is_for_company(self.order.company_id)
        )
        return {
            f"{template.id}-{recurrence.id}": (template, recurrence)
            for template in self.template | others
            for recurrence in template._get_offered_recurrences()
            if template != self.template or recurrence != self.recurrences
            if self._has_prices(recurrence)
        }

    def _has_prices(self, recurrence):
        """Return whether everything that a switch bills in another rhythm has a price for that.

        Else a year would cost the sales price, which may be meant for a month: staff are warned.
        """
        switched = self.order._get_recurring_lines().filtered(
            lambda line: (
                line.product_id
                and not line.combo_item_id
                and not line._has_ended(self.today)
                and not line.recurrence_id._is_same_length(recurrence)
            )
        )
        return all(self._has_price(product, recurrence) for product in switched.product_id)

    def _has_price(self, product, recurrence, quantity=1.0):
        """Return whether the list has a price of a product for a recurrence, for this customer."""
        return bool(
            self.env["subscription.price"]._find(
                product,
                recurrence,
                pricelist=self.order.pricelist_id,
                quantity=quantity,
                date=self.today,
                company=self.order.company_id,
            )
        )

    def get_plan_text(self, plan):
        """Return name of a pair of :meth:`get_plans`."""
        template, recurrence = plan
        if not self.template.switch_template_ids:
            return recurrence.name
        return self._join(template.name, recurrence.name)

    def _join(self, template, recurrence):
        return self.env._("%(template)s, %(recurrence)s", template=template, recurrence=recurrence)

    @property
    def current_plan_text(self):
        """Name of what holds now."""
        names = ", ".join(self.recurrences.mapped("name"))
        if not self.template.switch_template_ids:
            return names
        return self._join(self.template.name, names)

    def get_planned_texts(self):
        """Return what changes by itself on a day to come, which a change of today leaves alone.

        :rtype: list[str]
        """
        return [
            self.env._(
                "%(day)s: %(product)s. %(change)s",
                day=format_date(self.env, segment.planned_date),
                product=segment.product_id.display_name,
                change=segment.change_text,
            )
            for segment in self.order.subscription_planned_ids
        ]

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def get_choice(self, values):
        """Return what a form sent, as far as it differs from what holds.

        :param dict values: texts by name of the form field; names of others are left alone
        :rtype: Choice
        :raise UserError: something is not offered, or no quantity that is
        """
        entries = {entry.name: entry for entry in self.get_entries()}
        quantities = {}
        for name, text in values.items():
            if not name.startswith(PREFIX):
                continue
            if name not in entries:
                raise UserError(self._get_not_offered_text())
            quantity = self._read_quantity(entries[name], text)
            if quantity != entries[name].quantity:
                quantities[entries[name].key] = quantity
        plan = values.get("plan")
        if not plan:
            return Choice(quantities)
        plans = self.get_plans()
        if plan not in plans:
            raise UserError(self._get_not_offered_text())
        template, recurrence = plans[plan]
        return Choice(quantities, (template if template != self.template else None, recurrence))

    def get_errors(self, values):
        """Return what is wrong with the quantities that somebody typed, by name of the field.

        :param dict values: as for :meth:`get_choice`
        :rtype: dict
        """
        return {
            entry.name: error
            for entry in self.get_entries()
            if entry.name in values and (error := self._get_error(entry, values[entry.name]))
        }

    def _get_error(self, entry, text):
        """Return why somebody may not have a quantity, empty for one that is offered."""
        try:
            self._read_quantity(entry, text)
        except UserError as refusal:
            return str(refusal.args[0])
        return ""

    def _read_quantity(self, entry, text):
        """Return the quantity that somebody typed.

        :raise UserError: it is none, or none that is offered
        """
        try:
            quantity = Decimal(text.strip().replace(",", ".")[:20])
            is_allowed = quantity.is_finite() and entry.is_allowed(quantity)
        except (AttributeError, InvalidOperation):
            is_allowed, quantity = False, Decimal("NaN")
        if is_allowed:
            return quantity
        if entry.committed and quantity.is_finite() and quantity < entry.committed:
            raise UserError(
                self.env._(
                    "You are committed to %(least)s of %(product)s until %(day)s. Write to us if "
                    "you want less.",
                    least=get_number_text(float(entry.committed)),
                    product=entry.product.display_name,
                    day=format_date(self.env, self.order.subscription_commitment_last_date),
                )
            )
        least, most = entry.limits
        names = {"product": entry.product.display_name, "least": least, "most": most}
        if most:
            raise UserError(
                self.env._("Choose a quantity of %(product)s from %(least)s to %(most)s.", **names)
            )
        raise UserError(
            self.env._("Choose a quantity of %(product)s of %(least)s or more.", **names)
        )

    def _get_not_offered_text(self):
        return self.env._(
            "What was asked for is not offered here any more. Look at this page again."
        )
