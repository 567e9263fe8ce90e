from odoo import api, fields, models


class AccountMove(models.Model):
    """From invoices to the entries that recognise them, and back."""

    _inherit = "account.move"

    recognition_ids = fields.One2many(
        "subscription.recognition",
        "move_id",
        "Recognises",
        readonly=True,
        copy=False,
        groups="account.group_account_readonly,account.group_account_invoice",
        help="What this entry recognises, invoice line by invoice line.",
    )
    recognition_count = fields.Integer(
        "Number of Recognised Months",
        compute="_compute_recognition_count",
        groups="account.group_account_readonly,account.group_account_invoice",
    )

    @api.depends("invoice_line_ids.recognition_ids", "recognition_ids")
    def _compute_recognition_count(self):
        for move in self:
            move.recognition_count = len(move._get_recognition())

    def _get_recognition(self):
        """Return what recognises the lines of these invoices, or what these entries recognise."""
        return self.invoice_line_ids.recognition_ids | self.recognition_ids

    def action_view_recognition(self):
        """Open the months in which this invoice is earned, or what this entry recognises."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_recognition_action"
        )
        domain = ["|", ("line_id.move_id", "=", self.id), ("move_id", "=", self.id)]
        return {**action, "domain": domain, "context": {}, "view_mode": "list,pivot,graph,form"}

    def _hook_on_state_changed(self, before):
        """Hook. Recognise what is posted, and take back what is posted no more."""
        super()._hook_on_state_changed(before)
        documents = self.filtered(
            lambda move: (
                move.is_sale_document(include_receipts=True)
                and "posted" in (move.state, before[move.id])
                and any(move.line_ids.mapped("deferred_start_date"))
            )
        )
        if documents.company_id._get_ever_recognising():
            self.env["subscription.recognition"]._mark_stale(documents.invoice_line_ids)
        if "posting" in documents.company_id._get_recognising().mapped("recognition_mode"):
            # sudo: triggering a cron is reserved to administrators
            self.env.ref("sale_recurring.ir_cron_recognise_revenue").sudo()._trigger()

    def _hook_on_posted(self):
        """Hook. Reconcile what is served whole, whoever posted the entry."""
        super()._hook_on_posted()
        entries = self.filtered(lambda move: move.move_type == "entry")
        # sudo: who posts an entry may do so without rights on what it recognises
        entries.sudo().recognition_ids._reconcile()
