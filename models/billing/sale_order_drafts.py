from odoo import api, fields, models

from ...engine.errors import EngineError
from .sale_order_tax import remember_positions

# What an invoice takes from the head of its contract, and from its lines besides amounts.
HEADER_FIELDS = {
    "partner_id",
    "partner_invoice_id",
    "partner_shipping_id",
    "payment_term_id",
    "client_order_ref",
    "fiscal_position_id",
    "journal_id",
    "preferred_payment_method_line_id",
    "note",
}
LINE_FIELDS = {"tax_ids", "name", "analytic_distribution"}


class SaleOrder(models.Model):
    """Drafts are soft: a change rebuilds the draft that bills the same days.

    A draft that somebody edited, or that is being paid, is left alone; its contract waits.
    """

    _inherit = "sale.order"

    subscription_waiting_move_id = fields.Many2one(
        "account.move",
        "Waits for Draft",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="A change of this contract touches a draft invoice that was edited or is being paid. "
        "The contract is billed on as soon as the draft is posted or deleted.",
    )

    def _hook_on_written(self, vals, old_ends):
        """Make untouched drafts anew for what an invoice takes from the head of its contract.

        A fiscal position that was typed with another customer is compared with that customer's.
        """
        super()._hook_on_written(vals, old_ends)
        if "fiscal_position_id" in vals and vals.keys() & {"partner_id", "partner_shipping_id"}:
            remember_positions(self)
        if names := HEADER_FIELDS & vals.keys():
            contracts = self.filtered(lambda order: order._is_subscription_started())
            contracts._get_draft_rows().move_id._renew_for_header(names)

    def _subscription_update_drafts(self, until=None):
        """Bring draft documents up to date before billing.

        :param date until: last day that will be billed, today when empty
        :return: the contracts that may be billed now: those that wait for a draft are left out,
            those that shared a rebuilt draft come in
        """
        touched = self._get_touched_drafts(until)
        waiting = self._get_waiting_contracts(touched)
        contracts = self - self.browse(order.id for order in waiting)
        rebuild = self.env["account.move"]
        for draft, orders in touched.items():
            if not orders & contracts:
                continue
            members = draft._get_draft_contracts()
            if members & self - contracts:
                waiting.update(dict.fromkeys(orders, draft))
                contracts -= orders
                continue
            # They share a draft that is made anew: nobody else may bill or edit them meanwhile.
            (members - self)._subscription_claim()
            rebuild |= draft
            contracts |= members
        self._wait_for_drafts(waiting)
        rebuild.filtered(lambda draft: draft._get_draft_contracts() <= contracts)._void_draft()
        return contracts

    def _get_touched_drafts(self, until=None):
        """Return the drafts that a change makes wrong, each with the contracts that changed.

        :rtype: dict
        """
        rows = self._get_draft_rows()
        touched = {}
        for order_sudo, order_rows in rows.grouped("order_id").items():
            order = order_sudo.with_env(self.env)
            due = order._get_order_due_items(until)
            for draft, draft_rows in order_rows.grouped("move_id").items():
                if any(item.is_touching(draft_rows) for item in due):
                    touched[draft] = touched.get(draft, self.browse()) | order
        return touched

    def _get_draft_rows(self):
        """Return ledger rows of these contracts that stand on draft documents."""
        # sudo: a salesperson bills own contracts whose drafts somebody else may have made
        return (
            self.env["subscription.billed.period"]
            .sudo()
            .search([("order_id", "in", self.ids), ("move_id.state", "=", "draft")])
            .filtered(lambda row: row.move_id._is_soft_draft())
        )

    def _get_waiting_contracts(self, touched):
        """Return which contracts must wait for which draft.

        :param dict touched: contracts by draft
        :rtype: dict
        """
        return {
            order: draft
            for draft, orders in touched.items()
            if draft._is_draft_edited() or draft._is_draft_in_payment()
            for order in orders
        }

    def _wait_for_drafts(self, waiting):
        """Write which contracts wait, and ask somebody to look at an edited draft, once.

        :param dict waiting: draft by contract
        """
        for order in self:
            draft = waiting.get(order, self.env["account.move"])
            if order.subscription_waiting_move_id == draft:
                continue
            order._as_system().subscription_waiting_move_id = draft
            if draft and draft._is_draft_edited():
                draft._schedule_draft_decision(order)

    @api.model
    def _release_waiting_contracts(self):
        """Hook. Let contracts go on that have no reason to wait; called by the billing run.

        A payment was decided, or the change that touched the draft was taken back. Contracts that
        another process has in hand are left to it.

        :return: no contracts, as none is billed here
        """
        waiting = self.search([("subscription_waiting_move_id", "!=", False)])
        for order in waiting.try_lock_for_update(allow_referencing=True):
            try:
                must_wait = order._get_waiting_contracts(order._get_touched_drafts())
            except EngineError:
                must_wait = False  # the run itself says what is wrong with this contract
            if not must_wait:
                order._stop_waiting()
        return self.browse()

    def _stop_waiting(self):
        """Let contracts take part in the billing run again."""
        self._as_system().subscription_waiting_move_id = False
        self._trigger_billing()

    def _refresh_after_correction(self):
        """Bring dates up to a corrected ledger and let the billing run follow."""
        self._subscription_claim()
        self._update_subscription_dates()
        self._trigger_billing()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _hook_on_begun_written(self, vals):
        """Make untouched drafts anew for other taxes, words or analytic accounts of lines."""
        super()._hook_on_begun_written(vals)
        if names := LINE_FIELDS & vals.keys():
            rows = self.order_id._get_draft_rows().filtered(lambda row: row.line_id in self)
            rows.move_id._renew_for_header(names)
