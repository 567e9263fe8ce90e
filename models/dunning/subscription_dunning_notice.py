from odoo import api, fields, models

from ...engine import dunning

WAITING, LEFT, FAILED = "waiting", "left", "failed"


class SubscriptionDunningNotice(models.Model):
    """What a customer was told by mail: on which day service ends unless a document is paid.

    It counts from the moment at which its mail left us. One row per contract, document, deed and
    mail; the mail itself is deleted once it left.
    """

    _name = "subscription.dunning.notice"
    _description = "Announcement Before Suspending or Closing"
    _inherit = ["subscription.protected.mixin"]
    _order = "id desc"
    _rec_name = "action"

    order_id = fields.Many2one(
        "sale.order", "Contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    move_id = fields.Many2one(
        "account.move",
        "Unpaid Document",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Empty when this was about a draft that is gone.",
    )
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    part = fields.Integer(
        "Instalments Paid Before",
        readonly=True,
        help="Which instalment of the document this is about: how many before it are paid.",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    action = fields.Selection(
        [(dunning.SUSPEND, "Suspend the contract"), (dunning.CLOSE, "Close the contract")],
        "Announced",
        required=True,
        readonly=True,
    )
    announced_date = fields.Date("Announced For", required=True, readonly=True)
    sent_date = fields.Date("Written On", required=True, readonly=True)
    left_date = fields.Date("Left On", readonly=True)
    state = fields.Selection(
        [(WAITING, "Waits to Be Sent"), (LEFT, "Sent"), (FAILED, "Failed")],
        "State of the Mail",
        default=WAITING,
        required=True,
        readonly=True,
    )
    reason = fields.Text("Failed Because", readonly=True)
    paid_date = fields.Date(
        "Paid On",
        readonly=True,
        help="The document was paid on this day. When the payment is taken back, what was "
        "announced before is announced again.",
    )
    mail_id = fields.Many2one(
        "mail.mail",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_system",
    )

    def _get_earliest_date(self):
        """Return the first day on which what was announced may be done.

        A mail that left late gives the customer the same days as one that left at once.

        :return: None while the mail did not leave
        :rtype: date | None
        """
        self.ensure_one()
        if self.state != LEFT:
            return None
        return self.announced_date + (self.left_date - self.sent_date)

    @api.model
    def _get_told_date(self, order, move, action):
        """Return the first day on which something may be done to a contract for a document.

        :param str action: 'suspend' or 'close'
        :return: None when no mail left that said so
        :rtype: date | None
        """
        found = self._get_about(order, move, action)
        days = [notice._get_earliest_date() for notice in found if notice.state == LEFT]
        return min(days, default=None)

    @api.model
    def _get_about(self, order, move, action):
        """Return what was announced to the customer of one contract about one document.

        What was announced before a payment that was taken back since does not count.
        """
        # sudo: kept by the runs of every company
        domain = [
            ("order_id", "=", order.id),
            ("move_id", "=", move.id),
            ("part", "=", move._get_dunning_part()),
            ("action", "=", action),
            ("paid_date", "=", False),
        ]
        return self.sudo().search(domain)

    def _is_under_way(self, today):
        """Return whether one of these mails may still leave by itself.

        :param date today: day of the company
        """
        return any(
            notice.state == WAITING and notice.mail_id and (today - notice.sent_date).days <= 1
            for notice in self
        )

    def _note_outcome(self, is_sent, reason=None):
        """Write down that the mail left, or why not.

        :param bool is_sent: whether the mail server took it for at least one reader
        :param str reason: what went wrong
        """
        for notice in self:
            if is_sent:
                today = notice.company_id._subscription_today()
                notice._as_system().write({"state": LEFT, "left_date": today, "reason": False})
            elif notice.state != LEFT:
                notice._as_system().write({"state": FAILED, "reason": reason or False})


class MailMail(models.Model):
    """Mails that announce something: they tell when they left."""

    _inherit = "mail.mail"

    def _hook_on_outcome(self, is_sent, reason):
        """Note on announcements whether their mail left."""
        super()._hook_on_outcome(is_sent, reason)
        notices = self.env["subscription.dunning.notice"].search([("mail_id", "in", self.ids)])
        notices._note_outcome(is_sent, reason)
