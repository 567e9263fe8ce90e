from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, plaintext2html

from ... import const
from ...tools import get_last_day
from ..contract.activities import schedule_once
from .renewal_offer import RenewalBasis
from .renewal_text import RenewalText


def get_due_renewals_domain(company):
    """Return domain of contracts of a company that want a renewal quotation today."""
    return (
        Domain("company_id", "=", company.id)
        & Domain("subscription_renewal_quote_date", "<=", company._subscription_today())
        & Domain("subscription_state", "in", const.RUNNING_STATES)
        & Domain("subscription_quarantined_at", "=", False)
    )


def get_renewed_twice_text(contract, renewal):
    """Return why a contract is not renewed once more."""
    return contract.env._(
        "%(order)s was renewed by %(renewal)s already.", order=contract.name, renewal=renewal.name
    )


def tell_of_failed_renewal(order, error):
    """Ask for a renewal quotation that could not be prepared, once; billing goes on.

    :param Exception error: what stopped it
    """
    summary = order.env._("No renewal quotation could be prepared")
    note = order.env._(
        "%(reason)s Mend the cause: it is tried again each night, or press Renew.",
        reason=order._get_failure_reason(error)
        or order.env._("An unexpected error: %(error)s.", error=error),
    )
    kind = "mail.mail_activity_data_warning"
    schedule_once(order, kind, summary, note, order._get_responsible_user(), refresh=False)


class SaleOrder(models.Model):
    """Renewal quotations: another contract goes on where this one ends, without gap or overlap.

    All contracts of a chain have one origin; the one before is the parent.
    """

    _inherit = "sale.order"

    subscription_renewal_ids = fields.One2many(
        "sale.order",
        "subscription_parent_id",
        "Renewals",
        domain=[("subscription_order_type", "=", "renewal")],
        readonly=True,
    )
    subscription_renewal_quote_date = fields.Date(
        "Renewal Quotation On",
        copy=False,
        tracking=True,
        help="Day on which the renewal quotation is prepared. Empty: it was prepared, or none is "
        "wanted.",
    )
    subscription_has_renewal = fields.Boolean(
        "Has a Renewal", compute="_compute_subscription_has_renewal"
    )
    subscription_chain_count = fields.Integer(
        "Contracts in the Chain", compute="_compute_subscription_chain_count"
    )

    _due_to_quote = models.Index(
        "(subscription_renewal_quote_date) WHERE subscription_renewal_quote_date IS NOT NULL"
    )

    @api.depends("subscription_renewal_ids.state")
    def _compute_subscription_has_renewal(self):
        for order in self:
            order.subscription_has_renewal = bool(order._get_confirmed_renewal())

    @api.depends("subscription_origin_id", "subscription_order_type")
    def _compute_subscription_chain_count(self):
        """Count the contracts and renewal quotations of the chain, this one included."""
        origins = self.subscription_origin_id
        counts = dict(
            self._read_group(
                self._get_chain_domain(origins), ["subscription_origin_id"], ["__count"]
            )
            if origins
            else []
        )
        for order in self:
            order.subscription_chain_count = counts.get(order.subscription_origin_id, 0)

    @api.model
    def _get_chain_domain(self, origins):
        """Return domain of the contracts that have one of these first contracts."""
        return Domain("subscription_origin_id", "in", origins.ids) & Domain(
            "subscription_order_type", "in", ("new", "renewal")
        )

    def _get_renewed_contract(self):
        """Return the contract that this order goes on with, empty unless it is a renewal."""
        is_renewal = self.subscription_order_type == "renewal"
        return self.subscription_parent_id if is_renewal else self.browse()

    def _get_confirmed_renewal(self):
        """Return the contract that goes on where this one ends, if there is one."""
        return self._get_confirmed_renewals()[:1]

    def _get_confirmed_renewals(self):
        """Return the contracts that go on where these end."""
        # sudo: a colleague may look after the renewal
        renewals = self.sudo().subscription_renewal_ids.filtered(
            lambda renewal: renewal.state == "sale"
        )
        return renewals.with_env(self.env)

    def _get_open_renewals(self):
        """Return renewal quotations that nobody confirmed or cancelled."""
        # sudo: a colleague may look after the quotation
        return self.sudo().subscription_renewal_ids.filtered(
            lambda renewal: renewal.state in ("draft", "sent")
        )

    def _is_renewed_on(self, day):
        """Return whether another contract has taken over by that day."""
        end = self.subscription_end_date
        is_taken_over = bool(end and end <= day and self._get_confirmed_renewal())
        return is_taken_over or super()._is_renewed_on(day)

    # ------------------------------------------------------------------
    # Quotation
    # ------------------------------------------------------------------

    def action_subscription_renew(self):
        """Open the renewal quotation of a contract; prepare it first when there is none."""
        self.ensure_one()
        self._check_subscription_operator()
        renewal = self._get_open_renewals()[:1].with_env(self.env)
        renewal = renewal or self._create_renewal_quotation()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Renewal of %(order)s", order=self.name),
            "res_model": "sale.order",
            "res_id": renewal.id,
            "view_mode": "form",
        }

    def _create_renewal_quotation(self):
        """Prepare the quotation with which one contract goes on when it ends.

        Quantities, prices, discounts, analytic distribution, sections and notes are those that
        would be in force on that day; what was sold once stays behind.

        :return: the quotation
        :rtype: sale.order
        :raise UserError: the contract does not run, or was renewed already
        """
        self.ensure_one()
        self._check_subscription_operator()
        self._subscription_claim()
        self._check_running(self.env._("renewed"))
        if renewed := self._get_confirmed_renewal():
            raise UserError(get_renewed_twice_text(self, renewed))
        day = RenewalBasis(self).get_day()
        order = self.company_id._at_company_time(self)
        order = order._as_system()
        renewal = order.copy(RenewalBasis(self).prepare_values(day)).with_env(self.env)
        renewal._get_recurring_lines()._keep_offered_price()
        self._as_system().subscription_renewal_quote_date = False
        facts = {"day": format_date(self.env, day)}
        renewal.message_post(
            body=self.env._("Goes on with %(order)s on %(day)s.", order=self.name, **facts)
        )
        self.message_post(
            body=self.env._(
                "The renewal quotation %(renewal)s was prepared. Confirmed, it goes on from "
                "%(day)s.",
                renewal=renewal.name,
                **facts,
            )
        )
        return renewal

    @api.model
    def _cron_prepare_renewals(self):
        """Prepare the renewal quotations of contracts whose term ends soon, one by one."""
        companies = self.env["res.company"]._get_served_companies()
        domains = [get_due_renewals_domain(company) for company in companies]
        orders = self.search(Domain.OR(domains), order="subscription_renewal_quote_date, id")
        self.env["ir.cron"]._for_each_locked(
            orders,
            lambda order: order._run_or_quarantine(
                order._prepare_renewal_and_tell, partial(tell_of_failed_renewal, order)
            ),
        )

    def _prepare_renewal_and_tell(self):
        """Prepare the renewal quotation of one contract, and ask its salesperson to send it."""
        order = self.with_company(self.company_id)
        if order.subscription_has_planned_end:
            return  # somebody closed it; should that be taken back, a quotation is wanted again
        if order._get_open_renewals() or order._get_confirmed_renewal():
            order._as_system().subscription_renewal_quote_date = False
            return
        renewal = order._create_renewal_quotation()
        renewal.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Send this renewal quotation"),
            note=plaintext2html(
                self.env._(
                    "%(order)s ends after %(day)s unless the customer accepts.",
                    order=order.name,
                    day=format_date(self.env, get_last_day(renewal.subscription_start_date)),
                )
            ),
            user_id=order._get_responsible_user().id,
        )

    def _subscription_keep(self):
        """Want a renewal quotation again: the closing cancelled the one there was."""
        result = super()._subscription_keep()
        self._as_system().subscription_renewal_quote_date = self._get_quotation_date(
            self.subscription_term_end_date
        )
        return result

    # ------------------------------------------------------------------
    # Chain, words
    # ------------------------------------------------------------------

    def action_view_subscription_chain(self):
        """Open the contracts of the chain, from the first to the last."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Chain of %(order)s", order=(self.subscription_origin_id or self).name
            ),
            "res_model": "sale.order",
            "view_mode": "list,form",
            "domain": list(self._get_chain_domain(self.subscription_origin_id)),
        }

    def _get_agreement_sentences(self):
        """Add which contract goes on with which."""
        sentences = super()._get_agreement_sentences()
        contract, renewal = self._get_renewed_contract(), self._get_confirmed_renewal()
        day = format_date(self.env, self.subscription_start_date)
        if contract:
            text = self.env._(
                "Goes on with %(order)s on %(day)s.", order=contract.sudo().name, day=day
            )
            sentences[:0] = [text, *RenewalText(self).get_planned_sentences()]
        if renewal:
            text = self.env._(
                "%(renewal)s goes on from %(day)s.",
                renewal=renewal.sudo().name,
                day=format_date(self.env, renewal.sudo().subscription_start_date),
            )
            return [text, *sentences]
        return [*sentences, RenewalText(self).get_quotation_sentence()]

    @api.depends("subscription_renewal_ids.state")
    def _compute_subscription_has_planned_end(self):
        """Plan no end where another contract goes on."""
        super()._compute_subscription_has_planned_end()
        for order in self.filtered("subscription_has_planned_end"):
            if order._get_confirmed_renewal():
                order.subscription_has_planned_end = False
