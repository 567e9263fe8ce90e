from markupsafe import Markup
from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ... import const
from ...engine.money import to_decimal
from ...engine.period import FOREVER
from ...engine.price_rise import regular_discount
from ...engine.segment import segment_at
from ...tools import get_number_text
from ..lifecycle.selection import Selection
from .priced_segments import store_later_price

CONTRACTS_PER_BATCH = 100


class SubscriptionPriceCampaign(models.Model):
    """From a preview to planned segments of contracts, and back."""

    _inherit = "subscription.price.campaign"

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_apply(self):
        """Plan the new prices in batches of some contracts, with a progress bar and a result.

        :raise UserError: nothing is left to apply, or the notice period is not kept
        """
        self.ensure_one()
        self._check_can_apply()
        orders = self.line_ids._filter_open().order_id
        if not orders:
            raise UserError(
                self.env._(
                    "%(campaign)s has no line to apply. Preview it first.", campaign=self.name
                )
            )
        return self._get_batches_action(
            orders,
            "action_apply_batch",
            running=self.env._("Planning new prices…"),
            finished=self.env._("New prices are planned"),
            done=self.env._("contracts changed"),
        )

    def action_undo(self):
        """Take planned prices back whose day has not come.

        :raise UserError: no price is planned
        """
        self.ensure_one()
        orders = self.line_ids.filtered(lambda line: line.state == "done").order_id
        if not orders:
            raise UserError(self.env._("%(campaign)s has planned no price.", campaign=self.name))
        return self._get_batches_action(
            orders,
            "action_undo_batch",
            running=self.env._("Taking prices back…"),
            finished=self.env._("New prices are taken back"),
            done=self.env._("contracts as before"),
        )

    def _get_batches_action(self, orders, method, **texts):
        """Return the client action that does something with contracts in batches."""
        return {
            "type": "ir.actions.client",
            "tag": "sale_recurring.batches",
            "params": {
                "order_ids": orders.ids,
                "model": self._name,
                "method": method,
                "record_ids": self.ids,
                "batch": CONTRACTS_PER_BATCH,
                "texts": {"failed": self.env._("not done"), **texts},
            },
        }

    def action_apply_batch(self, order_ids):
        """Plan the new prices of some contracts; one that is refused does not stop the others.

        :param list order_ids: contracts of this campaign
        :return: as :meth:`Selection.do_each`
        :rtype: dict
        """
        self._check_batch()
        self._check_can_apply()
        lines = self._get_batch_lines(order_ids)._filter_open()
        return self._do_with_contracts(lines, lambda lines: lines._apply())

    def action_undo_batch(self, order_ids):
        """Take the planned prices of some contracts back, arguments as above."""
        self._check_batch()
        lines = self._get_batch_lines(order_ids).filtered(lambda line: line.state == "done")
        return self._do_with_contracts(lines, lambda lines: lines._undo())

    def _check_batch(self):
        self.ensure_one()
        self.check_access("write")

    def _get_batch_lines(self, order_ids):
        """Return the lines of this campaign on the contracts of a batch, without reading others."""
        return self._get_lines_of(self.env["sale.order"].browse(order_ids))

    def _do_with_contracts(self, lines, operation):
        """Do something with the lines of some contracts, and write down what was refused.

        :param lines: lines of this campaign
        :param operation: function of lines
        :rtype: dict
        """
        by_order = lines.grouped("order_id")
        orders = self.env["sale.order"].union(*by_order)
        return Selection(orders).do_together(
            lambda done: operation(lines.browse().union(*(by_order[order] for order in done))),
            lambda order, reason: by_order[order]._refuse(reason),
        )


class SubscriptionPriceCampaignLine(models.Model):
    """Planning and taking back the price of lines; the number of queries does not grow."""

    _inherit = "subscription.price.campaign.line"

    def _filter_open(self):
        """Return the lines that are still to be applied."""
        return self.filtered(lambda line: line.state in ("todo", "failed") and not line.is_excluded)

    def _refuse(self, reason):
        """Write down why lines were refused; those that are planned stay so."""
        self._as_system().reason = reason
        self.filtered(lambda line: line.state == "todo")._as_system().state = "failed"

    def _apply(self):
        """Plan the new prices as segments of their contracts.

        Days that were billed since the preview keep their price as well.

        :raise UserError: a contract has ended or its price is another one by now
        """
        orders = self.order_id
        orders._subscription_claim()
        segments = {}
        for line in self:
            line._check_running_contract()
            line._refresh_span()
            segments[line.line_id] = store_later_price(line.line_id, line._give_new_price)
        self._store_segments(segments)
        self._as_system().write({"state": "done", "reason": False})

    def _undo(self):
        """Let contracts go on at their old prices; what else was agreed since then stays.

        :raise UserError: a new price is in force already
        """
        self.order_id._subscription_claim()
        segments = {}
        for line in self:
            if line.start_date <= line.order_id._subscription_today():
                raise UserError(
                    self.env._(
                        "The new price of %(product)s is in force since %(day)s. Change the line "
                        "to give it another one.",
                        product=line.product_id.display_name,
                        day=format_date(self.env, line.start_date),
                    )
                )
            line._check_not_renewed()
            segments[line.line_id] = store_later_price(line.line_id, line._give_old_price)
        self._store_segments(segments, is_undone=True)
        self._cancel_notices()
        self._as_system().write(
            {"state": "undone", "reason": False, "notified_at": False, "notice_mail_ref": False}
        )
        self._end_notice_requests()

    def _check_running_contract(self):
        if self.order_id.subscription_state not in const.RUNNING_STATES:
            raise UserError(
                self.env._("%(order)s does not run any more.", order=self.order_id.name)
            )

    def _check_not_renewed(self):
        """Refuse to take a price back that the renewal of a contract was agreed at.

        :raise UserError: naming the renewal
        """
        order = self.order_id
        renewal = order._get_confirmed_renewal()
        if renewal and self.start_date >= order.subscription_end_date:
            raise UserError(
                self.env._(
                    "%(renewal)s goes on with %(order)s and was agreed at the new price of "
                    "%(product)s. Change the line there to give it another one.",
                    renewal=renewal.name,
                    order=order.name,
                    product=self.product_id.display_name,
                )
            )

    def _refresh_span(self):
        """Bring the first day up to what was billed since the preview.

        :raise UserError: the line has ended by then, or its price changed meanwhile
        """
        segments, span = self._get_segments(), self.campaign_id._get_span(self.line_id)
        if span is None or not self._is_as_previewed(segments, span.start):
            raise UserError(
                self.env._(
                    "%(product)s of %(order)s has ended or has another price since the preview. "
                    "Preview the campaign again.",
                    product=self.product_id.display_name,
                    order=self.order_id.name,
                )
            )
        end = False if span.end == FOREVER else span.end
        if (self.start_date, self.end_date) != (span.start, end):
            self._as_system().write({"start_date": span.start, "end_date": end})

    def _is_as_previewed(self, segments, day):
        """Return whether a line still has the price and discount that the campaign replaces."""
        if segment_at(segments, day).terms.price != self._get_old_price():
            return False
        discount = to_decimal(self.old_discount)
        is_changed = self.old_discount != self.new_discount
        return not is_changed or regular_discount(segments, day) == discount

    # ------------------------------------------------------------------
    # Contracts
    # ------------------------------------------------------------------

    def _store_segments(self, segments, is_undone=False):
        """Write new segments of contract lines, their dates, and a note on each contract.

        :param dict segments: engine segments by order line
        :param bool is_undone: whether the new prices are taken back
        """
        orders = self.order_id
        orders._replace_segments_of_lines(segments)
        orders._message_log_batch(bodies=self._get_notes(is_undone))
        orders._hook_on_subscription_changed()

    def _get_notes(self, is_undone):
        """Return what the chatter of each contract says, by id."""
        notes = {}
        for order, members in self.grouped("order_id").items():
            values = {"campaign": members.campaign_id.name}
            if is_undone:
                title = self.env._("The prices of %(campaign)s are taken back:", **values)
            else:
                title = self.env._("New prices by %(campaign)s:", **values)
            items = Markup("").join(Markup("<li>%s</li>") % line._get_text() for line in members)
            notes[order.id] = Markup("%s<ul>%s</ul>") % (title, items)
        return notes

    def _get_price_text(self, which):
        """Return the `old` or the `new` price in words, with its discount where that changes."""
        self.ensure_one()
        price = self.currency_id._format_unit_price(self[f"{which}_price"])
        discount = self[f"{which}_discount"]
        if not discount or self.old_discount == self.new_discount:
            return price
        return self.env._(
            "%(price)s less %(discount)s %%",
            price=price,
            discount=get_number_text(to_decimal(discount)),
        )

    def _get_text(self):
        """Return product, both prices and the first day, in words."""
        self.ensure_one()
        return self.env._(
            "%(product)s: %(old)s → %(new)s from %(day)s on",
            product=self.product_id.display_name,
            old=self._get_price_text("old"),
            new=self._get_price_text("new"),
            day=format_date(self.env, self.start_date),
        )
