from odoo.fields import Domain

from ... import const
from ..billing.next_taxes import NextTaxes
from .contract_status import ContractStatus


class ContractList:
    """Which contracts a customer's list holds, and what it can be narrowed to.

    :param env: environment of the visitor
    """

    def __init__(self, env):
        self.env = env

    @staticmethod
    def get_domain():
        """Return all contracts that have a page, see `sale.order._has_contract_page`."""
        return (
            Domain("is_subscription", "=", True)
            & Domain("state", "=", "sale")
            & Domain("subscription_order_type", "!=", "amendment")
            & Domain("subscription_anchor_date", "!=", False)
        )

    def get_filters(self):
        """Return label and domain of each filter by its name.

        :rtype: dict
        """
        running = Domain("subscription_state", "in", const.RUNNING_STATES)
        without_method = (
            running
            & Domain("subscription_template_id.payment_mode", "in", const.CHARGED_MODES)
            & Domain("subscription_payment_token_id", "=", False)
            & Domain("subscription_next_invoice_date", "!=", False)
        )
        late = Domain("subscription_in_dunning", "=", True)
        suspended = Domain("subscription_state", "=", "suspended")
        # sudo: customers read no templates; this only narrows what they may see anyway
        needing = self.env["sale.order"].sudo()._search(late | suspended | without_method)
        return {
            "running": {"label": self.env._("Running"), "domain": running},
            "attention": {
                "label": self.env._("Needs Attention"),
                "domain": Domain("id", "in", needing),
            },
            "paused": {
                "label": self.env._("Paused"),
                "domain": Domain("subscription_state", "=", "paused"),
            },
            "ended": {
                "label": self.env._("Ended"),
                "domain": Domain("subscription_state", "in", ("closed", "renewed")),
            },
            "all": {"label": self.env._("All"), "domain": Domain.TRUE},
        }

    def get_sortings(self):
        """Return label and order of search of each sorting by its name.

        :rtype: dict
        """
        return {
            "next": {
                "label": self.env._("Next Invoice"),
                "order": "subscription_next_invoice_date, id desc",
            },
            "start": {
                "label": self.env._("Newest First"),
                "order": "subscription_start_date desc, id desc",
            },
            "name": {"label": self.env._("Reference"), "order": "name, id"},
        }

    def get_inputs(self):
        """Return what a search may look at, by its name.

        :rtype: dict
        """
        return {
            "all": {"input": "all", "label": self.env._("Search in All")},
            "name": {"input": "name", "label": self.env._("Search in References")},
            "product": {"input": "product", "label": self.env._("Search in Products")},
        }

    @staticmethod
    def get_statuses(contracts):
        """Return how contracts stand, with a constant number of queries.

        :param contracts: sudoed `sale.order` records with a page
        :return: one :class:`ContractStatus` each
        :rtype: list
        """
        drafted, taxes = contracts._get_draft_rows().order_id, NextTaxes(contracts)
        return [ContractStatus(contract, contract in drafted, taxes) for contract in contracts]

    @staticmethod
    def get_search(search_in, search):
        """Return the domain of what somebody typed.

        :param str search_in: one of :meth:`get_inputs`
        :param str search: typed text
        """
        in_name = Domain("name", "ilike", search) | Domain("client_order_ref", "ilike", search)
        in_product = Domain("order_line.name", "ilike", search)
        return {"name": in_name, "product": in_product}.get(search_in, in_name | in_product)
