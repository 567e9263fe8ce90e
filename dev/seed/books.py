"""The accounting department: reviews drafts, books what customers pay, and what they do not."""

from collections import defaultdict
from datetime import timedelta

from odoo.fields import Command

REVIEW_DAYS = 6
LAST_REVIEW = 25  # days before the end
# How customers pay, by the rest of their number divided by the length of this list.
DEBIT, PUNCTUAL, SLOW, STOPPED, IN_PARTS = "debit", "punctual", "slow", "stopped", "in parts"
HABITS = (DEBIT, PUNCTUAL, DEBIT, SLOW, DEBIT, DEBIT, PUNCTUAL, DEBIT)
HABITS += (SLOW, DEBIT, STOPPED, DEBIT, DEBIT, IN_PARTS, DEBIT, PUNCTUAL)


class Books:
    """Money that comes in and goes back.

    :param env: Odoo environment
    :param random.Random random: the history's dice
    :param list customers: commercial partners, whose numbers decide how they pay
    :param date today: last day of the history
    """

    def __init__(self, env, random, customers, today):
        self.env = env
        self.random = random
        self.habits = {
            partner.id: HABITS[number % len(HABITS)] for number, partner in enumerate(customers)
        }
        self.today = today
        self.bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
        self._promises = defaultdict(list)  # day: (invoice id, share)
        self._collections = defaultdict(list)  # day: ids of invoices paid by direct debit
        self._transfers = defaultdict(list)  # day: ids of invoices paid whole by transfer
        self._noted = set()  # ids of invoices; a draft is noted when it is posted, maybe much later

    # Drafts

    def review(self, day):
        """Post drafts that were looked at for some days; the last month's still wait."""
        if day > self.today - timedelta(days=LAST_REVIEW):
            return
        drafts = self.env["account.move"].search(
            [
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "draft"),
                ("create_date", "<", day - timedelta(days=REVIEW_DAYS)),
            ]
        )
        if drafts:
            drafts.action_post()

    def mark_sent(self):
        """Note that queued invoices went out, as after the sending job."""
        Move = self.env["account.move"]
        Move.flush_model(["sending_data", "is_move_sent"])
        self.env.cr.execute(
            "UPDATE account_move SET sending_data = NULL, is_move_sent = TRUE "
            "WHERE sending_data IS NOT NULL"
        )
        Move.invalidate_model(["sending_data", "is_move_sent"])

    # Payments

    def close_month(self, day):
        """Book the payments of the time since the last closing, and settle credit notes."""
        self._note_new_invoices()
        self._settle_credit_notes(day)
        due = [(when, *promise) for when, promise in _take(self._promises, day)]
        self._pay(due)
        self._collect("Direct debits", _take(self._collections, day))
        self._collect("Transfers", _take(self._transfers, day))

    def _note_new_invoices(self):
        """Decide for each new invoice when it will be paid."""
        moves = self.env["account.move"].search(
            [
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("id", "not in", list(self._noted)),
            ],
            order="id",
        )
        self._noted.update(moves.ids)
        for move in moves:
            self._promise(move)

    def _promise(self, move):
        due = move.invoice_date_due or move.invoice_date
        habit = self.habits.get(move.commercial_partner_id.id, PUNCTUAL)
        if move.subscription_order_ids.subscription_payment_token_id:
            return  # the charging run takes care of it
        if habit == DEBIT and move.currency_id == move.company_currency_id:
            self._collections[due].append(move.id)
        elif habit == SLOW:
            self._promise_all(move, due + timedelta(days=self.random.randint(12, 50)))
        elif habit == STOPPED and due > self.today - timedelta(days=75):
            return
        elif habit == IN_PARTS:
            self._promises[due].append((move.id, 0.6))
            self._promises[due + timedelta(days=45)].append((move.id, 1))
        else:
            day = max(move.invoice_date, due - timedelta(days=self.random.randint(-3, 9)))
            self._promise_all(move, day)

    def _promise_all(self, move, day):
        """Plan that an invoice is paid whole; the bank's entries are kept in the own currency."""
        if move.currency_id == move.company_currency_id:
            self._transfers[day].append(move.id)
        else:
            self._promises[day].append((move.id, 1))

    def _pay(self, due):
        """Create, post and reconcile the payments of invoices.

        :param list due: tuples of day, invoice id and the share that is paid
        """
        Move = self.env["account.move"]
        vals_list, invoices = [], []
        for day, move_id, share in due:
            move = Move.browse(move_id)
            if move.currency_id.is_zero(move.amount_residual) or move.state != "posted":
                continue
            vals_list.append(self._prepare_payment(move, day, move.amount_residual * share))
            invoices.append(move)
        self._reconcile(self._post_payments(vals_list), invoices)

    def _collect(self, kind, payments):
        """Book the bank's collective entries for invoices that were paid whole.

        :param str kind: how they were paid
        :param list payments: tuples of day and invoice id
        """
        Move = self.env["account.move"]
        collected = defaultdict(list)
        for when, move_id in payments:
            collected[when].append(move_id)
        vals_list, plans = [], []
        for day, move_ids in collected.items():
            moves = Move.browse(move_ids).filtered(
                lambda move: move.state == "posted" and move.amount_residual > 0
            )
            if moves:
                vals_list.append(self._prepare_collection(kind, day, moves))
                plans.append(moves)
        entries = Move.with_context(tracking_disable=True, mail_create_nolog=True).create(vals_list)
        entries._post()
        lines = []
        for entry, moves in zip(entries, plans, strict=True):
            credits = entry.line_ids.filtered("credit").sorted("sequence")
            for credit, move in zip(credits, moves, strict=True):
                lines.append(credit | _get_open_receivables(move))
        if lines:
            self.env["account.move.line"].with_context(tracking_disable=True)._reconcile_plan(lines)

    def _prepare_collection(self, kind, day, moves):
        """Return one entry: the sum on the bank account, a credit line for each invoice."""
        total = sum(moves.mapped("amount_residual"))
        credits = [
            Command.create(
                {
                    "name": move.payment_reference or move.name,
                    "account_id": _get_open_receivables(move).account_id.id,
                    "partner_id": move.commercial_partner_id.id,
                    "credit": move.amount_residual,
                    "sequence": sequence,
                }
            )
            for sequence, move in enumerate(moves, 1)
        ]
        bank = {"name": kind, "account_id": self.bank.default_account_id.id}
        return {
            "journal_id": self.bank.id,
            "date": day,
            "ref": f"{kind} of {day:%d.%m.%Y}",
            "line_ids": [Command.create({**bank, "debit": total}), *credits],
        }

    def _settle_credit_notes(self, day):
        """Set credit notes off against open invoices, and pay back what is left after a while."""
        notes = self.env["account.move"].search(
            [
                ("move_type", "=", "out_refund"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date", "<=", day - timedelta(days=12)),
            ],
            order="id",
        )
        vals_list = [
            {**self._prepare_payment(note, day, note.amount_residual), "payment_type": "outbound"}
            for note in notes
        ]
        self._reconcile(self._post_payments(vals_list), notes)

    def _prepare_payment(self, move, day, amount):
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": move.commercial_partner_id.id,
            "amount": move.currency_id.round(amount),
            "currency_id": move.currency_id.id,
            "date": day,
            "journal_id": self.bank.id,
            "memo": move.payment_reference or move.name,
        }

    def _post_payments(self, vals_list):
        payments = (
            self.env["account.payment"]
            .with_context(tracking_disable=True, mail_create_nolog=True)
            .create(vals_list)
        )
        payments.action_post()
        return payments

    def _reconcile(self, payments, moves):
        plan = [
            _get_open_receivables(payment.move_id | move)
            for payment, move in zip(payments, moves, strict=True)
        ]
        if plan:
            self.env["account.move.line"].with_context(tracking_disable=True)._reconcile_plan(plan)


def _take(promises, day):
    """Take out of a dictionary by day what has come until a day.

    :return: tuples of day and promise, in order
    :rtype: list
    """
    due = sorted(when for when in promises if when <= day)
    return [(when, promise) for when in due for promise in promises.pop(when)]


def _get_open_receivables(moves):
    return moves.line_ids.filtered(
        lambda line: line.account_type == "asset_receivable" and not line.reconciled
    )
