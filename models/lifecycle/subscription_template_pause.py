from odoo import api, fields, models

from ... import const


class SubscriptionTemplate(models.Model):
    """What a pause does to billing periods, and how long a customer may pause."""

    _inherit = "subscription.template"

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

    def _get_pause_anchor(self):
        """:return: 'restart' when periods begin anew after a pause, else 'keep'"""
        is_free = (self.alignment or "anniversary") == "anniversary"
        return self.pause_anchor if self.pause_anchor and is_free else "keep"

    @api.model
    def _get_summary_fields(self):
        return [
            *super()._get_summary_fields(),
            "credit_on_pause",
            "pause_anchor",
            "pause_max_days",
        ]

    def _get_summary_sentences(self):
        return [*super()._get_summary_sentences(), *filter(None, self._get_pause_sentences())]

    def _get_pause_sentences(self):
        """:return: what holds for pauses, only what is not usual; empty texts are left out"""
        days = self.pause_max_days
        return [
            self._get_pause_anchor() == "restart"
            and self.env._("After a pause a new period begins."),
            days and self.env._("Customers may pause for up to %(days)s days.", days=days),
        ]
