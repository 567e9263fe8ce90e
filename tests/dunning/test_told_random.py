import random
import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..support.common_dunning import DunningCommon

HISTORIES = 8
DAYS = 22
POLICIES = (
    ((3, "remind"), (8, "suspend"), (14, "close")),
    ((6, "suspend"), (12, "close")),
    ((2, "close"),),
    (),  # the simple rule for unpaid invoices
)
# Zones on both sides of UTC, and hours at both ends of the day.
ZONES = ("Pacific/Auckland", "America/Los_Angeles", "UTC", "Asia/Kolkata")
HOURS = ((0, 30), (12, 0), (23, 30))
MAILS = ("dunning_reminder", "unpaid_warning")
WORDS = {"suspended": "be suspended", "closed": "end"}


@tagged("post_install", "-at_install")
class TestToldRandom(DunningCommon):
    """Whatever happens to mails, addresses, payments and jobs: nobody loses service untold.

    What a customer was told is what stands in mails that left, whatever the addon notes about it.
    """

    def set_up_history(self, seed):
        """Draw what does not change: terms, zone, and two contracts of one customer."""
        self.dice = random.Random(seed)  # noqa: S311 - for histories, not for secrets
        self.partner.email = "ada@example.com"
        self.zone = self.company.subscription_tz = ZONES[seed % len(ZONES)]
        steps, warned = POLICIES[seed % len(POLICIES)], self.dice.choice((1, 2, 5))
        self.charged_template.write(
            {
                "dunning_policy_id": steps and self.create_policy(*steps, warn_days=warned).id,
                "unpaid_close_days": 0 if steps else 9,
                "unpaid_warn_days": warned,
            }
        )
        is_own = self.dice.random() < 0.5
        for template, body in self.bodies.items():
            template.body_html = "<p>Pay.</p>" if is_own else body
        self.notice = timedelta(days=warned)
        self.written, self.left, self.paid_after, self.payments, self.states = {}, {}, {}, {}, {}
        self.go(self.today)
        self.contracts = self.create_late_contract()[0] | self.create_late_contract()[0]
        self.moves = self.contracts.invoice_ids
        self.noted = self.env["subscription.dunning.notice"]

    def go(self, day):
        """Move the clock to an hour of a day, of which a company elsewhere may have another."""
        hour = self.dice.choice(HOURS)
        self.travel(day, *hour)
        moment = datetime.combine(day, time(*hour), UTC)
        self.here = moment.astimezone(ZoneInfo(self.zone)).date()

    def live_a_day(self):
        """Let chance decide whether the job runs, mails leave, and the customer has an address."""
        dice = self.dice
        self.partner.email = dice.choice(("ada@example.com", "ada@example.com", False))
        for order in self.contracts:
            if dice.random() < 0.12:
                self.pay_or_take_back(order)
        if dice.random() < 0.8:
            self.run_dunning(leave=False)
            with self.enter_registry_test_mode():
                self.env.ref("sale_recurring.ir_cron_close_unpaid").method_direct_trigger()
        notices = self.env["subscription.dunning.notice"].search(
            [("move_id", "in", self.moves.ids)]
        )
        for notice in notices - self.noted:
            self.assertEqual(notice.sent_date, self.here, "the day of the company")
        self.noted |= notices
        mails = self.env["mail.mail"].search([("state", "=", "outgoing")])
        for mail in mails:
            self.written.setdefault(mail.id, (len(self.written), self.here))
        chance = dice.random()
        if chance < 0.35:
            self.left.update(
                (mail.id, (self.here, " ".join(html2plaintext(mail.body_html or "").split())))
                for mail in mails
            )
            self.let_mails_leave()
        elif chance < 0.5:
            mails.write({"state": "exception"})
            for mail in mails:
                mail._postprocess_sent_message([], [], "no", "mail_smtp")

    def pay_or_take_back(self, order):
        """Let the customer pay, or the bank take back what was paid.

        What was told before the money came is over.
        """
        invoice = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")[:1]
        if payment := self.payments.pop(order, None):
            payment.action_draft()
            payment.action_cancel()
        elif invoice.amount_residual == invoice.amount_total > 0:
            self.payments[order] = self.book_payment(invoice)
            self.paid_after[order] = len(self.written)

    def get_told_days(self, order):
        """Return from when on a contract may lose its service, as mails said that left.

        A mail that left late gives the customer the same days as one that left at once.
        """
        word = WORDS[order.subscription_state]
        days = []
        for mail_id, (left, text) in self.left.items():
            number, written = self.written[mail_id]
            for names, day in re.findall(rf"contract ([^.]*?) will {word} on ([\d/]+)", text):
                if order.name in names and number >= self.paid_after.get(order, 0):
                    told = datetime.strptime(day, "%m/%d/%Y").date()  # noqa: DTZ007 - a day
                    notice = timedelta() if days else self.notice  # later mails remind of it
                    self.assertGreaterEqual(told, written + notice, "nobody is hurried")
                    days.append(told + (left - written))
        return days

    def assertTold(self, seed):
        """Service that was taken away was announced by a mail that left before."""
        states = {order: order.subscription_state for order in self.contracts}
        for order, state in states.items():
            if state in WORDS and state != self.states.get(order):
                self.harmed += 1
                days = self.get_told_days(order)
                self.assertTrue(days and min(days) <= self.here, (seed, self.here, days))
        self.states = states
        found = self.env["subscription.finding"].sudo()._find_untold()
        self.assertEqual(found, [], seed)

    def test_nobody_loses_service_untold(self):
        self.env["ir.config_parameter"].set_param("sale_recurring.told_since", "2027-01-01")
        self.harmed = 0
        mails = [self.env.ref(f"sale_recurring.mail_template_{name}") for name in MAILS]
        self.bodies = {template: template.body_html for template in mails}
        for seed in range(HISTORIES):
            with self.subTest(seed):
                self.set_up_history(seed)
                for number in range(DAYS):
                    self.go(self.today + timedelta(days=number))
                    self.live_a_day()
                    self.env.flush_all()
                    self.assertTold(seed)
        self.assertGreater(self.harmed, 3, "some lost their service")
