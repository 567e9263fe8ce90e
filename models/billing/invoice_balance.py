from dataclasses import replace
from fractions import Fraction

from odoo.fields import Domain

from ...engine.money import Currency, to_decimal
from ...engine.refund import next_part
from .discount_bearers import get_before, get_discounts
from .invoice_money import ZERO, Money, Share

# Stands for the taxes of the lines beside a discount: any sum of whole cents that is larger.
BESIDE = 1000000.0

# Lines that ask for something: what is sold, and what rounds a document to coins.
ASKING = ("product", "rounding")


class InvoiceBalance:
    """What invoices asked for, line by line and tax by tax, and what was given back of it.

    A credit takes of each tax what keeps the parts adding up to what was asked, and of each
    discount beside its line the share that the line bore: the last credit gives back the exact
    rest. Reading all that takes a number of queries that does not grow with the invoices.

    :param lines: invoice lines that something may be given back of
    :param without: documents that are not looked at, as what they give back is asked
    """

    def __init__(self, lines, without=()):
        self.env = lines.env
        # sudo: whoever took a contract over may not read the invoices of the salesperson before
        self.moves = self._get_together(lines.sudo().move_id)
        self.asked, self.given, self._of_moves = {}, {}, {}
        self._early, self._early_taxes = {}, {}
        self._read_moves(self.moves)
        products = self.moves.line_ids.filtered(lambda line: line.display_type in ASKING)
        self._beside = {move: get_discounts(move, self._get_money) for move in self.moves}
        for line in products:
            self.asked[line] = self._get_money(line)
            self.given[line] = Money()
        for origin, line, money in self._get_correcting(products):
            if line.move_id in without:
                continue
            # What a credit note asks for is less than nothing.
            self.given.setdefault(origin, Money()).add(money, -1)

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _get_currency(self, move):
        currency = move.currency_id
        return Currency(currency.name, to_decimal(currency.rounding))

    @staticmethod
    def _get_together(records):
        """Return the same records, of which one query reads what each of them links."""
        return records.browse(records.ids)

    def _read_moves(self, moves):
        """Read documents, all at once: core asks line by line."""
        names = (
            "tax_ids",
            "tax_tag_ids",
            "subscription_billed_period_ids",
            "sale_line_ids.order_id",
        )
        for name in (*names, "subscription_origin_line_id.sale_line_ids"):
            moves.line_ids.mapped(name)
        for move in moves:
            self._of_moves[move] = self._read_move(move)

    def _get_money(self, line):
        """Return what a line of a document asks for, negative where it gives back.

        :rtype: Money
        """
        return self._of_moves[line.move_id].get(line, Money())

    def _read_move(self, move):
        """Return money by line of a document, the tax of early payment discounts included."""
        sign = -1 if move.move_type == "out_refund" else 1
        exact = self._get_currency(move).round
        found, early = {}, []
        for base in move._get_rounded_base_and_tax_lines()[0]:
            if base["special_type"] == "early_payment":
                early.append(base)
            elif base["record"].display_type in ASKING:
                found[base["record"]] = self._read_base_line(base, sign, exact)
        for base in early:
            self._spread_early_discount(base, found, sign, exact)
        return found

    def _read_base_line(self, base, sign, exact):
        """Return what the tax engine says of one line.

        :rtype: Money
        """
        details = base["tax_details"]
        untaxed = details["total_excluded_currency"] + details["delta_total_excluded_currency"]
        money = Money(untaxed=exact(to_decimal(untaxed)) * sign)
        if base["special_type"] == "cash_rounding":
            money.basis = money.untaxed
        elif base["special_type"] != "early_payment":
            money.basis = exact(to_decimal(base["record"]._get_price_basis_amount()))
        for data in details["taxes_data"]:
            if not data["is_reverse_charge"]:
                amounts = data["tax_amount_currency"], data["base_amount_currency"]
                tax, base_amount = (exact(to_decimal(amount)) * sign for amount in amounts)
                money.taxes[data["tax"]] = money.taxes.get(data["tax"], ZERO) + tax
                money.bases[data["tax"]] = money.bases.get(data["tax"], ZERO) + base_amount
        return money

    def _spread_early_discount(self, base, found, sign, exact):
        """Lower the taxes of the lines by what an early payment discount takes off them.

        A voucher among them raises its own: what the discount takes off is reckoned after it.
        """
        discount = self._read_base_line(base, sign, exact)
        key = self._get_early_key(base["record"])
        lines = [line for line in found if self._get_early_key(line) == key]
        whole = sum((found[line].untaxed for line in lines), ZERO)
        done, spread = ZERO, Money()
        currency = self._get_currency(base["record"].move_id)
        for line in lines if discount.taxes and whole else ():
            done += found[line].untaxed
            part = discount.take_up_to(Fraction(done) / Fraction(whole), spread, currency)
            found[line].add(replace(part, basis=ZERO, untaxed=ZERO))

    @staticmethod
    def _get_early_key(line):
        """Return what lines share whose early payment discount core sums up."""
        taxes = line.tax_ids.filtered(lambda tax: tax.amount_type != "fixed")
        analytic = tuple(sorted((line.analytic_distribution or {}).items()))
        return line.account_id, taxes, analytic

    def _get_correcting(self, lines):
        """Return what gave back something of these lines, or will when it is posted.

        :return: triples of a line, a line of another document, and the part of its money that is
            about the first one
        :rtype: list[tuple]
        """
        rows = lines.subscription_billed_period_ids
        about = Domain("subscription_origin_line_id", "in", lines.ids)
        if rows:
            about |= Domain("subscription_adjusted_period_id", "in", rows.ids)
        by_hand = lines.search(about & Domain("parent_state", "!=", "cancel"))
        credits = rows.reversed_by_ids.filtered(
            lambda row: row.kind == "credit" and row.move_id and row.move_id.state != "cancel"
        )
        others = (by_hand | credits.invoice_line_id).move_id - self.moves
        self._read_moves(self._get_together(others))
        result = []
        for line in by_hand:
            # A corrected invoice takes over what was given on the one that it corrects.
            origin = line.subscription_adjusted_period_id.invoice_line_id
            origin = origin or line.subscription_origin_line_id
            if origin.move_id not in self._of_moves:
                continue
            own = self._get_money(line).sign * self._get_money(origin).sign
            # What takes back a price adjustment asks for its money again. A corrected invoice asks
            # again for what it is about.
            if line.subscription_adjusted_period_id or (
                own < 0 and not line.subscription_billed_period_ids
            ):
                result.append((origin, line, self._get_money(line)))
        for line, line_rows in credits.grouped("invoice_line_id").items():
            result += self._split_by_origin(line, line_rows)
        return result

    def _split_by_origin(self, line, rows):
        """Split what a line of another document gives back by the lines that it is about.

        The credit note of a corrected invoice is about both: what was credited before is about the
        new line and of the same cents, the old line has the rest.

        :param rows: what the line says on the ledger
        :return: triples as those of :meth:`_get_correcting`
        :rtype: list[tuple]
        """
        money, spread, done = self._get_money(line), Money(), ZERO
        whole = abs(money.basis)
        if rows.currency_id != line.currency_id:
            whole = abs(to_decimal(line._get_booked_total()))
        result = []
        by_origin = rows.grouped(lambda row: row.reverses_id.invoice_line_id)
        for origin in sorted(by_origin, key=lambda origin: -origin.id):
            booked = abs(sum((to_decimal(row.booked_amount) for row in by_origin[origin]), ZERO))
            if origin != line and whole:
                done += min(booked, whole)
                ratio = Fraction(done) / Fraction(whole)
                part = money.take_up_to(ratio, spread, self._get_currency(line.move_id))
                result.append((origin, line, part))
        return result

    # ------------------------------------------------------------------
    # Giving back
    # ------------------------------------------------------------------

    def get_left(self, line):
        """Return what is left of what a line asked for.

        :rtype: Money
        """
        return self.asked[line].map(lambda asked, given: asked - given, self.given[line])

    def take_what_is_left(self, line):
        """Return what is left of a line, and take it off the period whose price it asks for again.

        What takes back a price adjustment asks for a part of the invoice that was adjusted: given
        back with the one, it is not left of the other.

        :rtype: Money
        """
        left = self.get_left(line)
        invoiced = line.subscription_adjusted_period_id.invoice_line_id
        if line.move_id.move_type == "out_invoice" and invoiced in self.asked:
            of_period = self.get_left(invoiced)
            if abs(of_period.basis) < abs(left.basis):
                left = of_period
            self._take(invoiced, left)
        return left

    def give_back(self, line, amount):
        """Take an amount off a line, with its taxes and the discounts beside it.

        :param line: the invoice line
        :param Decimal amount: in the terms in which the price is typed, with the sign of the line
        :return: what goes back of the line itself, then of the discounts that it bore
        :rtype: list[Share]
        """
        line = line.sudo()
        asked, given = self.asked.get(line), self.given.get(line)
        if asked is None or not asked.basis:
            return []
        currency = self._get_currency(line.move_id)
        done = given.basis + amount
        part = asked.get_part(given, done, asked.basis, currency)
        part.basis = amount
        if asked.basis == asked.untaxed:
            part.untaxed = amount
        elif asked.basis == asked.total:
            part.untaxed = amount - sum(part.taxes.values(), ZERO)
        for tax, base in asked.bases.items():
            if base == asked.untaxed:
                part.bases[tax] = part.untaxed
        shares = [Share(line, part)]
        self._take(line, part)
        room = part.total
        for discount, bearers in self._beside[line.move_id]:
            if line in bearers:
                back = self._get_discount_part(discount, bearers, room, currency)
                if back.total:
                    self._take(discount, back)
                    room += back.total
                    shares.append(Share(discount, back))
        return shares

    def get_in_document(self, row, amount):
        """Return what an amount of the ledger is on the document that its row stands on.

        A clerk may have given the draft another currency: what is given back is the same share of
        the line, and all of it with the last cent of the ledger.

        :param row: `subscription.billed.period` that is credited
        :param Decimal amount: in the currency of the ledger
        :rtype: Decimal
        """
        line = row.invoice_line_id.sudo()
        asked, given = self.asked.get(line), self.given.get(line)
        if asked is None or not asked.basis or row.currency_id == line.currency_id:
            return amount
        whole = to_decimal(line._get_booked_total())
        if not whole:
            return amount
        done = given.basis * whole / asked.basis + amount
        if abs(whole) - abs(done) <= to_decimal(row.currency_id.rounding):
            done = whole
        return next_part(asked.basis, given.basis, done, whole, self._get_currency(line.move_id))

    def _take(self, line, money):
        self.given.setdefault(line, Money()).add(money)

    def _sum_up(self, lines):
        """Return what was given back of lines together, and what they asked for."""
        return [Money.sum_up(found[line] for line in lines) for found in (self.given, self.asked)]

    def _get_discount_part(self, discount, bearers, room, currency):
        """Return what goes back of a discount, never more than what goes back with it.

        :param Decimal room: what the credit gives back otherwise
        :rtype: Money
        """
        asked, given = self.asked[discount], self.given[discount]
        own = bearers.filtered(lambda line: line.tax_ids == discount.tax_ids)
        if own and own != bearers and discount.display_type == "product":
            beside = self._beside[discount.move_id]
            alike = (other for other, of_other in beside if of_other == bearers)
            alike = [other for other in alike if other.tax_ids == discount.tax_ids]
            sums = [self._sum_up(lines) for lines in (alike, own, bearers - own)]
            part = asked.get_part_beyond(given, *sums, currency)
        else:
            before = get_before(discount, bearers, self._beside[discount.move_id])
            done, whole = (money.total for money in self._sum_up([*bearers, *before]))
            part = asked.get_whole_part(given, done, whole, currency)
        over = -part.total - room
        if part.total < 0 < over:
            # Credits of before this rule took no share: it is not asked for all at once.
            kept = max(room, ZERO)
            part = part.get_whole_part(Money(), kept, -part.total, currency)
        return part

    # ------------------------------------------------------------------
    # Early payment discount of the document that gives back
    # ------------------------------------------------------------------

    def add_early_discount(self, share, term, document):
        """Return a share with the taxes that its line needs on a document.

        Core lowers the taxes of a document whose term reduces them always: what goes back less by
        that must stand on the line.

        :param Share share: what goes back
        :param term: payment term of the document
        :param document: anything that stands for the document
        :rtype: Share
        """
        is_mixed = term.early_discount and term.early_pay_discount_computation == "mixed"
        taxes = share.line.tax_ids.filtered(lambda tax: tax.amount_type != "fixed")
        if not is_mixed or not taxes:
            return share
        currency = self._get_currency(share.line.move_id)
        percent = to_decimal(term.discount_percentage) / 100
        key = (document, *self._get_early_key(share.line))
        before = self._early.get(key, ZERO)
        after = self._early[key] = before + currency.round(share.money.untaxed * percent)
        money = Money.sum_up([share.money])
        for tax, part in self._get_early_taxes(share.line, document, before, after).items():
            money.taxes[tax] = money.taxes.get(tax, ZERO) + part
        for tax, base in money.bases.items():
            if base == share.money.untaxed - (after - before):
                money.bases[tax] = share.money.untaxed
        return Share(share.line, money)

    def _get_early_taxes(self, line, document, before, after):
        """Return by how much more the discount lowers the taxes of a document.

        Taxes that are rounded for the whole document are rounded together with those of its
        lines, which are whole cents: half a cent less is none less. Only taxes in the price are a
        sum of their own, since those of the discount stand beside it.

        :param Decimal before: what the discount takes off without this line
        :param Decimal after: and with it
        :return: amounts by tax
        :rtype: dict
        """
        exact = self._get_currency(line.move_id).round
        old, new = (self._get_taxes(line, amount) for amount in (before, after))
        if line.company_id.tax_calculation_rounding_method != "round_globally":
            return {tax: exact(to_decimal(new[tax][0] - old[tax][0])) for tax in new}
        result = {}
        for tax in new:
            sums = self._early_taxes.get((document, tax), 0.0)
            more = self._early_taxes[document, tax] = sums + new[tax][1] - old[tax][1]
            sign = -1 if new[tax][1] * float(after) < 0 else 1
            lines = 0.0 if tax.price_include else sign * BESIDE
            less = [line.currency_id.round(lines - amount) for amount in (sums, more)]
            result[tax] = exact(to_decimal(less[0] - less[1]))
        return result

    def _get_taxes(self, line, amount):
        """Return the taxes of an amount without taxes, by tax, rounded and as reckoned."""
        AccountTax = line.env["account.tax"]
        base = AccountTax._prepare_base_line_for_taxes_computation(
            line,
            price_unit=float(amount),
            quantity=1.0,
            discount=0.0,
            extra_tax_data=False,
            tax_ids=line.tax_ids.filtered(lambda tax: tax.amount_type != "fixed"),
            special_mode="total_excluded",
        )
        base.update(manual_tax_amounts=None, manual_total_excluded_currency=None)
        AccountTax._add_tax_details_in_base_lines([base], line.company_id)
        AccountTax._round_base_lines_tax_details([base], line.company_id)
        return {
            data["tax"]: (data["tax_amount_currency"], data["raw_tax_amount_currency"])
            for data in base["tax_details"]["taxes_data"]
            if not data["is_reverse_charge"]
        }
