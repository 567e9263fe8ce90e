from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

CHECKS = [
    ("overlap", "Segments overlap"),
    ("no_steps", "Line without segments"),
    ("history", "History cannot be read"),
    ("duplicate_row", "Billed twice at once"),
    ("over_credited", "Credited more than billed"),
    ("over_given", "Given back more than asked"),
    ("open_rest", "Rest of what was given back"),
    ("once_twice", "Sold once, billed twice"),
    ("due_day", "Due before it was made"),
    ("list_price", "Price differs from the list"),
    ("amount", "Amount differs from the invoice"),
    ("line_without_row", "Invoice line not in the ledger"),
    ("row_without_line", "Billed period without an invoice"),
    ("cancelled", "Billed on a cancelled document"),
    ("missed", "Not billed in time"),
    ("excess", "Not credited in time"),
    ("next_date", "Wrong next invoice date"),
    ("billed_until", "Wrong billed-until date"),
    ("mirror", "Line differs from its segment"),
    ("state", "Wrong status"),
    ("constraint", "Database protection missing"),
    ("double_charge", "Charged twice at once"),
    ("lost_charge", "Charge without an outcome"),
    ("unbooked", "Money that is not booked"),
    ("two_charges", "Money under way twice for one period"),
    ("untold", "Customer was not told"),
    ("mrr", "MRR differs from the contract"),
    ("deferral", "Revenue not recognised as it should be"),
    ("deferral_entry", "Deferred revenue edited by hand"),
]


class SubscriptionFinding(models.Model):
    """Something that the nightly check found wrong with what was billed.

    A finding lives as long as the damage: the next check that does not see it any more resolves
    it. Nobody creates one by hand. What is wrong is stored as facts and told in the language of
    whoever reads it.
    """

    _name = "subscription.finding"
    _description = "Billing Finding"
    _inherit = ["mail.thread", "mail.activity.mixin", "subscription.protected.mixin"]
    _order = "found_at desc, id desc"
    _mail_post_access = "read"

    check = fields.Selection(CHECKS, required=True, readonly=True, index=True)
    key = fields.Char(
        required=True, readonly=True, help="The same for the same damage, whenever it is found."
    )
    state = fields.Selection(
        [("open", "Open"), ("ignored", "Ignored"), ("resolved", "Resolved")],
        "Status",
        default="open",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    order_id = fields.Many2one(
        "sale.order", "Contract", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    line_id = fields.Many2one("sale.order.line", "Order Line", readonly=True, ondelete="cascade")
    row_id = fields.Many2one(
        "subscription.billed.period", "Billed Period", readonly=True, ondelete="cascade"
    )
    invoice_line_id = fields.Many2one("account.move.line", readonly=True, ondelete="cascade")
    move_id = fields.Many2one("account.move", "Invoice", readonly=True, ondelete="cascade")
    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="order_id.partner_id")
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null")
    facts = fields.Json(readonly=True, help="Values that the sentence about this finding needs.")
    message = fields.Text("What Is Wrong", compute="_compute_message")
    cure = fields.Text("What To Do", compute="_compute_message")
    can_repair = fields.Boolean("Can Be Repaired", readonly=True)
    found_at = fields.Datetime(
        "Found On", required=True, readonly=True, default=fields.Datetime.now
    )
    reported_at = fields.Datetime(readonly=True, help="When an administrator was told.")
    resolved_at = fields.Datetime("Resolved On", readonly=True)

    _one_per_damage = models.UniqueIndex(
        "(key) WHERE state != 'resolved'",
        "This damage was found by another check at the same moment. Nothing was lost, try again.",
    )

    @api.depends_context("lang")
    @api.depends("check", "facts")
    def _compute_message(self):
        for finding in self:
            finding.message = finding._get_message()
            finding.cure = finding._get_cure()

    @api.depends_context("lang")
    @api.depends("check", "order_id")
    def _compute_display_name(self):
        labels = dict(self._fields["check"]._description_selection(self.env))
        for finding in self:
            label = labels.get(finding.check, "")
            name = finding.order_id.name or finding.move_id.name
            finding.display_name = f"{name}: {label}" if name else label

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def _check_administrator(self):
        """Refuse people who may look at findings, but not act on them.

        :raise AccessError: no subscription administrator
        """
        if self.env.su or self.env.user.has_group("sale_recurring.group_subscription_manager"):
            return
        raise AccessError(
            self.env._(
                "Only administrators of Subscriptions may check and repair what was billed. "
                "Ask one of them."
            )
        )

    def action_check_now(self):
        """Check every contract: right away when there are few, else in the background."""
        self._check_administrator()
        # sudo: the check looks at contracts, documents and payments of every company
        if self.sudo()._start_check():
            count = self.search_count([("state", "=", "open")])
            message = (
                self.env._("Every contract was checked; %(count)s findings are open.", count=count)
                if count
                else self.env._("Every contract was checked, and everything fits together.")
            )
        else:
            message = self.env._(
                "The check runs in the background. Findings appear here as it goes on."
            )
        return self._get_notification(message)

    def action_repair(self):
        """Repair what can be repaired safely, look again, and close what is gone.

        :raise UserError: a single finding that cannot be repaired, with the reason
        """
        self._check_administrator()
        findings = self.filtered(lambda finding: finding.state != "resolved")
        if len(findings) == 1 and not findings.can_repair:
            raise UserError(findings.cure)
        # sudo: a repair writes what nobody may write by hand: ledger, dates, database
        findings.sudo()._repair()
        left = len(findings.filtered(lambda finding: finding.state != "resolved"))
        if not left:
            return self._get_notification(self.env._("Repaired, and checked again."))
        return self._get_notification(
            self.env._(
                "%(done)s of %(count)s findings are repaired. The others say what a person must "
                "do.",
                done=len(findings) - left,
                count=len(findings),
            ),
            "warning",
        )

    def action_ignore(self):
        """Keep findings out of sight that somebody has looked at and accepts."""
        self._check_administrator()
        # sudo: nobody may edit a finding by hand
        self.filtered(lambda finding: finding.state == "open").sudo().state = "ignored"
        return True

    def action_reopen(self):
        """Show ignored findings again."""
        self._check_administrator()
        # sudo: nobody may edit a finding by hand
        self.filtered(lambda finding: finding.state == "ignored").sudo().state = "open"
        return True

    def _get_notification(self, message, kind="success"):
        """Return client action that shows a message and reads the records again."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
