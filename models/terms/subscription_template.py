from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ... import const

TERM_UNITS = [
    ("day", "Days"),
    ("week", "Weeks"),
    ("month", "Months"),
    ("year", "Years"),
]
END_ACTIONS = [
    ("renew", "Goes on for as long again"),
    ("end", "Ends"),
    ("quote", "Waits for a renewal quotation"),
]
UNUSED_DAYS = [
    ("credit", "Credit unused days"),
    ("forfeit", "Do not credit"),
]


class SubscriptionTemplate(models.Model):
    """Terms that a contract is made on.

    A contract copies what it needs into its segments when they are opened: an edit here reaches
    new contracts and future changes, never what was already agreed and billed.
    """

    _name = "subscription.template"
    _description = "Subscription Template"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(
        default=True,
        tracking=True,
        help="Archived templates are kept by their contracts but not offered to new ones.",
    )
    sequence = fields.Integer(default=10, help="Templates are offered in this order.")
    company_id = fields.Many2one(
        "res.company", help="Leave empty to use this template in all companies."
    )
    note = fields.Html(
        "Internal Notes", help="For your colleagues: when to use this template. Never printed."
    )

    # Billing
    recurrence_id = fields.Many2one(
        "subscription.recurrence",
        "Default Recurrence",
        required=True,
        tracking=True,
        ondelete="restrict",
        default=lambda self: self._default_recurrence_id(),
        help="How often a recurring line is billed unless somebody chooses another recurrence.",
    )
    recurrence_ids = fields.Many2many(
        "subscription.recurrence",
        string="Also Offered",
        tracking=True,
        help="Other recurrences that a line of such a contract may have. One contract can mix "
        "them: each line is billed by its own.",
    )
    timing = fields.Selection(
        const.TIMINGS,
        "Billed",
        default="advance",
        required=True,
        tracking=True,
        help="In advance: on the first day of each period. In arrears: once the period is over.",
    )
    alignment = fields.Selection(
        [
            ("anniversary", "On the day it started"),
            ("day", "On a fixed day of the month"),
            ("calendar", "With the calendar"),
        ],
        "Periods Begin",
        default="anniversary",
        required=True,
        tracking=True,
        help="With a fixed day or the calendar the first period is shorter and its price "
        "prorated. With the calendar months begin on the 1st, quarters and years in January and "
        "weeks on Monday.",
    )
    billing_day = fields.Integer(
        "Day of the Month",
        default=1,
        tracking=True,
        help="1 to 31. In a shorter month the period begins on its last day, and on the "
        "chosen day again in the next month.",
    )
    group_invoices = fields.Boolean(
        tracking=True,
        help="Contracts of one customer that fall due on the same day share an invoice when "
        "currency, addresses and payment terms are the same.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        "Invoicing Journal",
        company_dependent=True,
        check_company=True,
        domain="[('type', '=', 'sale')]",
        help="Leave empty to use the journal of the order, else the first sales journal.",
    )

    # Payment
    invoice_mode = fields.Selection(
        [
            ("draft", "Left as drafts"),
            ("post", "Posted"),
            ("send", "Posted and sent"),
        ],
        "Invoices Are",
        default="post",
        required=True,
        tracking=True,
        help="What happens to an invoice as soon as the billing run has made it.",
    )
    invoice_mail_template_id = fields.Many2one(
        "mail.template",
        "Invoice Mail",
        domain="[('model', '=', 'account.move')]",
        help="Leave empty to send Odoo's standard invoice mail.",
    )
    payment_mode = fields.Selection(
        [
            ("manual", "By the customer"),
            ("charge", "By charging the saved method"),
            ("after_payment", "Before the invoice is made"),
        ],
        "Paid",
        default="manual",
        required=True,
        tracking=True,
        help="By the customer: each invoice waits for payment. By charging: the payment method "
        "saved on the contract is charged; without one the invoice waits like any other. "
        "Before: the customer pays a request first, then the invoice is made.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        "Payment Terms",
        check_company=True,
        tracking=True,
        help="Leave empty to use the payment terms of the customer.",
    )

    # Term and renewal
    term_count = fields.Integer(
        "Term",
        tracking=True,
        help="Length of the agreement, apart from how often it is billed. 0: open-ended.",
    )
    term_unit = fields.Selection(TERM_UNITS, default="month", required=True, tracking=True)
    end_action = fields.Selection(
        END_ACTIONS,
        "At the End of the Term",
        default="renew",
        required=True,
        tracking=True,
        help="Goes on: the same contract runs for the same term again. Ends: service stops after "
        "the last day. Waits: service stops unless the customer accepts a renewal quotation.",
    )

    # Proration and credits
    convention = fields.Selection(
        const.CONVENTIONS,
        "Parts of a Period",
        default="actual",
        required=True,
        tracking=True,
        help="By days: each day costs the price of its period divided by the days of that period. "
        "By 30-day months: every month counts 30 days. No proration: whole periods only, and "
        "changes wait for the next one; what is added within a period costs nothing until then.",
    )
    credit_on_close = fields.Selection(
        UNUSED_DAYS,
        "When Closed Early",
        default="credit",
        required=True,
        tracking=True,
        help="What happens to days that are billed already when a contract is closed before them.",
    )
    credit_on_pause = fields.Selection(
        UNUSED_DAYS,
        "When Paused",
        default="credit",
        required=True,
        tracking=True,
        help="What happens to days that are billed already when a contract is paused on them. "
        "Whoever pauses a contract can choose otherwise.",
    )

    # Customer control
    customer_control = fields.Selection(
        [
            ("restricted", "Look, pay and write only"),
            ("upgrade", "Add and increase"),
            ("upgrade_downgrade", "Add, increase, reduce and remove"),
        ],
        "Customers May",
        default="restricted",
        required=True,
        tracking=True,
        help="What a customer may change online without asking. Every change is shown with what "
        "it costs before it is confirmed.",
    )

    contract_count = fields.Integer(
        "Running Contracts",
        compute="_compute_contract_count",
        help="Contracts with this subscription template that are upcoming, active, paused or "
        "suspended.",
    )
    summary = fields.Text(
        "In Words",
        compute="_compute_summary",
        help="The subscription template in sentences, made from the fields of this form.",
    )

    _term_not_negative = models.Constraint(
        "CHECK (term_count >= 0)",
        "The term of a subscription template cannot be negative. Use 0 for an open-ended one.",
    )

    @api.model
    def _default_recurrence_id(self):
        monthly = self.env.ref("sale_recurring.recurrence_month", raise_if_not_found=False)
        return monthly or self.env["subscription.recurrence"].search([], limit=1)

    def _compute_contract_count(self):
        counts = dict(
            self.env["sale.order"]._read_group(
                self._get_contracts_domain(), ["subscription_template_id"], ["__count"]
            )
        )
        for template in self:
            template.contract_count = counts.get(template, 0)

    @api.constrains("alignment", "billing_day")
    def _check_billing_day(self):
        for template in self:
            if template.alignment == "day" and not 1 <= template.billing_day <= 31:
                raise ValidationError(
                    self.env._(
                        "%(template)s cannot bill on day %(day)s of the month. "
                        "Choose a day from 1 to 31.",
                        template=template.name,
                        day=template.billing_day,
                    )
                )

    def write(self, vals):
        """Stop offering an archived template as a company's default."""
        if "active" in vals and not vals["active"]:
            # sudo: the default belongs to companies that the user may not write
            companies = self.env["res.company"].sudo()
            companies.search(
                [("subscription_template_id", "in", self.ids)]
            ).subscription_template_id = False
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Keep the terms of orders: without them, contracts would follow the default ones."""
        # sudo: orders of other salespeople and companies count as well
        orders = self.env["sale.order"].sudo()
        order = orders.search([("subscription_template_id", "in", self.ids)], limit=1)
        if order:
            raise UserError(
                self.env._(
                    "%(template)s cannot be deleted, because %(order)s was made from it. "
                    "Archive it instead.",
                    template=order.subscription_template_id.name,
                    order=order.name,
                )
            )

    def copy_data(self, default=None):
        """Mark the name of a duplicate, so that both can be told apart in a list."""
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for template, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%(name)s (copy)", name=template.name)
        return vals_list

    def action_view_contracts(self):
        """Open the running contracts on these terms."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Contracts on %(template)s", template=self.name),
            "res_model": "sale.order",
            "view_mode": "list,form",
            "domain": self._get_contracts_domain(),
            "context": {"default_subscription_template_id": self.id},
        }

    def _get_contracts_domain(self):
        """Return domain of the running contracts on these terms."""
        return [
            ("subscription_template_id", "in", self.ids),
            ("subscription_state", "in", const.RUNNING_STATES),
        ]

    def _is_for_company(self, company):
        """Return whether contracts of a company, which may be a branch, may be made on this.

        :param company: `res.company`
        :rtype: bool
        """
        self.ensure_one()
        return bool(self.filtered_domain(self._check_company_domain(company)))

    def _get_label(self, name):
        """Return what a selection field of these terms says to the reader, False when empty."""
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], False)

    def _get_offered_recurrences(self):
        """Return the recurrences that a line on these terms may have, the default one first."""
        self.ensure_one()
        if self.env.su and self._ids == self._origin._ids:  # each page of the shop asks for them
            return self.env["subscription.recurrence"].browse(self._get_offered_ids())
        return self._find_offered_recurrences()

    @tools.ormcache("self.id")
    def _get_offered_ids(self):
        return self._find_offered_recurrences()._ids

    def _find_offered_recurrences(self):
        # With the archived ones all are read at once, not those first that may be archived.
        every = self.with_context(active_test=False)
        default, found = every.recurrence_id, every.recurrence_id | every.recurrence_ids
        return found.filtered(lambda one: one == default or one.active).with_env(self.env)

    @api.constrains("recurrence_id", "recurrence_ids")
    def _check_offered_remembered(self):
        """Look again at what is offered."""
        self.env.registry.clear_cache()
