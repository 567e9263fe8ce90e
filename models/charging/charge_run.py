import logging
import time

_logger = logging.getLogger(__name__)

# Charges whose money is in are booked as soon as there are so many ...
BOOKED_TOGETHER = 50
# ... or so many seconds after the first of them: until then their invoices look unpaid.
BOOKED_WITHIN = 30.0


class ChargeRun:
    """The charging run: ask for one invoice after the other, book what came in together.

    Each attempt is committed before the provider is asked and each answer right after it. What is
    booked later is known by then: a charge that is done and not booked counts as open, so that its
    invoice is neither charged nor paid nor dunned again, and whoever runs next books it.

    Several workers go through the same list: each takes what no other holds or has charged.

    :param env: environment of the scheduled action
    """

    def __init__(self, env):
        self.env = env
        self.answered = []  # ids: each commit empties the cache
        self.charged = self.seen = 0
        self.first_answer = 0.0

    def run(self, invoices):
        """Charge invoices and book the outcomes; may be killed and run again at any point.

        :param invoices: `account.move`
        """
        Cron = self.env["ir.cron"]
        # Told now, for each commit forgets what was read; what is read again is read for one
        # invoice alone, not for all of them.
        spoken = [
            invoice.company_id._in_company_language(invoice).with_prefetch() for invoice in invoices
        ]
        end = time.monotonic() + Cron._commit_progress(remaining=len(spoken))
        for invoice in spoken:
            self.charge(invoice)
            self.seen += 1
            if self.is_time_to_book():
                self.book()
            if time.monotonic() >= end:
                break
        self.book()
        _logger.info("subscription charge run finished, %(count)s charges", {"count": self.charged})

    def charge(self, invoice):
        """Make an attempt to charge one invoice; commits before and after the provider."""
        tx = invoice._begin_charge()
        self.charged += bool(tx)
        state = tx._send_charge() if tx else False
        if state == "done":
            self.first_answer = self.first_answer or time.monotonic()
            self.answered.append(tx.id)
        elif state:
            tx._post_process_charge()

    def is_time_to_book(self):
        """Return whether what was answered should not wait any longer."""
        waits = time.monotonic() - self.first_answer if self.answered else 0.0
        return waits > BOOKED_WITHIN or len(self.answered) >= BOOKED_TOGETHER

    def book(self):
        """Book what was answered, and say how far the run is; commits."""
        ids, self.answered, self.first_answer = self.answered, [], 0.0
        if ids:
            # sudo: nobody may read these
            self.env["payment.transaction"].sudo().browse(ids)._book_charges()
        self.env["ir.cron"]._commit_progress(self.seen)
        self.seen = 0
