from odoo import fields, models
from odoo.exceptions import UserError

from ...const import SELDOM
from ...engine.money import to_decimal
from ...engine.segment import segment_at
from ..billing.next_taxes import get_untyped


class SaleOrderLine(models.Model):
    """Lines of amendments: what they aim at, and what the contract said when they were made."""

    _inherit = "sale.order.line"

    subscription_parent_line_id = fields.Many2one(
        "sale.order.line",
        "Line of the Contract",
        copy=False,
        index="btree_not_null",
        help="The line of the contract that this line of an amendment goes on with. Empty: it is "
        "added.",
        readonly=True,
    )
    subscription_base_quantity = fields.Float(
        "Quantity Before",
        digits="Product Unit",
        copy=False,
        readonly=True,
        help="What the contract says without this amendment.",
        prefetch=SELDOM,
    )
    subscription_base_price = fields.Float(
        "Unit Price Before",
        min_display_digits="Product Price",
        copy=False,
        readonly=True,
        prefetch=SELDOM,
    )
    subscription_base_discount = fields.Float(
        "Discount Before (%)", digits="Discount", copy=False, readonly=True, prefetch=SELDOM
    )

    # ------------------------------------------------------------------
    # Paper
    # ------------------------------------------------------------------

    def _is_recurring_confirmed(self):
        """Leave everything on a confirmed amendment to its contract, also what is sold once."""
        return super()._is_recurring_confirmed() or (
            self.state == "sale"
            and not self.display_type
            and self.order_id.subscription_order_type == "amendment"
        )

    def _join_contract(self):
        """Refuse lines that are added to a confirmed amendment.

        :raise UserError: naming the amendment
        """
        for line in self.filtered(lambda line: line.order_id._is_amendment()):
            raise UserError(
                self.env._(
                    "%(order)s is confirmed and has changed its contract already. Make another "
                    "amendment instead.",
                    order=line.order_id.name,
                )
            )
        super()._join_contract()

    def _can_be_edited_on_portal(self):
        """Leave alone what a customer chose on the page of a contract, within its limits.

        Headings come over from the contract, and below one of them everything may be an option.
        """
        is_chosen = self.order_id.subscription_customer_choice
        return super()._can_be_edited_on_portal() and not is_chosen

    def _hook_on_amendment_confirmed(self, contract):
        """Hook. Called with all lines of an amendment once its contract is as it says.

        :param contract: the `sale.order` that was changed
        """

    # ------------------------------------------------------------------
    # Monthly value
    # ------------------------------------------------------------------

    def _compute_recurring_monthly(self):
        """Count lines that have ended, or begin later than their contract, for nothing."""
        super()._compute_recurring_monthly()
        for line in self.filtered(lambda line: line._is_out_of_service()):
            line.recurring_monthly = 0.0

    def _is_amended_later(self):
        """Return whether a line of an open amendment is in force only after its first day."""
        order = self.order_id
        parent = self.subscription_parent_line_id.sudo()
        if not parent or not order._is_open_amendment():
            return False
        day, segments = order._get_effective_date(), parent._get_engine_segments()
        return bool(segments) and segment_at(segments, day) is None

    # ------------------------------------------------------------------
    # Baseline
    # ------------------------------------------------------------------

    def _prepare_baseline_values(self, base):
        """Return what a line of an amendment takes from this line of its contract.

        :param base: quantity, price and discount on the day of the change; None for a heading
        :rtype: dict
        """
        self.ensure_one()
        # Ramps and intro discounts were turned into segments when the contract began.
        values = {
            "subscription_parent_line_id": self.id,
            "ramp_step_ids": [],
            "intro_discount": 0.0,
            "intro_period_count": 0,
        }
        if base:
            quantity, price, discount = base
            values.update(
                {
                    "product_uom_qty": quantity,
                    "price_unit": price,
                    "discount": discount,
                    "subscription_base_quantity": quantity,
                    "subscription_base_price": price,
                    "subscription_base_discount": discount,
                }
            )
        return values

    def _remember_list_prices(self):
        """Let a price follow quantity and recurrence only where it is the list price of today.

        Core takes a price that differs from ``technical_price_unit`` for one that somebody typed
        and leaves it alone.
        """
        for line in self.filtered("subscription_parent_line_id"):
            if not line.display_type and line.product_id:
                line._as_system().with_context(sale_write_from_compute=True).write(
                    {
                        "technical_price_unit": line._get_list_price_of_today(),
                        "subscription_list_discount": line._get_list_discount_of_today(),
                    }
                )

    def _get_price_before(self):
        """Take the price that the contract had when the amendment was made."""
        if self.subscription_parent_line_id:
            return self.subscription_base_price
        return super()._get_price_before()

    def _rebase(self, base):
        """Follow the contract in what nobody changed on this line of an amendment.

        :param list base: quantity, price and discount that the contract says now
        """
        self.ensure_one()
        values = {}
        for (name, base_name), value in zip(self._get_target_fields().values(), base, strict=True):
            if self[base_name] != value:
                values[base_name] = value
                if self[name] == self[base_name]:
                    values[name] = value
        if not values:
            return
        if "price_unit" in values:
            values["technical_price_unit"] = values["price_unit"]
        self._as_system().with_context(sale_write_from_compute=True).write(values)
        self._remember_list_prices()

    def _get_target_fields(self):
        """Return field of the target and of the baseline, by the engine's name."""
        return {
            "quantity": ("product_uom_qty", "subscription_base_quantity"),
            "price": ("price_unit", "subscription_base_price"),
            "discount": ("discount", "subscription_base_discount"),
        }

    # ------------------------------------------------------------------
    # What changes
    # ------------------------------------------------------------------

    def _get_amended_values(self):
        """Return what this line of an amendment sets on its line of the contract.

        :return: new values by the engine's names, only those that differ from the baseline
        :rtype: dict
        """
        self.ensure_one()
        return {
            word: to_decimal(self[name])
            for word, (name, base_name) in self._get_target_fields().items()
            if to_decimal(self[name]) != to_decimal(self[base_name])
        }

    def _is_switched(self):
        """Return whether this line of an amendment is another line than that of the contract."""
        self.ensure_one()
        parent = self.subscription_parent_line_id
        return bool(parent) and any(
            self[name] != parent[name] for name in ("product_id", "recurrence_id", "product_uom_id")
        )

    def _is_recurrence_switched(self):
        """Return whether this line of an amendment is billed more or less often than before."""
        self.ensure_one()
        parent = self.subscription_parent_line_id.sudo()
        return bool(parent) and self.recurrence_id != parent.recurrence_id

    def _is_amended(self):
        """Return whether this line of an amendment changes anything on that of the contract."""
        return bool(
            self._get_amended_values() or self._is_switched() or self._get_amended_details()
        )

    def _is_taken_off(self):
        """Return whether this line of an amendment ends its line of the contract."""
        self.ensure_one()
        return not self.product_uom_qty and bool(self.subscription_base_quantity)

    def _prepare_contract_line_values(self, order):
        """Return the values of the line that this line of an amendment adds to its contract.

        :param order: the contract
        :rtype: dict
        """
        self.ensure_one()
        # What is sold once gets the taxes of the day, too, unless somebody typed its own.
        is_untyped = not self.recurrence_id and bool(get_untyped(self))
        return {
            **self.copy_data()[0],
            **({"automatic_tax_key": self._get_tax_key(self.tax_ids)} if is_untyped else {}),
            "order_id": order.id,
            "sequence": self.sequence,
            "subscription_replaced_line_id": self.subscription_parent_line_id.id,
            "one_off_bill_date": self._get_one_off_bill_date(),
            **self._prepare_contract_link(),
        }

    def _prepare_contract_link(self):
        """Return on which line of the contract hangs what this line of an amendment adds to it.

        :return: values, nothing where what it hangs on is added with it
        :rtype: dict
        """
        target = self.linked_line_id
        parent = target.subscription_parent_line_id
        if not parent or target._is_switched():
            return {}
        return {"linked_line_id": parent.id, "linked_virtual_id": False}

    def _get_one_off_bill_date(self):
        """Return first day on which what an amendment sells once is billed, False for at once."""
        order = self.order_id
        day = order.subscription_effective_date
        is_later = day and day > order._subscription_today()
        is_once = not self.is_recurring and not self.display_type
        return day if is_once and is_later and not order.subscription_amendment_pending else False

    def _get_line_before(self):
        """Take the line of the contract that an amendment changes."""
        return self.subscription_parent_line_id or super()._get_line_before()

    def _get_contract_to_join(self):
        """Let a line of an amendment join its contract on the day of the change."""
        if not self.order_id._is_amendment():
            return super()._get_contract_to_join()
        return self.order_id._get_amended_contract(), self.order_id._get_effective_date()

    def _get_lasting_quote(self):
        """Tell nothing of amendments: their page says what changes when."""
        return {} if self.order_id._is_open_amendment() else super()._get_lasting_quote()

    def _is_out_of_service(self):
        """Ask the line of the contract on the day of the change of an amendment."""
        return self._is_amended_later() or super()._is_out_of_service()
