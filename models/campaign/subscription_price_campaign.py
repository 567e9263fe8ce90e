from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

# What a preview was made from.
DECIDING_FIELDS = {
    "contract_domain",
    "product_ids",
    "method",
    "percentage",
    "rule_ids",
    "pricelist_id",
    "rounding",
    "start",
    "effective_date",
}


class SubscriptionPriceCampaign(models.Model):
    """New prices for many contracts: chosen, looked at, planned, told, and taken back.

    Nothing changes before the administrator applies the lines. Applied, each of them is a planned
    segment of its contract like any other; days that are billed already keep their price.
    """

    _name = "subscription.price.campaign"
    _description = "Price Campaign"
    _inherit = ["mail.thread", "subscription.protected.mixin"]
    _order = "effective_date desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("draft", "Draft"), ("applied", "Applied"), ("undone", "Taken Back")],
        "Status",
        compute="_compute_state",
        store=True,
        precompute=True,
        tracking=True,
    )
    contract_domain = fields.Char(
        "Contracts",
        default="[]",
        required=True,
        help="Which running contracts get new prices.",
    )
    running_domain = fields.Char(
        "Running Contracts",
        compute="_compute_running_domain",
        help="What the filter counts: contracts of the company that run.",
    )
    product_ids = fields.Many2many(
        "product.product",
        string="Products",
        domain="[('is_recurring', '=', True)]",
        help="Only lines of these products. Empty: all recurring products.",
    )
    method = fields.Selection(
        [
            ("percentage", "One percentage"),
            ("index", "A percentage per product"),
            ("pricelist", "The prices of a pricelist"),
        ],
        "New Prices",
        required=True,
        default="percentage",
    )
    percentage = fields.Float("Change (%)", digits=(16, 6), help="Negative to lower the prices.")
    rule_ids = fields.One2many(
        "subscription.price.campaign.rule", "campaign_id", "Percentages", copy=True
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        help="What a new quotation with it would ask on the first day, per recurrence and "
        "quantity. Discounts of the contract stay, in the place of those that the pricelist "
        "shows, and so does the pricelist of the contract.",
    )
    rounding = fields.Float(
        "Round To",
        digits=(16, 6),
        default=0.01,
        required=True,
        help="Smallest difference between two prices. Prices that have more digits than the "
        "currency, and those that the rounding would turn the wrong way or to 0, keep the digits "
        "they need.",
    )
    start = fields.Selection(
        [
            ("period", "With the first period that begins then or later"),
            ("renewal", "With the first term that begins then or later"),
            ("date", "On that day, prorated"),
        ],
        "New Prices Begin",
        required=True,
        default="period",
        help="Days that are billed already keep their price in any case. Contracts without a term "
        "take the first period, those that end with their term keep their price. Those that are "
        "renewed by a quotation offer the new price there.",
    )
    effective_date = fields.Date(
        "Earliest Day",
        required=True,
        default=lambda self: fields.Date.add(self.env.company._subscription_today(), days=30),
        help="No line gets its new price before this day.",
    )
    notice_days = fields.Integer(
        "Notice Period",
        default=30,
        required=True,
        help="Days between the day on which the campaign is applied, and told, and the first "
        "new price.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "Notice",
        domain="[('model', '=', 'sale.order')]",
        default=lambda self: self.env.ref(
            "sale_recurring.mail_template_price_notice", raise_if_not_found=False
        ),
        help="Mail that tells the customer of a contract about the new prices.",
    )
    line_ids = fields.One2many("subscription.price.campaign.line", "campaign_id", "Lines")
    is_stale = fields.Boolean(
        "Preview Outdated",
        readonly=True,
        copy=False,
        help="The campaign was changed since it was previewed.",
    )
    line_count = fields.Integer("Number of Lines", compute="_compute_totals")
    contract_count = fields.Integer("Contracts Concerned", compute="_compute_totals")
    open_count = fields.Integer("Lines to Apply", compute="_compute_totals")
    failed_count = fields.Integer("Lines Refused", compute="_compute_totals")
    untold_count = fields.Integer("Contracts without Notice", compute="_compute_totals")
    old_mrr = fields.Monetary(
        "MRR Before", compute="_compute_totals", currency_field="company_currency_id"
    )
    new_mrr = fields.Monetary(
        "MRR After", compute="_compute_totals", currency_field="company_currency_id"
    )
    mrr_effect = fields.Monetary(
        "Effect on MRR",
        compute="_compute_totals",
        currency_field="company_currency_id",
        help="Per month, without taxes, other currencies at the rate of today.",
    )

    _rounding_positive = models.Constraint(
        "CHECK (rounding > 0)",
        "Round To must be more than 0. Type 0.01 to round to cents.",
    )
    _notice_not_negative = models.Constraint(
        "CHECK (notice_days >= 0)", "A notice period cannot be negative."
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("company_id")
    def _compute_running_domain(self):
        for campaign in self:
            campaign.running_domain = str(list(campaign._get_running_domain()))

    @api.depends("line_ids.state")
    def _compute_state(self):
        # Asked after each batch: the lines of a large campaign are not read for that.
        Line = self.env["subscription.price.campaign.line"]
        of_these = [("campaign_id", "in", self._origin.ids)]
        found = Line._read_group(of_these, ["campaign_id", "state"])
        for campaign in self:
            states = {state for owner, state in found if owner == campaign._origin}
            campaign.state = (
                "applied" if "done" in states else "undone" if "undone" in states else "draft"
            )

    @api.depends(
        "line_ids.shown_state",
        "line_ids.is_excluded",
        "line_ids.old_mrr",
        "line_ids.new_mrr",
        "line_ids.notified_at",
        "line_ids.reason",
    )
    def _compute_totals(self):
        for campaign in self:
            lines = campaign.line_ids.filtered(
                lambda line: not line.is_excluded and line.shown_state != "ended"
            )
            done = lines.filtered(lambda line: line.state == "done")
            campaign.line_count = len(campaign.line_ids)
            campaign.contract_count = len(lines.order_id)
            campaign.open_count = len(lines._filter_open())
            campaign.failed_count = len(lines.filtered("reason"))
            campaign.untold_count = len(done.filtered(lambda line: not line.notified_at).order_id)
            campaign.old_mrr = campaign._sum_in_company_currency(lines, "old_mrr")
            campaign.new_mrr = campaign._sum_in_company_currency(lines, "new_mrr")
            campaign.mrr_effect = campaign.new_mrr - campaign.old_mrr

    def _sum_in_company_currency(self, lines, name):
        today = self.company_id._subscription_today()
        return sum(
            currency._convert(
                sum(members.mapped(name)), self.company_currency_id, self.company_id, today
            )
            for currency, members in lines.grouped("currency_id").items()
        )

    def write(self, vals):
        """Remember that the lines do not show any more what the campaign says."""
        result = super().write(vals)
        if DECIDING_FIELDS & set(vals):
            shown = self.filtered(lambda campaign: campaign.line_ids or campaign.preview_left_ids)
            shown._as_system().write({"is_stale": True, "preview_left_ids": False})
        return result

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    @api.constrains("method", "percentage", "pricelist_id")
    def _check_method(self):
        for campaign in self:
            if campaign.method == "percentage" and campaign.percentage <= -100:
                raise ValidationError(
                    self.env._(
                        "%(campaign)s would make prices negative. Choose a percentage above -100.",
                        campaign=campaign.name,
                    )
                )
            if campaign.method == "pricelist" and not campaign.pricelist_id:
                raise ValidationError(
                    self.env._(
                        "%(campaign)s takes the prices of a pricelist. Choose which one.",
                        campaign=campaign.name,
                    )
                )

    def _check_can_apply(self):
        """Refuse prices nobody looked at, or that begin before the notice period is over.

        :raise UserError: the campaign changed since its preview, or its first day is too near
        """
        self.ensure_one()
        if self.preview_left_ids:
            raise UserError(
                self.env._(
                    "The preview of %(campaign)s is not complete. Preview it again, then apply it.",
                    campaign=self.name,
                )
            )
        if self.is_stale:
            raise UserError(
                self.env._(
                    "%(campaign)s was changed since its preview. Preview it again, then apply it.",
                    campaign=self.name,
                )
            )
        earliest = self._get_earliest_date()
        if self.effective_date < earliest:
            raise UserError(
                self.env._(
                    "%(campaign)s promises %(days)s days of notice, so that no price may change "
                    "before %(day)s. Choose that day or a later one, and preview again.",
                    campaign=self.name,
                    days=self.notice_days,
                    day=format_date(self.env, earliest),
                )
            )

    def _get_earliest_date(self):
        """Return the first day on which a price may change if customers are told today."""
        return fields.Date.add(self.company_id._subscription_today(), days=self.notice_days)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        for campaign in self:
            if campaign.state == "applied":
                raise UserError(
                    self.env._(
                        "%(campaign)s has planned prices on contracts. Take them back before you "
                        "delete it.",
                        campaign=campaign.name,
                    )
                )

    # ------------------------------------------------------------------
    # Lines
    # ------------------------------------------------------------------

    def action_view_lines(self):
        """Open the lines of the campaign as a list of their own."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_price_campaign_line_action"
        )
        action["domain"] = [("campaign_id", "=", self.id)]
        return action
