from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ... import const
from ...engine.money import Currency, to_decimal
from ...tools import get_last_day
from .sale_order_guard import check_currency


class SaleOrder(models.Model):
    """A sales order with recurring lines is a contract; other orders are left alone."""

    _name = "sale.order"
    _inherit = ["sale.order", "subscription.protected.mixin"]

    is_subscription = fields.Boolean(
        "Subscription", compute="_compute_is_subscription", store=True, index="btree_not_null"
    )
    subscription_template_id = fields.Many2one(
        "subscription.template",
        compute="_compute_subscription_template_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="Says when the contract is billed, how it is prorated, what happens at its end. "
        "Empty: the company's default subscription template applies.",
    )
    subscription_state = fields.Selection(
        const.SUBSCRIPTION_STATES,
        "Subscription Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    subscription_stage_id = fields.Many2one(
        "subscription.stage",
        "Stage",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        group_expand="_read_group_subscription_stage_ids",
        help="Your own phases of working with the contract. They do not change what is billed.",
    )
    subscription_country_id = fields.Many2one(related="partner_id.country_id", string="Country")
    subscription_start_date = fields.Date(
        "Start Date",
        copy=False,
        tracking=True,
        help="First day of service. Empty: the day on which the quotation is confirmed.",
    )
    subscription_anchor_date = fields.Date(
        "Billing Anchor",
        copy=False,
        readonly=True,
        help="Day from which the boundaries of all periods are counted.",
    )
    subscription_end_date = fields.Date(
        "Service Stops On",
        copy=False,
        tracking=True,
        help="First day without service. Empty: until further notice.",
    )
    subscription_last_date = fields.Date(
        "End Date",
        compute="_compute_subscription_last_date",
        inverse="_inverse_subscription_last_date",
        help="Last day of service. Empty: until further notice.",
    )
    subscription_next_invoice_date = fields.Date(
        "Next Invoice", copy=False, readonly=True, index="btree_not_null"
    )
    subscription_mrr = fields.Float(
        "MRR, Not Rounded",
        compute="_compute_subscription_mrr",
        store=True,
        digits=(16, 6),
        aggregator=None,  # sums of several currencies say nothing
        help="Monthly recurring revenue with six decimals, for further computations.",
    )
    subscription_close_reason_id = fields.Many2one(
        "subscription.close.reason", "Close Reason", copy=False, tracking=True
    )
    subscription_close_note = fields.Text(
        "Close Note", copy=False, groups="base.group_user", prefetch=const.SELDOM
    )
    subscription_origin_id = fields.Many2one(
        "sale.order",
        "First Contract",
        copy=False,
        index="btree_not_null",
        help="The first contract of the chain that this one renews.",
        readonly=True,
    )
    subscription_parent_id = fields.Many2one(
        "sale.order",
        "Parent Contract",
        copy=False,
        index="btree_not_null",
        readonly=True,
    )
    subscription_order_type = fields.Selection(
        [("new", "New"), ("amendment", "Amendment"), ("renewal", "Renewal")],
        "Order Type",
        default="new",
        copy=False,
        readonly=True,
    )
    subscription_payment_token_id = fields.Many2one(
        "payment.token",
        "Saved Payment Method",
        copy=False,
        index="btree_not_null",
        tracking=True,
        domain="[('id', 'in', subscription_available_token_ids)]",
        help="Saved method that is charged when an invoice of this contract is posted.",
    )
    subscription_available_token_ids = fields.Many2many(
        "payment.token",
        string="Payment Methods to Choose From",
        compute="_compute_subscription_available_token_ids",
    )
    subscription_interruption_ids = fields.One2many(
        "subscription.interruption",
        "order_id",
        "Interruptions",
        copy=False,
        readonly=True,
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("order_line.recurrence_id", "order_line.display_type")
    def _compute_is_subscription(self):
        for order in self:
            order.is_subscription = any(line.is_recurring for line in order.order_line)

    @api.depends("sale_order_template_id")
    def _compute_subscription_template_id(self):
        for order in self:
            if order.state in ("draft", "sent") and order.sale_order_template_id:
                template = order.sale_order_template_id.subscription_template_id
                order.subscription_template_id = template or order.subscription_template_id

    @api.depends("subscription_end_date")
    def _compute_subscription_last_date(self):
        for order in self:
            end = order.subscription_end_date
            order.subscription_last_date = get_last_day(end)

    def _inverse_subscription_last_date(self):
        for order in self:
            last = order.subscription_last_date
            order.subscription_end_date = last and fields.Date.add(last, days=1)

    @api.depends(
        "order_line.recurring_monthly",
        "subscription_state",
    )
    def _compute_subscription_mrr(self):
        for order in self:
            if order.subscription_state in ("paused", "suspended", "closed", "renewed"):
                order.subscription_mrr = 0.0
            else:
                order.subscription_mrr = sum(order.order_line.mapped("recurring_monthly"))

    @api.depends("partner_id", "partner_invoice_id", "company_id")
    def _compute_subscription_available_token_ids(self):
        Token = self.env["payment.token"]
        for order in self:
            order.subscription_available_token_ids = Token._get_for_document(order)

    @api.model
    def _read_group_subscription_stage_ids(self, stages, domain):
        """Show every stage of the board, empty or not; quotations have a board of their own."""
        return stages.search([("subscription_state", "!=", "draft")])

    @api.constrains("subscription_start_date", "subscription_end_date")
    def _check_subscription_dates(self):
        for order in self:
            start, end = order.subscription_start_date, order.subscription_end_date
            if start and end and end < start:
                raise UserError(
                    self.env._(
                        "%(order)s would end before it starts. Choose an end date from "
                        "%(start)s on.",
                        order=order.name,
                        start=format_date(self.env, start),
                    )
                )

    @api.constrains(
        "subscription_payment_token_id", "partner_id", "partner_invoice_id", "company_id"
    )
    def _check_subscription_payment_token(self):
        for order in self.filtered("subscription_payment_token_id"):
            if reason := order.subscription_payment_token_id._get_refusal_for(order):
                raise UserError(reason)

    def _get_method_owners(self):
        """Return whose saved methods may pay this order: its customer's and its payer's."""
        self.ensure_one()
        return (self.partner_id | self.partner_invoice_id).commercial_partner_id

    # ------------------------------------------------------------------
    # Terms and clock
    # ------------------------------------------------------------------

    def _get_subscription_template(self):
        """Return the template whose terms hold for this order, the company's default if none."""
        template = self.subscription_template_id
        return template or (self.company_id or self.env.company)._get_subscription_template()

    def _subscription_today(self):
        """Return today in the company's time zone.

        :rtype: date
        """
        return (self.company_id[:1] or self.env.company)._subscription_today()

    def _get_engine_currency(self):
        """Return the order's currency as an engine value."""
        currency = self.currency_id or self.company_id.currency_id or self.env.company.currency_id
        return Currency(currency.name, to_decimal(currency.rounding))

    def _is_subscription_started(self):
        """Return whether the contract was confirmed, so that its history is in its segments."""
        return bool(self._origin.subscription_anchor_date)

    def _get_subscription_start(self):
        """Return the first day of service; of a quotation without one, the day of its amount. Hook.

        :rtype: date
        """
        self.ensure_one()
        return self.subscription_start_date or self._get_quote_date()

    def _get_subscription_anchor(self):
        """Return the day from which alignment counts the periods. Hook.

        An amendment asks its contract, a renewal the contract before, whatever stands here.

        :rtype: date
        """
        self.ensure_one()
        anchor = self.subscription_anchor_date or self._get_trial_end()
        return anchor or self._get_subscription_start()

    def _get_subscription_term_end(self):
        """Return the first day without service, or None when the contract is open-ended. Hook.

        Here only what somebody typed counts; the term comes after it, and an amendment ends with
        its contract, whatever it says itself.
        """
        self.ensure_one()
        return self.subscription_end_date or None

    def _get_recurring_lines(self):
        """Return the lines that are billed again and again."""
        lines = self.order_line
        # filtered() forgets the lines of the other orders, which are read together with these
        return lines.filtered("is_recurring").with_prefetch(lines._prefetch_ids)

    # ------------------------------------------------------------------
    # Core methods, each overridden once
    # ------------------------------------------------------------------

    def _get_subscription_error_message(self):
        """Return why this quotation cannot become a contract, or False. Hook for feature files.

        What the kind of order refuses is said before what stands here.

        :return: one translated sentence or False
        """
        for line in self._get_recurring_lines():
            if line.product_uom_qty < 0:
                return self.env._(
                    "The quantity of %(product)s is negative. A recurring line needs 0 or more.",
                    product=line.product_id.display_name,
                )
        end = self.subscription_end_date
        if end and end <= self._get_subscription_start():
            return self.env._(
                "%(order)s would end before it starts. Choose another end date.", order=self.name
            )
        return False

    def _action_confirm(self):
        """Open the contract; billing follows by itself, never inside the confirmation."""
        result = super()._action_confirm()
        new = self.filtered(lambda order: not order._is_subscription_started())
        new.filtered("is_subscription")._subscription_start()
        return result

    def _action_cancel(self):
        """Close running contracts before core cancels the order; the run gives back what is paid.

        A cancelled contract is never charged any more, not even for days that were served.
        """
        running = self.filtered(lambda order: order.subscription_state in const.RUNNING_STATES)
        if running:
            running._check_subscription_operator()
        for order in running:
            order._subscription_end_with_order()
        result = super()._action_cancel()
        running._hook_on_cancelled()
        return result

    def _hook_on_cancelled(self):
        """Hook. Called with running contracts whose orders were cancelled. Return nothing."""

    def _check_subscription_start(self, start):
        """Refuse another first day of service of contracts: their segments begin on it.

        :param start: the wanted date
        :raise UserError: naming the contract
        """
        for order in self.filtered(lambda order: order._is_subscription_started()):
            if fields.Date.to_date(start) != order.subscription_start_date:
                raise UserError(
                    self.env._(
                        "The start date of %(order)s cannot change after the confirmation. "
                        "If nothing was billed yet, cancel it and set it to quotation first.",
                        order=order.name,
                    )
                )

    def write(self, vals):
        """Take typed dates of running contracts as changes of their segments."""
        self._hook_before_written(vals)
        typed = {} if self._is_system_write() else vals
        self._check_agreed_write(typed)
        check_currency(self, typed)
        if "subscription_start_date" in typed:
            self._check_subscription_start(typed["subscription_start_date"])
        old_ends = {}
        if "subscription_end_date" in typed:
            running = self.filtered(lambda order: order.subscription_state in const.RUNNING_STATES)
            running._subscription_claim()
            old_ends = {order: order.subscription_end_date for order in running}
        contracts = self.filtered("is_subscription")
        with self._keeping_agreed_prices(vals), contracts._renewing_links(vals):
            result = super().write(vals)
        self._hook_on_written(vals, old_ends)
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """Let feature files complete new orders."""
        orders = super().create(vals_list)
        orders._hook_on_created()
        return orders

    def _hook_on_created(self):
        """Called with orders that were just created, with their lines. Return nothing. Hook."""

    def _hook_on_lines_created(self, lines):
        """Called when lines were added to one order. Return nothing. Hook.

        :param lines: the new `sale.order.line` records
        """

    def _hook_before_written(self, vals):
        """Hook. Called before values are written on orders. Return nothing.

        :param dict vals: what is about to be written
        """

    def _hook_on_written(self, vals, old_ends):
        """Hook. Called after values were written on orders. Return nothing.

        Renewals refuse an end that does not fit, and move it with the term; then lifecycle lets it
        reach the segments.

        :param dict vals: what was written
        :param dict old_ends: end dates before, by running contract whose end date was typed
        """
