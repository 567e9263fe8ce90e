"""Performs what happens during the life of a contract, through the methods behind the buttons."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.tools import mute_logger

from odoo.addons.sale_recurring.exceptions import OutcomeUnknownError

from .history import ASK_WHY, QUIET, History

HANGS = "demo-hangs"  # begins the provider's name of cards whose charges get no answer


class LifeHistory(History):
    """Amendments, planned changes, renewals, endings and cards."""

    def do_look(self, deal):
        """Do nothing: the jobs of that day have something to do."""

    # Amendments

    def do_amend(self, deal, targets=(), mode="now", recurrence="", confirmed=True):
        """Offer a changed contract, and mostly agree on it."""
        amendment = self._create_amendment(deal, targets, mode, recurrence)
        if confirmed:
            amendment.action_quotation_sent()
            amendment.action_confirm()

    def do_alternatives(self, deal, choices):
        """Offer two changes of which the customer takes the second."""
        offers = [self._create_amendment(deal, targets, "now", "") for targets in choices]
        for offer in offers:
            offer.action_quotation_sent()
        offers[-1].action_confirm()

    def _create_amendment(self, deal, targets, mode, recurrence):
        """Return an amendment with new quantities by product; what is missing is added."""
        order = self.contract(deal).with_context(**QUIET)
        action = order.action_subscription_amend()
        amendment = order.browse(action["res_id"])
        amendment.subscription_effective_mode = mode
        if amendment.subscription_is_outdated:  # something is planned until that day
            amendment.action_subscription_refresh_amendment()
        if recurrence:
            amendment.subscription_all_recurrence_id = self.catalog.recurrence(recurrence)
        for key, quantity in dict(targets).items():
            product = self.catalog.products[key]
            line = amendment.order_line.filtered(lambda line, p=product: line.product_id == p)
            if line:
                line.product_uom_qty = quantity
            else:
                values = {"product_id": product.id, "product_uom_qty": quantity}
                values["recurrence_id"] = amendment.order_line.recurrence_id[:1].id
                amendment.order_line = [Command.create(values)]
        return amendment.with_context(clean_context(amendment.env.context))

    def do_revoke(self, deal, product, start):
        """Take a planned change back."""
        steps = self._get_line(deal, product).segment_ids
        steps.filtered(lambda step: step.start_date == start).action_revoke()

    # Suspension, renewal, end

    def do_suspend(self, deal, reason):
        """Withhold the service until further notice."""
        order = self.contract(deal)
        order._subscription_pause(order._subscription_today(), reason=reason, kind="suspension")

    def do_renew(self, deal):
        """Accept the renewal quotation."""
        order = self.contract(deal)
        renewal = order.browse(order.action_subscription_renew()["res_id"])
        renewal.action_quotation_sent()
        renewal.action_confirm()

    def do_keep(self, deal):
        """Take the notice of a customer back."""
        order = self.contract(deal)
        order._subscription_keep()
        order.activity_ids.filtered(lambda activity: activity.summary == ASK_WHY).unlink()

    def do_reopen(self, deal, note):
        """Go on with a closed contract."""
        order = self.contract(deal)
        order._subscription_reopen(order._subscription_today(), note)

    # Cards

    def do_card_works(self, deal):
        """Let the bank accept the card again, as after payday."""
        self.orders[deal.number].subscription_payment_token_id.demo_simulated_state = "done"

    def do_new_card(self, deal):
        """Give another card, as the customer does on the portal."""
        order = self.orders[deal.number]
        order._subscription_replace_token(self._create_token(order, "done"))

    def do_money_came(self, deal):
        """Find the payment of a charge on the bank statement, of which nobody knew."""
        accountant = self.env["res.users"].search([("login", "=", "edith")])
        moves = self.orders[deal.number].invoice_ids.with_user(accountant)
        moves.filtered("subscription_charge_unknown").action_subscription_money_came()

    # Prices

    def do_campaign(self, deal, name, percentages, effective, applied=False):
        """Prepare new prices for all contracts, and plan them if they are agreed on."""
        manager = self.env["res.users"].search([("login", "=", "clara")])
        rules = [
            Command.create({"product_id": self.catalog.products[key].id, "percentage": percent})
            for key, percent in percentages.items()
        ]
        campaign = (
            self.env["subscription.price.campaign"]
            .with_user(manager)
            .create(
                {
                    "name": name,
                    "method": "index",
                    "rule_ids": rules,
                    "product_ids": [
                        Command.set([self.catalog.products[key].id for key in percentages])
                    ],
                    "rounding": 0.1,
                    "effective_date": effective,
                }
            )
        )
        campaign._begin_preview()
        campaign.action_preview_batch(campaign.preview_left_ids)
        if applied:
            campaign.action_apply_batch(campaign.line_ids.order_id.ids)
            campaign.action_notice_batch(campaign.line_ids.order_id.ids)


def clean_context(context):
    """Return a context without what keeps the making of a document quiet."""
    return {key: value for key, value in context.items() if key not in QUIET}


@contextmanager
def hanging_provider(env):
    """Let charges of some cards end without an answer, which the demo provider cannot do."""
    Transaction = env.registry["payment.transaction"]
    ask = Transaction._send_payment_request

    def send(tx):
        if (tx.token_id.provider_ref or "").startswith(HANGS):
            raise OutcomeUnknownError("The payment provider did not answer.")
        return ask(tx)

    muted = "odoo.addons.sale_recurring.models.charging.payment_transaction_charge"
    with patch.object(Transaction, "_send_payment_request", send), mute_logger(muted):
        yield
