from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..preview.preview import Preview
from .amendment_plan import AmendmentPlan
from .amendment_text import AmendmentText


class SaleOrder(models.Model):
    """Switches of whole contracts to other terms or another recurrence, by an amendment."""

    _inherit = "sale.order"

    def _subscription_switch(self, template, recurrence, mode="now", day=False):
        """Put this contract on other terms, by an amendment that is made and confirmed.

        Quantities, agreed prices and discounts survive; a list price becomes that of the new
        recurrence.

        :param template: `subscription.template`, empty to keep the terms
        :param recurrence: `subscription.recurrence` of every recurring line, empty to keep them
            as far as the terms offer them
        :param str mode: when it takes effect: now, period, date
        :param date day: first day of the change when the mode is ``date``
        :return: the confirmed amendment
        :rtype: sale.order
        :raise UserError: the contract cannot be switched, or is on these terms already
        """
        self.ensure_one()
        self._subscription_claim()
        self._check_switch(template, recurrence)
        draft = self._draft_switch(template, recurrence, mode, day)
        draft._check_switched()
        values = self._prepare_switch_values(
            draft.subscription_effective_mode, draft.subscription_effective_date
        )
        amendment = self._create_amendment(**values)
        amendment._switch_lines(template, recurrence)
        amendment.action_confirm()
        return amendment

    def _check_switch(self, template, recurrence):
        """Refuse a switch that another agreement stands in the way of.

        :raise UserError: naming the contract
        """
        self._check_running(self.env._("switched"))
        terms = template or self._get_subscription_terms()
        if recurrence and recurrence not in terms._get_offered_recurrences():
            raise UserError(
                self.env._(
                    "%(order)s would be billed %(recurrence)s, which the terms %(terms)s do not "
                    "offer. Choose other terms as well.",
                    order=self.name,
                    recurrence=recurrence.name,
                    terms=terms.name,
                )
            )
        # sudo: a colleague's quotation counts too
        amendments = self.sudo().subscription_amendment_ids
        held = amendments.filtered(lambda order: order._is_open_amendment()).filtered(
            lambda order: order._is_quote_held()
        )
        if held:
            raise UserError(
                self.env._(
                    "%(amendment)s of %(order)s was signed or is being paid. Confirm or cancel it "
                    "first.",
                    amendment=held[0].name,
                    order=self.name,
                )
            )

    def _check_switched(self):
        """Refuse to confirm this amendment, unsaved and named as its contract.

        :raise UserError: it changes nothing, or does not fit the contract
        """
        if not AmendmentText(self).get_texts():
            raise UserError(
                self.env._("%(order)s is on these terms already.", order=self.name),
            )
        if message := self._get_subscription_error_message():
            raise UserError(message)

    # ------------------------------------------------------------------
    # Paper
    # ------------------------------------------------------------------

    def _prepare_switch_values(self, mode, day):
        return {
            "subscription_effective_mode": mode,
            "subscription_effective_date": day if mode == "date" else False,
        }

    def _draft_switch(self, template, recurrence, mode, day):
        """Return the amendment of a switch as it would be, without saving it.

        It bears the name of its contract, for what is said about it.

        :rtype: sale.order
        """
        values = self._prepare_amendment_values(self._prepare_switch_values(mode, day))
        draft = self.new({**self.copy_data(values)[0], "name": self.name, "order_line": []})
        draft.subscription_baseline = draft._get_current_baseline()
        draft._add_contract_lines(self._get_lines_to_amend(draft))
        draft._switch_lines(template, recurrence)
        if mode == "period" and draft.subscription_is_outdated:
            # Which period counts shows only now that the lines are changed: until its first day
            # the contract changes by itself.
            return self._draft_switch(template, recurrence, "date", draft._get_effective_date())
        return draft

    def _switch_lines(self, template, recurrence):
        """Put this amendment on other terms, and its recurring lines on another recurrence."""
        if template:
            self.subscription_template_id = template
        if recurrence:
            self._get_recurring_lines().recurrence_id = recurrence

    # ------------------------------------------------------------------
    # Preview
    # ------------------------------------------------------------------

    def _get_switch_preview(self, template, recurrence, mode, day):
        """Return what a switch of this contract bills and credits on its day; writes nothing.

        :return: a preview, see `sale_order_preview`
        :rtype: dict
        """
        self.ensure_one()
        return Preview(self).or_reason(
            lambda: self._prepare_switch_preview(template, recurrence, mode, day)
        )

    def _prepare_switch_preview(self, template, recurrence, mode, day):
        self._check_switch(template, recurrence)
        draft = self._draft_switch(template, recurrence, mode, day)
        draft._check_switched()
        items = AmendmentPlan(draft).get_changed_items()
        one_off = draft._get_preview_one_off_lines(draft._get_quote_date())
        preview = Preview(self).for_operation(items, one_off)
        preview["headline"] = self.env._(
            "From %(day)s on:", day=format_date(self.env, draft._get_effective_date())
        )
        preview["reasons"] = AmendmentText(draft).get_reasons()
        return preview
