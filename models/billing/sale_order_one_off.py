from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...engine.money import to_decimal
from .rebate import fit_rebates, is_rebate
from .sale_order_line_invoiced import SIGNS


class SaleOrder(models.Model):
    """What a contract sells only once: billed with the first period, and by core's own builder."""

    _inherit = "sale.order"

    def _is_billed_as_ordered(self):
        """Return whether goods are billed before they are delivered, whatever their policy.

        A customer who is asked to pay online pays for everything that is sold once; such an order
        is billed as ordered, so that payment and invoice are the same amount. Without a request
        for payment, products invoiced on delivery wait for it.

        :rtype: bool
        """
        self.ensure_one()
        return self.require_payment

    def _get_due_once(self):
        """Return what the next invoice also bills of what is sold once. Hook.

        :return: pairs of a line and its quantity
        :rtype: list[tuple]
        """
        return [(line, line._get_once_to_bill()) for line in self._get_due_one_off_lines()]

    def _get_due_one_off_lines(self):
        """Return the lines that are sold once and still to be billed.

        They go on the first invoice, with the first period: never before the first day of service,
        nor before the day on which an amendment sells them.
        """
        self.ensure_one()
        return self._get_one_off_lines_until(self._subscription_today())

    def _get_one_off_lines_until(self, day):
        """Return the lines that are sold once and that an invoice of a day may bill.

        :rtype: sale.order.line
        """
        start = self.subscription_start_date
        return self._get_unbilled_one_off_lines().filtered(
            lambda line: not (first := line.one_off_bill_date or start) or first <= day
        )

    def _get_unbilled_one_off_lines(self):
        return self.order_line.filtered(
            lambda line: not line.recurrence_id and not line.display_type and line._is_left_once()
        )

    def _get_due_one_off_date(self):
        """Return the day on which what is sold once needs an invoice of its own.

        Lines that cost nothing, or that only give something back, wait for the next period.

        :return: that day, None when there is nothing to bill
        :rtype: date | None
        """
        self.ensure_one()
        start, total = self.subscription_start_date, 0.0
        by_day = self._get_unbilled_one_off_lines().grouped(
            lambda line: line.one_off_bill_date or start
        )
        for day in sorted(by_day):
            total += sum(by_day[day].mapped("price_subtotal"))
            if total > 0:
                return day
        return None

    def _is_one_off_due(self):
        """Return whether what is sold once needs an invoice of its own today."""
        day = self._get_due_one_off_date()
        return bool(day and day <= self._subscription_today())

    @api.model
    def _refresh_one_off_dates(self):
        """Let the run see what is sold once and was delivered since its contract was billed.

        :return: no contracts, as none is billed here
        """
        lines = self.env["sale.order.line"].search(
            Domain("order_id.is_subscription", "=", True)
            & Domain("state", "=", "sale")
            & Domain("recurrence_id", "=", False)
            & Domain("display_type", "=", False)
            & Domain("qty_to_invoice", ">", 0),
            order="id",
        )
        for order in lines.order_id:
            day, planned = order._get_due_one_off_date(), order.subscription_next_invoice_date
            if day and (not planned or day < planned):
                order._run_or_quarantine(order._update_subscription_dates)
        return self.browse()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    one_off_bill_date = fields.Date(
        "Billed From",
        copy=False,
        readonly=True,
        help="What is sold once is billed on this day, not before. Empty: with the next invoice.",
    )

    def _get_once_to_bill(self):
        """Return how much of a line that is sold once the run may still bill.

        What an invoice asked for once is not asked for again by itself: a credit note, a cancelled
        invoice or a return lowers what core takes for invoiced. Only a credit note that says *bill
        again* gives it back, as does a deleted draft; a corrected invoice takes it over.

        :rtype: float
        """
        self.ensure_one()
        billed = self._get_once_billed()
        # What core counts as still to invoice, plus what it counts as invoiced, is what is wanted.
        left = self.qty_to_invoice, self.qty_invoiced + self.qty_to_invoice - billed
        return max(left) if self.product_uom_qty < 0 else min(left)

    def _is_left_once(self):
        """Return whether the run bills something of this line; what was returned, it takes off.

        A quantity that was sold negative is a rebate. One that was lowered since is none: what is
        billed too much goes back by a credit note.
        """
        self.ensure_one()
        if self.product_uom_qty < 0:
            return self.qty_to_invoice < 0 and self._get_once_to_bill() < 0
        return self.qty_to_invoice > 0 and self._get_once_to_bill() > 0

    def _get_once_billed(self, states=("draft", "posted", "cancel"), without=()):
        """Return how much of this line invoices ask for, unless somebody took that back.

        :param states: states of the documents that count
        :param without: lines of documents that do not count, as they are about to go away
        :rtype: float
        """
        self.ensure_one()
        billed = 0.0
        # sudo: a salesperson bills own contracts without rights on the books
        for invoiced in self.sudo().invoice_lines.filtered(lambda line: line not in without):
            move = invoiced.move_id
            if move.state not in states:
                continue
            quantity = invoiced.product_uom_id._compute_quantity(
                invoiced.quantity, self.product_uom_id, round=False
            )
            if move.move_type == "out_invoice":
                undone = move.reversed_entry_id.subscription_credit_effect
                # What takes back a credit note that freed nothing asks for nothing more.
                billed += quantity if undone in (False, "again", "move") else 0.0
            elif move.subscription_credit_effect in ("again", "move"):
                billed -= quantity
        return billed

    def _is_billed_once(self):
        """Return whether this is something that a contract sells once, and not negative."""
        self.ensure_one()
        is_priced = not self.display_type and not self.is_downpayment and self.product_uom_qty >= 0
        return is_priced and not self.recurrence_id and self.order_id.is_subscription

    def _get_requested_too_much(self, without=()):
        """Return how much more of this line invoices ask for than is sold, and was not given back.

        A price adjustment frees nothing, but what it gave back whole is asked for no more.

        :param without: as for :meth:`_get_once_billed`
        :rtype: float
        """
        self.ensure_one()
        wanted = max(self.product_uom_qty, self.qty_delivered)
        over = self._get_once_billed(("draft", "posted"), without) - wanted
        # sudo: as in _get_once_billed
        lines = self.sudo().invoice_lines.filtered(
            lambda line: line not in without and line.parent_state != "cancel"
        )
        prices = [line.price_subtotal / line.quantity for line in lines if line.quantity]
        if len(lines.currency_id) == 1 and any(prices):
            asked = sum(line.price_subtotal * SIGNS.get(line.move_type, 0) for line in lines)
            over = min(over, asked / max(prices, key=abs) - wanted)
        return over if self.product_uom_id.compare(over, 0) > 0 else 0.0

    # ------------------------------------------------------------------
    # Rebates that one invoice cannot bear
    # ------------------------------------------------------------------

    def _carry_rebates_on(self, items):
        """Leave to later invoices what the next one cannot bear of the rebates among its lines.

        :param list items: :class:`DueItem` that the invoice bills with these lines
        """
        quantities = {line: line._get_once_to_bill() for line in self}
        base_lines = [
            line._prepare_base_line_for_taxes_computation(quantity=quantity)
            for line, quantity in quantities.items()
        ]
        rebates = [base["record"] for base in base_lines if is_rebate(base)]
        if not rebates:
            return
        base_lines += [base for due in items for base in due.line._prepare_due_base_lines(due)]
        fitting = {base["record"]: base for base in fit_rebates(base_lines, self.order_id)}
        for line in rebates:
            if line not in fitting:
                line._as_system().one_off_bill_date = line._get_day_after_today()
            elif fitting[line]["price_unit"] != line.price_unit:
                line._split_rebate(fitting[line]["price_unit"])

    def _get_day_after_today(self):
        """Return from when on what an invoice of today cannot bear may be billed."""
        return fields.Date.add(self.company_id._subscription_today(), days=1)

    def _split_rebate(self, price_unit):
        """Let this line be what an invoice bears of it, and a new line the rest.

        :param float price_unit: what the next invoice bears, per unit
        """
        self.ensure_one()
        order = self.order_id
        left = to_decimal(self.price_unit) - to_decimal(price_unit)
        rest = {
            "order_id": order.id,
            "price_unit": float(left),
            "name": self._get_rest_name(),
            "one_off_bill_date": self._get_day_after_today(),
            "sequence": self.sequence,
            "extra_tax_data": False,
        }
        # sudo: a locked order keeps the sum of its lines
        line = self.sudo()._as_system()
        vals = line.copy_data(rest)[0]
        line.write({"price_unit": price_unit, "extra_tax_data": False})
        line = line.create(vals)
        order._message_log(
            body=self.env._(
                "The invoice cannot bear all of %(discount)s: %(amount)s is left for the next one.",
                discount=self.name.splitlines()[0],
                amount=order.currency_id.format(abs(line.price_total)),
            )
        )

    def _get_rest_name(self):
        """Return how customers read what is left of this rebate; the rest of a rest is a rest.

        :rtype: str
        """
        self.ensure_one()
        line = self.with_context(lang=self.order_id._get_lang())
        name = line.name.splitlines()[0]
        if name.startswith(line.env._("Rest of: %(discount)s", discount="").strip()):
            return name
        return line.env._("Rest of: %(discount)s", discount=name)

    @api.constrains("recurrence_id", "order_id", "is_downpayment")
    def _check_no_down_payment(self):
        """A down payment is taken off no recurring invoice: refuse to mix the two."""
        for line in self.filtered(lambda line: line.recurrence_id or line.is_downpayment):
            lines = line.order_id.order_line
            if any(lines.mapped("is_downpayment")) and lines.recurrence_id:
                raise ValidationError(
                    self.env._(
                        "%(order)s has a down payment, so nothing recurring can be sold on it. "
                        "Make a quotation of its own.",
                        order=line.order_id.name,
                    )
                )
