from odoo import api, fields, models
from odoo.tools import format_date

from ...engine.segment import segment_at
from ...tools import get_declared
from .change_preview import ChangePreview
from .dry_run import DryRun
from .preview import Preview
from .simulation import SIMULATED_MONTHS, Simulation
from .tried import Tried


class SaleOrder(models.Model):
    """What comes next on a contract, for how much and why; nothing here writes anything.

    The work is done by :class:`Preview` and :class:`Simulation`; here are the fields that show it
    and the hooks by which later features say what they know better.
    """

    _inherit = "sale.order"

    # Hook. What makes the amount due now of a quotation; later rooms add what they know.
    _due_now_fields = (
        "require_payment",
        "subscription_template_id",
        "subscription_start_date",
        "subscription_end_date",
        "order_line.recurrence_id",
    )

    subscription_coverage = fields.Json(
        "Billed So Far",
        compute="_compute_subscription_coverage",
        help="Per line: what it costs and until when it is billed.",
    )
    subscription_preview = fields.Json(
        "What Comes Next",
        compute="_compute_subscription_preview",
        help="The next invoice as the billing run would make it, with the reason for its date.",
    )
    subscription_amount_next = fields.Monetary(
        "Next Amount",
        compute="_compute_subscription_amount_next",
        help="What the next billing run will bill or give back on this contract, taxes included. "
        "What is due already is part of it.",
    )

    subscription_typed_text = fields.Char(
        "What Saving Does",
        compute="_compute_subscription_typed_text",
        help="What the changes that are not saved yet charge or credit from today on.",
    )

    subscription_amount_waiting = fields.Monetary(
        "MRR That Waits",
        compute="_compute_subscription_amount_waiting",
        help="What a paused or suspended contract is worth per month once service goes on.",
    )

    @api.depends(
        lambda self: (
            "order_line.product_uom_qty",
            "order_line.price_unit",
            "order_line.discount",
            "order_line.tax_ids",
            "subscription_next_invoice_date",
            *get_declared(self, "_due_now_fields"),
        )
    )
    def _compute_subscription_preview(self):
        for order in self:
            # The history of a running contract is that of the saved record.
            source = order._origin if order._is_subscription_started() else order
            order.subscription_preview = (
                source._get_next_invoice_preview() if order.is_subscription else False
            )

    @api.depends(
        "order_line.product_uom_qty", "order_line.price_unit", "order_line.discount", "locked"
    )
    def _compute_subscription_typed_text(self):
        for order in self:
            origin = order._origin
            is_edited = order != origin and origin and origin._is_subscription_started()
            texts = ChangePreview(origin).get_typed_texts(order.order_line) if is_edited else []
            order.subscription_typed_text = " ".join(texts)

    @api.depends("order_line.recurring_monthly", "subscription_state")
    def _compute_subscription_amount_waiting(self):
        for order in self:
            waits = order.subscription_state in ("paused", "suspended")
            lines = order.order_line if waits else order.order_line.browse()
            order.subscription_amount_waiting = sum(lines.mapped("recurring_monthly"))

    @api.depends("subscription_preview", "state")
    def _compute_subscription_amount_next(self):
        for order in self:
            preview = order.subscription_preview if order.state == "sale" else False
            order.subscription_amount_next = preview["total"] if preview else 0.0

    @api.depends("order_line.billed_until_date", "order_line.recurrence_id")
    def _compute_subscription_coverage(self):
        for order in self:
            order.subscription_coverage = [
                line._get_coverage() for line in order._get_recurring_lines()
            ]

    # ------------------------------------------------------------------
    # Previews
    # ------------------------------------------------------------------

    def _get_next_invoice_preview(self):
        """Return the next invoice of a contract, or the first one of a quotation. Hook.

        :return: a preview, see :class:`Preview`
        :rtype: dict
        """
        self.ensure_one()
        today = self._subscription_today()
        if not self._is_subscription_started():
            preview = self._get_billing_preview(today)
            start = max(today, self._get_subscription_start())
            preview["headline"] = self.env._(
                "If confirmed today, the first invoice of %(day)s:",
                day=format_date(self.env, start),
            )
            return preview
        day = self.subscription_next_invoice_date
        preview = self._get_billing_preview(max(day, today) if day else today)
        words = Preview(self)
        preview["headline"] = words.get_headline(day, today)
        preview["reasons"] = preview.get("reasons", []) + words.get_reasons(day)
        return preview

    def _get_billing_preview(self, until):
        """Return what a run on a day would create for one contract, see :class:`Preview`."""
        return Preview(self).for_run(until)

    def _get_preview_items(self, until, drafts):
        """Return what a run on a day would bill once it has taken back drafts made anew. Hook.

        :param date until: the day of the run
        :param drafts: documents that a change makes wrong and that nobody edited
        :return: a list of :class:`DueItem`
        :raise engine.errors.EngineError: the dates of a contract do not fit together
        """
        if not drafts:
            return self._get_order_due_items(until)
        rows = self._get_draft_rows().filtered(lambda row: row.move_id in drafts)
        tried = Tried(without=rows | rows.reversed_by_ids)
        return DryRun(self, tried).get_items(until)

    def _get_preview_one_off_lines(self, until):
        """Return what is sold once and would be billed on a day. Hook.

        :return: pairs of a line and the quantity still to be invoiced
        :rtype: list[tuple]
        """
        if not self._is_subscription_started():
            lines = self._get_priced_lines().filtered(lambda line: not line.is_recurring)
            return [(line, line._get_due_now_quantity()) for line in lines]
        return [(line, line._get_once_to_bill()) for line in self._get_one_off_lines_until(until)]

    def _get_subscription_period_end(self, with_billed=True):
        """Return the day after the last of the periods that run today or are billed already.

        :param bool with_billed: count what is billed beyond the running period
        :return: first day of the next period; today when no line is served
        :rtype: date
        """
        self.ensure_one()
        day = max(self._subscription_today(), self._get_subscription_start())
        ends = [day]
        for line in self._get_recurring_lines():
            segment = segment_at(self._get_effective_segments(line), day)
            if segment:
                period_end = segment.terms.grid.period_at(day).end
                ends.append(min(period_end, segment.end) if segment.end else period_end)
            if line.billed_until_date and with_billed:
                ends.append(line.billed_until_date)
        return max(ends)

    # ------------------------------------------------------------------
    # Simulation
    # ------------------------------------------------------------------

    def action_subscription_simulate(self):
        """Show the coming months of the contract, with a change to try."""
        action = self._get_wizard_action(
            "subscription.simulation", self.env._("Simulate %(order)s", order=self.name)
        )
        action["context"]["dialog_size"] = "extra-large"
        return action

    def _get_simulated_segments(self):
        """Return the segments that a simulation begins with. Hook.

        :return: engine segments by recurring line
        :rtype: dict
        """
        lines = self._get_recurring_lines()
        if self._is_subscription_started():
            return {line: line._get_engine_segments() for line in lines}
        start = self._get_subscription_start()
        return {line: line._get_typed_segments(start) for line in lines}

    def _get_simulated_contract(self):
        """Return the contract whose pauses, ends and terms count. Hook.

        :rtype: sale.order
        """
        return self

    def _get_simulation(self, tried=None, months=SIMULATED_MONTHS):
        """Return the coming months of one order, see :meth:`Simulation.get`."""
        return Simulation(self, tried, months).get()
