from contextlib import nullcontext

from odoo import fields, models, tools
from odoo.fields import Command
from odoo.tools import SQL

from ... import const
from ...tools import is_said_by

NO_TRANSACTIONS = [Command.set([])]
CORE = ("odoo.addons.account.", "odoo.addons.sale.")
# What core computes of an invoice before it creates it, on a virtual copy with all its lines, where
# the run does not say it; and the methods by which it does.
PRECOMPUTED = {"date", "delivery_date", "taxable_supply_date", "invoice_currency_rate"}
COMPUTES = (
    *("_compute_date", "_get_accounting_date_source", "_compute_delivery_date"),
    *("_compute_taxable_supply_date", "_compute_invoice_currency_rate"),
    *("_compute_expected_currency_rate", "_get_expected_currency_rate_at"),
)


def belongs_together(records, names):
    """Tell whether records of a batch and what they link are of the same company.

    It asks once per field what core asks once per record, about the same links.

    :param records: records of a model with a company
    :param names: names of fields to look at, None for all
    :return: False when core should look, and name what does not fit
    :rtype: bool
    """
    if names is None or "company_id" in names:
        names = records._fields
    checked = [name for name in names if getattr(records._fields[name], "check_company", False)]
    if any(records._fields[name].company_dependent for name in checked):
        return False
    # sudo: as in core, whoever may make the document may lack the right to read what it links
    for company, members in records.sudo().grouped("company_id").items():
        for linked in (members.mapped(name) for name in checked):
            domain = linked._check_company_domain(company) if linked else None
            if domain and linked != linked.with_context(active_test=False).filtered_domain(domain):
                return False
    return True


class AccountMove(models.Model):
    """What the documents of one batch have in common is looked up once, not per document."""

    _inherit = "account.move"

    def _check_company(self, fnames=None):
        """Look at the companies of what the documents of a batch link all at once."""
        if const.unseal(self.env.context, const.BATCH_KEY) and belongs_together(self, fnames):
            return
        super()._check_company(fnames)

    def _add_precomputed_values(self, vals_list):
        """Fill what follows from the date and the currency of documents of a batch."""
        others = vals_list
        if const.unseal(self.env.context, const.BATCH_KEY) and self._is_filled_by_core():
            others = [vals for vals in vals_list if not self._fill_precomputed(vals)]
        super()._add_precomputed_values(others)

    @tools.ormcache()
    def _is_filled_by_core(self):
        """Return whether nobody but core says which dates and rate an invoice is created with.

        :rtype: bool
        """
        return is_said_by(self, COMPUTES, CORE)

    def _fill_precomputed(self, vals):
        """Add to the values of one invoice what core would compute of them.

        :param dict vals: values of a document, changed in place
        :return: whether these are values as the run gives them, and were filled
        :rtype: bool
        """
        missing = {name for name, field in self._fields.items() if field.precompute} - vals.keys()
        company = self.env["res.company"].browse(vals.get("company_id"))
        if (
            vals.get("move_type") != "out_invoice"
            or not vals.get("invoice_date")
            or not missing <= PRECOMPUTED
            or vals["currency_id"] != company.currency_id.id
        ):
            return False
        filled = {
            "date": fields.Date.to_date(vals["invoice_date"]),
            "delivery_date": False,
            "taxable_supply_date": False,
            "invoice_currency_rate": 1.0,
        }
        vals.update({name: filled[name] for name in missing})
        vals["__precomputed__"] = {self._fields[name] for name in missing}
        return True

    def _remember_lines(self):
        """Keep which lines of new documents are of which kind: all of them are known already.

        Core forgets it with each line that it adds, and reads it again three times; each time the
        database first gets all that is pending of the lines.
        """
        lines = self.line_ids
        for field in self.pool.field_inverses[lines._fields["move_id"]]:
            if field.model_name == self._name and field.domain:
                kept = set(lines.filtered_domain(field.get_comodel_domain(self))._ids)
                for move in self:
                    ids = tuple(line_id for line_id in move.line_ids._ids if line_id in kept)
                    field._update_cache(move, ids)

    def _keeping_amounts(self):
        """Return a block in which a new state does not make core add up the lines again.

        Core says that amounts follow from the state, and takes no notice of it.
        """
        if not is_said_by(self, ("_compute_amount",), CORE):
            return nullcontext()
        amounts = self.pool.field_computed[self._fields["amount_total"]]
        return self.env.protecting(amounts, self)

    def _is_anything_matched(self):
        """Tell whether a line of these documents was ever matched with another; drafts are not."""
        lines = self.filtered(lambda move: move.state != "draft").line_ids
        if not lines:
            return False
        query = SQL(
            """
            SELECT 1 FROM account_partial_reconcile
             WHERE debit_move_id = ANY(%(ids)s) OR credit_move_id = ANY(%(ids)s) LIMIT 1
            """,
            ids=lines.ids,
        )
        return bool(self.env.execute_query(query))

    def _get_next_sequence_format(self):
        """Read the format of the numbers once per batch; the next number itself is core's cache.

        Core searches the last number again for each document that it posts, and writes all of
        them before each search.
        """
        formats = const.unseal(self.env.context, const.SEQUENCES_KEY)
        if formats is None:
            return super()._get_next_sequence_format()
        journal = self.journal_id
        owner = self.commercial_partner_id if journal.is_self_billing else None
        key = (journal, self.date, self.move_type, owner)
        if key not in formats:
            formats[key] = super()._get_next_sequence_format()
        text, values = formats[key]
        return text, dict(values)  # the caller takes the number out of it

    def _fill_common_values(self, vals_list):
        """Put into the values of new invoices what core would look up for each of them.

        The journal depends on company and currency only; and where nobody made analytic
        distribution models, only what the contract says can apply.

        :param list vals_list: values of customer invoices, changed in place
        """
        journals = {}
        Rule = self.env["account.analytic.distribution.model"]
        # sudo: as in core, a salesperson bills own contracts without rights on the books
        has_rules = bool(Rule.sudo().search_count([], limit=1))
        for vals in vals_list:
            if vals.get("transaction_ids") == NO_TRANSACTIONS:
                del vals["transaction_ids"]
            if not vals.get("journal_id"):
                currency_id = vals["currency_id"]
                if currency_id not in journals:
                    journals[currency_id] = self._get_default_journal(currency_id)
                vals["journal_id"] = journals[currency_id].id
            for _command, _id, line_vals in vals["invoice_line_ids"]:
                if not has_rules:
                    line_vals.setdefault(
                        "analytic_distribution", self._get_contract_distribution(line_vals)
                    )
            self._fill_expected_amounts(vals)

    def _get_contract_distribution(self, line_vals):
        """Return the analytic distribution of the order line that an invoice line bills."""
        ids = [line_id for _code, line_id, *_rest in line_vals.get("sale_line_ids", ())]
        # sudo: see _fill_common_values
        return self.env["sale.order.line"].sudo().browse(ids[:1]).analytic_distribution or False

    def _fill_expected_amounts(self, vals):
        """Announce the amounts of invoice lines that core will find when it computes the taxes.

        Core compares and corrects them, and writes again only the lines where they differ. It does
        so for documents with a taxed line in the company's currency; others are left to it.

        :param dict vals: values of one customer invoice, changed in place
        """
        currency = self.env.company.currency_id
        lines = [line_vals for _command, _id, line_vals in vals["invoice_line_ids"]]
        priced = [line for line in lines if line.get("display_type", "product") == "product"]
        taxes = self.env["account.tax"].sudo()  # sudo: see _fill_common_values
        commands = [command for line in priced for command in line["tax_ids"]]
        for code, _id, ids in commands:
            if code == Command.SET:
                taxes |= taxes.browse(ids)
        if vals["currency_id"] != currency.id or not taxes or any(taxes.mapped("price_include")):
            return
        for line in priced:
            share = 1 - line["discount"] / 100
            amount = -currency.round(line["quantity"] * line["price_unit"] * share)
            line["amount_currency"] = line["balance"] = amount

    def _get_default_journal(self, currency_id):
        """Return the journal that core chooses for customer invoices in a currency."""
        draft = self.sudo().new(  # sudo: see _fill_common_values
            {
                "move_type": "out_invoice",
                "company_id": self.env.company.id,
                "currency_id": currency_id,
            }
        )
        return draft._search_default_journal()
