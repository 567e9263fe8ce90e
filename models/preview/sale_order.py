from odoo import api, fields, models
from odoo.tools import format_date

from ... import const
from ...engine import billing
from ...engine.errors import EngineError
from ...engine.period import FOREVER, Period
from ...engine.segment import cut_gaps, step_at
from ...explain import explain


class SaleOrder(models.Model):
    """What comes next on a contract, for how much and why; nothing here writes anything.

    A preview is a dict that the client widget `subscription_preview` draws: an optional headline,
    reasons, documents with their lines and totals, and an error sentence instead of documents
    when the contract cannot be billed.
    """

    _inherit = "sale.order"

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

    @api.depends(
        "order_line.recurrence_id",
        "order_line.product_uom_qty",
        "order_line.price_unit",
        "order_line.discount",
        "order_line.tax_ids",
        "subscription_next_invoice_date",
        "subscription_start_date",
        "subscription_template_id",
        "subscription_effective_mode",
        "subscription_effective_date",
        "require_payment",
        *const.START_FIELDS,
    )
    def _compute_subscription_preview(self):
        for order in self:
            # The history of a running contract is that of the saved record.
            source = order._origin if order._is_subscription_started() else order
            order.subscription_preview = (
                source._get_next_invoice_preview() if order.is_subscription else False
            )

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
        """Return the next invoice of a contract, or the first one of a quotation.

        :return: a preview, see the class
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
        preview["headline"] = self._get_next_invoice_headline(day, today)
        preview["reasons"] = preview.get("reasons", []) + self._get_next_invoice_reasons(day)
        return preview

    def _get_billing_preview(self, until):
        """Return what a billing run on a day would create for one contract.

        :param date until: the day of the run
        :return: a preview, see the class
        :rtype: dict
        """
        self.ensure_one()
        try:
            drafts = self._get_touched_drafts(until) if self._is_subscription_started() else {}
            if self._get_waiting_contracts(drafts):
                return self._prepare_preview([], error=self._get_waiting_text(next(iter(drafts))))
            items = self._get_preview_items(until, drafts)
        except EngineError as error:
            return self._prepare_preview([], error=explain(self.env, error))
        preview = self._prepare_preview(self._get_preview_documents(items, until))
        preview["reasons"] = [self._get_made_anew_text(draft) for draft in drafts]
        return preview

    def _get_preview_items(self, until, drafts):
        """Return what a run on a day would bill once it has taken back drafts made anew.

        :param date until: the day of the run
        :param drafts: documents that a change makes wrong and that nobody edited
        :return: a list of :class:`DueItem`
        :raise engine.errors.EngineError: the dates of a contract do not fit together
        """
        if not drafts:
            items = self._get_order_due_items(until)
        else:
            rows = self._get_draft_rows().filtered(lambda row: row.move_id in drafts)
            items = self._get_dry_due_items(until, without=rows | rows.reversed_by_ids)
        if self._is_subscription_started():
            self._check_due_items({self: items})
        return items

    def _get_operation_preview(self, items, one_off=()):
        """Return what an operation that was only tried out would credit and bill.

        :param list items: :class:`DueItem` of :meth:`_get_dry_due_items`
        :param one_off: pairs of a line that is sold once and its quantity, billed with them
        :return: a preview, see the class
        :rtype: dict
        """
        self.ensure_one()
        return self._prepare_preview(self._get_operation_preview_documents(items, one_off))

    def _prepare_preview(self, documents, error=False):
        return {
            "id": self._origin.id,
            "name": self.name,
            "partner": self.partner_id.display_name,
            "currency_id": (self.currency_id or self.company_id.currency_id).id,
            "documents": documents,
            "total": sum(document["total"] for document in documents),
            "error": error,
        }

    # ------------------------------------------------------------------
    # Dry runs
    # ------------------------------------------------------------------

    def _get_dry_due_items(
        self, until, end=None, gap=None, is_forfeit=False, without=(), steps=None
    ):
        """Return what would fall due if the contract ended, paused or changed; writes nothing.

        :param date until: last day looked at
        :param date end: first day without service, None leaves the end as it is
        :param gap: days without service, an engine `Period`
        :param bool is_forfeit: unused days of the end or the gap are not credited
        :param without: ledger rows to leave out, as if they had been taken back
        :param dict steps: engine segments of lines that would change, by line
        :return: a list of :class:`DueItem`
        :rtype: list
        :raise engine.errors.EngineError: the days do not fit the contract
        """
        self.ensure_one()
        forfeited = self._get_forfeited_spans()
        if is_forfeit:
            forfeited.append(gap or Period(end, FOREVER))
        gaps = self.subscription_interruption_ids._get_engine_gaps() + ([gap] if gap else [])
        plan = {}
        for line in self._get_recurring_lines():
            segments = (steps or {}).get(line) or line._get_engine_steps()
            if end:
                segments, _tail = line._get_moved_end(self.subscription_end_date, end, segments)
            plan[line] = cut_gaps(segments, gaps) if gaps else segments
        return self._get_plan_due_items(until, plan, forfeited, without)

    def _get_dry_reopen_items(self, day):
        """Return what would fall due if a closed contract went on from a day; writes nothing.

        :param date day: first day of service
        :return: a list of :class:`DueItem`
        :rtype: list
        :raise engine.errors.EngineError: the days do not fit the contract
        """
        self.ensure_one()
        end = self.subscription_end_date
        gaps = [
            gap if gap.end <= end else Period(gap.start, end)
            for gap in self.subscription_interruption_ids._get_engine_gaps()
            if gap.start < end
        ]
        closure = [Period(end, day)] if day > end else []
        plan, new_end = {}, self._prepare_reopened_values(day)["subscription_end_date"]
        for line in self._get_recurring_lines():
            steps, _tail = line._get_moved_end(end, new_end)
            plan[line] = cut_gaps(steps, gaps + closure)
        is_forfeit = self._get_close_credit_rule() == "forfeit"
        restored = self._prepare_restored_rows(self._get_cut_date(end), day, plan)
        return self._get_plan_due_items(
            max(day, self._subscription_today()),
            plan,
            closure if is_forfeit else [],
            booked={line: line._get_dry_rows(vals_list) for line, vals_list in restored.items()},
        )

    def _get_plan_due_items(self, until, plan, forfeited, without=(), booked=None):
        """Return what would fall due if the lines had other steps; writes nothing.

        :param date until: last day looked at
        :param dict plan: engine segments by line
        :param list forfeited: spans whose unused days are not credited, engine periods
        :param without: ledger rows to leave out
        :param dict booked: engine rows by line, as if they stood in the ledger too
        :return: a list of :class:`DueItem`
        :rtype: list
        :raise engine.errors.EngineError: the days do not fit the contract
        """
        result = []
        for line, segments in plan.items():
            rows = line.billed_period_ids.filtered(lambda row: row not in without)
            items = billing.catch_up(
                segments,
                (*rows._get_engine_rows(), *(booked or {}).get(line, ())),
                until,
                delivered=line._get_delivered_for_billing(),
                splits=self._get_credit_splits(forfeited),
            )
            result += [line._get_due_item(item, forfeited) for item in items]
        return result

    def _get_subscription_period_end(self):
        """Return the day after the last of the periods that run today or are billed already.

        :return: first day of the next period; today when no line is served
        :rtype: date
        """
        self.ensure_one()
        day = max(self._subscription_today(), self._get_subscription_start())
        ends = [day]
        for line in self._get_recurring_lines():
            step = step_at(self._get_effective_segments(line), day)
            if step:
                period_end = step.terms.grid.period_at(day).end
                ends.append(min(period_end, step.end) if step.end else period_end)
            if line.billed_until_date:
                ends.append(line.billed_until_date)
        return max(ends)
