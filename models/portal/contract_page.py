from functools import cached_property

from odoo.tools import format_date

from ...engine.segment import segment_at
from ...tools import get_number_text
from ..preview.preview import Preview
from ..quotation.quotation_text import QuotationText
from .contract_status import ContractStatus

SHOWN_INVOICES = 12  # a year of monthly ones


class ContractPage:
    """What a customer reads on the page of one contract; writes nothing.

    :param order: a confirmed contract, one sudoed `sale.order` in the environment of the visitor
    :param bool all_invoices: whether to show more than the last :data:`SHOWN_INVOICES`
    """

    def __init__(self, order, all_invoices=False):
        order.ensure_one()
        self.order = order
        self.env = order.env
        self.all_invoices = all_invoices
        self.status = ContractStatus(order)
        self.today = self.status.today

    # ------------------------------------------------------------------
    # What comes next
    # ------------------------------------------------------------------

    @cached_property
    def next_documents(self):
        """What the next billing run makes, line by line, as of :class:`Preview`; often one."""
        if not self.status.next_date or self.status.preview["error"]:
            return []
        return [document for document in self.status.preview["documents"] if document["total"]]

    @property
    def next_title(self):
        """Name of the day on which billing goes on."""
        day = self.status.next_date
        if day <= self.today:
            return self.env._("Next invoice: today")
        return self.env._("Next invoice: %(day)s", day=format_date(self.env, day))

    @property
    def next_reasons(self):
        """Sentences why that is so."""
        reasons = Preview(self.order, self.status.taxes).get_reasons(self.status.next_date)
        return self.status.preview.get("reasons", []) + reasons

    @cached_property
    def planned(self):
        """What changes by itself on a day to come.

        :return: dicts of day, product and text, the earliest first
        :rtype: list[dict]
        """
        planned = [
            (segment.planned_date, segment.product_id.display_name, segment.change_text)
            for segment in self.order.subscription_planned_ids
        ]
        planned += [
            (line.one_off_bill_date, line.product_id.display_name, self._get_once_text(line))
            for line in self.order.subscription_planned_once_ids
        ]
        return [
            {"day": format_date(self.env, day), "product": product, "text": text}
            for day, product, text in sorted(planned, key=lambda row: row[0])
        ]

    def _get_once_text(self, line):
        """Return how much of a line is sold once on a day to come, and for how much."""
        return self.env._(
            "Sold once: quantity %(quantity)s, %(amount)s",
            quantity=get_number_text(line.product_uom_qty),
            amount=line.currency_id.format(line.price_subtotal),
        )

    # ------------------------------------------------------------------
    # What it is made of
    # ------------------------------------------------------------------

    @cached_property
    def lines(self):
        """Lines in service or still to come.

        :return: dicts as of :meth:`_get_line`, in the order of the contract
        :rtype: list[dict]
        """
        return [self._get_line(line) for line in self._recurring if not self._has_ended(line)]

    @cached_property
    def earlier_lines(self):
        """Lines that are over, as in :attr:`lines`."""
        return [self._get_line(line) for line in self._recurring if self._has_ended(line)]

    @property
    def _recurring(self):
        return self.order._get_recurring_lines()

    def _has_ended(self, line):
        """Return whether a line is over while its contract goes on; closed ones show what was."""
        if not self.status.is_running:
            stop = self.order.subscription_end_date
            ends = line.segment_ids.mapped("end_date")
            return bool(stop and ends and all(ends) and max(ends) < stop)
        return line._has_ended(self.today)

    def _get_line(self, line):
        """Return name, quantity, amount per period and texts of one recurring line.

        :rtype: dict
        """
        segments = line._get_engine_segments()
        shown = segment_at(segments, self.today) or (
            segments and max(segments, key=lambda segment: segment.start)
        )
        texts = line._get_portal_texts()
        if shown and shown.start > self.today:
            texts.append(self.env._("from %(day)s on", day=format_date(self.env, shown.start)))
        return {
            "product": line.product_id.display_name or line.name,
            "quantity": line.product_uom_qty,
            "amount": line.price_subtotal,
            "per_period": line.recurrence_id._get_per_text(),
            "texts": texts,
        }

    @cached_property
    def facts(self):
        """Pairs of a label and a text; what the status says already is left out."""
        order = self.order
        end, trial_end = order.subscription_last_date, order._get_trial_end()
        committed = order.subscription_commitment_last_date
        shipping = order.partner_shipping_id
        is_trial = trial_end and trial_end > self.today
        is_committed = self.status.is_running and committed and committed >= self.today
        is_other = order.partner_id != order.partner_invoice_id
        is_elsewhere = shipping != order.partner_invoice_id
        facts = [
            (self.env._("Plan"), order.subscription_template_id.name),
            (self.env._("Your reference"), order.client_order_ref),
            (self.env._("Service from"), self._tell_day(order.subscription_start_date)),
            (self.env._("Service until"), end and self._tell_day(end)),
            (self.env._("Free trial"), is_trial and QuotationText(order).get_trial(trial_end)),
            (self.env._("Runs at least until"), is_committed and self._tell_day(committed)),
            (self.env._("Payment under way"), order.subscription_under_way_text),
            (self.env._("Contact"), is_other and order.partner_id.name),
            (self.env._("Billed to"), self._get_address(order.partner_invoice_id)),
            (self.env._("Delivered to"), is_elsewhere and self._get_address(shipping)),
        ]
        return [(label, text) for label, text in facts if text]

    def _tell_day(self, day):
        return format_date(self.env, day)

    def _get_address(self, partner):
        """Return name and address of a contact on one line."""
        lines = [partner.display_name, *partner._display_address(without_company=True).split("\n")]
        return ", ".join(dict.fromkeys(line.strip() for line in lines if line.strip()))

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    @cached_property
    def _invoices(self):
        moves = self.order.order_line.invoice_lines.move_id.filtered(
            lambda move: move.state == "posted"
        )
        return moves.sorted(lambda move: (move.invoice_date or self.today, move.id), reverse=True)

    @cached_property
    def invoices(self):
        """Posted invoices and credit notes of this contract, the latest first.

        :return: dicts as of :meth:`_get_invoice`
        :rtype: list[dict]
        """
        shown = self._invoices if self.all_invoices else self._invoices[:SHOWN_INVOICES]
        return [self._get_invoice(move) for move in shown]

    @property
    def hidden_invoices_text(self):
        """Say how many invoices are left out; empty when none is."""
        count = len(self._invoices) - len(self.invoices)
        return count and self.env._("Show %(count)s earlier ones", count=count)

    def _get_invoice(self, move):
        """Return name, day, amount, status and addresses of one invoice or credit note.

        :rtype: dict
        """
        is_credit = move.move_type == "out_refund"
        is_open = not is_credit and move in self.status.open_documents
        is_coming = is_open and bool(move._get_open_charges())
        if is_credit:
            status = ("secondary", self.env._("Credit"))
        elif is_coming:
            status = ("info", self.env._("Being paid"))
        elif move in self.status.late_documents:
            status = ("danger", self.env._("Late"))
        elif is_open:
            status = ("warning", self.env._("Open"))
        else:
            status = ("success", self.env._("Paid in full"))
        return {
            "name": move.name,
            "day": format_date(self.env, move.invoice_date),
            "amount": move.currency_id.format(
                -move.amount_total if is_credit else move.amount_total
            ),
            "colour": status[0],
            "status": status[1],
            "url": self._get_url(f"/invoices/{move.id}"),
            "pdf_url": self._get_url(f"/invoices/{move.id}", "&report_type=pdf&download=true"),
            "pay_url": is_open and not is_coming and move._get_payment_url(),
        }

    def _get_url(self, suffix, query_string=None):
        """Return an address below that of this contract, which its link opens."""
        return self.order.get_portal_url(suffix=suffix, query_string=query_string)

    # ------------------------------------------------------------------
    # History
    # ------------------------------------------------------------------

    @cached_property
    def history(self):
        """What happened to this contract, the latest first.

        :return: dicts of date, day, text and url (of the paper behind it, or False)
        :rtype: list[dict]
        """
        entries = [
            *self._get_begin_entries(),
            *self._get_amendment_entries(),
            *self._get_pause_entries(),
            *self._get_end_entries(),
        ]
        ordered = sorted(entries, key=lambda entry: entry["date"], reverse=True)
        return [{**entry, "day": format_date(self.env, entry["date"])} for entry in ordered]

    def _get_begin_entries(self):
        order, previous = self.order, self.order.subscription_parent_id
        if order.subscription_order_type == "renewal" and previous:
            text = self.env._("Renewed, after %(contract)s", contract=previous.name)
            return [self._get_entry(order.subscription_start_date, text, previous)]
        return [self._get_entry(order.subscription_start_date, self.env._("Begin of the contract"))]

    def _get_amendment_entries(self):
        return [
            self._get_entry(
                paper.subscription_effective_date
                or paper.company_id._subscription_date(paper.date_order),
                self.env._("Changed by %(paper)s", paper=paper.name),
                paper,
            )
            for paper in self.order.subscription_amendment_ids
            if paper.state == "sale"
        ]

    def _get_pause_entries(self):
        return [
            self._get_entry(gap.start_date, gap._get_text())
            for gap in self.order.subscription_interruption_ids
            if not gap.end_date or gap.start_date < gap.end_date
        ]

    def _get_end_entries(self):
        order = self.order
        if not order.subscription_last_date:
            return []
        following = order.subscription_renewal_ids.filtered(lambda one: one.state == "sale")[-1:]
        if following:
            text = self.env._("Goes on as %(contract)s", contract=following.name)
            return [self._get_entry(following.subscription_start_date, text, following)]
        if order.subscription_last_date < self.today:
            text = self.env._("Last day of the contract")
        else:
            text = self.env._("Last day of the contract, if nothing changes")
        return [self._get_entry(order.subscription_last_date, text)]

    def _get_entry(self, day, text, paper=None):
        """Return one entry; papers of other contracts open for those who are logged in only.

        :rtype: dict
        """
        return {"date": day, "text": text, "url": paper and self._get_paper_url(paper)}

    def _get_paper_url(self, paper):
        """Return the address of another paper: a link opens its own contract, and none besides.

        :return: False for whoever is not logged in as its customer
        """
        user = self.env.user
        is_owner = not user._is_public() and (
            paper.partner_id.commercial_partner_id == user.partner_id.commercial_partner_id
        )
        return paper.access_url if is_owner else False
