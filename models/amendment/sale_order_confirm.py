from markupsafe import Markup
from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ... import const
from .amendment_plan import AmendmentPlan
from .amendment_text import AmendmentText


class SaleOrder(models.Model):
    """Confirmation of amendments: the contract changes, the paper is filed."""

    _inherit = "sale.order"

    # ------------------------------------------------------------------
    # Refusals
    # ------------------------------------------------------------------

    def _get_subscription_error_message(self):
        """Refuse amendments that no longer fit their contract, before anybody signs or pays."""
        if self._is_amendment():
            message = AmendmentText(self).get_error_message()
            if message:
                return message
        elif self.subscription_order_type == "amendment":
            return self.env._(
                "The contract that %(order)s amends no longer exists. Make a new quotation "
                "instead.",
                order=self.name,
            )
        return super()._get_subscription_error_message()

    # ------------------------------------------------------------------
    # Confirm
    # ------------------------------------------------------------------

    def action_confirm(self):
        """Let amendments change their contracts.

        They never reach ``_action_confirm``, where deliveries and projects would be made twice.
        """
        amendments = self.filtered(lambda order: order._is_amendment())
        for amendment in amendments:
            amendment._confirm_amendment()
        return super(SaleOrder, self - amendments).action_confirm() if self - amendments else True

    def _confirm_amendment(self):
        """Apply one amendment to its contract.

        :raise UserError: the amendment does not fit the contract
        """
        self.ensure_one()
        contract = self.subscription_parent_id
        contract._check_subscription_operator()
        contract._subscription_claim()
        if message := self._confirmation_error_message():
            raise UserError(message)
        self.order_line._validate_analytic_distribution()
        day = self._get_effective_date()
        is_accepted = self._is_amount_accepted(day)
        totals = self._get_due_now_totals()
        if self._is_change_ahead() and not is_accepted:
            totals = self._get_tax_totals_of_documents([])  # it is billed on its day
        values = {
            **self._prepare_confirmation_values(),
            "subscription_effective_date": day,
            "subscription_quote_date": self._get_quote_date(),
            "subscription_frozen_totals": totals,
            "subscription_amendment_pending": is_accepted,
            "locked": True,
        }
        plans = AmendmentPlan(self).get_plans()
        note = AmendmentText(self).get_note(totals["total_amount_currency"])
        # The totals are frozen first: on the changed contract the same lines would count again.
        self.with_context(subscription_mirror=const.MIRROR).write(values)
        self._apply_amendment(contract, plans)
        contract._after_operation(None)
        contract.message_post(body=note)
        self.message_post(body=note)
        contract._cancel_open_amendments(
            self.env._("%(amendment)s was confirmed instead.", amendment=self.name)
        )
        if self.env.context.get("send_email"):
            self._send_order_confirmation_mail()

    def _is_amount_accepted(self, day):
        """Return whether the contract must bill exactly the amount of this amendment next.

        A payment bills ahead of the change; a signature alone does not.

        :param date day: first day of the change
        :rtype: bool
        """
        self.ensure_one()
        if day <= self._get_quote_date():
            return self.subscription_quote_frozen
        # sudo: salesmen have no right to read transactions
        return any(tx._can_settle_new_invoice() for tx in self.sudo().transaction_ids)

    def _apply_amendment(self, contract, plans):
        """Store the new steps of the contract and bring its lines up to this amendment.

        :param contract: the contract
        :param dict plans: of :meth:`AmendmentPlan.get_plans`
        """
        touched = AmendmentPlan(self).get_touched_lines(
            {line: plan[0] for line, plan in plans.items()}
        )
        if AmendmentPlan(self).is_template_switched():
            contract.with_context(
                subscription_mirror=const.MIRROR
            ).subscription_template_id = self.subscription_template_id
        self._update_contract_texts(contract)
        added = self._create_contract_lines(contract)
        changed = {
            added.get(line, line).with_env(contract.env): plans[line]
            for line in touched
            if line in added or line.order_id == contract
        }
        contract._replace_segments_of_lines(
            {line: list(steps) for line, (steps, _tail) in changed.items()}
        )
        for line, (_steps, tail) in changed.items():
            line._store_tail(tail)
        self.subscription_changed_line_ids = [
            Command.set(contract.order_line.browse(line.id for line in changed).ids)
        ]
        if any(line._is_recurrence_switched() for line in added):
            contract._settle_anchor(self.subscription_effective_date)

    def _create_contract_lines(self, contract):
        """Add to the contract what this amendment adds.

        :return: the new line of the contract by line of this amendment
        :rtype: dict
        """
        lines = AmendmentPlan(self).get_added_lines() | self.order_line.filtered(
            lambda line: line.display_type and not line.subscription_parent_line_id
        )
        lines = lines.filtered(lambda line: line.display_type or line.product_uom_qty)
        # The confirmation note says what was added; the steps come from the amendment.
        Line = self.env["sale.order.line"].with_context(
            sale_no_log_for_new_lines=True,
            **{const.JOIN_DATE_KEY: self.subscription_effective_date},
        )
        created = Line.create([line._prepare_contract_line_values(contract) for line in lines])
        return dict(zip(lines, created.with_env(contract.env), strict=True))

    def _update_contract_texts(self, contract):
        """Bring texts and order of the contract's lines up to this amendment."""
        shown = {}
        for line in self.order_line.filtered("subscription_parent_line_id"):
            shown.setdefault(line.subscription_parent_line_id, line)
        for parent, line in shown.items():
            values = {
                name: line[name]
                for name in ("name", "sequence")
                if parent[name] != line[name] and not line._is_switched()
            }
            if not line.display_type and not line._is_switched():
                values.update(line._prepare_amended_details())
            if values:
                parent.with_context(subscription_mirror=const.MIRROR).write(values)
        headings = contract.order_line.filtered(
            lambda line: line.display_type and line.create_date <= self.create_date
        )
        (headings - self.order_line.browse(line.id for line in shown)).unlink()

    # ------------------------------------------------------------------
    # Alternatives
    # ------------------------------------------------------------------

    def _cancel_open_amendments(self, reason):
        """Cancel the amendments of these contracts that were not confirmed.

        :param str reason: why, one translated sentence
        """
        # sudo: whoever changes the contract may have no right on a colleague's quotation
        amendments = self.sudo().subscription_amendment_ids.filtered(
            lambda order: order._is_open_amendment()
        )
        for amendment in amendments:
            if amendment.amount_paid:
                amendment.subscription_parent_id._schedule_charge_activity(
                    self.env._("A cancelled amendment was paid"),
                    self.env._(
                        "%(amendment)s was paid and cannot be confirmed any more. Its payment goes "
                        "to the next invoice of the contract, unless you refund it.",
                        amendment=amendment.name,
                    ),
                )
            amendment._action_cancel()
            amendment.message_post(
                body=self.env._("This amendment was cancelled. %(reason)s", reason=reason)
            )
        for contract, members in amendments.grouped("subscription_parent_id").items():
            links = Markup(", ").join(member._get_html_link() for member in members)
            contract.message_post(
                body=self.env._(
                    "Cancelled: %(amendments)s. %(reason)s", amendments=links, reason=reason
                )
            )

    def _hook_on_subscription_close(self):
        """Cancel what was still offered on a contract that ends."""
        super()._hook_on_subscription_close()
        self._cancel_open_amendments(self.env._("Its contract was closed."))

    def _hook_on_subscription_state(self, old, new):
        """Cancel what was still offered on a contract that has ended."""
        super()._hook_on_subscription_state(old, new)
        if new in ("closed", "renewed"):
            self._cancel_open_amendments(self.env._("Its contract has ended."))

    def action_cancel(self):
        """Refuse to cancel amendments that are part of a contract.

        :raise UserError: naming the amendment
        """
        for order in self.filtered(lambda order: order._is_amendment() and order.state == "sale"):
            raise UserError(
                self.env._(
                    "%(order)s has changed its contract already. Make another amendment to take "
                    "that back.",
                    order=order.name,
                )
            )
        return super().action_cancel()
