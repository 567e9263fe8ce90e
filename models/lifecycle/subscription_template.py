from odoo import api, fields, models

from ... import const
from ...engine.recurrence import Recurrence
from ..terms.subscription_template import TERM_UNITS

CLOSE_BOUNDARIES = [
    ("day", "On any day"),
    ("period", "When a billed period is over"),
    ("term", "When the term is over"),
]


class SubscriptionTemplate(models.Model):
    """What was agreed about the end: minimum commitment, notice, on which days it may be."""

    _inherit = "subscription.template"

    commitment_count = fields.Integer(
        "Minimum Commitment",
        tracking=True,
        help="How long a contract runs at least, from its first day. 0: no commitment. "
        "You can close a contract earlier, after a warning; customers cannot.",
    )
    commitment_unit = fields.Selection(
        TERM_UNITS, "Unit of the Commitment", default="month", required=True, tracking=True
    )
    notice_count = fields.Integer(
        "Notice Period",
        tracking=True,
        help="How long before the end a contract must be closed. 0: no notice. You can close it "
        "at shorter notice, after a warning; customers cannot.",
    )
    notice_unit = fields.Selection(
        TERM_UNITS, "Unit of the Notice", default="month", required=True, tracking=True
    )
    close_boundary = fields.Selection(
        CLOSE_BOUNDARIES,
        "May End",
        default="day",
        required=True,
        tracking=True,
        help="The first such day after notice and commitment is the earliest on which a customer "
        "may end the contract. You can choose any other day.",
    )

    _commitment_not_negative = models.Constraint(
        "CHECK (commitment_count >= 0)",
        "The minimum commitment of a subscription template cannot be negative. "
        "Use 0 for no commitment.",
    )
    _notice_not_negative = models.Constraint(
        "CHECK (notice_count >= 0)",
        "The notice period of a subscription template cannot be negative. Use 0 for no notice.",
    )
    pause_anchor = fields.Selection(
        const.PAUSE_ANCHORS,
        "Periods After a Pause",
        default="keep",
        required=True,
        tracking=True,
        help="Stay: after a pause the rest of the running period is charged, and billing days "
        "never move. Begin anew: a whole period begins on the day on which service goes on; what "
        "was billed beyond it is credited. Contracts whose periods begin on a fixed day or follow "
        "the calendar always keep them.",
    )
    pause_max_days = fields.Integer(
        "Customers May Pause",
        tracking=True,
        help="Longest pause in days that a customer may ask for online. 0: customers cannot "
        "pause. You can pause a contract for as long as you like.",
    )
    _pause_max_days_not_negative = models.Constraint(
        "CHECK (pause_max_days >= 0)",
        "The longest pause of a subscription template cannot be negative. "
        "Use 0 if customers may not pause.",
    )

    def _get_commitment_end(self, start):
        """Return the first day after the minimum commitment.

        :param date start: first day of service
        :return: that day, False without a commitment
        """
        if not self.commitment_count:
            return False
        return Recurrence(self.commitment_unit, self.commitment_count).add_to(start)

    @api.model
    def _get_summary_fields(self):
        return [
            *super()._get_summary_fields(),
            "commitment_count",
            "commitment_unit",
            "notice_count",
            "notice_unit",
            "close_boundary",
            "credit_on_pause",
            "pause_anchor",
            "pause_max_days",
        ]

    def _get_summary_sentences(self):
        return [
            *super()._get_summary_sentences(),
            *filter(None, (self._get_commitment_sentence(), self._get_notice_sentence())),
            *filter(None, self._get_pause_sentences()),
        ]

    def _get_commitment_sentence(self):
        if not self.commitment_count:
            return ""
        return self.env._(
            "Runs at least for %(length)s.",
            length=self.env["subscription.recurrence"]._get_length_text(
                self.commitment_unit, self.commitment_count
            ),
        )

    def _get_notice_sentence(self):
        return self._get_notice_text(self.notice_unit, self.notice_count, self.close_boundary)

    @api.model
    def _get_notice_text(self, unit, count, boundary):
        """Return one sentence about a notice period and the days it counts to, or empty."""
        if not count:
            return ""
        length = self.env["subscription.recurrence"]._get_length_text(unit, count)
        return {
            "day": self.env._("Notice of %(length)s, to any day.", length=length),
            "period": self.env._(
                "Notice of %(length)s, to the end of a billed period.", length=length
            ),
            "term": self.env._("Notice of %(length)s, to the end of the term.", length=length),
        }.get(boundary, "")

    # ------------------------------------------------------------------
    # What a pause does to billing periods, and how long a customer may pause
    # ------------------------------------------------------------------

    def _get_pause_anchor(self):
        """Return 'restart' when periods begin anew after a pause, else 'keep'."""
        is_free = (self.alignment or "anniversary") == "anniversary"
        return self.pause_anchor if self.pause_anchor and is_free else "keep"

    def _get_pause_sentences(self):
        """Return what holds for pauses, only what is not usual; empty texts are left out."""
        days = self.pause_max_days
        return [
            self._get_pause_anchor() == "restart"
            and self.env._("After a pause a new period begins."),
            days and self.env._("Customers may pause for up to %(days)s days.", days=days),
        ]

    # ------------------------------------------------------------------
    # What a contract keeps of its terms
    # ------------------------------------------------------------------

    def _prepare_contract_values(self, customer):
        """Return what a contract that starts keeps of these terms, whatever they say later. Hook.

        :param customer: `res.partner` of the contract
        :rtype: dict
        """
        self.ensure_one()
        del customer
        return {}
