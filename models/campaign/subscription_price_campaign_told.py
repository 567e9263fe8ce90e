from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..contract.activities import request_mending


class SubscriptionPriceCampaignLine(models.Model):
    """New prices wait for a mail that left: whoever was not told in time keeps their price."""

    _inherit = "subscription.price.campaign.line"

    notice_mail_ref = fields.Integer(
        "Mail of the Notice",
        readonly=True,
        copy=False,
        help="Id of the mail whose departure is waited for; kept when the mail is deleted.",
    )

    _awaits_notice = models.Index("(notice_mail_ref) WHERE notice_mail_ref > 0")

    def _await_notices(self, mails):
        """Write down which mails tell of these prices; none of them has left yet.

        :param mails: `mail.mail` of the contracts
        """
        refs = {mail.res_id: mail.id for mail in mails}
        for order, lines in self.grouped("order_id").items():
            lines._as_system().write(
                {"notified_at": fields.Datetime.now(), "notice_mail_ref": refs.get(order.id, 0)}
            )

    def _is_in_time(self):
        """Return whether a notice that leaves today leaves the customer the days promised.

        What nobody has to be told days before is told the day before at the latest.
        """
        self.ensure_one()
        days = max(self.campaign_id.notice_days, 1)
        today = self.campaign_id.company_id._subscription_today()
        return self.start_date >= fields.Date.add(today, days=days)

    def _note_outcome(self, is_sent, reason):
        """Count as told whose mail left in time; ask somebody about a mail that failed.

        :param bool is_sent: whether the mail server took it
        :param str reason: what went wrong, or nothing
        """
        lines = self.filtered(lambda line: line.state == "done")
        if is_sent:
            lines = lines.filtered(lambda line: line._is_in_time())
            told = {"notified_at": fields.Datetime.now(), "notice_mail_ref": False}
            lines._as_system().write(told)
            lines._end_notice_requests()
            return
        lines._as_system().notified_at = False
        for of_order in lines.grouped("order_id").values():
            of_order._schedule_notice_request(
                self.env._(
                    "The mail about the new prices from %(day)s on did not leave: %(reason)s. Mend "
                    "that and send it again from the outgoing mails or from %(campaign)s. Until "
                    "it leaves in time, the new prices wait.",
                    day=format_date(self.env, min(of_order.mapped("start_date"))),
                    reason=reason or self.env._("nobody knows why"),
                    campaign=of_order.campaign_id.name,
                )
            )

    def _schedule_notice_request(self, note):
        """Ask whoever looks after the contract of these lines, once while it is open."""
        order = self.order_id._as_system()
        request_mending(order, self._get_notice_summary(order), note)

    def _get_notice_summary(self, order):
        """Return the name of a request about notices, by which it is found again."""
        env = order.company_id._in_company_language(order).env
        return env._("%(order)s: the notice of new prices did not leave", order=order.name)

    def _end_notice_requests(self):
        """End what somebody was asked about contracts that tell of nothing more, or have told."""
        # sudo: a mail leaves, and the request may belong to a colleague
        for order in self.sudo().order_id:
            rises = order.subscription_price_rise_ids
            if not rises.filtered(lambda rise: rise.state == "done" and not rise.notified_at):
                summary = self._get_notice_summary(order)
                order.activity_ids.filtered_domain([("summary", "=", summary)]).unlink()

    def _cancel_notices(self):
        """Keep mails in the queue that tell of prices which are taken back."""
        # sudo: whoever plans prices may not see mails of the company
        mails = self.env["mail.mail"].sudo().browse(self.mapped("notice_mail_ref")).exists()
        mails.filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()

    @api.model
    def _cron_watch_notices(self):
        """Take prices back whose notice did not leave in time, and ask somebody."""
        lines = self.search([("notice_mail_ref", ">", 0), ("state", "=", "done")])
        late = lines.filtered(lambda line: not line._is_in_time()).grouped("order_id")
        orders = self.env["sale.order"].union(*late)
        self.env["ir.cron"]._for_each_locked(orders, lambda order: late[order]._keep_old_prices())

    def _keep_old_prices(self):
        """Let one contract go on at its prices; if that is too late, somebody decides."""
        names = ", ".join(self.campaign_id.mapped("name"))
        day = format_date(self.env, min(self.mapped("start_date")))
        try:
            with self.env.cr.savepoint():
                self._undo()
            note = self.env._(
                "The customer was not told in time of the new prices of %(campaign)s from %(day)s "
                "on: the mail did not leave. The contract keeps its prices. Plan later ones.",
                campaign=names,
                day=day,
            )
        except UserError as error:
            self._as_system().write({"notified_at": False, "notice_mail_ref": False})
            note = self.env._(
                "The customer was not told in time of the new prices of %(campaign)s from %(day)s "
                "on: the mail did not leave. They could not be taken back: %(reason)s",
                campaign=names,
                day=day,
                reason=str(error),
            )
        self.order_id._as_system()._message_log(body=note)
        self._schedule_notice_request(note)


class MailMail(models.Model):
    """Notices of new prices that leave, or fail to."""

    _inherit = "mail.mail"

    def _hook_on_outcome(self, is_sent, reason):
        """Note on new prices whether the mail about them left."""
        super()._hook_on_outcome(is_sent, reason)
        lines = self.env["subscription.price.campaign.line"]
        lines.search([("notice_mail_ref", "in", self.ids)])._note_outcome(is_sent, reason)
