from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """How revenue is recognised, company by company."""

    _inherit = "res.config.settings"

    recognition_mode = fields.Selection(
        related="company_id.recognition_mode", readonly=False, required=True
    )
    recognition_account_id = fields.Many2one(
        related="company_id.recognition_account_id", readonly=False
    )
    recognition_accrued_account_id = fields.Many2one(
        related="company_id.recognition_accrued_account_id", readonly=False
    )
    recognition_journal_id = fields.Many2one(
        related="company_id.recognition_journal_id", readonly=False
    )
    recognition_method = fields.Selection(
        related="company_id.recognition_method", readonly=False, required=True
    )
    recognition_is_drafted = fields.Boolean(
        related="company_id.recognition_is_drafted", readonly=False
    )
    recognition_is_grouped = fields.Boolean(
        related="company_id.recognition_is_grouped", readonly=False
    )
    recognition_has_partner = fields.Boolean(
        related="company_id.recognition_has_partner", readonly=False
    )
    recognition_has_analytic = fields.Boolean(
        related="company_id.recognition_has_analytic", readonly=False
    )
    recognition_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Recognition Currency"
    )
    recognition_min_amount = fields.Monetary(
        related="company_id.recognition_min_amount",
        readonly=False,
        currency_field="recognition_currency_id",
    )
    recognition_min_days = fields.Integer(related="company_id.recognition_min_days", readonly=False)
    recognition_from_date = fields.Date(related="company_id.recognition_from_date", readonly=False)
    recognition_before = fields.Selection(
        related="company_id.recognition_before", readonly=False, required=True
    )
    recognition_lines_before = fields.Integer(
        "Invoice Lines Before",
        compute="_compute_recognition_lines_before",
        help="Lines that were posted before that day and serve days after it.",
    )

    @api.depends("recognition_mode", "recognition_from_date", "company_id")
    def _compute_recognition_lines_before(self):
        for settings in self:
            start, found = settings.recognition_from_date, 0
            if settings.recognition_mode != "off" and start:
                found = self.env["account.move.line"].search_count(
                    [
                        ("company_id", "=", settings.company_id.id),
                        ("parent_state", "=", "posted"),
                        ("display_type", "=", "product"),
                        ("date", "<", start),
                        ("deferred_end_date", ">=", start),
                    ]
                )
            settings.recognition_lines_before = found

    @api.onchange("recognition_mode")
    def _onchange_recognition_mode(self):
        """Propose the first day of this month and a journal, which most books can begin with."""
        if self.recognition_mode == "off":
            return
        today = self.company_id._subscription_today()
        self.recognition_from_date = self.recognition_from_date or today.replace(day=1)
        if not self.recognition_journal_id:
            self.recognition_journal_id = self.env["account.journal"].search(
                [("company_id", "=", self.company_id.id), ("type", "=", "general")], limit=1
            )
