from odoo import fields, models
from odoo.fields import Command

from ... import const
from .invoice_balance import InvoiceBalance
from .invoice_money import Money, Share


class AccountMove(models.Model):
    """Hand-made credit notes and corrected invoices of billed periods."""

    _inherit = "account.move"

    subscription_credit_effect = fields.Selection(
        const.CREDIT_EFFECTS,
        "Effect on Billed Periods",
        copy=False,
        readonly=True,
        help="What this credit note does to the periods of the invoice it is about.",
    )

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Say on the ledger what a hand-made credit note means for the periods it is about."""
        effect = const.unseal(self.env.context, const.CREDIT_EFFECT_KEY, "adjust")
        self._hook_on_reversal(effect, cancel)
        # Copied lines name what they correct, which nobody types.
        reverses = super(AccountMove, self._as_system())._reverse_moves(
            default_values_list=default_values_list, cancel=cancel
        )
        reverses = reverses.with_env(self.env)
        if effect != "move":
            reverses._apply_credit_effect(effect)
            # What takes back a credit note asks for its money again.
            asking = reverses.filtered(lambda move: move.move_type == "out_invoice")
            asking.invoice_line_ids._check_requested_once()
        else:
            for move in reverses.filtered(lambda move: move._get_contracts_of_sales()):
                move._as_system().subscription_credit_effect = effect
        return reverses

    def _hook_on_reversal(self, effect, is_cancelled):
        """Called before documents are reversed by hand. Hook. Raise, or return nothing.

        :param str effect: what the credit notes mean for periods, one of `const.CREDIT_EFFECTS`
        :param bool is_cancelled: whether the documents are undone as a whole
        """

    def _get_contracts_of_sales(self):
        """Return the contracts that the lines of these documents sell something of."""
        # sudo: whoever may correct the invoice may do so without rights on the contract
        return self.sudo().invoice_line_ids.sale_line_ids.order_id.filtered("is_subscription")

    # ------------------------------------------------------------------
    # Credit notes
    # ------------------------------------------------------------------

    def _apply_credit_effect(self, chosen):
        """Carry out what somebody chose for new credit notes of recurring invoices.

        :param str chosen: 'adjust', the price was lowered and the days stay billed; 'waive', the
            days stay covered and are worth nothing; 'again', the next run bills the days again
        """
        for move in self:
            lines = move._get_lines_about_periods()
            contracts = move._get_contracts_of_sales()
            effect = move._get_effect_on_periods(chosen)
            if contracts and not lines:
                # What is sold once on a contract follows the same choice.
                move._as_system().subscription_credit_effect = effect
                contracts._refresh_after_correction()
            move._trim_to_what_is_left()
            if not lines:
                continue
            move._as_system().subscription_credit_effect = effect
            if effect == "adjust":
                netted = lines.filtered(lambda line: line._is_about_netted_credit())
                (lines - netted)._link_adjusted_periods()
                lines = netted
            if not lines:
                continue
            vals_list = []
            for line in lines:
                line_rows = line._prepare_credit_effect_rows(effect)
                vals_list += line_rows
                if not line_rows:
                    line._link_adjusted_periods()
            # sudo: nobody has the right to write the ledger
            self.env["subscription.billed.period"].sudo()._create_rows(vals_list)
            if move.state == "posted":
                move._record_booked_amounts()
            lines.subscription_origin_line_id._get_correction_orders()._refresh_after_correction()

    def _get_effect_on_periods(self, chosen):
        """Return what this document does to periods, as far as it does not follow from what it is.

        What takes back a credit note by which days went away asks for these days again, whatever
        was chosen: the run would bill them once more, or never give them back.

        :param str chosen: as for :meth:`_apply_credit_effect`
        :rtype: str
        """
        self.ensure_one()
        undone = self.reversed_entry_id
        is_undone = undone.move_type == "out_refund"
        takes_days = undone.subscription_credit_effect in ("waive", "again", "move")
        return "again" if is_undone and takes_days else chosen

    def _get_lines_about_periods(self):
        """Return the lines of these documents that correct lines with billed periods."""
        # sudo: whoever may correct the invoice may do so without rights on the ledger
        return self.invoice_line_ids.filtered(
            lambda line: line.sudo().subscription_origin_line_id.subscription_billed_period_ids
        )

    def _trim_to_what_is_left(self):
        """Lower a draft credit note to what earlier credits left of the invoice, taxes included."""
        self.ensure_one()
        lines = self.invoice_line_ids.filtered("subscription_origin_line_id")
        if self.state != "draft" or not lines:
            return
        origins = lines.subscription_origin_line_id
        # sudo: as in _move_subscription_rows
        adjusted = origins.sudo().subscription_adjusted_period_id.invoice_line_id
        balance = InvoiceBalance(origins | adjusted, without=self)
        rests = {line: balance.take_what_is_left(line._get_origin_line()) for line in lines}
        lowered = lines.filtered(lambda line: line._is_lowered(balance, rests[line]))
        if lowered and self.company_id.tax_calculation_rounding_method == "round_globally":
            # The taxes of the others say their cents, too: core would round what these lack.
            lowered = lines
        commands = [
            Command.update(line.id, values)
            for line in lowered
            if (values := line._prepare_left_values(balance, rests[line]))
        ]
        if commands:
            values = self._prepare_rest_of_coins(balance)
            commands += values.pop("invoice_line_ids", [])
            self._as_system().write({**values, "invoice_line_ids": commands})

    def _prepare_rest_of_coins(self, balance):
        """Return what gives back the rest of what rounded the invoice to coins, to the cent.

        Earlier credits took their shares of it: what they left is no whole number of coins.

        :param InvoiceBalance balance: of the invoice, without this credit note
        :return: values of this document
        :rtype: dict
        """
        if not self.invoice_cash_rounding_id:
            return {}
        invoice = self.reversed_entry_id
        rounding = invoice.line_ids.filtered(lambda line: line.display_type == "rounding")
        others = invoice.reversal_move_ids.filtered(lambda move: move.state != "cancel") - self
        others = others.line_ids.filtered(lambda line: line.display_type == "rounding")
        # What was added to a tax is given back with it.
        coins = (rounding | others).filtered(lambda line: not line.tax_repartition_line_id)
        left = -sum(coins.mapped("amount_currency"))
        left -= float(sum(balance.given[line].untaxed for line in rounding))
        values = {"invoice_cash_rounding_id": False}
        if not self.currency_id.is_zero(left):
            line = {
                "name": coins[0].name,
                "account_id": coins[0].account_id.id,
                "price_unit": left,
                "tax_ids": [Command.clear()],
                "subscription_origin_line_id": rounding[:1].id,
            }
            values["invoice_line_ids"] = [Command.create(line)]
        return values

    # ------------------------------------------------------------------
    # Reverse and modify
    # ------------------------------------------------------------------

    def _move_subscription_rows(self):
        """Move the periods of reversed invoices to these corrected drafts; nothing bills twice."""
        # sudo: whoever may correct the invoice may do so without rights on the ledger
        lines = self.sudo()._get_lines_about_periods()
        reverses = self.env["account.move"].sudo()
        for line in lines:
            origin = line.subscription_origin_line_id
            reversal = origin.move_id.reversal_move_ids.sorted("id")[-1:]
            reverse_line = reversal.invoice_line_ids.filtered(
                lambda other, origin=origin: other.subscription_origin_line_id == origin
            )
            origin.subscription_billed_period_ids._move_to(reverse_line[:1], line)
            reverses |= reversal
        (self.sudo().invoice_line_ids - lines)._take_over_credits()
        reverses._as_system().subscription_credit_effect = "move"
        self._take_over_credit_effect()
        reverses.filtered(lambda move: move.state == "posted")._record_booked_amounts()
        lines.subscription_origin_line_id._get_correction_orders()._refresh_after_correction()

    def _take_over_credit_effect(self):
        """Let corrected credit notes mean what those meant that they stand for."""
        for move in self.filtered(lambda move: move.move_type == "out_refund"):
            corrected = move.invoice_line_ids.subscription_origin_line_id.move_id
            move._as_system().subscription_credit_effect = corrected[:1].subscription_credit_effect


class AccountMoveLine(models.Model):
    """What a line of a credit note does to the periods of the line it is about."""

    _inherit = "account.move.line"

    def _get_correction_orders(self):
        """Return the contracts whose periods these lines bill, or billed."""
        # sudo: as in _move_subscription_rows
        return self.sudo().subscription_billed_period_ids.order_id

    def _take_over_credits(self):
        """Let what was given back of the lines that these correct be about these.

        Lines without periods do as the ledger does: the reversal gives back all of the invoice, so
        that what was given back before belongs to the corrected one.
        """
        for line in self.filtered("subscription_origin_line_id"):
            origin = line.subscription_origin_line_id
            reversal = origin.move_id.reversal_move_ids.sorted("id")[-1:]
            about = self.search(
                [
                    ("subscription_origin_line_id", "=", origin.id),
                    ("move_id", "not in", (reversal | line.move_id).ids),
                ]
            )
            about = about.filtered(lambda back, origin=origin: back.balance * origin.balance < 0)
            about._as_system().subscription_origin_line_id = line

    def _get_origin_line(self):
        # sudo: as in _move_subscription_rows
        return self.subscription_origin_line_id.sudo()

    def _is_lowered(self, balance, money):
        """Return whether less is left of the line that this one is about than it asked for."""
        origin = self._get_origin_line()
        given = balance.given[origin]
        return bool(given.basis or given.total) or money != balance.asked[origin]

    def _prepare_left_values(self, balance, money):
        """Return what lowers this line of a credit note to what is left of the line it is about.

        :param InvoiceBalance balance: of the invoice, without this credit note
        :param Money money: what is left
        :return: values of this line, empty where it keeps what it says
        :rtype: dict
        """
        self.ensure_one()
        origin = self._get_origin_line()
        share = self.quantity * (1 - self.discount / 100.0)
        # A credit that was netted on the invoice is taken back as it stands there.
        if not share or self._is_about_netted_credit():
            return {}
        is_whole = money == balance.asked[origin]
        if origin.move_id.move_type == "out_refund":
            # It asks for what that gave back.
            money = money.map(lambda amount, _none: -amount, Money())
        left = Share(origin, money)
        left = balance.add_early_discount(left, self.move_id.invoice_payment_term_id, self.move_id)
        values = {
            "quantity": self.quantity,
            "price_unit": self.price_unit if is_whole else float(left.money.basis) / share,
            "discount": self.discount,
        }
        data = left.prepare_tax_data(values)
        reverse = self.env["account.tax"]._reverse_quantity_base_line_extra_tax_data
        if data:
            data = {**reverse(data), "quantity": self.quantity}
        return {"price_unit": values["price_unit"], "extra_tax_data": data}

    def _link_adjusted_periods(self):
        """Count these lines as credit given by hand on the periods they are about."""
        for line in self:
            # sudo: as in _move_subscription_rows
            rows = line.subscription_origin_line_id.sudo().subscription_billed_period_ids
            cover = rows.filtered(lambda row: row._is_cover()) or rows.reverses_id
            left = cover._get_left()
            best = max(cover, key=lambda row: left[row].booked - left[row].credited, default=cover)
            line._as_system().subscription_adjusted_period_id = best

    def _prepare_credit_effect_rows(self, effect):
        """Return the ledger rows of a line of a credit note that takes periods away.

        :param str effect: 'waive' or 'again'
        :rtype: list[dict]
        """
        self.ensure_one()
        # sudo: as in _move_subscription_rows
        rows = self.subscription_origin_line_id.sudo().subscription_billed_period_ids
        vals_list = []
        for row, left in rows._get_left().items():
            amount = max(left.booked - left.credited - left.manual, left.booked * 0)
            vals_list += row._prepare_undo_values(left, amount, invoice_line_id=self.id)
            if effect == "waive":
                vals_list += [
                    row._prepare_copy_values("waive", *layer, invoice_line_id=self.id)
                    for layer in left.layers
                ]
        # A netted credit on the invoice is taken back by its credit note: those days count again.
        return vals_list + [
            credit._prepare_redo_values(invoice_line_id=self.id)
            for credit in self._get_netted_credits()
        ]

    def _get_netted_credits(self):
        """Return what the line that this one is about gives back of another invoice.

        :return: rows of the ledger, maybe none
        """
        rows = self._get_origin_line().subscription_billed_period_ids
        return rows.filtered(
            lambda row: (
                row.kind == "credit"
                and row.booked_amount
                and row.reverses_id.invoice_line_id != row.invoice_line_id
            )
        )

    def _is_about_netted_credit(self):
        """Return whether this takes back what its invoice gave back of another one.

        Whatever becomes of the days of the invoice, what is owed for those of the other falls due
        again.
        """
        self.ensure_one()
        is_invoice = self._get_origin_line().move_id.move_type == "out_invoice"
        return is_invoice and bool(self._get_netted_credits())
