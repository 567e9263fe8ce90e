from odoo import api, fields, models

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
        ]

    def _get_summary_sentences(self):
        return [
            *super()._get_summary_sentences(),
            *filter(None, (self._get_commitment_sentence(), self._get_notice_sentence())),
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
        if not self.notice_count:
            return ""
        length = self.env["subscription.recurrence"]._get_length_text(
            self.notice_unit, self.notice_count
        )
        return {
            "day": self.env._("Notice of %(length)s, to any day.", length=length),
            "period": self.env._(
                "Notice of %(length)s, to the end of a billed period.", length=length
            ),
            "term": self.env._("Notice of %(length)s, to the end of the term.", length=length),
        }.get(self.close_boundary, "")
