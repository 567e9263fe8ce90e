from odoo import models


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    def _get_positions_of_orders(self, orders):
        """Return the fiscal position that holds today for each order of one company.

        Core is asked once per combination of facts that can decide, not once per customer: a run
        over many contracts would otherwise search for each of them.

        :param orders: `sale.order` records of the company of the environment
        :return: a fiscal position, maybe empty, per order
        :rtype: dict
        """
        has_zip_rules = bool(self.search_count([("zip_from", "!=", False)], limit=1))
        found, cache = {}, {}
        for order in orders:
            partner, delivery = order.partner_id, order.partner_shipping_id
            key = (
                self._get_deciding_facts(partner, has_zip_rules),
                self._get_deciding_facts(delivery, has_zip_rules),
            )
            if key not in cache:
                cache[key] = self._get_fiscal_position(partner, delivery)
            found[order] = cache[key]
        return found

    def _get_deciding_facts(self, partner, has_zip_rules):
        """Return what a fiscal position of a partner can depend on. Hook for localisations.

        :param partner: `res.partner`
        :param bool has_zip_rules: whether any position is limited to a range of postal codes
        :rtype: tuple
        """
        facts = [partner[name] for name in self._get_deciding_fields() if name in partner._fields]
        # Of a number only its country counts, and whether there is one.
        return (*facts, (partner.vat or "")[:2], has_zip_rules and partner.zip)

    def _get_deciding_fields(self):
        """Return names of partner fields that decide, as far as they are installed.

        :rtype: tuple[str]
        """
        return (
            "property_account_position_id",
            "country_id",
            "state_id",
            "vies_valid",
            "l10n_ar_afip_responsibility_type_id",
        )
