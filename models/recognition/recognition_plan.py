"""From posted invoice lines to the rows that say when they are earned."""

from fractions import Fraction

from odoo.tools import SQL

from ...engine.money import Currency, to_decimal
from ...engine.period import ONE_DAY, Period
from ...engine.recognition import Booking, Release, Service, follow, month_end, plan, schedule
from .recognition_discounts import get_discounts_query
from .recognition_quarantine import recognise_in_parts

SALE_TYPES = ("out_invoice", "out_refund", "out_receipt")


class RecognitionPlan:
    """Compares invoice lines of a company with what its books were told of them.

    What is missing becomes a row without an entry. The number of queries does not depend on how
    many lines are looked at.

    :param company: `res.company`
    """

    def __init__(self, company):
        # sudo: a job looks at the documents of everybody
        self.company = company.sudo()
        self.env = self.company.env
        self.rows = self.env["subscription.recognition"]
        currency = company.currency_id
        self.currency = Currency(currency.name, to_decimal(currency.rounding))
        self.start = self.company._get_recognition_start()
        self._last_key = 0  # no new line before it is read again

    # ------------------------------------------------------------------
    # What to look at
    # ------------------------------------------------------------------

    def renew_batch(self, limit):
        """Plan the next lines that are new or changed.

        :param int limit: how many at most
        :return: how many there were
        :rtype: int
        """
        keys = self.rows._get_stale_keys(self.company, limit) or self._get_new_keys(limit)
        if not keys:
            return 0
        lines = self.env["account.move.line"].browse(keys).exists()
        locked = lines.try_lock_for_update(allow_referencing=True)
        gone = set(keys) - set(lines.ids)
        self.renew_parts(sorted(gone | set(locked.ids)))
        return len(gone) + len(locked)

    def _get_new_keys(self, limit):
        """Return ids of posted lines with a span of service that nothing was planned for."""
        self.env.flush_all()
        company = self.company
        earliest = SQL("line.date")
        if company.recognition_before == "rest":
            earliest = SQL(
                """
                GREATEST(line.date, line.deferred_end_date, (
                    SELECT MAX(beside.deferred_end_date) FROM account_move_line beside
                     WHERE beside.move_id = line.move_id AND line.deferred_end_date IS NULL))
                """
            )
        query = SQL(
            """
            WITH discount AS MATERIALIZED (%(discounts)s), dated AS (
                SELECT line.* FROM account_move_line line
                 WHERE line.deferred_start_date IS NOT NULL
                 UNION ALL
                SELECT line.* FROM account_move_line line
                  JOIN discount ON discount.id = line.id
            )
            SELECT line.id FROM dated line
              JOIN account_move move ON move.id = line.move_id
             WHERE line.parent_state = 'posted'
               AND line.id > %(last)s
               AND line.company_id = %(company)s AND line.display_type = 'product'
               AND move.move_type IN %(types)s AND line.balance != 0
               AND %(earliest)s >= %(start)s
               AND NOT EXISTS (SELECT FROM subscription_recognition row
                                WHERE row.line_key = line.id)
             ORDER BY line.id LIMIT %(limit)s
            """,
            discounts=get_discounts_query(company),
            last=self._last_key,
            company=company.id,
            types=SALE_TYPES,
            earliest=earliest,
            start=company.recognition_from_date,
            limit=limit,
        )
        keys = [key for (key,) in self.env.execute_query(query)]
        self._last_key = max(keys, default=self._last_key)
        return keys

    # ------------------------------------------------------------------
    # Planning
    # ------------------------------------------------------------------

    def renew_parts(self, keys):
        """Plan invoice lines anew, and set aside those of which that cannot be done.

        :param list keys: ids of lines, also of those that are deleted
        """
        recognise_in_parts(self.env, keys, self.renew, self._set_aside)

    def _set_aside(self, keys, reason):
        self.rows._set_aside(self.company, keys, reason, self.start)

    def renew(self, keys):
        """Plan invoice lines anew; what was told of them stays.

        :param list keys: ids of lines, also of those that are deleted
        """
        lines = self.env["account.move.line"].browse(keys).exists()
        known = self.rows.search([("line_key", "in", keys)])
        self._drop_own_drafts(known)
        told = known.filtered(self._is_told)
        by_key, by_id = told.grouped("line_key"), {line.id: line for line in lines}
        vals_list = []
        for key in keys:
            line = by_id.get(key, lines.browse())
            line_rows = by_key.get(key, told.browse())
            vals_list += [
                self._prepare_row_values(key, line, line_rows, missing)
                for missing in self.get_missing(line, line_rows)
            ]
        if planned := known - told:
            planned.unlink()
        told.filtered("is_stale").is_stale = False
        self.rows._insert(vals_list)

    def get_missing(self, line, told):
        """Return what the books lack of one line.

        :param line: `account.move.line`, empty when it was deleted
        :param told: its rows that count
        :rtype: tuple[engine.recognition.Missing, ...]
        """
        changes = [(row.date, row._get_standing()) for row in told]
        on_posting = self.company.recognition_mode == "posting"
        return plan(self.get_booking(line), changes, self.start, on_posting=on_posting)

    def _is_told(self, row):
        """Tell whether a row is in the books, or stands in a closed month without an entry."""
        if row.move_id:
            return row.move_id.state != "cancel"
        return row.date < self.start and not row.problem and not row._get_standing().needs_entry

    def _drop_own_drafts(self, known):
        """Delete entries that nobody posted yet and that are about one line which changed."""
        drafts = known.move_id.filtered(
            lambda move: move.state == "draft" and not move.posted_before
        )
        own = drafts.filtered(lambda move: len(move.recognition_ids) == 1)
        if own:
            own.with_context(force_delete=True).unlink()

    def _prepare_row_values(self, key, line, told, missing):
        """Return the values of a row without an entry."""
        change = missing.change
        first = told[:1]
        company = self.company
        account = first.deferred_account_id or company._get_recognition_account(line.product_id)
        accrued = first.accrued_account_id or company.recognition_accrued_account_id
        sold = line.sale_line_ids or line.subscription_origin_line_id.sale_line_ids
        orders = sold.order_id.filtered("is_subscription")
        orders = line.subscription_billed_period_ids.order_id or orders
        return {
            "line_id": line.id,
            "line_key": key,
            "date": missing.day,
            "invoiced_amount": change.invoiced,
            "credited_amount": change.credited,
            "recognised_amount": change.recognised,
            "deferred_amount": change.deferred,
            "accrued_amount": change.accrued,
            "is_late": missing.is_late,
            "order_id": (first.order_id or orders[:1]).id,
            "partner_id": (first.partner_id or line.partner_id).id,
            "product_id": (first.product_id or line.product_id).id,
            "revenue_account_id": (first.revenue_account_id or line.account_id).id,
            "deferred_account_id": account.id,
            "accrued_account_id": accrued.id,
            "company_id": company.id,
        }

    # ------------------------------------------------------------------
    # Facts of one line
    # ------------------------------------------------------------------

    def get_booking(self, line):
        """Return what a line of a posted document books, and when it is earned.

        :return: None when it books nothing that has days of service
        :rtype: engine.recognition.Booking or None
        """
        if not line or line.parent_state != "posted":
            return None
        amount = self.currency.round(to_decimal(-line.balance))
        if not amount:
            return None
        if not line.deferred_start_date:
            return self._get_discount_booking(line, amount)
        if self._is_earned_at_once(line):
            return Booking(amount, line.date, {month_end(line.date): amount})
        # A correction changes what is still to come. So does an invoice where nothing is accrued.
        is_back = not self.company.recognition_accrued_account_id or self._is_correction(line)
        months = schedule(
            amount,
            self._get_services(line),
            self.company.recognition_method,
            self.currency,
            line.date if is_back else None,
        )
        return Booking(amount, line.date, months)

    def _get_discount_booking(self, line, amount):
        """Return when a discount without days is earned: with the lines beside it that it lowers.

        What it lowers of lines without days is earned with the document.

        :rtype: engine.recognition.Booking or None
        """
        if not line._is_contract_discount():
            return None
        bearers, others, paid = line._get_discounted_lines()
        if not bearers:
            return Booking(amount, line.date, {month_end(line.date): amount})
        bookings, beyond = ([self._get_own_booking(one) for one in of] for of in (bearers, others))
        months = follow(amount, bookings, self.currency, beyond, paid)
        return Booking(amount, line.date, months)

    def _get_own_booking(self, line):
        """Return when a line beside a discount is earned; one without days is at once.

        :rtype: engine.recognition.Booking
        """
        booking = self.get_booking(line) if line.deferred_start_date else None
        if booking:
            return booking
        price = self.currency.round(to_decimal(-line.balance))
        return Booking(price, line.date, {month_end(line.date): price})

    def _is_correction(self, line):
        """Tell whether a line gives back, or bills again, what was revenue of earlier months."""
        if line.balance > 0 or line.subscription_origin_line_id:
            return True
        return any(
            back.kind == "credit"
            and back.booked_amount
            and back.invoice_line_id != line
            and back.start_date < row.end_date
            and row.start_date < back.end_date
            for row in line.subscription_billed_period_ids
            for back in row.line_id.billed_period_ids
            if row.kind == "charge" and back.revision < row.revision
        )

    def _is_earned_at_once(self, line):
        """Tell whether a line is too small, too short or too old to be deferred.

        A line of a credit note follows the invoice line that it is about.
        """
        company = self.company
        root = line._get_recognition_root() if line.balance > 0 else line
        if not root.deferred_start_date:
            root = line
        days = (root.deferred_end_date - root.deferred_start_date).days + 1
        is_old = company.recognition_before == "leave" and root.date < company.recognition_from_date
        is_revenue = line.account_id.internal_group == "income"
        return (
            is_old
            or not is_revenue
            or days < company.recognition_min_days
            or abs(root.balance) < company.recognition_min_amount
        )

    def _get_services(self, line):
        """Return the days of service that a line pays for or gives back.

        The ledger of billed periods knows them to the day, with what was given up; a line that
        was made by hand says them itself.

        :rtype: list[engine.recognition.Service]
        """
        weights = self._get_weights(line.subscription_billed_period_ids)
        if sum(weights.values()):
            return [
                Service(Period(row.start_date, row.end_date), weight, self._get_releases(row))
                for row, weight in weights.items()
            ]
        adjusted = line.subscription_adjusted_period_id
        if adjusted:
            return self._get_adjusted_services(line, adjusted)
        return [Service(Period(line.deferred_start_date, line.deferred_end_date + ONE_DAY))]

    @staticmethod
    def _get_weights(rows):
        """Return what of a line's amount each of its billed periods bears, 0 left out.

        Rows that take back what is left of one period have their amount on the first of them; it
        belongs to the days and units of all. A line that a credit came back to bears that as well.

        :rtype: dict
        """
        weights = {}
        valued = rows.filtered(lambda row: row.kind in ("charge", "credit", "move"))
        for same in valued.grouped(lambda row: (row.kind, row.reverses_id or row)).values():
            amounts = [Fraction(to_decimal(row.booked_amount)) for row in same]
            sizes = [
                to_decimal(row.quantity) * (row.end_date - row.start_date).days for row in same
            ]
            if len(same) > 1 and sum(sizes):
                whole = sum(amounts) / Fraction(sum(sizes))
                amounts = [whole * Fraction(size) for size in sizes]
            weights |= {row: amount for row, amount in zip(same, amounts, strict=True) if amount}
        return weights

    def _get_releases(self, row):
        """Return what of a billed period was given up for no money, less what is served after all.

        :rtype: tuple[engine.recognition.Release, ...]
        """
        if row.kind == "credit" or not row.quantity:
            return ()
        releases = []
        for gone in row.reversed_by_ids.filtered(lambda back: back.kind == "forfeit"):
            span = Period(gone.start_date, gone.end_date)
            share = self._get_share(gone, row)
            releases.append(Release(span, span.start, share))
            for again in row.line_id.billed_period_ids:
                if (
                    again.kind == "move"
                    and not again.invoice_line_id
                    and again.full_start_date == row.full_start_date
                    and (part := Period(again.start_date, again.end_date).intersect(span))
                ):
                    back = min(self._get_share(again, row), share)
                    releases.append(Release(part, span.start, -back))
        return tuple(releases)

    def _get_adjusted_services(self, line, row):
        """Return the days over which a lower price of a billed period is spread.

        Days that were given back before do not bear it, and those that are given back later bear
        it at once.
        """
        parts, released = [Period(row.start_date, row.end_date)], []
        for back in row.reversed_by_ids:
            span = Period(back.start_date, back.end_date)
            day = back.move_id.date or span.start
            if day > line.date:
                released.append(Release(span, day, self._get_share(back, row)))
            elif back.quantity == row.quantity:
                parts = [left for part in parts for left in self._cut(part, span)]
        parts = parts or [Period(row.start_date, row.end_date)]
        return [Service(part, to_decimal(part.days), tuple(released)) for part in parts]

    @staticmethod
    def _get_share(part, row):
        """Return the share of the quantity of a billed period that another row is about."""
        if not row.quantity:
            return Fraction(0)
        return Fraction(to_decimal(part.quantity)) / Fraction(to_decimal(row.quantity))

    @staticmethod
    def _cut(part, span):
        """Return what is left of a period without a span."""
        ends = [(part.start, min(part.end, span.start)), (max(part.start, span.end), part.end)]
        return [Period(start, end) for start, end in ends if start < end]
