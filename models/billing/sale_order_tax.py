from odoo import api, fields, models


def get_position_text(order):
    """Return one sentence that says which fiscal position holds from now on."""
    position = order.fiscal_position_id.sudo()  # sudo: salesmen need not read positions
    if not position:
        return order.env._(
            "The address and tax number of the customer no longer call for a fiscal position."
        )
    return order.env._(
        "The address or tax number of the customer calls for the fiscal position %(position)s now.",
        position=position.name,
    )


def remember_positions(orders):
    """Remember what follows from new customers of orders whose position was typed with them.

    :param orders: `sale.order` records
    """
    quotes = orders.filtered("is_subscription")
    for order, position in quotes._get_detected_positions().items():
        order.subscription_detected_position_id = position


class SaleOrder(models.Model):
    """Taxes of a contract follow the customer and the law; prices stay.

    Before each invoice the fiscal position is looked up again from the address and tax number of
    the day, and the taxes again from the product. What a user chose by hand is kept. A price that
    was agreed stays as it was typed: with taxes included the customer goes on paying the same,
    without them the tax comes on top.
    """

    _inherit = "sale.order"

    subscription_detected_position_id = fields.Many2one(
        "account.fiscal.position",
        "Fiscal Position of the Customer",
        compute="_compute_subscription_detected_position_id",
        store=True,
        help="Fiscal position that followed from the customer when this was last looked up. "
        "Another one on the order was chosen by hand.",
    )

    @api.depends("is_subscription", "partner_id", "partner_shipping_id", "company_id")
    def _compute_subscription_detected_position_id(self):
        quotes = self.filtered(lambda order: order.is_subscription and order.partner_id)
        (self - quotes).subscription_detected_position_id = False
        positions = quotes._get_detected_positions()
        for order in quotes:
            found, known = positions[order], order.subscription_detected_position_id
            # A line that was added says nothing of the customer: where the address moved before,
            # the position that followed from it would look chosen by hand.
            is_known = known or order._is_subscription_started()
            is_followed = is_known and order.fiscal_position_id == known
            order.subscription_detected_position_id = known if is_followed else found

    def _get_detected_positions(self):
        """Return the fiscal position that each order should have today.

        :rtype: dict
        """
        found = {}
        for company, members in self.grouped("company_id").items():
            # sudo: the salesperson who bills may not read all that decides about taxes
            orders = members.sudo().with_company(company)
            Position = self.env["account.fiscal.position"].sudo().with_company(company)
            positions = Position._get_positions_of_orders(orders)
            found.update({order.with_env(self.env): positions[order] for order in orders})
        return found

    def _is_fiscal_position_manual(self):
        """Return whether somebody chose the fiscal position by hand."""
        self.ensure_one()
        return self.fiscal_position_id != self.subscription_detected_position_id

    def _get_copiable_order_lines(self):
        """Leave lines to the past that a duplicate would bill next to what took their place.

        Of a contract that has ended, the lines of its last day are copied.
        """
        lines = super()._get_copiable_order_lines()
        today = self._subscription_today()
        # sudo: whoever duplicates an order may have no right to read its segments
        running = lines.sudo().filtered(lambda line: line._is_begun_line())
        dead = running.filtered(lambda line: line._has_ended(today))
        if dead == running:
            ends = {line: max(line.segment_ids.mapped("end_date"), default=None) for line in dead}
            last = max(filter(None, ends.values()), default=None)
            dead = dead.filtered(lambda line: ends[line] != last)
        dead |= (running - dead).subscription_replaced_line_id & running
        return lines - dead.sudo(self.env.su)

    def copy_data(self, default=None):
        """Let a duplicate look its fiscal position up, unless this one was chosen by hand."""
        vals_list = super().copy_data(default)
        for order, vals in zip(self, vals_list, strict=True):
            if (
                order.is_subscription
                and not order._is_fiscal_position_manual()
                and "fiscal_position_id" not in (default or {})
            ):
                vals.pop("fiscal_position_id", None)
        return vals_list

    def _hook_on_subscription_start(self):
        """Settle what followed from the customer, before a later address can take its place."""
        super()._hook_on_subscription_start()
        self._get_lines_to_tax()._remember_automatic_taxes()
        self.flush_recordset(["subscription_detected_position_id"])

    # ------------------------------------------------------------------
    # Refresh
    # ------------------------------------------------------------------

    def _subscription_refresh_taxes(self):
        """Let fiscal positions and taxes follow the customer before contracts are billed.

        An invoice that was announced for the day of the confirmation keeps the taxes that the
        customer accepted.
        """
        contracts = self.filtered(lambda order: not order._is_next_invoice_as_quoted())
        moved = contracts._refresh_fiscal_positions()
        changes = contracts._get_lines_to_tax()._refresh_taxes()
        texts = {order.id: [get_position_text(order)] for order in moved}
        for line, old, new in changes:
            texts.setdefault(line.order_id.id, []).append(line._get_tax_change_text(old, new))
        bodies = {order_id: " ".join(parts) for order_id, parts in texts.items()}
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)

    def _refresh_fiscal_positions(self):
        """Look the fiscal positions up again, except where somebody chose another one.

        :return: the orders whose position changed
        :rtype: sale.order
        """
        moved = self.browse()
        for order, position in self._get_detected_positions().items():
            if order._is_fiscal_position_manual():
                continue
            if order.fiscal_position_id != position:
                order.fiscal_position_id = position
                order.show_update_fpos = False
                moved |= order
            if order.subscription_detected_position_id != position:
                order.subscription_detected_position_id = position
        return moved

    def _is_next_invoice_as_quoted(self):
        """Return whether the next invoice is the one that was announced before the start. Hook.

        :rtype: bool
        """
        self.ensure_one()
        return False

    def _get_lines_to_tax(self):
        """Return the lines that are still to be billed, once or again."""
        return self.order_line.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and (line.recurrence_id or not line.qty_invoiced)
            )
        )
