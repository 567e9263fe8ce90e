from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ... import const
from ...engine.ending import earliest_end
from ...engine.recurrence import Recurrence
from ...engine.segment import segment_at
from ...tools import get_last_day
from ..terms.subscription_template import TERM_UNITS
from .agreement_text import AgreementText
from .subscription_template import CLOSE_BOUNDARIES


class SaleOrder(models.Model):
    """What was agreed about the end of a contract: commitment, notice, on which days it may be.

    Copied from the template when the contract starts: later edits of the template do not reach
    what a customer has signed.
    """

    _inherit = "sale.order"

    subscription_commitment_end_date = fields.Date(
        "Free to Leave From",
        copy=False,
        tracking=True,
        help="First day after the minimum commitment. Empty: none.",
    )
    subscription_commitment_last_date = fields.Date(
        "Committed Until",
        compute="_compute_subscription_commitment_last_date",
        inverse="_inverse_subscription_commitment_last_date",
        help="Last day of the minimum commitment. Empty on a quotation: as the subscription "
        "template says, counted from the first day of service.",
    )
    subscription_notice_count = fields.Integer(
        "Notice Period",
        copy=False,
        tracking=True,
        help="How long before its end the contract must be closed. You can close it at shorter "
        "notice, after a warning.",
    )
    subscription_notice_unit = fields.Selection(
        TERM_UNITS, "Unit of the Notice", copy=False, tracking=True
    )
    subscription_close_boundary = fields.Selection(
        CLOSE_BOUNDARIES,
        "May End",
        copy=False,
        tracking=True,
        help="On which days after notice and commitment a customer may end the contract.",
    )
    subscription_commitment_hint = fields.Char(
        "Commitment of the Template", compute="_compute_subscription_agreement_hints"
    )
    subscription_notice_hint = fields.Char(
        "Notice of the Template", compute="_compute_subscription_agreement_hints"
    )
    subscription_close_boundary_hint = fields.Char(
        "May End by the Template", compute="_compute_subscription_agreement_hints"
    )
    subscription_agreement_text = fields.Text(
        "End and Renewal", compute="_compute_subscription_agreement_text"
    )

    @api.depends("subscription_template_id")
    @api.depends_context("lang")
    def _compute_subscription_agreement_hints(self):
        """Say in grey what holds where nobody typed something else."""
        get_text = self.env["subscription.recurrence"]._get_length_text
        for order in self:
            template, none = order._get_subscription_template(), self.env._("None")
            notice = (template.notice_unit, template.notice_count)
            order.subscription_commitment_hint = AgreementText(order).get_commitment_hint()
            order.subscription_notice_hint = get_text(*notice) if notice[1] else none
            order.subscription_close_boundary_hint = template._get_label("close_boundary")

    @api.depends("subscription_commitment_end_date")
    def _compute_subscription_commitment_last_date(self):
        for order in self:
            end = order.subscription_commitment_end_date
            order.subscription_commitment_last_date = get_last_day(end)

    def _inverse_subscription_commitment_last_date(self):
        for order in self:
            last = order.subscription_commitment_last_date
            order.subscription_commitment_end_date = last and fields.Date.add(last, days=1)

    @api.constrains("subscription_notice_count")
    def _check_subscription_notice(self):
        for order in self:
            if order.subscription_notice_count < 0:
                raise ValidationError(
                    self.env._(
                        "The notice period of %(order)s cannot be negative. Use 0 for no notice.",
                        order=order.name,
                    )
                )

    def _prepare_start_values(self, start):
        """Take over what the terms say about the end, unless it was typed on the quotation."""
        values = super()._prepare_start_values(start)
        template = self._get_subscription_template()
        return {
            **values,
            **self._prepare_agreement_values(start),
            **template._prepare_contract_values(self.partner_id),
        }

    def _prepare_agreement_values(self, start):
        """Return what the terms say about the end of a contract that starts on a day. Hook.

        What somebody typed on the quotation is kept.

        :param date start: first day of service
        :rtype: dict
        """
        template = self._get_subscription_template()
        values = {
            "subscription_commitment_end_date": self.subscription_commitment_end_date
            or template._get_commitment_end(start),
            "subscription_close_boundary": self.subscription_close_boundary
            or template.close_boundary,
        }
        if not self.subscription_notice_unit:
            values["subscription_notice_count"] = (
                self.subscription_notice_count or template.notice_count
            )
            values["subscription_notice_unit"] = template.notice_unit
        return values

    # ------------------------------------------------------------------
    # Earliest end
    # ------------------------------------------------------------------

    def _get_earliest_close_date(self):
        """Return the first day on which the customer may be without service.

        Notice is given today, the commitment is kept, and the day is one on which the agreement
        lets a contract end. Staff may choose an earlier one.

        :return: first day without service; the agreed end when that comes first
        :rtype: date
        """
        self.ensure_one()
        today, start = self._subscription_today(), self.subscription_start_date
        notice = None
        if self.subscription_notice_count:
            notice = Recurrence(self.subscription_notice_unit, self.subscription_notice_count)
        day = earliest_end(
            today, notice, self.subscription_commitment_end_date or None, self._get_close_grids()
        )
        return min(max(day, start), self.subscription_end_date or day)

    def _get_close_grids(self, boundary=None):
        """Return the engine grids on whose boundaries this contract may end. Hook.

        :param str boundary: what counts in place of what is agreed
        :rtype: list
        """
        if (boundary or self.subscription_close_boundary) != "period":
            return []
        today, grids = self._subscription_today(), []
        for line in self._get_recurring_lines():
            segments = line._get_engine_segments()
            if segments and (not segments[-1].end or segments[-1].end > today):
                grids.append((segment_at(segments, today) or segments[-1]).terms.grid)
        return grids

    def _is_earlier_than_agreed(self, day):
        """Return whether this contract would end before the agreement lets a customer out.

        :param date day: first day without service
        """
        earliest = self._get_earliest_close_date()
        return day < earliest and earliest > self._subscription_today()

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.depends(
        "subscription_end_date",
        "subscription_commitment_end_date",
        "subscription_notice_count",
        "subscription_notice_unit",
        "subscription_close_boundary",
        "subscription_close_credit_rule",
        "subscription_state",
        "subscription_template_id",
        "is_subscription",
        "subscription_start_date",
    )
    @api.depends_context("lang")
    def _compute_subscription_agreement_text(self):
        """Join the sentences about the end. Hook for what the sentences of other rooms read."""
        for order in self:
            sentences = order._get_agreement_sentences() if order.is_subscription else []
            order.subscription_agreement_text = " ".join(filter(None, sentences))

    def _get_agreement_sentences(self):
        """Return what was agreed about the end in whole sentences. Hook for feature files.

        :return: one translated sentence per subject; empty ones are left out
        :rtype: list[str]
        """
        self.ensure_one()
        if not self._is_subscription_started():
            return AgreementText(self).get_quoted_sentences()
        return [
            self._get_planned_end_sentence(),
            AgreementText(self).get_commitment_sentence(),
            AgreementText(self).get_earliest_sentence(),
        ]

    def _get_planned_end_sentence(self):
        """Return what people read about a planned end. Hook."""
        last = self.subscription_last_date
        if not last:
            return ""
        day = format_date(self.env, last)
        if self.subscription_state not in const.RUNNING_STATES:
            return self.env._("Service ended after %(day)s.", day=day)
        if self.subscription_has_planned_end:
            return self.env._(
                "Closed: service ends after %(day)s. Until then the closing can be taken back.",
                day=day,
            )
        return self.env._("Service ends after %(day)s.", day=day)
