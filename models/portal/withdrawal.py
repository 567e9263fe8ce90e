from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tools import format_date, plaintext2html

from ... import const

ACTIVITY_DAYS = 3  # until somebody should have given the money back


class Withdrawal:
    """A customer withdraws from a new contract: it never was, and all invoices are credited.

    Refund rules of the terms, notice and commitment do not count: it is the law for consumers in
    the European Union, and the terms say for how many days.

    :param acts: :class:`CustomerActs` of the contract
    """

    def __init__(self, acts):
        self.acts = acts
        self.order = acts.order
        self.env = acts.env
        self.today = acts.today

    # ------------------------------------------------------------------
    # May
    # ------------------------------------------------------------------

    @property
    def last_day(self):
        """Last day on which the customer may withdraw, None when there is no such right.

        Counted from the day of the order, or from the first day of service if that is later. Later
        terms give and take nothing: those of the day of the order hold.
        """
        order = self.order
        days = order.subscription_withdrawal_days
        if order.subscription_order_type != "new" or not days:
            return None
        ordered = order.company_id._subscription_date(order.date_order)
        start = max(ordered, order._get_subscription_start())
        return start + timedelta(days=days)

    @property
    def is_open(self):
        """Whether the customer may withdraw today.

        An invoice that other contracts share cannot be taken back for one of them.
        """
        last = self.last_day
        return bool(last and self.today <= last and self.acts.is_running and not self._is_shared())

    def _is_shared(self):
        return any(
            move.invoice_line_ids.sale_line_ids.order_id - self.order for move in self.invoices
        )

    # ------------------------------------------------------------------
    # Money
    # ------------------------------------------------------------------

    @property
    def invoices(self):
        """Posted invoices of this contract of which something is not given back yet."""
        lines = self.order.order_line.invoice_lines
        moves = lines.move_id.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        return moves.filtered(lambda move: self._get_left(move) > 0).sorted("id")

    def _get_left(self, move):
        """Return what earlier credit notes left of an invoice."""
        credits = move.reversal_move_ids.filtered(lambda credit: credit.state == "posted")
        return move.currency_id.round(move.amount_total - sum(credits.mapped("amount_total")))

    def get_rows(self):
        """Return what is given back: name and amount of each invoice.

        :rtype: list[dict]
        """
        return [
            {"name": move.name, "amount": self._format(self._get_left(move))}
            for move in self.invoices
        ]

    @property
    def total(self):
        """What is given back in all, taxes included."""
        return sum(self._get_left(move) for move in self.invoices)

    def get_total_text(self):
        """Return what is given back in all, in words."""
        return self._format(self.total)

    def _format(self, amount):
        return self.order.currency_id.format(amount)

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def get_text(self):
        """Return until when the customer may withdraw, and what that means."""
        return self.env._(
            "You can withdraw until %(day)s without a reason. The contract then ends from its "
            "first day on, and you get back everything you were charged.",
            day=format_date(self.env, self.last_day),
        )

    # ------------------------------------------------------------------
    # Withdraw
    # ------------------------------------------------------------------

    def withdraw(self, shown_total):
        """End the contract from its first day on, and credit all its invoices in full.

        :param float shown_total: the total that was shown
        :raise AccessError: there is no such right, or not any more
        :raise UserError: something else was charged by now
        """
        order = self.order
        order._subscription_claim()
        self.acts.check("withdraw")
        invoices, total, coming = self.invoices, self.total, self._get_coming()
        if order.currency_id.compare_amounts(total, shown_total):
            raise UserError(self.acts.get_changed_text())
        credits = self._credit(invoices)
        if order.currency_id.compare_amounts(sum(credits.mapped("amount_total")), total):
            raise UserError(self.acts.get_changed_text())
        reason = self.env.ref("sale_recurring.close_reason_withdrawal", raise_if_not_found=False)
        order._subscription_close(order._get_subscription_start(), reason, credit_rule="credit")
        amounts = self._get_amounts(total)
        self.acts.tell(lambda env: self._get_told_text(env, total, coming), "withdrawn", amounts)
        self._schedule_refund(credits)
        self._schedule_refund_of_coming(coming)

    def _get_coming(self):
        """Return how much is under way for drafts, which the run credits once they are paid."""
        drafts = self.order.order_line.invoice_lines.move_id.filtered(
            lambda move: move.state == "draft"
        )
        return sum(draft._get_amount_coming() for draft in drafts)

    def _credit(self, invoices):
        """Post a credit note of each invoice; one that is not paid is settled by it."""
        if not invoices:
            return invoices
        waive = const.sealed(const.CREDIT_EFFECT_KEY, "waive")
        values = [
            {
                "invoice_date": self.today,
                "date": self.today,
                "ref": self.env._("Withdrawal from %(contract)s", contract=self.order.name),
                "invoice_origin": self.order.name,
                "invoice_payment_term_id": False,
            }
            for _move in invoices
        ]
        credits = invoices.with_context(**waive)._reverse_moves(values).with_env(self.env)
        credits.action_post()
        return credits

    def _get_amounts(self, total):
        """Return what the mail says of the money, as a preview does."""
        title = self.acts.for_customer.env._("Given back")
        return {"documents": [{"title": title, "total": total}]}

    def _get_told_text(self, env, total, coming):
        """Return what staff read, in the language of an environment."""
        name = self.acts.get_name()
        if not total and coming:
            return env._(
                "%(name)s withdrew from this contract online. Nothing was charged yet, but "
                "%(amount)s is under way and has to be given back once it is in.",
                name=name,
                amount=self._format(coming),
            )
        if not total:
            return env._(
                "%(name)s withdrew from this contract online. Nothing was charged.", name=name
            )
        return env._(
            "%(name)s withdrew from this contract online. All invoices are credited: %(amount)s. "
            "What was paid is given back.",
            name=name,
            amount=self._format(total),
        )

    def _schedule_refund(self, credits):
        """Ask a colleague to give back what was paid."""
        owed = credits.filtered("amount_residual")
        if not owed:
            return
        amount = self._format(sum(owed.mapped("amount_residual")))
        text = self.env._(
            "%(customer)s withdrew from %(contract)s and is owed %(amount)s by law, within 14 "
            "days: %(credits)s. Open the credit note and press Refund, or pay it back by hand.",
            customer=self.order.partner_id.name,
            contract=self.order.name,
            amount=amount,
            credits=", ".join(owed.mapped("name")),
        )
        self._schedule(self.env._("Give %(amount)s back after a withdrawal", amount=amount), text)

    def _schedule_refund_of_coming(self, coming):
        """Ask a colleague to give back what is still under way, once it came in."""
        if not coming:
            return
        amount = self._format(coming)
        text = self.env._(
            "%(customer)s withdrew from %(contract)s while %(amount)s was under way. Once it is "
            "in, the next billing run credits it, and it is owed by law, within 14 days of the "
            "withdrawal: open the credit note and press Refund, or pay it back by hand. If it does "
            "not come, nothing is owed.",
            customer=self.order.partner_id.name,
            contract=self.order.name,
            amount=amount,
        )
        summary = self.env._(
            "Give %(amount)s back after a withdrawal, once it is in", amount=amount
        )
        self._schedule(summary, text)

    def _schedule(self, summary, text):
        """Ask whoever looks after the contract."""
        self.order.activity_schedule(
            "mail.mail_activity_data_todo",
            self.today + timedelta(days=ACTIVITY_DAYS),
            summary=summary,
            note=plaintext2html(text),
            user_id=self.order._get_responsible_user().id,
        )
