from markupsafe import Markup
from odoo import api, fields, models
from odoo.fields import Command

from ... import const


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "subscription.protected.mixin"]

    subscription_order_ids = fields.Many2many(
        "sale.order", compute="_compute_subscription_order_ids", string="Contracts"
    )
    subscription_order_count = fields.Integer(
        "Number of Contracts", compute="_compute_subscription_order_ids"
    )
    subscription_billed_period_count = fields.Integer(
        "Number of Billed Periods", compute="_compute_subscription_order_ids"
    )

    @api.depends("line_ids.subscription_billed_period_ids", "line_ids.sale_line_ids")
    def _compute_subscription_order_ids(self):
        for move in self:
            rows = move.invoice_line_ids.subscription_billed_period_ids
            move.subscription_order_ids = move._get_subscription_orders()
            move.subscription_order_count = len(move.subscription_order_ids)
            move.subscription_billed_period_count = len(rows)

    def _get_subscription_orders(self):
        """Return the contracts whose periods, or else whose one-off lines, this document bills.

        :rtype: sale.order
        """
        # sudo: whoever may see the document may do so without rights on the contract
        lines = self.sudo().invoice_line_ids
        orders = lines.subscription_billed_period_ids.order_id
        orders = orders or lines.sale_line_ids.order_id.filtered("is_subscription")
        return orders.with_env(self.env)

    def _get_subscription_invoice_mode(self):
        """Return what the templates say should happen to this new document.

        The most careful mode wins when contracts share an invoice. An invoice that is made after
        the payment stays a draft until then, unless there is nothing to pay.

        :return: 'draft', 'post' or 'send'
        :rtype: str
        """
        self.ensure_one()
        orders = self._get_subscription_orders()
        if self._waits_for_payment():
            return "draft"
        modes = {order._get_subscription_template().invoice_mode or "post" for order in orders}
        return next((mode for mode in ("draft", "post") if mode in modes), "send")

    def _get_reducing_term(self):
        """Return the payment term that lowered the taxes of this invoice; core's notes keep it."""
        # sudo: a salesperson bills own contracts without rights on the books
        term = self.sudo().invoice_payment_term_id
        is_reducing = term.early_discount and term.early_pay_discount_computation == "mixed"
        return term if is_reducing else term.browse()

    def _waits_for_payment(self):
        """Return whether this document becomes an invoice only when its money is in. Hook.

        :rtype: bool
        """
        self.ensure_one()
        if self.move_type != "out_invoice":
            return False
        orders = self._get_subscription_orders()
        modes = [order._get_subscription_template().payment_mode for order in orders]
        # The amount last: nobody needs it of documents that do not wait, and it is computed anew
        # when they are posted.
        return "after_payment" in modes and not self.currency_id.is_zero(self.amount_total)

    def _set_followers_and_origin(self):
        """Give new documents their customer as follower and a note of their origin, all at once."""
        if not self:
            return
        bodies = {}
        for move in self:
            orders = move.invoice_line_ids.subscription_billed_period_ids.order_id
            links = Markup(", ").join(order._get_html_link() for order in orders)
            bodies[move.id] = Markup("<p>%s</p>") % self.env._(
                "Billed by the contract %(contract)s.", contract=links
            )
        # sudo: a salesperson bills own contracts without rights on the books
        self.sudo()._message_log_batch(bodies)
        _default, _internal, external = self.env["mail.message.subtype"].default_subtypes(
            self._name
        )
        self.env["mail.followers"].sudo().create(
            [
                {
                    "res_model": self._name,
                    "res_id": move.id,
                    "partner_id": move.partner_id.id,
                    "subtype_ids": [Command.set(external.ids)],
                }
                for move in self
            ]
        )

    def _queue_subscription_sending(self):
        """Hand posted documents over to Odoo's own sending, which mails them after the commit."""
        # sudo: the salesperson who bills a contract may lack the right to edit invoices
        author = self.env.user.partner_id
        self.sudo().sending_data = {
            "author_user_id": self.env.user.id,
            "author_partner_id": author.id,
        }
        # sudo: triggering a cron is reserved to administrators
        self.env.ref("account.ir_cron_account_move_send").sudo()._trigger()

    # ------------------------------------------------------------------
    # Ways from an invoice to the contracts and periods it bills
    # ------------------------------------------------------------------

    def action_view_subscriptions(self):
        """Open the contracts that this invoice bills."""
        self.ensure_one()
        orders = self.subscription_order_ids
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_contract_action"
        )
        if len(orders) == 1:
            action.update(
                views=[(self.env.ref("sale.view_order_form").id, "form")], res_id=orders.id
            )
        else:
            action["domain"] = [("id", "in", orders.ids)]
            action["views"] = [
                (self.env.ref("sale_recurring.subscription_contract_view_list").id, "list"),
                (self.env.ref("sale.view_order_form").id, "form"),
            ]
        action["context"] = {const.APP_KEY: True, "create": False}
        return action

    def action_view_billed_periods(self):
        """Open the ledger rows behind this invoice."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_billed_period_action"
        )
        action["domain"] = [("move_id", "=", self.id)]
        return action
