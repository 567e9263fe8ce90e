from datetime import timedelta

from odoo.tools import format_date

from ...engine import dunning


class UnpaidRule:
    """What the rule for unpaid invoices does to one contract today.

    The customer is told by mail on which day the contract is closed. The days count from the mail
    that left; as long as none did, nothing is closed and a person is asked.

    :param order: one `sale.order`, in its company
    :param move: its oldest unpaid `account.move`
    """

    def __init__(self, order, move):
        order.ensure_one()
        self.order, self.move = order, move
        self.env = order.env
        self.template = order._get_subscription_template()
        self.today = order._subscription_today()
        self.notices = self.env["subscription.dunning.notice"]

    def apply(self):
        """Warn the customer, close the contract, or wait."""
        if self.order._get_left_out_reason():
            return
        if self.order.subscription_unpaid_move_id == self.move:
            if self.order.subscription_unpaid_close_date <= self.today:
                self._close_or_wait()
            return
        self.order._forget_unpaid()
        days, warned = self.template._get_unpaid_close_days(), self.template.unpaid_warn_days
        close = self.move._get_dunning_start() + timedelta(days=days)
        if self.today >= close - timedelta(days=warned):
            self._warn(max(close, self.today + timedelta(days=warned)))

    def _close_or_wait(self):
        """Close the contract once the customer was told and has nothing with us."""
        if self.move._is_held_by_credit():
            return
        told = self.notices._get_told_date(self.order, self.move, dunning.CLOSE)
        if told and told <= self.today:
            step = self.env["subscription.dunning.policy.step"]
            self.move._log_dunning(step, dunning.CLOSE, note=self.order.name)
            self.order._close_unpaid(self.move._get_unpaid_note())
            return
        about = self.notices._get_about(self.order, self.move, dunning.CLOSE)
        if told or about._is_under_way(self.today):
            return
        if about:
            self.move._schedule_telling(about[:1].reason)
        self.order._forget_unpaid()
        self._warn(self.today + timedelta(days=max(1, self.template.unpaid_warn_days)))

    def _warn(self, day):
        """Tell the customer by mail on which day the contract is closed.

        :param date day: day of the closing
        """
        order, move = self.order, self.move
        order._as_system().write(
            {"subscription_unpaid_move_id": move.id, "subscription_unpaid_close_date": day}
        )
        if reason := move._warn_of_closing(order, day):
            order._forget_unpaid()
            move._schedule_telling(reason)
            return
        order.message_post(
            body=self.env._(
                "%(invoice)s is unpaid since %(due)s. The customer was warned: the contract is "
                "closed on %(day)s unless it is paid before.",
                invoice=move._get_payment_name(),
                due=format_date(self.env, move._get_payment_due_date()),
                day=format_date(self.env, day),
            )
        )
