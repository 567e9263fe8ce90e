from odoo import api, fields, models

from ..analytics.mrr_ledger import MrrLedger


class SubscriptionFinding(models.Model):
    """The nightly check of the ledger of MRR: what it says is what the segments say."""

    _inherit = "subscription.finding"

    @api.model
    def _find_in_contracts(self, orders):
        """Hook. Add contracts whose ledger of MRR does not say what their segments say."""
        found = super()._find_in_contracts(orders)
        ledger = MrrLedger(self.env)
        origins = orders.subscription_origin_id & orders
        for chain in ledger._load(origins.with_env(ledger.env)):
            closed = chain.origin.company_id.subscription_mrr_date
            if not closed:
                continue
            for move in ledger.get_missing(chain, closed)[:1]:
                found.append(
                    self._prepare_finding(
                        "mrr",
                        chain.origin.id,
                        can_repair=True,
                        facts={
                            "day": fields.Date.to_string(move.day),
                            "amount": float(move.amount),
                        },
                    )
                )
        return found

    def _get_message_mrr(self, words):
        return self.env._(
            "The recorded MRR of %(contract)s and of its renewals is not what was agreed, from "
            "%(day)s on.",
            **words,
        )

    def _repair_mrr(self):
        """Record what is missing; what was recorded stays."""
        MrrLedger(self.env).record(self.order_id.subscription_origin_id)
