import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ... import const
from .chain import get_contracts_after, get_contracts_before
from .unpaid_rule import UnpaidRule

_logger = logging.getLogger(__name__)


class SaleOrder(models.Model):
    """Contracts whose invoices stay unpaid: the customer is warned, then the contract is closed."""

    _inherit = "sale.order"

    subscription_unpaid_move_id = fields.Many2one(
        "account.move",
        "Unpaid Invoice",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Oldest unpaid invoice, for which the customer was warned.",
        prefetch=const.SELDOM,
    )
    subscription_unpaid_close_date = fields.Date(
        "Closed If Unpaid On",
        copy=False,
        readonly=True,
        tracking=True,
        help="Day on which the contract is closed unless the invoice is paid before.",
    )

    # ------------------------------------------------------------------
    # Run
    # ------------------------------------------------------------------

    @api.model
    def _cron_close_unpaid(self):
        """Warn and close contracts with unpaid invoices, one by one."""
        orders = self._get_contracts_with_unpaid() | self.search(
            [("subscription_unpaid_move_id", "!=", False)]
        )
        self.env["ir.cron"]._for_each_locked(
            orders, lambda order: order._run_or_quarantine(order._apply_unpaid_rule)
        )
        _logger.info("looked at %(count)s contracts with unpaid invoices", {"count": len(orders)})

    @api.model
    def _get_contracts_with_unpaid(self):
        """Return running contracts under the rule with an invoice that is past its due date.

        That of a contract counts for the one that goes on with it.
        """
        Template = self.env["subscription.template"].with_context(active_test=False)
        # A contract without a template follows the default of its company.
        templates = Template.search([("unpaid_close_days", ">", 0)]).filtered(
            lambda template: template._get_unpaid_close_days()
        )
        if not templates:
            return self.browse()
        companies = self.env["res.company"]._get_served_companies()
        last = max(company._subscription_today() for company in companies)
        running = Domain("subscription_state", "in", const.RUNNING_STATES)
        renewed = Domain("subscription_state", "=", "renewed")
        moves = self.env["account.move"].search(
            self._get_unpaid_domain(last)
            & Domain("invoice_line_ids.sale_line_ids.order_id", "any", running | renewed)
        )
        orders = moves.invoice_line_ids.sale_line_ids.order_id
        orders |= get_contracts_after(orders)
        return orders.filtered_domain(running).filtered(
            lambda order: order._get_subscription_template() in templates
        )

    @api.model
    def _get_unpaid_domain(self, day):
        """Return domain of what is past due on a day and not paid: invoices, and requests.

        :rtype: Domain
        """
        unpaid = Domain("move_type", "=", "out_invoice") & Domain(
            "payment_state", "in", ("not_paid", "partial")
        )
        Move = self.env["account.move"]
        invoices = Domain("state", "=", "posted") & Move._get_due_domain("<", day)
        requests = Move._get_request_domain()
        return unpaid & (invoices | requests & Domain("subscription_requested_date", "<", day))

    def _get_oldest_unpaid(self):
        """Return the invoice of one contract, or of those before it, that is unpaid for longest.

        One whose payment is on its way does not count.

        :rtype: account.move
        """
        self.ensure_one()
        # sudo: whoever looks at a contract may not read its invoices
        orders = self.sudo() | get_contracts_before(self.sudo())
        moves = orders.order_line.invoice_lines.move_id.filtered_domain(
            self._get_unpaid_domain(self._subscription_today())
        )
        late = moves.filtered(lambda move: not move._get_open_charges())
        return late.sorted(lambda move: (move._get_payment_due_date(), move.id))[:1]

    def _apply_unpaid_rule(self):
        """Warn the customer of one contract, close it, or forget a warning that helped."""
        self.ensure_one()
        order = self.with_company(self.company_id)
        move = order._get_oldest_unpaid()
        days = order._get_subscription_template()._get_unpaid_close_days()
        if not move or not days or not order._is_running():
            order._forget_unpaid()
            return
        UnpaidRule(order, move).apply()

    def _is_running(self):
        """Return whether this contract runs and nobody closed it already."""
        is_running = self.subscription_state in const.RUNNING_STATES
        is_over = self._is_renewed_on(self._subscription_today())
        return is_running and not is_over and not self.subscription_has_planned_end

    def _forget_unpaid(self):
        """Forget a warning: what it was about is paid, or the contract ended."""
        if self.subscription_unpaid_move_id:
            self._as_system().write(
                {"subscription_unpaid_move_id": False, "subscription_unpaid_close_date": False}
            )

    def _close_unpaid(self, note):
        """Close one contract today, because an invoice stayed unpaid.

        :param str note: which one, in words
        """
        reason = self.env.ref("sale_recurring.close_reason_unpaid", raise_if_not_found=False)
        day = max(self._subscription_today(), self.subscription_start_date)
        self._subscription_close(day, reason, note)
        self._forget_unpaid()

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _get_agreement_sentences(self):
        """Add the rule for unpaid invoices, or when it strikes."""
        day, move = self.subscription_unpaid_close_date, self.sudo().subscription_unpaid_move_id
        if day and self.subscription_state in const.RUNNING_STATES:
            text = self.env._(
                "%(invoice)s is unpaid: the contract is closed on %(day)s unless that is paid "
                "before.",
                invoice=move._get_payment_name(),
                day=format_date(self.env, day),
            )
            return [text, *super()._get_agreement_sentences()]
        sentences = super()._get_agreement_sentences()
        if self.subscription_state not in const.RUNNING_STATES and self._is_subscription_started():
            return sentences
        return [*sentences, self._get_subscription_template()._get_unpaid_sentence()]

    @api.depends("subscription_unpaid_close_date")
    def _compute_subscription_agreement_text(self):
        """Follow the warning."""
        super()._compute_subscription_agreement_text()
