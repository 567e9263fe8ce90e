from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...engine.errors import EngineError
from ..preview.preview import Preview


class SaleOrder(models.Model):
    """Customers pay the next period of their contract on its page, once nothing else is open.

    The invoice is made when the money is in. Until then a draft stands for it, so that nothing
    bills the period twice; a customer who walks away leaves no invoice and uses up no number.
    """

    _inherit = "sale.order"

    def _get_pay_ahead_offer(self):
        """Return what a customer would pay for the next period of this contract now.

        :return: `day` (its first day), `document` (as in previews), `credit` (what is taken off)
            and `amount` (what is to be paid); None when nothing is offered
        :rtype: dict | None
        """
        self.ensure_one()
        if not self._may_pay_ahead():
            return None
        day = self._get_prepayment_day()
        order = self._with_prepayment(day)
        left = self._get_prepayment_drafts()
        touched = dict.fromkeys(left, self) | order._get_touched_drafts(day)
        items = order._get_preview_items(day, touched)
        try:
            order._check_due_items({order: items})
        except EngineError:
            return None  # only a person may bill that
        documents = Preview(order).get_documents(items, day)
        if [document["kind"] for document in documents] != ["invoice"]:
            return None  # something is given back as well: that is not the customer's to decide
        credit = min(self._get_credit_balance(), documents[0]["total"])
        amount = self.currency_id.round(documents[0]["total"] - credit)
        if amount <= 0:
            return None
        return {"day": day, "document": documents[0], "credit": credit, "amount": amount}

    def _may_pay_ahead(self):
        """Return whether a customer may pay the next period now.

        What is open comes first, and only one period can be paid ahead.

        :rtype: bool
        """
        self.ensure_one()
        return (
            self.is_subscription
            and self._get_subscription_template().allow_pay_ahead
            and not self._get_prepayment_obstacle()
            and not self._get_open_invoices_to_pay()
            and not self._is_prepayment_billed()
        )

    def _is_prepayment_billed(self):
        """Return whether a period is billed that begins after today."""
        today = self._subscription_today()
        # sudo: only the system reads this field; it holds all that reaches beyond today
        rows = self.sudo().order_line.open_billed_period_ids - self._get_left_rows()
        return any(row.full.start > today and row.layers for row in rows._get_engine_rows())

    def _subscription_begin_prepayment(self, day, amount):
        """Make the draft that a customer is about to pay.

        :param date day: first day of the period, as the customer was shown it
        :param float amount: what the customer was asked for
        :return: the draft invoice
        :rtype: account.move
        :raise ValidationError: it cannot be paid ahead, or something else is due for it by now
        """
        self.ensure_one()
        self._subscription_claim()
        if not self._may_pay_ahead() or day != self._get_prepayment_day():
            raise ValidationError(
                self.env._(
                    "The next period of %(order)s cannot be paid in advance any more. Look at the "
                    "page of your contract to see what is due.",
                    order=self.name,
                )
            )
        draft = self._get_prepayment_drafts()
        if not self._is_draft_for(draft, amount):
            draft = self._bill_next_period(day, pay_first=True)
        if not self._is_draft_for(draft, amount):
            raise ValidationError(
                self.env._(
                    "The period from %(day)s costs another amount by now. Reload this page to see "
                    "what changed.",
                    day=format_date(self.env, day),
                )
            )
        return draft

    def _is_draft_for(self, draft, amount):
        """Return whether a draft asks for what its customer was shown; an older one may not."""
        compare = self.currency_id.compare_amounts
        return len(draft) == 1 and not compare(draft._get_amount_to_charge(), amount)

    def _get_last_prepayment(self):
        """Return the last payment that a customer began for a next period."""
        self.ensure_one()
        # sudo: customers read no transactions
        Transaction = self.env["payment.transaction"].sudo()
        return Transaction.search(
            [("subscription_prepayment_order_id", "=", self.id)], order="id desc", limit=1
        )

    def _get_pay_ahead_url(self):
        """Return path of the page on which the customer pays the next period."""
        self.ensure_one()
        return f"/my/orders/{self.id}/in_advance?access_token={self._get_link_token()}"

    @api.model
    def _release_waiting_contracts(self):
        """Let the run bill periods on their day that customers began to pay and left."""
        self.env["account.move"]._give_up_abandoned()
        return super()._release_waiting_contracts()
