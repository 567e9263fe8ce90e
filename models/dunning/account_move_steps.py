import logging

from odoo import models
from odoo.tools import format_date
from psycopg2 import OperationalError
from psycopg2 import errors as pg_errors

from ... import const
from ...engine import dunning

_logger = logging.getLogger(__name__)

MAILS = (dunning.REMIND, dunning.WARN)


class AccountMove(models.Model):
    """The steps of a dunning policy; each leaves a row in the transaction that does it."""

    _inherit = "account.move"

    def _dun_invoice(self):
        """Do the steps of today for this invoice in order, up to a mail; commits after each."""
        self.ensure_one()
        policy = self._get_dunning_policy()
        for planned in self._get_dunning_due():
            is_mail = planned.step.action in MAILS and not planned.is_skipped
            if is_mail or not self._is_dunnable():
                return
            if not self._do_dunning_step(policy._get_step(planned.step.key), planned):
                return
            self.env["ir.cron"]._commit_progress()
            if not self.exists():
                return  # a draft goes away with its contract

    def _do_dunning_step(self, step, planned):
        """Do one step of this invoice; what goes wrong is written down and stops nothing else.

        :param step: `subscription.dunning.policy.step`
        :param planned: `engine.dunning.Planned`
        :return: whether the step is behind us
        :rtype: bool
        """
        action = planned.step.action
        try:
            if not self.try_lock_for_update(allow_referencing=True):
                return False
            if planned.is_skipped:
                text = self.env._("A later step of the same kind was due as well.")
                self._log_dunning(step, action, "skipped", text)
            elif action in dunning.HARMFUL and not self._may_take_service_away(
                step, action, self._get_harmed_orders(step, action)
            ):
                return False
            else:
                getattr(self, f"_dun_{action}")(step)
                self.env.flush_all()
        except (OperationalError, pg_errors.UniqueViolation):
            # Another process is at work on this invoice: the next run looks again.
            self.env.cr.rollback()
            return False
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("a dunning step of invoice %(invoice)s failed", {"invoice": self.id})
            self._fail_dunning_step(step, action, str(error))
        return True

    def _fail_dunning_step(self, step, action, reason):
        """Write down why a step could not be done, and ask somebody to look."""
        self._log_dunning(step, action, "failed", reason)
        text = self.env._(
            "Nothing could be done about %(invoice)s, which is unpaid: %(reason)s",
            invoice=self._get_payment_name(),
            reason=reason,
        )
        summary = self.env._("%(invoice)s is unpaid", invoice=self._get_payment_name())
        self._schedule_for_salespeople(summary, text)

    # ------------------------------------------------------------------
    # Charge
    # ------------------------------------------------------------------

    def _dun_charge(self, step):
        """Charge this invoice once more, unless the last decline or open credit forbids it."""
        if not self._get_subscription_token():
            text = self.env._("No payment method is saved.")
            self._log_dunning(step, dunning.CHARGE, "skipped", text)
            return
        if self._is_held_by_credit():
            text = self.env._("What the customer has with us covers it.")
            self._log_dunning(step, dunning.CHARGE, "skipped", text)
            return
        verdict = self._get_charge_verdict()
        if verdict != dunning.GO:
            self._log_dunning(step, dunning.CHARGE, "skipped", self._get_verdict_text(verdict))
            return
        move = self.with_context(**const.sealed(const.DUNNING_STEP_KEY, step.id))
        if not move._charge_subscription_invoice():
            self._note_nothing_charged(step)

    def _get_most_attempts(self):
        """Let the policy say it."""
        policy = self._get_dunning_policy()
        return policy.max_attempts if policy else super()._get_most_attempts()

    def _note_nothing_charged(self, step):
        """Write down that an attempt came to nothing, unless another process made one."""
        self.invalidate_recordset()
        if step._get_key() not in self._get_dunning_done():
            text = self.subscription_charge_error or self.env._("There was nothing to charge.")
            self._log_dunning(step, dunning.CHARGE, "failed", text)

    def _get_verdict_text(self, verdict):
        """Return why the engine does not charge again, in words."""
        return {
            dunning.WAIT: self.env._("The bank wants another payment method."),
            dunning.FORBIDDEN: self.env._("The bank forbade further attempts."),
            dunning.ENOUGH: self.env._("It was tried often enough."),
        }[verdict]

    def _create_charge_transaction(self):
        """Note charges of late invoices in their history, in the transaction that records them."""
        tx = super()._create_charge_transaction()
        step_id = const.unseal(self.env.context, const.DUNNING_STEP_KEY)
        if tx and (step_id or self.subscription_in_dunning):
            step = self.env["subscription.dunning.policy.step"].browse(step_id)
            note = not step and self._get_extra_charge_text(tx)
            self._log_dunning(
                step, dunning.CHARGE, note=note, transaction_id=tx.id, attempt_count=1
            )
        return tx

    def _get_extra_charge_text(self, tx):
        """Return why a late document is charged although no step says so, in words."""
        before = (self.sudo().transaction_ids - tx).token_id  # sudo: as in _get_last_decline
        if tx.token_id in before:
            return self.env._("Outside the policy: something changed, or a colleague asked for it.")
        return self.env._("With another payment method.")

    # ------------------------------------------------------------------
    # Ask, suspend, close
    # ------------------------------------------------------------------

    def _dun_activity(self, step):
        """Ask the salesperson of each contract to call the customer."""
        text = self.env._(
            "%(invoice)s of %(customer)s is unpaid since %(due)s. Call them.",
            invoice=self._get_payment_name(),
            customer=self.partner_id.display_name,
            due=format_date(self.env, self._get_payment_due_date()),
        )
        summary = self.env._("%(invoice)s is unpaid", invoice=self._get_payment_name())
        self._schedule_for_salespeople(summary, text)
        self._log_dunning(step, dunning.ACTIVITY)

    def _dun_suspend(self, step):
        """Suspend the contracts of this invoice until it is paid."""
        orders = self._get_harmed_orders(step, dunning.SUSPEND)
        for order in orders:
            order._dunning_suspend(self)
        self._log_dunning(step, dunning.SUSPEND, *self._get_no_contract_outcome(orders))

    def _get_harmed_orders(self, step, action):
        """Return contracts that a step would suspend or close today."""
        orders = self._get_dunned_orders(step.policy_id)
        if action == dunning.SUSPEND:
            return orders.filtered(lambda order: order.subscription_state == "active")
        return orders

    def _suspend_after_pause(self):
        """Suspend contracts that the step left out, or that a payment freed which was taken back.

        What was paused on the day of the step is suspended once it goes on.
        """
        for move in self:
            step = move._get_suspension_behind(move._get_dunning_policy())
            if step and move._is_dunnable():
                move._suspend_late(step)

    def _get_suspension_behind(self, policy):
        """Return the step *suspend* of a policy that is behind this document, if there is one."""
        self.ensure_one()
        if dunning.SUSPEND not in policy.step_ids.mapped("action"):
            return policy.step_ids.browse()
        events = self._get_dunning_events().filtered(
            lambda event: event.action == dunning.SUSPEND and event.outcome != "failed"
        )
        return events.step_id[:1]

    def _get_spared_orders(self, step):
        """Return running contracts that a step *suspend* that is behind us left out.

        A suspension that a payment ended does not count: the document is open again.
        """
        self.ensure_one()
        notices = self.sudo().subscription_notice_ids  # sudo: as in _create_notices
        paid_dates = notices.filtered("paid_date").mapped("paid_date")
        paid = max(paid_dates, default=None)
        spared = self.env["sale.order"]
        for order in self._get_harmed_orders(step, dunning.SUSPEND):
            gaps = order.subscription_interruption_ids.sudo()  # sudo: run of every company
            ours = gaps.filtered(lambda gap: gap.dunning_move_id == self)
            if not ours.filtered(lambda gap: not paid or gap.start_date > paid):
                spared |= order
        return spared

    def _get_late_suspension(self, policy):
        """Return a suspension that is to be made up for, with its day, as a plan has it.

        :rtype: tuple[engine.dunning.Planned, ...]
        """
        self.ensure_one()
        step = self._get_suspension_behind(policy)
        orders = step and self._get_spared_orders(step)
        if not orders:
            return ()
        Notice = self.env["subscription.dunning.notice"]
        told = [Notice._get_told_date(order, self, dunning.SUSPEND) for order in orders]
        today = self.company_id._subscription_today()
        untold = today + policy._get_notice_time()
        day = max(today, *(day or untold for day in told))
        planned = [one for one in policy._get_plan() if one.key == step._get_key()]
        return tuple(dunning.Planned(one, day) for one in planned)

    def _suspend_late(self, step):
        """Do the step *suspend* to contracts that it left out, once they run again; commits.

        :param step: `subscription.dunning.policy.step` that is behind us
        """
        self.ensure_one()
        spared = self._get_spared_orders(step)
        if not spared or not self._may_take_service_away(step, dunning.SUSPEND, spared):
            return
        for order in spared:
            order._dunning_suspend(self)
        self._log_dunning(step.browse(), dunning.SUSPEND, *self._get_no_contract_outcome(spared))
        self.env["ir.cron"]._commit_progress()

    def _dun_close(self, step):
        """Close the contracts of this invoice, whose customer was warned."""
        orders = self._get_harmed_orders(step, dunning.CLOSE)
        # Noted first, because a closing may delete the draft that this is about.
        self._log_dunning(step, dunning.CLOSE, *self._get_no_contract_outcome(orders))
        note = self._get_unpaid_note()
        for order in orders:
            order._close_unpaid(note)

    def _get_dunned_orders(self, policy):
        """Return running contracts of this invoice that follow a policy."""
        orders = self.sudo()._get_subscription_orders()  # sudo: run of every company
        return orders.filtered(
            lambda order: (
                order.subscription_state in const.RUNNING_STATES
                and order._get_subscription_template().dunning_policy_id == policy
            )
        )

    def _get_no_contract_outcome(self, orders):
        """Return outcome and note of a step that found these contracts to act on."""
        if orders:
            return ("done", ", ".join(orders.mapped("name")))
        return ("skipped", self.env._("No contract of this invoice is running."))
