from odoo.exceptions import UserError
from odoo.tools import format_date

from ..preview.preview import Preview
from .amendment_plan import AmendmentPlan
from .amendment_text import AmendmentText


class Switch:
    """A switch of one contract to other terms or another recurrence, before it is made.

    :param order: the contract, or the amendment that was drafted for it, one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def check(self, template, recurrence):
        """Refuse a switch that another agreement stands in the way of.

        :raise UserError: naming the contract
        """
        self.order._check_running(self.env._("switched"))
        template = template or self.order._get_subscription_template()
        if recurrence and recurrence not in template._get_offered_recurrences():
            raise UserError(
                self.env._(
                    "%(order)s would be billed %(recurrence)s, which the subscription template "
                    "%(template)s does not offer. Choose another subscription template as well.",
                    order=self.order.name,
                    recurrence=recurrence.name,
                    template=template.name,
                )
            )
        # sudo: a colleague's quotation counts too
        amendments = self.order.sudo().subscription_amendment_ids
        held = amendments.filtered(lambda order: order._is_open_amendment()).filtered(
            lambda order: order._is_quote_held()
        )
        if held:
            raise UserError(
                self.env._(
                    "%(amendment)s of %(order)s was signed or is being paid. Confirm or cancel it "
                    "first.",
                    amendment=held[0].name,
                    order=self.order.name,
                )
            )

    def check_result(self):
        """Refuse to confirm this amendment, unsaved and named as its contract.

        :raise UserError: it changes nothing, or does not fit the contract
        """
        if not AmendmentText(self.order).get_texts():
            raise UserError(
                self.env._(
                    "%(order)s is on this subscription template already.", order=self.order.name
                ),
            )
        if message := self.order._get_subscription_error_message():
            raise UserError(message)

    def prepare_values(self, mode, day):
        """Return the values of the amendment that say when it takes effect."""
        return {
            "subscription_effective_mode": mode,
            "subscription_effective_date": day if mode == "date" else False,
        }

    def draft(self, template, recurrence, mode, day):
        """Return the amendment of a switch as it would be, without saving it.

        It bears the name of its contract, for what is said about it.

        :rtype: sale.order
        """
        return self.draft_as(
            lambda draft: Switch(draft).switch_lines(template, recurrence), mode, day
        )

    def draft_as(self, change, mode, day=False):
        """Return an amendment as a function changes it, without saving it.

        :param change: function of the unsaved amendment, which shows the contract as it is
        :param str mode: when it takes effect: now, period, date
        :param date day: first day of the change when the mode is ``date``
        :rtype: sale.order
        """
        values = self.order._prepare_amendment_values(self.prepare_values(mode, day))
        draft = self.order.new(
            {**self.order.copy_data(values)[0], "name": self.order.name, "order_line": []}
        )
        draft._as_system().subscription_baseline = draft._get_current_baseline()
        draft._add_contract_lines(self.order._get_lines_to_amend(draft))
        change(draft)
        if mode == "period" and draft.subscription_is_outdated:
            # Which period counts shows only now that the lines are changed: until its first day
            # the contract changes by itself.
            return self.draft_as(change, "date", draft._get_effective_date())
        return draft

    def switch_lines(self, template, recurrence):
        """Put this amendment on other terms, and its recurring lines on another recurrence."""
        if template:
            self.order.subscription_template_id = template
        if recurrence:
            self.order._get_recurring_lines().recurrence_id = recurrence

    def get_preview(self, template, recurrence, mode, day):
        """Return what a switch of this contract bills and credits on its day; writes nothing.

        :return: a preview, see `sale_order_preview`
        :rtype: dict
        """
        return Preview(self.order).or_reason(
            lambda: self._make_preview(template, recurrence, mode, day)
        )

    def _make_preview(self, template, recurrence, mode, day):
        self.check(template, recurrence)
        draft = self.draft(template, recurrence, mode, day)
        Switch(draft).check_result()
        items = AmendmentPlan(draft).get_changed_items()
        one_off = draft._get_preview_one_off_lines(draft._get_quote_date())
        preview = Preview(self.order).for_operation(items, one_off)
        preview["headline"] = self.env._(
            "From %(day)s on:", day=format_date(self.env, draft._get_effective_date())
        )
        preview["reasons"] = AmendmentText(draft).get_reasons()
        return preview
