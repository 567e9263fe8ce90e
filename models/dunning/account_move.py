import logging

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL
from psycopg2 import OperationalError
from psycopg2 import errors as pg_errors

from ...engine import dunning
from ..charging.account_move import UNPAID_STATES
from .subscription_dunning_event import EVENT_ACTIONS

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    """Unpaid invoices of contracts: which step of the dunning policy follows, and when."""

    _inherit = "account.move"

    subscription_in_dunning = fields.Boolean(
        "In Dunning",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="This invoice is late, and its contract has a dunning policy.",
    )
    subscription_dunning_checked_date = fields.Date("Last Dunning Check", copy=False, readonly=True)
    subscription_dunning_next_date = fields.Date("Next Dunning Step On", copy=False, readonly=True)
    subscription_dunning_next_action = fields.Selection(
        EVENT_ACTIONS, "Next Dunning Step", copy=False, readonly=True
    )
    subscription_dunning_event_ids = fields.One2many(
        "subscription.dunning.event", "move_id", "Dunning", readonly=True
    )

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    @api.model
    def _get_dunning_domain(self, company):
        """Return the domain of late invoices, and requests for payment, with a dunning policy.

        :param company: `res.company`
        :rtype: Domain
        """
        today = company._subscription_today()
        unpaid = Domain(
            [
                ("company_id", "=", company.id),
                ("move_type", "=", "out_invoice"),
                ("payment_state", "in", UNPAID_STATES),
                (
                    "invoice_line_ids.sale_line_ids.order_id",
                    "any",
                    [("subscription_template_id.dunning_policy_id.active", "=", True)],
                ),
            ]
        )
        invoices = Domain("state", "=", "posted") & self._get_due_domain("<", today)
        requests = self._get_request_domain() & Domain("subscription_requested_date", "<", today)
        return unpaid & (invoices | requests)

    def _get_dunning_policy(self):
        """Return the policy that this invoice follows: that of its first contract that has one.

        :rtype: subscription.dunning.policy
        """
        self.ensure_one()
        # sudo: whoever looks at an invoice may lack rights on its contracts
        orders = self.sudo()._get_subscription_orders().sorted("id")
        policies = [order._get_subscription_template().dunning_policy_id for order in orders]
        none = self.env["subscription.dunning.policy"]
        return next((policy for policy in policies if policy.active), none)

    def _is_dunnable(self):
        """Return whether this is late, nobody pays it right now, and it is not left out."""
        self.ensure_one()
        is_late = bool(self.filtered_domain(self._get_dunning_domain(self.company_id)))
        return is_late and not self._is_left_alone()

    def _is_left_alone(self):
        """Return whether it is being paid, cannot be paid, or somebody left it out of dunning."""
        self.ensure_one()
        # sudo: run of every company. The lines were read to tell that this is late.
        orders = self.sudo().invoice_line_ids.sale_line_ids.order_id
        is_left_out = any(order._get_left_out_reason() for order in orders)
        is_aside = self.state == "draft" and self.subscription_aside_reason
        return is_left_out or bool(is_aside) or bool(self._get_open_charges())

    def _get_dunning_part(self):
        """Return which instalment is late: how many before it are paid, 0 without instalments.

        Each instalment is a matter of its own. One that is late after the one before was paid
        begins with the first step and is announced anew; as long as the one before is open, both
        are one delay and nothing begins again.
        """
        self.ensure_one()
        open_lines = self._get_instalments()
        if not open_lines:
            return 0
        # sudo: as in _get_instalments
        lines = self.sudo().line_ids.filtered(lambda line: line.display_type == "payment_term")
        return len(lines) - len(open_lines)

    def _get_dunning_events(self):
        """Return what was done about this invoice, or about its instalment that is late now."""
        part = self._get_dunning_part()
        events = self.sudo().subscription_dunning_event_ids  # sudo: read by the job and by texts
        return events.filtered(lambda event: event.part == part)

    def _get_dunning_done(self):
        """Return day of each step that was done for this invoice, by key of the plan."""
        self.ensure_one()
        events = self._get_dunning_events()
        return {event._get_key(): event.date for event in events if event._get_key()}

    def _get_dunning_due(self):
        """Return the steps to do today for this invoice, in order.

        :rtype: tuple[engine.dunning.Planned, ...]
        """
        self.ensure_one()
        policy = self._get_dunning_policy()
        if not policy or not self._is_dunnable():
            return ()
        return dunning.steps_due(*self._get_dunning_facts(policy))

    def _get_dunning_future(self, assumed=None):
        """Return the steps that are still to come for this invoice if nobody pays it.

        :param dict assumed: days of steps, by key, that count as done although they are not yet
        :rtype: tuple[engine.dunning.Planned, ...]
        """
        self.ensure_one()
        policy = self._get_dunning_policy()
        if not policy or not self._get_payment_due_date():
            return ()
        plan, done, *rest = self._get_dunning_facts(policy)
        future = dunning.future_steps(plan, {**(assumed or {}), **done}, *rest)
        return (*self._get_late_suspension(policy), *future)

    def _get_dunning_facts(self, policy):
        """Return arguments of the questions that the engine answers."""
        return (
            policy._get_plan(),
            self._get_dunning_done(),
            self._get_dunning_start(),
            self.company_id._subscription_today(),
            policy.grace_days,
        )

    # ------------------------------------------------------------------
    # Run
    # ------------------------------------------------------------------

    @api.model
    def _cron_dun_subscriptions(self):
        """Do the steps of today, customer by customer; may be killed and run again at any point."""
        Cron = self.env["ir.cron"]
        groups = self._get_dunning_groups()
        time_left = Cron._commit_progress(remaining=len(groups))
        for moves in groups:
            if not time_left:
                break
            # Each commit forgets what was read: what is read again is read for this customer only.
            alone = moves.with_prefetch()
            alone.company_id._in_company_language(alone)._dun_customer_or_go_on()
            time_left = Cron._commit_progress(1)
        _logger.info("looked at the unpaid invoices of %(count)s customers", {"count": len(groups)})

    @api.model
    def _get_dunning_groups(self):
        """Return the invoices to look at today, those of one customer and company together.

        :rtype: list[account.move]
        """
        moves = self.browse()
        for company in self.env["res.company"]._get_served_companies():
            late = self._get_dunning_domain(company)
            unchecked = Domain("subscription_dunning_checked_date", "=", False) | Domain(
                "subscription_dunning_checked_date", "!=", company._subscription_today()
            )
            # Apart, so that the indexes on invoices and on drafts serve.
            for state in ("posted", "draft"):
                domain = Domain("state", "=", state) & late & unchecked
                moves |= self.search(domain, order="invoice_date_due, id")
            in_dunning = self.search(
                [("subscription_in_dunning", "=", True), ("company_id", "=", company.id)]
            )
            moves |= in_dunning - in_dunning.filtered_domain(late)
        groups = moves.grouped(lambda move: (move.commercial_partner_id, move.company_id))
        return list(groups.values())

    def _dun_customer_or_go_on(self):
        """Do the steps of today for one customer; what fails is left to the next run."""
        claimed, lock = False, self._get_dunning_lock()
        try:
            claimed = self._claim_dunning(lock)
            if claimed:
                # What whoever held the customer before did is seen from here on.
                self.env["ir.cron"]._commit_progress()
                self.exists()._dun_customer()
                self.env["ir.cron"]._commit_progress()
        except Exception as error:
            # Whatever is wrong with one customer must not stop the others.
            self.env.cr.rollback()
            is_race = isinstance(error, OperationalError | pg_errors.UniqueViolation)
            level = logging.INFO if is_race else logging.ERROR
            _logger.log(level, "unpaid invoices %(moves)s wait", {"moves": self.ids}, exc_info=True)
        finally:
            if claimed:
                self._release_dunning(lock)

    @api.model
    def _claim_dunning(self, lock):
        """Take the customer of late invoices, unless another process has taken them.

        The steps of one customer belong together and are committed one by one, so the claim
        outlives transactions: it ends with :meth:`_release_dunning` or with the process.

        :param SQL lock: of :meth:`_get_dunning_lock`
        :return: whether the customer is ours
        :rtype: bool
        """
        return self.env.execute_query(SQL("SELECT pg_try_advisory_lock(%s)", lock))[0][0]

    @api.model
    def _release_dunning(self, lock):
        """Let other processes look at a customer."""
        self.env.execute_query(SQL("SELECT pg_advisory_unlock(%s)", lock))

    def _get_dunning_lock(self):
        """Return SQL of the two numbers that stand for the customer of these invoices."""
        kind = f"{self._table}.dunning.{self.company_id[:1].id}"
        return SQL("hashtext(%s), %s", kind, self.commercial_partner_id[:1].id)

    def _dun_customer(self):
        """Do the steps of today for the late invoices of one customer.

        What comes before the mail of each invoice goes first, then one mail for all of them, then
        the rest.
        """
        company = self.company_id[:1]
        moves = self.with_company(company).with_context(allowed_company_ids=company.ids)
        # A closing may delete a draft; its contracts are brought up to date all the same.
        orders = moves.sudo()._get_subscription_orders()  # sudo: run of every company
        has_drafts = "draft" in moves.mapped("state")  # nothing else ever goes away
        moves._note_money()
        for draft in moves.filtered(lambda move: move.state == "draft"):
            draft._update_aside()
        for move in moves:
            move._dun_invoice()
        left = moves.exists() if has_drafts else moves
        left._dun_by_mail()
        for move in left:
            move._dun_invoice()
        left = left.exists() if has_drafts else left
        left._suspend_after_pause()
        left._end_dunning_day()
        for order in orders:
            order._refresh_dunning()

    def _end_dunning_day(self):
        """Note what was paid and what comes next."""
        for move in self.try_lock_for_update(allow_referencing=True):
            late = move.filtered_domain(move._get_dunning_domain(move.company_id))
            if move._log_recovery() or not late:
                move._remove_done_activities()
            waits = bool(late) and move._is_left_alone()
            acts = late and not waits
            following = next(iter(move._get_dunning_future()), None) if acts else None
            move._as_system().write(
                {
                    # A payment on its way begins no dunning, and ends none before it is there.
                    "subscription_in_dunning": bool(acts)
                    or (waits and move.subscription_in_dunning),
                    "subscription_dunning_checked_date": move.company_id._subscription_today(),
                    "subscription_dunning_next_date": following.day if following else False,
                    "subscription_dunning_next_action": following.step.action
                    if following
                    else False,
                }
            )

    # ------------------------------------------------------------------
    # Log
    # ------------------------------------------------------------------

    def _log_dunning(self, step, action, outcome="done", note=None, **values):
        """Add a row to the history of this invoice.

        :param step: `subscription.dunning.policy.step`, empty for what is no step
        :param str action: what was done
        :param str outcome: 'done', 'skipped' or 'failed'
        :param str note: why, in words
        :return: the `subscription.dunning.event`
        """
        self.ensure_one()
        # sudo: nobody may write history by hand
        Event = self.env["subscription.dunning.event"].sudo()
        today = self.company_id._subscription_today()
        return Event.create(
            {
                "move_id": self.id,
                "order_ids": [Command.set(self.sudo()._get_subscription_orders().ids)],
                "partner_id": self.commercial_partner_id.id,
                "company_id": self.company_id.id,
                "policy_id": step.policy_id.id or self._get_dunning_policy().id,
                "step_id": step.id,
                "part": self._get_dunning_part(),
                "action": action,
                "outcome": outcome,
                "date": today,
                "days_late": (today - self._get_payment_due_date()).days,
                "note": note,
                "decline_class": self._get_last_decline().subscription_decline_class,
                "open_amount": self._get_open_amount_signed(),
                "received_amount": self._get_received_amount(),
                **values,
            }
        )

    # ------------------------------------------------------------------
    # Core
    # ------------------------------------------------------------------

    def _hook_on_paid(self):
        """Let the dunning run look at paid invoices at once: their contracts may be suspended."""
        super()._hook_on_paid()
        if any(move.subscription_in_dunning for move in self):
            # sudo: triggering a cron is reserved to administrators
            self.env.ref("sale_recurring.ir_cron_dun_subscriptions").sudo()._trigger()
