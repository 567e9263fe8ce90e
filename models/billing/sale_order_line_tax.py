from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

NO_TAX = "none"


def get_taxes_of_rebates(lines, found):
    """Return the taxes of the day of rebates that have those of the lines that they lower.

    The *Discount* button gives them these, and its product has none that could follow.

    :param lines: all lines that are still to be billed
    :param dict found: taxes of the day by line, for those whose taxes nobody typed
    :return: taxes by line
    :rtype: dict
    """
    result = {}
    for line in lines:
        is_rebate = not line.recurrence_id and line.price_unit * line.product_uom_qty < 0
        if not is_rebate or line in found or not line.tax_ids:
            continue
        lowered = [
            taxes
            for other, taxes in found.items()
            if other.order_id == line.order_id and other.tax_ids == line.tax_ids
        ]
        if lowered and all(taxes == lowered[0] for taxes in lowered):
            result[line] = lowered[0]
    return result


class SaleOrderLine(models.Model):
    """Which taxes of a line were computed, and which ones somebody typed."""

    _inherit = "sale.order.line"

    automatic_tax_key = fields.Char(
        "Taxes Set Automatically",
        copy=False,
        help="Technical: the taxes that were last computed. A line that has others was edited by "
        "hand and keeps them.",
        readonly=True,
    )

    def _compute_tax_ids(self):
        """Remember what was computed."""
        super()._compute_tax_ids()
        for line in self:
            line._as_system().automatic_tax_key = line._get_tax_key(line.tax_ids)

    def copy_data(self, default=None):
        """Let a duplicate compute its taxes, unless these were typed, and begin with what lasts."""
        vals_list = super().copy_data(default)
        for line, vals in zip(self, vals_list, strict=True):
            lasting = line._get_lasting_values()
            vals.update({name: lasting[name] for name in lasting if name not in (default or {})})
            if line.recurrence_id and not line._is_tax_manual():
                vals.pop("tax_ids", None)
                vals.pop("automatic_tax_key", None)
            line._keep_links(vals)
        return vals_list

    def _keep_links(self, vals):
        """Let the copy of a line hang on the copy of the line that it hangs on, as core links both.

        :param dict vals: values of the copy
        """
        self.ensure_one()
        vals["virtual_id"] = str(self.id) if self.linked_line_ids else False
        vals["linked_virtual_id"] = str(self.linked_line_id.id) if self.linked_line_id else False

    def _get_combos(self):
        """Return the combos that these lines are items of; copies without them are refused."""
        return self.filtered("combo_item_id").linked_line_id

    def _get_empty_combos(self):
        """Return those of these lines that are combos of which nothing is left."""
        return self.filtered(lambda line: line.product_type == "combo" and not line.linked_line_ids)

    def _get_tax_key(self, taxes):
        return ",".join(str(tax_id) for tax_id in sorted(taxes._origin.ids)) or NO_TAX

    def _remember_automatic_taxes(self):
        """Tell computed from typed taxes of lines that came with their taxes, as from a form."""
        lines = self.filtered(
            lambda line: not line.automatic_tax_key and not line.display_type and line.product_id
        )
        for line, taxes in lines._get_automatic_taxes().items():
            key = self._get_tax_key(taxes)
            if key == self._get_tax_key(line.tax_ids):
                line._as_system().automatic_tax_key = key

    def _is_tax_manual(self):
        """Return whether somebody typed the taxes of this line."""
        self.ensure_one()
        return self.automatic_tax_key != self._get_tax_key(self.tax_ids)

    def _get_automatic_taxes(self, positions=None):
        """Return the taxes of the day by product and fiscal position of the order.

        :param dict positions: fiscal positions by order that count in place of their own
        :return: taxes per line
        :rtype: dict
        """
        found, cache = {}, {}
        # sudo: the salesperson who bills may not read the taxes of a branch's parent company
        for line in self.sudo():
            order, company = line.order_id, line.company_id
            position = (positions or {}).get(order, order.fiscal_position_id).sudo()
            taxes = line.product_id.taxes_id._filter_taxes_by_company(company)
            key = (position, company, taxes, *line._get_custom_compute_tax_cache_key())
            if key not in cache:
                is_taxed = taxes and line.product_type != "combo"
                cache[key] = position.map_tax(taxes) if is_taxed else taxes.browse()
            found[line.sudo(self.env.su)] = cache[key].sudo(self.env.su)
        return found

    def _refresh_taxes(self):
        """Give lines the taxes of the day, except where somebody typed others.

        Rebates follow the lines that they lower: no tax is given back that nobody is asked for.

        :return: a triple of line, old and new taxes for each change
        :rtype: list[tuple]
        :raise UserError: the taxes of a product were archived, and it has no others
        """
        changes = []
        automatic = self._check_automatic_taxes()
        found = automatic._get_automatic_taxes()
        rebates = get_taxes_of_rebates(self, found)
        for line, taxes in found.items():
            key = self._get_tax_key(taxes)
            if key != line.automatic_tax_key:
                changes.append((line, line.tax_ids, taxes))
                line._as_system().write(
                    {"tax_ids": [Command.set(taxes.ids)], "automatic_tax_key": key}
                )
        for line, taxes in rebates.items():
            if taxes != line.tax_ids:
                changes.append((line, line.tax_ids, taxes))
                line._as_system().write(
                    {"tax_ids": [Command.set(taxes.ids)], "extra_tax_data": False}
                )
        return changes

    def _check_automatic_taxes(self):
        """Return the lines whose taxes nobody typed, after a look at the taxes of their products.

        :rtype: sale.order.line
        :raise UserError: the taxes of a product were archived, and it has no others
        """
        automatic = self.filtered(lambda line: not line._is_tax_manual())
        automatic._check_taxes_not_archived()
        return automatic

    def _check_taxes_not_archived(self):
        """Refuse to bill without tax only because somebody archived the tax of a product.

        :raise UserError: naming product and tax
        """
        # sudo: as in _get_automatic_taxes
        for product, lines in self.sudo().grouped("product_id").items():
            if product.taxes_id:
                continue
            # The variant remembers what it read of its template, archived taxes left out.
            taxes = product.product_tmpl_id.with_context(active_test=False).taxes_id
            for line in lines.filtered(lambda line: line.automatic_tax_key != NO_TAX):
                lost = taxes._filter_taxes_by_company(line.company_id)
                if lost:
                    raise UserError(
                        self.env._(
                            "The tax %(tax)s of %(product)s is archived, so it would be billed "
                            "without tax. Choose another tax for the product, then press Retry.",
                            tax=lost[0].name,
                            product=product.display_name,
                        )
                    )

    def _get_tax_change_text(self, old, new):
        """Return one sentence that says how the taxes of this line changed."""
        return self.env._(
            "Taxes of %(product)s: %(old)s → %(new)s. The price stays.",
            product=self.product_id.display_name,
            old=", ".join(old.mapped("name")) or self.env._("none"),
            new=", ".join(new.mapped("name")) or self.env._("none"),
        )

    def _hook_on_recurring_created(self):
        """Tell computed from typed taxes before anything is billed."""
        super()._hook_on_recurring_created()
        self._remember_automatic_taxes()
