from odoo import fields, models
from odoo.tools import format_date

from ... import const
from ...engine.period import FOREVER, Period


class SubscriptionInterruption(models.Model):
    """A gap in a contract: days on which nothing is served, with the reason.

    The segments of the lines stay as they were agreed; the days of the gap are taken out of them
    whenever the contract is billed, so that a pause never touches a price or a discount.
    """

    _name = "subscription.interruption"
    _description = "Subscription Interruption"
    _inherit = ["subscription.span.mixin", "subscription.protected.mixin"]
    _order = "order_id, start_date, id"

    order_id = fields.Many2one(
        "sale.order",
        "Contract",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, precompute=True)
    kind = fields.Selection(
        [("pause", "Pause"), ("suspension", "Suspension"), ("closure", "Closed")],
        default="pause",
        required=True,
        help="A pause is the customer's wish, a suspension yours. Closed: the contract had ended "
        "and was reopened later.",
        readonly=True,
    )
    end_date = fields.Date(
        help="First day of service after the gap. Empty: until resumed.",
    )
    decision_date = fields.Date(
        readonly=True, help="Of a closed contract, the day on which somebody closed it."
    )
    reason = fields.Char(readonly=True)
    credit_rule = fields.Selection(
        [("credit", "Credit unused days"), ("forfeit", "Do not credit")],
        default="credit",
        required=True,
        readonly=True,
    )
    anchor_rule = fields.Selection(
        const.PAUSE_ANCHORS,
        "Periods After It",
        default="keep",
        required=True,
        help="Whether billing days stay as they were, or a new period begins on the day of the "
        "return.",
        readonly=True,
    )
    previous_anchor_date = fields.Date(
        readonly=True, help="Billing anchor before the return, in case it is taken back."
    )
    user_id = fields.Many2one("res.users", "By", default=lambda self: self.env.user, readonly=True)

    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(order_id, order_id, '[]') WITH &&, "
        "daterange(start_date, end_date) WITH &&)",
        "This contract is already paused on some of these days. Choose days before or after that "
        "pause.",
    )
    _starts_before_end = models.Constraint(
        "CHECK (end_date IS NULL OR start_date <= end_date)",
        "A pause must start before it ends.",
    )

    def _get_engine_gaps(self):
        """Return the days without service as engine periods, open gaps up to the last date.

        :rtype: list[engine.period.Period]
        """
        return [
            Period(gap.start_date, gap.end_date or FOREVER)
            for gap in self
            if not gap.end_date or gap.start_date < gap.end_date
        ]

    def _get_text(self):
        """Return one sentence: which kind of gap it is, from when until when."""
        self.ensure_one()
        days = {
            "start": format_date(self.env, self.start_date),
            "end": format_date(self.env, self.end_date),
        }
        if not self.end_date:
            if self.kind == "suspension":
                return self.env._("Suspended from %(start)s until somebody resumes it.", **days)
            return self.env._("Paused from %(start)s until somebody resumes it.", **days)
        return {
            "pause": self.env._("Paused from %(start)s, service goes on from %(end)s.", **days),
            "suspension": self.env._(
                "Suspended from %(start)s, service goes on from %(end)s.", **days
            ),
            "closure": self.env._("Closed since %(start)s, service goes on from %(end)s.", **days),
        }.get(self.kind)

    def _get_conflict_text(self):
        """Return one sentence: why no other pause can lie in these days, and what to do."""
        self.ensure_one()
        days = {
            "order": self.order_id.name,
            "start": format_date(self.env, self.start_date),
            "last": format_date(self.env, self.last_date),
        }
        if not self.end_date:
            if self.kind == "suspension":
                return self.env._(
                    "%(order)s is suspended from %(start)s on until somebody resumes it. Resume it "
                    "first, or choose earlier days.",
                    **days,
                )
            return self.env._(
                "%(order)s is paused from %(start)s on until somebody resumes it. Resume it first, "
                "or choose earlier days.",
                **days,
            )
        return {
            "pause": self.env._(
                "%(order)s is already paused from %(start)s to %(last)s. Choose days before or "
                "after that pause, or resume it first.",
                **days,
            ),
            "suspension": self.env._(
                "%(order)s is already suspended from %(start)s to %(last)s. Choose days before or "
                "after that suspension, or resume it first.",
                **days,
            ),
            "closure": self.env._(
                "%(order)s was closed from %(start)s to %(last)s, so there is nothing to pause on "
                "these days. Choose later ones.",
                **days,
            ),
        }[self.kind]

    def _get_anchor_text(self):
        """Return one sentence when a new period begins after this gap, or an empty text."""
        if self.anchor_rule != "restart":
            return ""
        return self.env._("A new period begins on the day on which service goes on.")

    def _get_cut_date(self, end):
        """Return from when on a contract with these gaps that ended was not served.

        :param date end: first day without service
        :return: first day of a pause that reached beyond the end, else the end itself
        :rtype: date
        """
        gaps = self.filtered(lambda gap: not gap.end_date or gap.end_date > end)
        return min([end, *gaps.mapped("start_date")])

    def _get_next_restart(self, day):
        """Return the day after which another restart of the periods is planned, None if none is.

        :rtype: date | None
        """
        days = self.filtered(
            lambda gap: gap.anchor_rule == "restart" and gap.end_date and gap.end_date > day
        ).mapped("end_date")
        return min(days, default=None)
