import psycopg2
from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import sql

from ...engine.errors import EngineError
from ...explain import explain
from .subscription_finding_run import GLOBAL_CHECKS

# Each repair does what the normal course of business does; nothing edits history.
REPAIRS = {
    "next_date": "_repair_dates",
    "billed_until": "_repair_dates",
    "mirror": "_repair_dates",
    "state": "_repair_state",
    "missed": "_repair_billing",
    "excess": "_repair_billing",
    "amount": "_repair_amount",
    "line_without_row": "_repair_link",
    "row_without_line": "_repair_link",
    "cancelled": "_repair_cancelled",
    "constraint": "_repair_constraint",
    "mrr": "_repair_mrr",
    "deferral": "_repair_deferral",
    "deferral_entry": "_repair_deferral_entry",
}


class SubscriptionFinding(models.Model):
    """What the repair button does, one method per kind."""

    _inherit = "subscription.finding"

    def _repair(self):
        """Repair findings one by one, check their contracts again, and close what is gone.

        A repair that fails leaves nothing behind but its reason in the chatter.
        """
        for finding in self.filtered("can_repair"):
            try:
                with self.env.cr.savepoint():
                    getattr(finding, REPAIRS[finding.check])()
            except (UserError, EngineError) as error:
                reason = explain(self.env, error)
            else:
                continue
            self.env.invalidate_all()
            finding._message_log(body=self.env._("Not repaired: %(reason)s", reason=reason))
        self._check_again()
        note = self.env._("Repaired by %(user)s.", user=self.env.user.name)
        for finding in self.filtered(lambda one: one.state == "resolved" and one.can_repair):
            finding._message_log(body=note)
            if finding.order_id:
                finding.order_id._message_log(body=f"{finding.message} {note}")

    def _check_again(self):
        """Look again at the contracts of these findings, and at the database if they are about it.

        Everything else that a repair healed is closed with them.
        """
        self.env.invalidate_all()
        if self.filtered(lambda finding: finding.check in GLOBAL_CHECKS):
            self._check_database()
        orders = self.filtered(lambda finding: finding.check not in GLOBAL_CHECKS).order_id
        if orders:
            self._check_contracts(orders.sorted("id"))

    # ------------------------------------------------------------------
    # Contract
    # ------------------------------------------------------------------

    def _repair_dates(self):
        """Write dates and mirror again; billing follows by itself."""
        self.order_id._update_subscription_dates()
        self.order_id._trigger_billing()

    def _repair_state(self):
        order = self.order_id
        order._set_subscription_state(self.facts["expected"])
        order._trigger_billing()

    def _repair_billing(self):
        """Bill the contract now; what cannot be billed says so in quarantine."""
        order = self.order_id
        order._update_subscription_dates()
        order._run_or_quarantine(order._subscription_refresh_state)
        if not order.subscription_quarantined_at:
            order._bill_or_quarantine()
        if order.subscription_quarantined_at:
            self._message_log(
                body=self.env._(
                    "The contract is in quarantine now: %(reason)s",
                    reason=order.subscription_quarantine_reason,
                )
            )

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    def _repair_amount(self):
        """Write on the ledger what the posted invoice says, as its posting does."""
        self.move_id._record_booked_amounts()
        self.order_id._refresh_after_correction()

    def _repair_link(self):
        """Link the one invoice line and the one ledger row that can only belong together."""
        twin = "row_without_line" if self.check == "line_without_row" else "line_without_row"
        others = self.search(
            Domain("order_id", "=", self.order_id.id)
            & Domain("check", "=", twin)
            & Domain("state", "!=", "resolved")
        )
        lines = (self | others).invoice_line_id
        rows = (self | others).row_id
        pairs = self._match_lines_and_rows(lines.ids, rows.ids)
        for line_id, row_id in pairs.items():
            if line_id == self.invoice_line_id.id or row_id == self.row_id.id:
                rows.browse(row_id).invoice_line_id = line_id

    def _repair_cancelled(self):
        """Take back what a cancelled document billed, as its cancellation should have done."""
        line = self.row_id.line_id
        # What core says is invoiced was counted with the document as well.
        self.env.add_to_compute(line._fields["untaxed_amount_invoiced"], line)
        self.row_id._undo(self.env._("The document was cancelled."))
        self.order_id._refresh_after_correction()

    # ------------------------------------------------------------------
    # Database
    # ------------------------------------------------------------------

    def _repair_constraint(self):
        """Create what the database is missing.

        :raise UserError: the data forbids it, with the words of the database
        """
        model = self.env[self.facts["model"]]
        name = self.facts["object"]
        try:
            with self.env.cr.savepoint():
                # A table with checks that wait for the end of the transaction cannot be altered.
                self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
                if self.facts["type"] == "not_null":
                    sql.set_not_null(self.env.cr, *name.split("."))
                elif declared := model._table_objects.get(name):
                    self._create_protection(model, name, declared)
                else:
                    self.env.registry.check_indexes(self.env.cr, [model._name])
                self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")
        except psycopg2.Error as error:
            raise UserError(
                self.env._(
                    "The data in the database forbids %(object)s: %(detail)s Repair the findings "
                    "of these records first, then repair this one again.",
                    object=name,
                    detail=error.diag.message_detail or error.diag.message_primary,
                )
            ) from error

    def _create_protection(self, model, name, declared):
        """Create a declared constraint or index, in place of one that is defined otherwise."""
        cr = self.env.cr
        definition = declared.get_definition(self.env.registry)
        if isinstance(declared, models.Constraint):
            if sql.constraint_definition(cr, model._table, name):
                sql.drop_constraint(cr, model._table, name)
            sql.add_constraint(cr, model._table, name, definition)
            return
        if sql.index_definition(cr, name)[0]:
            sql.drop_index(cr, name, model._table)
        sql.add_index(
            cr,
            name,
            model._table,
            comment=definition,
            definition=definition.partition("INDEX ")[2],
            unique=declared.unique,
        )
