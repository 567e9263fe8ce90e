from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import const
from ...explain import told_to_user
from .billing_run import BillingRun


class SaleOrder(models.Model):
    """What the billing run looks for, when it is woken, and the button that does its work."""

    _inherit = "sale.order"

    # What the run looks for, in the order in which it takes it; contracts that are not due cost
    # nothing, however many there are.
    _due_to_bill = models.Index(
        "(company_id, subscription_next_invoice_date, id) "
        "WHERE subscription_next_invoice_date IS NOT NULL "
        "AND subscription_quarantined_at IS NULL AND subscription_waiting_move_id IS NULL"
    )
    _due_to_start = models.Index("(subscription_start_date) WHERE subscription_state = 'upcoming'")
    _due_to_end = models.Index(
        "(subscription_end_date) WHERE subscription_end_date IS NOT NULL "
        "AND subscription_state IN ('upcoming', 'active', 'paused', 'suspended')"
    )

    # ------------------------------------------------------------------
    # Picking
    # ------------------------------------------------------------------

    @api.model
    def _get_due_contracts_domain(self, day):
        """Return the domain of contracts that the run should look at on a day.

        :param date day: today in the company's time zone
        :rtype: Domain
        """
        return Domain(
            [
                ("subscription_next_invoice_date", "<=", day),
                ("subscription_state", "in", const.BILLABLE_STATES),
                ("subscription_quarantined_at", "=", False),
                ("subscription_waiting_move_id", "=", False),
                # a cancelled contract may have something to give back
                ("state", "in", ("sale", "cancel")),
            ]
        )

    # ------------------------------------------------------------------
    # Run
    # ------------------------------------------------------------------

    @api.model
    def _cron_bill_subscriptions(self):
        """Bill all due contracts in batches; may be killed and run again at any point."""
        BillingRun(self.env).run()

    @api.model
    def _get_stale_state_domains(self, first, last):
        """Return the domains of contracts whose state may not be that of the day any more. Hook.

        :param date first: today where the day began last
        :param date last: today where it began first
        :rtype: list[Domain]
        """
        gaps = "subscription_interruption_ids"
        begun = Domain("start_date", "<=", last) & (
            Domain("end_date", "=", False) | Domain("end_date", ">", first)
        )
        return [
            Domain("subscription_state", "=", "upcoming")
            & Domain("subscription_start_date", "<=", last),
            Domain("subscription_state", "in", const.RUNNING_STATES)
            & Domain("subscription_end_date", "<=", last),
            Domain("subscription_state", "=", "active") & Domain(gaps, "any", begun),
            Domain("subscription_state", "in", ("paused", "suspended"))
            & Domain(gaps, "any", Domain("end_date", "<=", last)),
        ]

    def _without_billing_limits(self):
        """Return this contract without limits on what is billed at once; a selection keeps them.

        Whoever presses a button on one contract has read why the run left it alone.
        """
        return self.with_context(**const.sealed(const.NO_LIMITS_KEY)) if len(self) == 1 else self

    @api.model
    def _get_billing_crons(self, active_test=True):
        """Return the scheduled actions that bill, one per worker.

        :param bool active_test: leave out workers that are switched off
        :rtype: ir.cron
        """
        return self.env["ir.cron"]._get_workers("model._cron_bill_subscriptions()", active_test)

    def _trigger_billing(self):
        """Wake the billing run when one of these contracts is due."""
        due = self.filtered(
            lambda order: (
                order.subscription_next_invoice_date
                and order.subscription_next_invoice_date <= order._subscription_today()
            )
        )
        if due:
            for cron in self._get_billing_crons():
                cron._trigger()

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_subscription_bill(self):
        """Bill what is due on these contracts now and show the result."""
        contracts = self.filtered(lambda order: order.is_subscription and order.state == "sale")
        contracts._check_subscription_operator()
        contracts._subscription_claim()
        # As the run does: a term that begins today has its prices before it is billed.
        contracts._subscription_refresh_state()
        with told_to_user(self.env):
            moves = contracts._without_billing_limits()._bill_subscriptions().with_env(self.env)
        contracts.filtered("subscription_quarantined_at")._release_quarantine()
        if not moves:
            raise UserError(contracts._nothing_to_invoice_error_message())
        return contracts.action_view_invoice(invoices=moves)

    @api.model
    def _refresh_due_segments(self, limit=200):
        """Let lines show some of the segments whose day has come, and say so on their contracts.

        Contracts that another process has in hand are left to it.

        :param int limit: most segments to look at
        :return: the contracts that were dealt with
        """
        due = [
            Domain("company_id", "=", company.id)
            & Domain("start_date", "<=", company._subscription_today())
            for company in self.env["res.company"]._get_served_companies()
        ]
        segments = self.env["subscription.segment"].search(
            Domain("is_planned", "=", True)
            & Domain.OR(due)
            & Domain("order_id.subscription_quarantined_at", "=", False),
            limit=limit,
            order="start_date, id",
        )
        done = self.browse()
        for order in segments.order_id.try_lock_for_update(allow_referencing=True):
            if order._run_or_quarantine(order.order_line.segment_ids._apply_due):
                done |= order
        return done
