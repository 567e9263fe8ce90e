from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import const
from ...engine.recurrence import Recurrence


class SubscriptionRecurrence(models.Model):
    """How often something is billed: a number of days, weeks, months or years.

    The anchor from which the periods are counted belongs to the contract, the length of the
    agreement to the template: a recurrence is only the length of one billing period.
    """

    _name = "subscription.recurrence"
    _description = "Subscription Recurrence"
    _order = "sequence, id"
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(
        required=True,
        translate=True,
        help="Shown on quotations, contracts and invoices, for instance Monthly.",
    )
    active = fields.Boolean(
        default=True, help="Archived recurrences are kept by their contracts but not offered."
    )
    sequence = fields.Integer(default=10, help="Recurrences are offered in this order.")
    count = fields.Integer(
        "Every",
        default=1,
        required=True,
        help="Number of days, weeks, months or years of one billing period.",
    )
    unit = fields.Selection(
        const.RECURRENCE_UNITS,
        default="month",
        required=True,
        help="Months and years are counted from the anchor of the contract: a monthly contract "
        "that starts on 31 January bills on 28 February and on 31 March.",
    )
    company_id = fields.Many2one(
        "res.company",
        help="Leave empty to offer this recurrence in all companies.",
    )
    period_text = fields.Char(
        "Period",
        compute="_compute_period_text",
        help="The length of one period in words, as used after a price.",
    )

    _count_positive = models.Constraint(
        "CHECK (count > 0)",
        "A recurrence must be at least 1 day, week, month or year long.",
    )

    @api.depends("unit", "count")
    @api.depends_context("lang")
    def _compute_period_text(self):
        one = {
            "day": self.env._("day"),
            "week": self.env._("week"),
            "month": self.env._("month"),
            "year": self.env._("year"),
        }
        for recurrence in self:
            if recurrence.count == 1:
                recurrence.period_text = one.get(recurrence.unit)
            else:
                recurrence.period_text = recurrence._get_length_text(
                    recurrence.unit, recurrence.count
                )

    @api.model
    def _get_length_text(self, unit, count):
        """Return a length of time in words.

        :param str unit: day, week, month or year
        :param int count: how many of them
        :return: for instance "1 month" or "18 months", in the language of the reader
        :rtype: str
        """
        if count == 1:
            texts = {
                "day": self.env._("1 day"),
                "week": self.env._("1 week"),
                "month": self.env._("1 month"),
                "year": self.env._("1 year"),
            }
        else:
            texts = {
                "day": self.env._("%(count)s days", count=count),
                "week": self.env._("%(count)s weeks", count=count),
                "month": self.env._("%(count)s months", count=count),
                "year": self.env._("%(count)s years", count=count),
            }
        return texts.get(unit, "")

    def _get_per_text(self):
        """Return this recurrence as used after a price.

        :return: for instance "per month" or "every 3 months", in the language of the reader
        :rtype: str
        """
        self.ensure_one()
        if self.count > 1:
            return self.env._("every %(period)s", period=self.period_text)
        match self.unit:  # pages of the shop ask often: only what is shown is translated
            case "day":
                return self.env._("per day")
            case "week":
                return self.env._("per week")
            case "month":
                return self.env._("per month")
            case "year":
                return self.env._("per year")
        return ""

    def write(self, vals):
        """Refuse another length once a contract is billed by this recurrence."""
        changed = self.filtered(
            lambda recurrence: any(
                name in vals and vals[name] != recurrence[name] for name in ("unit", "count")
            )
        )
        changed._check_length_unused()
        result = super().write(vals)
        self.env.registry.clear_cache()  # terms offer what is active, in this order
        return result

    def unlink(self):
        """Forget what terms offered."""
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _check_length_unused(self):
        """Refuse another length of recurrences that bill running contracts.

        :raise UserError: a running contract line is billed by one of these recurrences
        """
        if not self:
            return
        # sudo: contracts of other salespeople and companies count as well
        groups = (
            self.env["sale.order.line"]
            .sudo()
            ._read_group(
                [("recurrence_id", "in", self.ids), ("segment_ids", "!=", False)],
                ["recurrence_id"],
                ["order_id:count_distinct"],
            )
        )
        for recurrence, count in groups:
            raise UserError(
                self.env._(
                    "%(count)s contracts are billed by the recurrence %(name)s, so its length "
                    "cannot change. Create another recurrence and archive this one.",
                    count=count,
                    name=recurrence.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Keep recurrences of order lines: without it, a line would be sold once."""
        # sudo: orders of other salespeople and companies count as well
        lines = self.env["sale.order.line"].sudo()
        lines = lines.search([("recurrence_id", "in", self.ids)], limit=1)
        if lines:
            raise UserError(
                self.env._(
                    "%(name)s cannot be deleted, because %(order)s has lines that are billed by "
                    "it. Archive it instead.",
                    name=lines.recurrence_id.name,
                    order=lines.order_id.name,
                )
            )

    def _get_engine_recurrence(self):
        """Return this recurrence as a value of the billing engine.

        :rtype: engine.recurrence.Recurrence
        """
        self.ensure_one()
        return Recurrence(self.unit, self.count)

    def _get_approximate_days(self):
        """Return length of one period, good enough to sort by."""
        return self.count * {"day": 1, "week": 7, "month": 30.4, "year": 365.2}[self.unit]

    def _is_same_length(self, other):
        """Return whether both records stand for the same billing period.

        A year and 12 months do not: each has prices, totals and sections of its own. Whether two
        have the same boundaries is another question, see `engine.amendment.has_same_length`.
        """
        return self == other or self._get_length_key() == other._get_length_key()

    def _get_length_key(self):
        """Return what two records have in common that stand for the same billing period.

        :rtype: tuple
        """
        return self.unit, self.count
