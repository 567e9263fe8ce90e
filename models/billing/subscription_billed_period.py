from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.billing import Entry, ledger
from ...engine.money import to_decimal
from ...engine.period import Period
from ...tools import get_last_day

# Kinds that cover days of a line; the others take cover away from the row they reverse.
COVER_KINDS = ("charge", "move", "waive")
# Rows, and ledgers of lines, that one transaction remembers as values of the engine; a row is about
# 1 kB, and a ledger holds the rows that are remembered anyway.
MAX_REMEMBERED = 20000


class SubscriptionBilledPeriod(models.Model):
    """Ledger of what was billed, for which span and on which terms.

    Rows are only ever added: a credit is a row that reverses another row. The link to the
    invoice line and the booked amount are filled when the document exists and is posted.
    ``(line, revision, n)`` is unique: of two processes that computed from the same state of a
    line only one can write its result.
    """

    _name = "subscription.billed.period"
    _description = "Billed Period"
    _inherit = [
        "subscription.terms.mixin",
        "subscription.span.mixin",
        "subscription.protected.mixin",
    ]
    _order = "line_id, revision, n"

    line_id = fields.Many2one(
        "sale.order.line",
        "Order Line",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    order_id = fields.Many2one(
        "sale.order",
        "Contract",
        related="line_id.order_id",
        store=True,
        index=True,
        # Never precompute: core builds a virtual copy of each nested row while it creates an
        # invoice, and a precomputed link would add that copy to the rows of the contract.
    )
    partner_id = fields.Many2one(related="order_id.partner_id")
    product_id = fields.Many2one(related="line_id.product_id")
    # Not precomputed either: it is written together with the link to the document.
    company_id = fields.Many2one(related="line_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("charge", "Charge"),
            ("credit", "Credit"),
            ("waive", "Waived"),
            ("forfeit", "Not credited"),
            ("move", "Moved"),
        ],
        required=True,
        readonly=True,
        help="Charge: billed. Credit: given back, see the row it reverses. Waived: covered for "
        "free. Not credited: service taken away without money. Moved: the same span on a "
        "corrected invoice.",
    )
    reverses_id = fields.Many2one(
        "subscription.billed.period", readonly=True, index="btree_not_null"
    )
    reversed_by_ids = fields.One2many("subscription.billed.period", "reverses_id", readonly=True)
    revision = fields.Integer(required=True, readonly=True)
    n = fields.Integer("Position", required=True, readonly=True)
    start_date = fields.Date(index=True)
    end_date = fields.Date(required=True)
    full_start_date = fields.Date("Period From", required=True, readonly=True)
    full_end_date = fields.Date("Period Until (excluded)", required=True, readonly=True)
    # no aggregator: twelve months of five seats are not sixty seats
    quantity = fields.Float(digits="Product Unit", readonly=True, aggregator=None)
    computed_amount = fields.Monetary(
        readonly=True, help="What the engine computed for this span, credits negative."
    )
    booked_amount = fields.Monetary(
        readonly=True,
        help="What the posted invoice line says, in the terms in which the price is typed "
        "(taxes included or not). Equals the computed amount until somebody edits the invoice.",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line", readonly=True, index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        related="invoice_line_id.move_id",
        store=True,
        index="btree_not_null",
    )
    move_state = fields.Selection(related="move_id.state", string="Invoice Status")
    payment_state = fields.Selection(related="move_id.payment_state")
    note = fields.Char("Why", readonly=True)

    _revision_unique = models.UniqueIndex(
        "(line_id, revision, n)",
        "This contract was billed by somebody else at the same moment. Nothing was lost, "
        "try again.",
    )
    # The run reads the rows of a line that end after its matched day, and no others.
    _line_end_idx = models.Index("(line_id, full_end_date)")
    _span_valid = models.Constraint(
        "CHECK (start_date < end_date AND full_start_date <= start_date "
        "AND end_date <= full_end_date)",
        "A billed span must lie inside its period.",
    )
    _reverses_row = models.Constraint(
        "CHECK ((kind IN ('credit', 'forfeit')) = (reverses_id IS NOT NULL))",
        "A credit must name the row it reverses.",
    )
    full_last_date = fields.Date("Period To", compute="_compute_full_last_date")

    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = self.env._(
                "%(product)s, %(start)s to %(end)s",
                product=row.product_id.display_name,
                start=format_date(self.env, row.start_date),
                end=format_date(self.env, row.last_date),
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Give new rows their place in the ledger of their line."""
        self.env["sale.order.line"]._forget_matched_days(vals_list)
        return super().create(self._number_rows(vals_list))

    def write(self, vals):
        """Refuse everything but the link to the document and what it says."""
        allowed = {
            "booked_amount",
            "manual_credit_amount",
            "invoice_line_id",
            "move_id",
            "order_id",
            "company_id",
        }
        if set(vals) - allowed:
            raise UserError(
                self.env._("The ledger of billed periods is never edited, only added to.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The ledger of billed periods is never deleted, only added to."))

    # ------------------------------------------------------------------
    # Bridge to the engine
    # ------------------------------------------------------------------

    def _get_engine_rows(self):
        """Fold the rows of one order line into what is left of each charge.

        :return: engine ledger rows
        :rtype: tuple
        """
        return self._remember(
            "subscription_ledgers",
            lambda: ledger(
                row._get_engine_entry() for row in self.sorted(lambda row: (row.revision, row.n))
            ),
        )

    def _get_engine_entry(self):
        """Return this row as an engine entry, amounts exact in the currency.

        :rtype: engine.ledger.Entry
        """
        self.ensure_one()
        return self._remember("subscription_entries", self._make_engine_entry)

    def _remember(self, name, make):
        """Make something of these rows once: only two amounts of a row ever change.

        It is kept by the first row, and made again unless all rows and their amounts are the same.

        :param str name: of what is made
        :param make: function without parameters
        :return: what the function returned, now or before in this transaction
        """
        known = self.env.cr.cache.setdefault(name, {})
        amounts = [(row.booked_amount, row.manual_credit_amount) for row in self]
        facts = (self._ids, amounts)
        before, value = known.get(self._ids[:1], (None, None))
        if before != facts:
            value = make()
            if all(self._ids):  # a draft record of a form is another one next time
                if len(known) >= MAX_REMEMBERED:
                    known.clear()
                known[self._ids[:1]] = (facts, value)
        return value

    def _make_engine_entry(self):
        terms = self._get_engine_terms()
        to_amount = terms.currency.round
        return Entry(
            key=self.id,
            kind=self.kind,
            terms=terms,
            full=Period(self.full_start_date, self.full_end_date),
            span=Period(self.start_date, self.end_date),
            quantity=to_decimal(self.quantity),
            computed=to_amount(to_decimal(self.computed_amount)),
            booked=to_amount(to_decimal(self.booked_amount)),
            reverses=self.reverses_id.id or None,
            manual=to_amount(to_decimal(self.manual_credit_amount)),
        )

    @api.model
    def _prepare_row_values(self, line, kind, terms, full, span, quantity, **values):
        """Return the values of a ledger row, without its revision and position.

        :param line: the order line, a `sale.order.line` record
        :param str kind: one of the kinds of this model
        :param terms: engine terms of the span
        :param full: full period, an engine `Period`
        :param span: covered span, an engine `Period`
        :param quantity: covered quantity, Decimal
        :param values: further field values (amounts, links, note)
        :rtype: dict
        """
        return {
            **self.env["subscription.segment"]._prepare_terms_values(terms, line.currency_id),
            "line_id": line.id,
            # Given, not computed: a precompute would leave its draft record in the order's cache.
            "order_id": line.order_id.id,
            "company_id": line.company_id.id,
            "kind": kind,
            "start_date": span.start,
            "end_date": span.end,
            "full_start_date": full.start,
            "full_end_date": full.end,
            "quantity": float(quantity),
            "manual_credit_amount": 0.0,
            **values,
        }

    @api.model
    def _number_rows(self, vals_list):
        """Give rows the next revision of their line and their position in it.

        The revision comes from the state this transaction has read, so that a process that
        worked on an older state collides with the unique index instead of billing twice. Rows
        of one line that belong together are created in one call.

        :param list vals_list: dicts of :meth:`_prepare_row_values`, numbered in place
        :return: the same list
        :rtype: list
        """
        new = [vals for vals in vals_list if "revision" not in vals]
        # sudo: whoever may bill the contract counts its revisions, also without rights on it
        lines = self.env["sale.order.line"].sudo().browse({vals["line_id"] for vals in new})
        for revision, same in lines.grouped("ledger_revision").items():
            same._as_system().ledger_revision = revision + 1
        positions = dict.fromkeys(lines.ids, 0)
        for vals in new:
            line_id = vals["line_id"]
            vals["revision"] = lines.browse(line_id).ledger_revision
            vals["n"] = positions[line_id]
            positions[line_id] += 1
        return vals_list

    @api.model
    def _create_rows(self, vals_list):
        """Append rows to the ledger. Hook.

        :param list vals_list: dicts of :meth:`_prepare_row_values`
        :return: the new rows
        """
        # sudo: nobody has the right to write the ledger, it only grows through this module
        return self.sudo().create(vals_list)

    # ------------------------------------------------------------------
    # What people see of a ledger row: last days instead of excluded ends
    # ------------------------------------------------------------------

    @api.depends("full_end_date")
    def _compute_full_last_date(self):
        for row in self:
            row.full_last_date = get_last_day(row.full_end_date)
