from functools import cached_property

from odoo.tools import format_date

from ... import const
from ..billing.next_taxes import NextTaxes
from .acts_text import ActsText
from .contract_status import ContractStatus
from .customer_acts import CustomerActs

# What of an address decides about taxes.
DECIDING = ("country_id", "state_id", "zip", "vat")
MAX_TOLD = 5  # contracts by name


class AddressEdit:
    """An address that its customer edits, and what that does to the taxes of running contracts.

    :param partner: `res.partner` that is edited, sudoed in the environment of the visitor
    """

    def __init__(self, partner):
        self.partner = partner
        self.env = partner.env

    @cached_property
    def contracts(self):
        """Running contracts of this customer that are billed again."""
        customer = self.partner.commercial_partner_id
        return self.env["sale.order"].search(
            [
                ("partner_id", "child_of", customer.ids),
                ("subscription_state", "in", const.RUNNING_STATES),
                ("subscription_next_invoice_date", "!=", False),
            ]
        )

    def get_facts(self):
        """Return what of the address decides about taxes."""
        return [str(self.partner[name]) for name in DECIDING]

    def get_amounts(self):
        """Return the next amount of each contract, as the next run would bill it.

        :rtype: dict
        """
        taxes = NextTaxes(self.contracts)
        return {order: ContractStatus(order, taxes=taxes).next_amount for order in self.contracts}

    def get_changes(self, before):
        """Return the contracts whose next amount is another one now, with both amounts.

        :param dict before: as of :meth:`get_amounts`
        :rtype: dict
        """
        after = self.get_amounts()
        return {
            order: (amount, after[order])
            for order, amount in before.items()
            if order.currency_id.compare_amounts(amount, after[order])
        }

    def get_text(self, changes):
        """Return what an edit does to the invoices, before it is saved.

        :param dict changes: as of :meth:`get_changes`
        """
        rows = [
            self.env._(
                "%(contract)s on %(day)s: %(before)s → %(after)s",
                contract=order.name,
                day=format_date(self.env, order.subscription_next_invoice_date),
                before=order.currency_id.format(before),
                after=order.currency_id.format(after),
            )
            for order, (before, after) in list(changes.items())[:MAX_TOLD]
        ]
        if len(changes) > MAX_TOLD:
            rows.append(self.env._("%(count)s more", count=len(changes) - MAX_TOLD))
        return self.env._(
            "Other taxes hold for this address, and your next invoices change: %(changes)s. Save "
            "again if that is right.",
            changes="; ".join(rows),
        )

    def tell(self, changes):
        """Say to both sides that other taxes hold from the next invoices on.

        :param dict changes: as of :meth:`get_changes`
        """
        for order, amounts in changes.items():
            acts = CustomerActs(order)
            name = acts.get_name()
            customers = ActsText(acts.for_customer)
            acts.tell(
                lambda env, name=name, order=order, amounts=amounts: env._(
                    "%(name)s edited an address online, and other taxes hold from the next invoice "
                    "on: %(before)s → %(after)s.",
                    name=name,
                    before=order.currency_id.format(amounts[0]),
                    after=order.currency_id.format(amounts[1]),
                ),
                "edited",
                texts=[customers.get_taxes_text(*amounts)],
            )
