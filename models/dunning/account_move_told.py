import logging
from datetime import timedelta

from markupsafe import Markup
from odoo import fields, models
from odoo.tools import format_date, html2plaintext
from psycopg2 import OperationalError

from ...engine import dunning
from .subscription_dunning_notice import WAITING

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    """Nobody is suspended or closed without a mail that left and said so.

    Reminders announce what comes next. A step that takes service away waits until such a mail has
    left, and for the days that it promised; when none did, another one is written and a person is
    asked.
    """

    _inherit = "account.move"

    subscription_notice_ids = fields.One2many(
        "subscription.dunning.notice", "move_id", "Announcements", readonly=True
    )

    # ------------------------------------------------------------------
    # Announcing
    # ------------------------------------------------------------------

    def _get_announcements(self):
        """Return what a mail that is written today announces for this document.

        :return: (contracts, action, day), once per action
        :rtype: list[tuple]
        """
        self.ensure_one()
        policy = self._get_dunning_policy()
        actions = set(policy.step_ids.mapped("action"))
        if not actions & set(dunning.HARMFUL) or not self._is_dunnable():
            return []
        orders = self._get_dunned_orders(policy)
        today = self.company_id._subscription_today()
        assumed = {
            planned.step.key: today
            for planned in self._get_dunning_due()
            if planned.step.action not in dunning.HARMFUL
        }
        days = {}
        for planned in self._get_dunning_future(assumed) if orders else ():
            action = planned.step.action
            if action not in dunning.HARMFUL or action in days:
                continue
            # What was missed is not done on the day on which it is announced.
            is_sudden = action == dunning.CLOSE or planned.day <= today
            is_new = is_sudden and not self._is_told(action, orders)
            notice = policy._get_notice_time() if is_new else timedelta()
            days[action] = max(planned.day, today + notice)
        return [(orders, action, day) for action, day in days.items()]

    def _get_announcement_text(self, orders, action, day):
        """Return one sentence for the customer about what happens on a day."""
        facts = {
            "contract": ", ".join(orders.mapped("name")),
            "day": format_date(self.env, day),
            "invoice": self._get_payment_name(),
        }
        if action == dunning.SUSPEND:
            return self.env._(
                "If %(invoice)s is not paid by then, your contract %(contract)s will be suspended "
                "on %(day)s.",
                **facts,
            )
        return self.env._(
            "If %(invoice)s is not paid by then, your contract %(contract)s will end on %(day)s.",
            **facts,
        )

    def _get_dunning_warnings(self, moves=None):
        """Return what happens next to contracts of the reader unless the documents are paid.

        :return: whole sentences
        :rtype: list[str]
        """
        return [
            move._get_announcement_text(orders, action, day)
            for move in (self._get_open_subscription_invoices() if moves is None else moves)
            for orders, action, day in move._get_announcements()
        ]

    def _note_announcements(self, mail):
        """Keep what a mail about these documents announces, and see to it that it does.

        A template that somebody edited may have lost the sentences.

        :param mail: `mail.mail` in the queue
        """
        lost = []
        for move in self:
            reader = move._get_dunning_reader()
            told = move.with_context(lang=reader.lang or self.env.lang)
            for orders, action, day in told._get_announcements():
                lost.append(told._get_announcement_text(orders, action, day))
                move._create_notices(orders, action, day, mail)
        mail._add_lost_sentences(lost)

    def _create_notices(self, orders, action, day, mail):
        """Keep that a mail announces something for contracts of this document."""
        self.ensure_one()
        # sudo: nobody writes announcements by hand
        self.env["subscription.dunning.notice"].sudo().create(
            [
                {
                    "order_id": order.id,
                    "move_id": self.id,
                    "part": self._get_dunning_part(),
                    "company_id": self.company_id.id,
                    "action": action,
                    "announced_date": day,
                    "sent_date": self.company_id._subscription_today(),
                    "state": WAITING,
                    "mail_id": mail.id,
                }
                for order in orders
            ]
        )

    def _warn_of_closing(self, order, day):
        """Queue the mail that says when a contract is closed for this document by the simple rule.

        :param order: `sale.order`, which holds document and day already
        :param date day: day of the closing
        :return: why nobody is told, None when somebody is
        """
        self.ensure_one()
        template = order._get_subscription_template()._get_unpaid_mail_template()
        reader = self._get_dunning_reader()
        if not template:
            return self.env._("There is no mail template for the warning. Choose one.")
        if not reader:
            return self._get_no_address_text()
        try:
            with self.env.cr.savepoint():
                # sudo: mails of the company hold links of the customer
                mail = self.env["mail.mail"].sudo().browse(template.sudo().send_mail(order.id))
                if not mail._reaches_anybody():
                    mail.unlink()
                    return self.env._(
                        "The mail template %(name)s has no reader.", name=template.name
                    )
                self._create_notices(order, dunning.CLOSE, day, mail)
                told = self.with_context(lang=reader.lang or self.env.lang)
                text = told._get_announcement_text(order, dunning.CLOSE, day)
                mail._add_lost_sentences([text])
        except OperationalError:
            raise
        except Exception as error:
            _logger.exception("a warning of contract %(order)s failed", {"order": order.id})
            return self.env._("The mail could not be written: %(reason)s", reason=error)
        return None

    def _hook_on_paid(self):
        """Let what was announced about these documents be over."""
        super()._hook_on_paid()
        for company, moves in self.grouped("company_id").items():
            today = company._subscription_today()
            late = moves.filtered(
                lambda move, today=today: (
                    move.subscription_requested_date
                    or (move.invoice_date_due and move.invoice_date_due < today)
                )
            )
            # sudo: as in _create_notices
            notices = late.sudo().subscription_notice_ids
            open_ones = notices.filtered(lambda notice: not notice.paid_date)
            open_ones._as_system().paid_date = today

    # ------------------------------------------------------------------
    # Before service is taken away
    # ------------------------------------------------------------------

    def _is_told(self, action, orders):
        """Return whether mails left that announce a deed, for a day that has come."""
        self.ensure_one()
        today = self.company_id._subscription_today()
        Notice = self.env["subscription.dunning.notice"]
        days = [Notice._get_told_date(order, self, action) for order in orders]
        return bool(days) and all(day and day <= today for day in days)

    def _may_take_service_away(self, step, action, orders):
        """Return whether a step may be done to contracts, and see to what it waits for.

        :param step: `subscription.dunning.policy.step`
        :param str action: 'suspend' or 'close'
        :param orders: running contracts, empty when there is nothing to do it to
        """
        self.ensure_one()
        if not orders:
            return True
        if self._is_held_by_credit():
            return False
        if self._is_told(action, orders):
            return True
        self._tell_before(step, action, orders)
        return False

    def _tell_before(self, step, action, orders):
        """Write the mail that a step waits for, unless one is under way or its days still run."""
        today = self.company_id._subscription_today()
        notices = self.env["subscription.dunning.notice"].sudo()  # sudo: as in _create_notices
        for order in orders:
            notices |= notices._get_about(order, self, action)
        is_promised = any(notice.state == "left" for notice in notices)
        if is_promised or notices._is_under_way(today):
            return
        is_first = not notices
        note = None
        if all(notice.sent_date < today for notice in notices):
            note = self._try_dunning_mail(step)
            if not note:
                text = self.env._("Nothing is done before the customer was told.")
                self._log_dunning(step.browse(), dunning.WARN, note=text)
        if note or not is_first:
            self._schedule_telling(note or notices[:1].reason)

    def _schedule_telling(self, reason):
        """Ask somebody to tell a customer what no mail could."""
        name = self._get_payment_name()
        text = self.env._(
            "%(invoice)s is unpaid, but nothing more is done about the contract: the customer was "
            "not told yet. %(reason)s",
            invoice=name,
            reason=reason or self.env._("The mail did not leave. Look at the outgoing mails."),
        )
        summary = self.env._("%(invoice)s: the customer was not told", invoice=name)
        self._schedule_for_salespeople(summary, text)

    # ------------------------------------------------------------------
    # Drafts that are made anew
    # ------------------------------------------------------------------

    def _prepare_voided_request_facts(self):
        """Add what was announced about a request that is deleted."""
        notices = self.sudo().subscription_notice_ids  # sudo: as in _create_notices
        return {**super()._prepare_voided_request_facts(), "notices": notices.ids}

    def _take_over_request(self, facts):
        """Let what was announced hold for the draft that follows."""
        super()._take_over_request(facts)
        # sudo: as in _create_notices
        notices = self.env["subscription.dunning.notice"].sudo()
        notices = notices.browse(facts.get("notices", ())).exists()
        notices.filtered(lambda notice: not notice.move_id)._as_system().move_id = self

    # ------------------------------------------------------------------
    # What the customer has with us
    # ------------------------------------------------------------------

    def _is_held_by_credit(self):
        """Return whether open credit of the customer covers what is late, and have it matched.

        A smaller one is told in the mails, and harms or helps nobody: a forgotten cent must not
        keep a contract running for ever.
        """
        credit, today = self._get_customer_credit(), self.company_id._subscription_today()
        late = self.currency_id._convert(
            self._get_amount_due_now(), self.company_currency_id, self.company_id, today
        )
        if credit <= 0 or self.company_currency_id.compare_amounts(credit, late) < 0:
            return False
        self._schedule_credit_matching(credit)
        return True

    def _schedule_credit_matching(self, credit):
        """Ask somebody to match what the customer has with us.

        :param float credit: in the currency of the company
        """
        name = self._get_payment_name()
        text = self.env._(
            "%(customer)s has %(credit)s in open credit notes and payments with us. Match them "
            "with %(invoice)s, or give them back: until then nothing is suspended or closed for "
            "it.",
            customer=self.commercial_partner_id.display_name,
            credit=self.company_currency_id.format(credit),
            invoice=name,
        )
        summary = self.env._("%(invoice)s: the customer has open credit", invoice=name)
        self._schedule_for_salespeople(summary, text)


class MailMail(models.Model):
    """Mails that announce something hold it, whatever their template says."""

    _inherit = "mail.mail"

    def _add_lost_sentences(self, sentences):
        """Add what the text of this mail does not say.

        :param list sentences: plain texts
        """
        self.ensure_one()
        if not sentences:
            return
        said = " ".join(html2plaintext(self.body_html or "").split())
        lost = [text for text in sentences if " ".join(text.split()) not in said]
        if lost:
            said = self.body_html or Markup("")
            self.body_html = said + Markup("").join(Markup("<p>%s</p>") % text for text in lost)
