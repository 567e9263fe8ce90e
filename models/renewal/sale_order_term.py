from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...engine.recurrence import Grid, Recurrence, first_boundary
from ..contract.change_text import ChangeText
from ..terms.subscription_template import END_ACTIONS, TERM_UNITS
from .renewal_text import RenewalText
from .subscription_template import RENEWAL_PRICES


class SaleOrder(models.Model):
    """Term of a contract, apart from its billing periods, and what happens at its end.

    Terms are counted from the first day of service, so that they never drift.
    """

    _inherit = "sale.order"

    subscription_term_count = fields.Integer(
        "Term",
        copy=False,
        tracking=True,
        help="Length of the agreement, apart from how often it is billed. 0: open-ended.",
    )
    subscription_term_unit = fields.Selection(
        TERM_UNITS,
        "Unit of the Term",
        copy=False,
        tracking=True,
        help="Empty on a quotation: the term is that of the subscription template.",
    )
    subscription_end_action = fields.Selection(
        END_ACTIONS,
        "At the End of the Term",
        copy=False,
        tracking=True,
        help="Empty on a quotation: as the subscription template says.",
    )
    subscription_renewal_price = fields.Selection(
        RENEWAL_PRICES,
        "Renewed",
        copy=False,
        tracking=True,
        help="Prices of the next term. Discounts stay in any case.",
    )
    subscription_term_hint = fields.Char(
        "Term of the Template", compute="_compute_subscription_term_hints"
    )
    subscription_end_action_hint = fields.Char(
        "At the End by the Template", compute="_compute_subscription_term_hints"
    )
    subscription_renewal_price_hint = fields.Char(
        "Renewed by the Template", compute="_compute_subscription_term_hints"
    )
    subscription_term_end_date = fields.Date(
        "Next Term From",
        copy=False,
        readonly=True,
        help="First day after the current term. Empty: open-ended.",
    )

    subscription_term_anchor_date = fields.Date(
        "Terms Counted From",
        copy=False,
        readonly=True,
        help="Day from which the ends of all terms are counted; a renewal counts on from the "
        "contract before.",
        prefetch=const.SELDOM,
    )

    _due_to_renew = models.Index(
        "(subscription_term_end_date) WHERE subscription_end_action = 'renew' "
        "AND subscription_term_end_date IS NOT NULL "
        "AND subscription_state IN ('upcoming', 'active', 'paused', 'suspended')"
    )

    @api.depends("subscription_template_id")
    @api.depends_context("lang")
    def _compute_subscription_term_hints(self):
        """Say in grey what holds where nobody typed something else."""
        for order in self:
            template = order._get_subscription_template()
            order.subscription_term_hint = self.env._("None")
            if template.term_count:
                order.subscription_term_hint = self.env["subscription.recurrence"]._get_length_text(
                    template.term_unit, template.term_count
                )
            order.subscription_end_action_hint = template._get_label("end_action")
            order.subscription_renewal_price_hint = template._get_label("renewal_price")

    # ------------------------------------------------------------------
    # What was agreed
    # ------------------------------------------------------------------

    def _get_term_length(self):
        """Return the length of one term as an engine `Recurrence`, None when open-ended."""
        self.ensure_one()
        source, prefix = self._get_subscription_template(), ""
        if self.subscription_term_unit:
            source, prefix = self, "subscription_"
        count = source[f"{prefix}term_count"]
        return Recurrence(source[f"{prefix}term_unit"], count) if count else None

    def _get_end_action(self):
        """Return what happens at the end of the term: 'renew', 'end' or 'quote'."""
        return self.subscription_end_action or self._get_subscription_template().end_action

    def _get_term_grid(self):
        """Return the terms of this contract as an engine `Grid`, None when open-ended."""
        length = self._get_term_length()
        if not length or self.subscription_term_anchor_date:
            return length and Grid(length, self.subscription_term_anchor_date)
        start, contract = self._get_subscription_start(), self._get_renewed_contract()
        # sudo: a customer who signs a renewal has no right to read the contract before
        anchor = contract.sudo().subscription_term_anchor_date
        if anchor and first_boundary(Grid(length, anchor), start) == start:
            return Grid(length, anchor)
        return Grid(length, start)

    def _get_agreed_end(self):
        """Return the first day without service that the term itself sets.

        :return: that day, None when the contract goes on after its term
        :rtype: date | None
        """
        grid = self._get_term_grid()
        if not grid or self._get_end_action() == "renew":
            return None
        return self.subscription_term_end_date or grid.next_boundary(self._get_subscription_start())

    def _prepare_start_values(self, start):
        """Add the term, and what happens at its end."""
        values = super()._prepare_start_values(start)
        template, length, grid = self._get_subscription_template(), None, self._get_term_grid()
        end = False
        if grid:
            length, end = grid.recurrence, grid.next_boundary(start)
        return {
            **values,
            "subscription_term_count": length.count if length else 0,
            "subscription_term_unit": length.unit if length else template.term_unit,
            "subscription_end_action": self._get_end_action(),
            "subscription_renewal_price": self.subscription_renewal_price or template.renewal_price,
            "subscription_term_anchor_date": grid.anchor if grid else False,
            "subscription_term_end_date": end,
            "subscription_renewal_quote_date": self._get_quotation_date(end),
        }

    def _prepare_reopened_values(self, day):
        """Count the term on: it ends with the one in which the contract is reopened."""
        values = super()._prepare_reopened_values(day)
        grid, end = self._get_term_grid(), self.subscription_term_end_date
        if not grid or not end:
            return values
        if end <= day:
            end = grid.next_boundary(day)
        if self._get_end_action() != "renew":
            values["subscription_end_date"] = end
        return {
            **values,
            "subscription_term_end_date": end,
            "subscription_renewal_quote_date": self._get_quotation_date(end),
        }

    def _hook_on_written(self, vals, old_ends):
        """Let another end of the term reach the segments when somebody typed it."""
        if "subscription_end_action" in vals and not self._is_system_write():
            self._apply_end_action()
        super()._hook_on_written(vals, old_ends)

    def _apply_end_action(self):
        """Let what happens at the end of the term move the end of running contracts."""
        for order in self.filtered(lambda order: order.subscription_state in const.RUNNING_STATES):
            if order.subscription_has_planned_end or order._get_confirmed_renewal():
                continue
            end = order._get_agreed_end() or False
            order.subscription_renewal_quote_date = order._get_quotation_date(end)
            if order.subscription_end_date != end:
                order.subscription_end_date = end

    def _get_quotation_date(self, end):
        """Return when the renewal of this contract is quoted, False when nobody waits for one.

        :param end: end of its term, falsy when open-ended
        """
        if not end or self._get_end_action() != "quote":
            return False
        return fields.Date.subtract(end, days=self._get_subscription_template().renewal_quote_days)

    # ------------------------------------------------------------------
    # Automatic renewal
    # ------------------------------------------------------------------

    def _subscription_refresh_state(self):
        """Begin the next term of contracts that renew themselves, too."""
        for order in self.filtered(lambda order: order._is_term_over()):
            order._subscription_renew_term()
        return super()._subscription_refresh_state()

    def _is_term_over(self):
        """Return whether the term of this contract is over and it goes on for another."""
        day, end = self.subscription_term_end_date, self.subscription_end_date
        return bool(
            day
            and day <= self._subscription_today()
            and self.subscription_end_action == "renew"
            and self.subscription_state in const.RUNNING_STATES
            and not (end and end <= day)
        )

    def _subscription_renew_term(self):
        """Let one contract go on for as many terms as have begun by today.

        The contract stays the same: its segments are open, only the end of the term moves. At list
        prices each line changes on the first day of the new term; agreed discounts stay.
        """
        self.ensure_one()
        self._subscription_claim()
        today, grid = self._subscription_today(), self._get_term_grid()
        day = self.subscription_term_end_date
        first = day
        while day <= today:
            if self.subscription_renewal_price == "list":
                self._apply_list_prices(day)
            day = grid.next_boundary(day)
        self._as_system().subscription_term_end_date = day
        self.message_post(body=RenewalText(self).get_renewed(first, day))
        self._hook_on_subscription_changed()

    def _apply_list_prices(self, day):
        """Change the running lines of one contract to the list price of a day, from that day on."""
        for line in self._get_recurring_lines().filtered("segment_ids"):
            old, given = line._get_engine_segments(), []
            new, remainder = self._run_on_plan(line, line._get_list_pricing(day, given))
            line._store_remainder(remainder)
            if given:
                line._as_system().subscription_list_discount = given[-1]
            if list(new) == old:
                continue
            self._replace_segments(line, new)
            first = next(
                segment.start for segment in new if segment not in old and segment.start >= day
            )
            ChangeText(self).log_change(line, first, old, new)
        self._update_subscription_dates()

    def _get_list_price_days(self, until):
        """Return the first days of the terms that begin at list prices and are not renewed yet.

        :param date until: first day that is not looked at any more
        :rtype: list[date]
        """
        self.ensure_one()
        day, days = self.subscription_term_end_date, []
        if not day or day >= until or self.subscription_state not in const.RUNNING_STATES:
            return days
        if self._get_end_action() != "renew" or self.subscription_renewal_price != "list":
            return days
        grid, stop = self._get_term_grid(), min(self.subscription_end_date or until, until)
        while grid and day < stop:
            days.append(day)
            day = grid.next_boundary(day)
        return days

    def _get_segments_until(self, line, day):
        """Look ahead to the list prices of terms that begin by that day."""
        segments, given = super()._get_segments_until(line, day), []
        for first in self._get_list_price_days(fields.Date.add(day, days=1)):
            segments = line._get_list_pricing(first, given)(segments)
        return segments

    @api.model
    def _get_stale_state_domains(self, first, last):
        """Look for terms that are over, too."""
        return [
            *super()._get_stale_state_domains(first, last),
            Domain("subscription_state", "in", const.RUNNING_STATES)
            & Domain("subscription_end_action", "=", "renew")
            & Domain("subscription_term_end_date", "<=", last),
        ]

    def _hook_on_subscription_state(self, old, new):
        """Say why a contract ended whose term was over, when nobody closed it.

        Credit that was kept for its next invoice goes on with a renewal, else somebody is asked.
        """
        super()._hook_on_subscription_state(old, new)
        is_over = self.subscription_end_date and (
            self.subscription_end_date == self.subscription_term_end_date
        )
        if new == "closed" and is_over and not self.subscription_close_reason_id:
            reason = self.env.ref(
                "sale_recurring.close_reason_end_of_term", raise_if_not_found=False
            )
            self._as_system().subscription_close_reason_id = reason
        if new == "closed":
            # sudo: whoever closes the contract may not read the books
            self.env["account.move.line"].sudo()._schedule_credit_decision(self)

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _get_agreement_sentences(self):
        """Add what happens at the end of the term."""
        return [RenewalText(self).get_term_sentence(), *super()._get_agreement_sentences()]

    def _get_typed_term_values(self):
        """Return what somebody typed about the term of a quotation, in the words of its terms."""
        values = {
            "end_action": self.subscription_end_action,
            "renewal_price": self.subscription_renewal_price,
            "term_unit": self.subscription_term_unit,
        }
        values = {name: value for name, value in values.items() if value}
        if self.subscription_term_unit:
            values["term_count"] = self.subscription_term_count
        return values

    def _get_planned_end_sentence(self):
        """Leave it to the term to say that service ends with it."""
        is_said = (
            self.subscription_end_date == self.subscription_term_end_date
            and self.subscription_state in const.RUNNING_STATES
            and not self.subscription_has_planned_end
        )
        return "" if is_said else super()._get_planned_end_sentence()

    def _get_subscription_anchor(self):
        """Count the periods of a renewal like those of the contract before."""
        parent = self._get_renewed_contract()
        anchor = self.subscription_anchor_date or parent.subscription_anchor_date
        return anchor or super()._get_subscription_anchor()

    def _get_subscription_term_end(self):
        """End the segments with the term, unless the contract goes on after it."""
        return super()._get_subscription_term_end() or self._get_agreed_end()

    def _get_close_grids(self, boundary=None):
        """Let contracts end with their terms, where that was agreed."""
        if (boundary or self.subscription_close_boundary) != "term":
            return super()._get_close_grids(boundary)
        grid = self._get_term_grid()
        return [grid] if grid else []

    @api.depends(
        "subscription_term_end_date",
        "subscription_end_action",
        "subscription_renewal_price",
        "subscription_renewal_quote_date",
        "subscription_renewal_ids.state",
    )
    def _compute_subscription_agreement_text(self):
        """Follow the term and its renewal."""
        super()._compute_subscription_agreement_text()
