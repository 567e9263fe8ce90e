from odoo import fields, models

from ...const import SELDOM


class SaleOrder(models.Model):
    """Contracts on the pages of their customers.

    The work is done by :class:`ContractList`, :class:`ContractPage` and :class:`ContractStatus`,
    which write nothing.
    """

    _inherit = "sale.order"

    subscription_customer_control = fields.Selection(
        selection=lambda self: (
            self.env["subscription.template"]
            ._fields["customer_control"]
            ._description_selection(self.env)
        ),
        string="Customer May",
        tracking=True,
        help="What the customer of this contract may change online. Empty: as its template says.",
    )

    subscription_accepted_offer_ids = fields.One2many(
        "subscription.accepted.offer",
        "order_id",
        "Accepted Offers",
        readonly=True,
        help="What the customer was given to stay, after asking to end this contract online.",
    )

    subscription_offer_reason_id = fields.Many2one(
        "subscription.close.reason",
        "Offered to Those Who Leave For",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        help="On an amendment by which a customer who wanted to leave accepts an offer: the reason "
        "that offered it.",
        prefetch=SELDOM,
    )

    subscription_withdrawal_days = fields.Integer(
        "Right of Withdrawal",
        copy=False,
        readonly=True,
        help="For how many days the customer of this contract may withdraw, as its template said "
        "when it was made. 0: not at all.",
    )

    def _has_contract_page(self):
        """Return whether this order is shown as a contract: it runs or ran, and is no paper."""
        self.ensure_one()
        return (
            self.is_subscription
            and self.state == "sale"
            and self.subscription_order_type != "amendment"
            and self._is_subscription_started()
        )
