from odoo import fields, models

from ...const import SELDOM
from ...engine.metrics.movement import Policy


class ResCompany(models.Model):
    """How this company counts recurring revenue where people disagree."""

    _name = "res.company"
    _inherit = ["res.company", "subscription.protected.mixin"]

    subscription_mrr_date = fields.Date(
        "MRR Recorded Until",
        readonly=True,
        copy=False,
        help="Day up to which movements of MRR were recorded, empty before the first run.",
        prefetch=SELDOM,
    )
    subscription_mrr_policy = fields.Char(
        "MRR Recorded By",
        readonly=True,
        copy=False,
        help="How was counted when movements of MRR were recorded last.",
        prefetch=SELDOM,
    )
    subscription_mrr_place = fields.Json(
        "MRR Recorded So Far",
        readonly=True,
        copy=False,
        help="Where the run that records movements of MRR goes on, empty when it is done.",
        prefetch=SELDOM,
    )
    subscription_paused_counts = fields.Boolean(
        "Paused Contracts Count",
        help="Keep the MRR of paused contracts. Otherwise a pause takes it, and it comes back "
        "with the service.",
        prefetch=SELDOM,
    )
    subscription_suspended_counts = fields.Boolean(
        "Suspended Contracts Count",
        help="Keep the MRR of contracts that are suspended because money is late, until they are "
        "closed.",
        prefetch=SELDOM,
    )
    subscription_before_discounts = fields.Boolean(
        "Count before Limited Discounts",
        help="Count what contracts cost after discounts that end by themselves. Otherwise these "
        "lower MRR while they last, and their end is an expansion.",
        prefetch=SELDOM,
    )
    subscription_trials_count = fields.Boolean(
        "Trials Count",
        help="Count trials from their first day, at what they cost once they are over. Otherwise "
        "they are neither customers nor MRR before they are paid.",
        prefetch=SELDOM,
    )
    subscription_churn_at_cancellation = fields.Boolean(
        "Churn at Cancellation",
        help="Lose MRR on the day on which a contract is closed, also when its service ends "
        "later. Otherwise it is lost on the first day without service.",
        prefetch=SELDOM,
    )
    subscription_reactivation_days = fields.Integer(
        "Days until Customers Are New Again",
        help="Contracts that are reopened after more days than these count as new, not as "
        "reactivated. 0: never.",
        prefetch=SELDOM,
    )

    def _get_mrr_policy(self):
        """Return how this company counts.

        :rtype: engine.metrics.movement.Policy
        """
        self.ensure_one()
        return Policy(
            paused_counts=self.subscription_paused_counts,
            suspended_counts=self.subscription_suspended_counts,
            is_net=not self.subscription_before_discounts,
            trials_count=self.subscription_trials_count,
            at_cancellation=self.subscription_churn_at_cancellation,
            reactivation_days=self.subscription_reactivation_days or None,
        )

    def _get_mrr_policy_key(self):
        """Return how this company counts as one word, to see whether that changed."""
        return repr(self._get_mrr_policy())

    def _keep_mrr_date(self, day):
        """Remember up to when, and how counted, movements of MRR were recorded."""
        self.subscription_mrr_date = day
        self.subscription_mrr_policy = self._get_mrr_policy_key()
        self.subscription_mrr_place = False

    def _get_mrr_place(self, today):
        """Return where the run that records movements goes on.

        Another way to count, chosen meanwhile, begins anew.

        :param date today: the day of this company
        :return: day on which it began, and the chain that it has reached, 0 for none
        :rtype: tuple[date, int]
        """
        place = self.subscription_mrr_place or {}
        if place.get("policy") != self._get_mrr_policy_key():
            return today, 0
        return fields.Date.to_date(place["day"]), place["origin"]

    def _keep_mrr_place(self, day, origin):
        """Remember which chain a run that began on a day has reached, and how it counts.

        While it counts otherwise than the last one, some chains are recorded in one way and some in
        the other: whatever is chosen meanwhile, a later run has to look at all of them.
        """
        policy = self._get_mrr_policy_key()
        if self.subscription_mrr_policy != policy:
            self.subscription_mrr_policy = False
        self.subscription_mrr_place = {
            "day": fields.Date.to_string(day),
            "policy": policy,
            "origin": origin,
        }
