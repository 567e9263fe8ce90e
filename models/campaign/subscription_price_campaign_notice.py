from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ... import const
from ...tools import get_last_day


def values_on(lines, day):
    """Return quantity, price and discount that hold on a day, by line of a contract.

    :param date day: lines that are not served on it are left out
    :rtype: dict
    """
    # sudo: whoever sees the prices that were told may have no right to read segments
    return {
        segment.line_id: {
            "quantity": segment.quantity,
            "price_unit": segment.price_unit,
            "discount": segment.discount,
        }
        for segment in lines.sudo().segment_ids
        if segment.start_date <= day and (not segment.end_date or day < segment.end_date)
    }


class SaleOrder(models.Model):
    _inherit = "sale.order"

    subscription_price_rise_ids = fields.One2many(
        "subscription.price.campaign.line",
        "order_id",
        "Price Campaigns",
        groups="sale_recurring.group_subscription_manager",
        readonly=True,
    )

    def _get_price_notice_lines(self):
        """Return the planned prices that a mail to the customer is about.

        :rtype: subscription.price.campaign.line
        """
        self.ensure_one()
        today = self._subscription_today()
        lines = self.subscription_price_rise_ids.filtered(
            lambda line: line.shown_state == "done" and line.start_date > today
        )
        campaign = const.unseal(self.env.context, const.CAMPAIGN_KEY)
        return lines.filtered(lambda line: not campaign or line.campaign_id.id == campaign)


class SubscriptionPriceCampaign(models.Model):
    """Telling customers of planned prices, in time."""

    _inherit = "subscription.price.campaign"

    untold_text = fields.Char("Customers to Tell", compute="_compute_untold_text")

    @api.depends("untold_count")
    def _compute_untold_text(self):
        for campaign in self:
            count = campaign.untold_count
            campaign.untold_text = count and (
                self.env._("The customer of 1 contract was not told yet.")
                if count == 1
                else self.env._(
                    "The customers of %(count)s contracts were not told yet.", count=count
                )
            )

    def action_send_notices(self):
        """Mail the customers who were not told yet, with a progress bar and a result.

        :raise UserError: no mail is chosen, or everybody was told
        """
        self.ensure_one()
        if not self.mail_template_id:
            raise UserError(
                self.env._("Choose the mail that %(campaign)s sends.", campaign=self.name)
            )
        orders = self.line_ids._filter_untold().order_id
        if not orders:
            raise UserError(
                self.env._("Every customer of %(campaign)s was told.", campaign=self.name)
            )
        return self._get_batches_action(
            orders,
            "action_notice_batch",
            running=self.env._("Sending notices…"),
            finished=self.env._("Notices are sent"),
            done=self.env._("notices sent"),
        )

    def action_notice_batch(self, order_ids):
        """Mail the customers of some contracts; the mails leave with Odoo's mail queue.

        :param list order_ids: contracts of this campaign
        :rtype: dict
        """
        self._check_batch()
        lines = self._get_batch_lines(order_ids)._filter_untold()
        return self._do_with_contracts(lines, lambda lines: lines._send_notice())


class SubscriptionPriceCampaignLine(models.Model):
    _inherit = "subscription.price.campaign.line"

    def _get_totals(self):
        """Return what a full period costs with the prices until then and with these.

        What is planned for the day on which they begin counts: quantities, discounts, ends.

        :return: words for the period, old and new total, whether taxes are in it
        :rtype: list[dict]
        """
        found = {}
        for rise in self:
            recurrence = rise.line_id.recurrence_id
            length = (recurrence.unit, recurrence.count)
            found[length] = found.get(length, self.browse()) | rise
        return [
            rises._get_total()
            for rises in sorted(
                found.values(),
                key=lambda rises: rises[0].line_id.recurrence_id._get_approximate_days(),
            )
        ]

    def _get_total(self):
        """Return the row of one period of :meth:`_get_totals`."""
        order, recurrence = self.order_id, self[0].line_id.recurrence_id
        lines = order._get_recurring_lines().filtered(
            lambda line: (
                line.recurrence_id.unit == recurrence.unit
                and line.recurrence_id.count == recurrence.count
            )
        )
        served = values_on(lines, self._get_total_day())

        def add_up(name):
            """Return core's totals with the `old` or the `new` prices of the rises."""
            prices = {rise.line_id: rise._get_told_values(name, served) for rise in self}
            return order._get_line_totals(
                lines.filtered(served.get), lambda line: {**served[line], **prices.get(line, {})}
            )

        old, new = add_up("old"), add_up("new")
        return {
            "per": recurrence._get_per_text(),
            "old": old["total"],
            "new": new["total"],
            "is_taxed": bool(old["tax"]),
        }

    def _get_total_day(self):
        """Return the day whose lines a total is of: the first one of the new prices.

        A contract that ends before is renewed as it is served on its last day.
        """
        first, end = min(self.mapped("start_date")), self.order_id.subscription_end_date
        return get_last_day(end) if end and end <= first else first

    def _get_told_values(self, which, served):
        """Return the `old` or the `new` price of one rise, and its discount unless it is limited.

        :param dict served: what holds on the first day of the new price, by line
        """
        values = {"price_unit": self[f"{which}_price"]}
        discount = served.get(self.line_id, {}).get("discount")
        if discount in (self.old_discount, self.new_discount):
            values["discount"] = self[f"{which}_discount"]
        return values

    def _get_leave_text(self):
        """Return what a customer may do who does not want these prices, one or two sentences."""
        order = self.order_id
        if not order:
            return ""
        end, first = order.subscription_end_date, min(self.mapped("start_date"))
        if end and end <= first:
            return self.env._(
                "Your subscription ends after %(day)s. The new prices are those of its renewal, "
                "which you are free to accept.",
                day=format_date(self.env, get_last_day(end)),
            )
        earliest = order._get_earliest_close_date()
        day = format_date(self.env, get_last_day(earliest))
        if earliest <= first:
            return self.env._(
                "If you do not want the new prices, you can end your subscription before they "
                "hold: if you tell us today, its last day can be %(day)s or later.",
                day=day,
            )
        return self.env._(
            "If you do not want the new prices, you can end your subscription: if you tell us "
            "today, its last day can be %(day)s or later.",
            day=day,
        )

    def _filter_untold(self):
        """Return planned lines whose customer got no mail."""
        return self.filtered(lambda line: line.shown_state == "done" and not line.notified_at)

    def _send_notice(self):
        """Queue one mail per contract.

        :raise UserError: the notice period cannot be kept any more, or a customer has no address
        """
        campaign = self.campaign_id
        earliest = campaign._get_earliest_date()
        for line in self:
            if line.start_date < earliest:
                raise UserError(
                    self.env._(
                        "The new price of %(product)s begins on %(day)s, which is less than the "
                        "%(days)s days of notice away. Take it back and plan a later one.",
                        product=line.product_id.display_name,
                        day=format_date(self.env, line.start_date),
                        days=campaign.notice_days,
                    )
                )
            if not line.partner_id._get_mail_reader():
                raise UserError(
                    self.env._(
                        "%(customer)s has no email address.",
                        customer=line.partner_id.display_name,
                    )
                )
        template = campaign.mail_template_id.with_context(
            **const.sealed(const.CAMPAIGN_KEY, campaign.id)
        )
        mails = template.send_mail_batch(self.order_id.ids).sudo()  # sudo: only looked at
        if not all(mail._reaches_anybody() for mail in mails):
            raise UserError(
                self.env._("The mail template %(name)s has no reader.", name=template.name)
            )
        self._await_notices(mails)
