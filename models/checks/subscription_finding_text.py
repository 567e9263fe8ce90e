from odoo import fields, models
from odoo.tools import format_date, formatLang

from ...tools import get_number_text


class SubscriptionFinding(models.Model):
    """Findings in words: what is wrong, and what the repair does or a person must do."""

    _inherit = "subscription.finding"

    # ------------------------------------------------------------------
    # What is wrong
    # ------------------------------------------------------------------

    def _get_message(self):
        """Return one sentence that names the contract and says what is wrong.

        :rtype: str
        """
        self.ensure_one()
        write = getattr(self, f"_get_message_{self.check}", None)
        return write(self._get_words()) if write else ""

    def _get_words(self):
        """Return the values that most sentences need, in words."""
        facts = self.facts or {}
        move = self.move_id
        return {
            "contract": self.order_id.name or "",
            "product": self.line_id.product_id.display_name or "",
            "period": self.row_id.display_name or "",
            "invoice": move.display_name if move else self.env._("no invoice"),
            "references": ", ".join(facts.get("references") or []),
            **{name: self._format_day(facts[name]) for name in self._get_days() if name in facts},
        }

    def _get_days(self):
        return ("day", "start", "end", "since", "stored", "expected")

    def _format_day(self, day):
        """Return an ISO date in the reader's format, other words as they are."""
        try:
            return format_date(self.env, fields.Date.to_date(day)) or self.env._("no date")
        except ValueError:
            return day

    def _format_amount(self, amount):
        currency = self.row_id.currency_id or self.order_id.currency_id
        return formatLang(self.env, amount or 0.0, currency_obj=currency)

    def _get_message_overlap(self, words):
        return self.env._(
            "Two segments of %(product)s on %(contract)s hold at the same time, from %(day)s on.",
            **words,
        )

    def _get_message_no_steps(self, words):
        return self.env._(
            "%(product)s on %(contract)s has no segments, so it is never billed.", **words
        )

    def _get_message_history(self, words):
        return self.env._(
            "What is due on %(contract)s cannot be computed: %(reason)s",
            **words,
            reason=(self.facts or {}).get("reason", ""),
        )

    def _get_message_duplicate_row(self, words):
        return self.env._(
            "Two billing runs wrote the same entry of %(product)s on %(contract)s, so "
            "%(start)s to %(end)s may be billed twice.",
            **words,
        )

    def _get_message_over_credited(self, words):
        return self.env._(
            "%(credited)s was credited on %(period)s of %(contract)s, of which only %(booked)s "
            "was billed.",
            **words,
            credited=self._format_amount(self.facts.get("credited")),
            booked=self._format_amount(self.facts.get("booked")),
        )

    def _get_message_amount(self, words):
        return self.env._(
            "%(invoice)s says %(difference)s more than the ledger of %(contract)s for %(period)s.",
            **words,
            difference=self._format_amount(self.facts.get("difference")),
        )

    def _get_message_line_without_row(self, words):
        return self.env._(
            "%(invoice)s bills %(product)s of %(contract)s, but the ledger does not know it, so "
            "its days may be billed again.",
            **words,
        )

    def _get_message_row_without_line(self, words):
        return self.env._(
            "%(period)s of %(contract)s counts as billed, but it is on no invoice.", **words
        )

    def _get_message_cancelled(self, words):
        return self.env._(
            "%(period)s of %(contract)s counts as billed, but %(invoice)s is cancelled.", **words
        )

    def _get_message_missed(self, words):
        return self.env._(
            "%(amount)s of %(contract)s is due since %(since)s and was not billed.",
            **words,
            amount=self._format_amount(self.facts.get("amount")),
        )

    def _get_message_excess(self, words):
        return self.env._(
            "%(contract)s is billed for more than it wants: %(amount)s is to be credited since "
            "%(since)s.",
            **words,
            amount=self._format_amount(self.facts.get("amount")),
        )

    def _get_message_next_date(self, words):
        return self.env._(
            "The next invoice of %(contract)s is planned for %(stored)s and should be on "
            "%(expected)s.",
            **words,
        )

    def _get_message_billed_until(self, words):
        return self.env._(
            "%(product)s on %(contract)s says that it is unbilled from %(stored)s on; its invoices "
            "say %(expected)s.",
            **words,
        )

    def _get_message_mirror(self, words):
        line = self.env["sale.order.line"]
        parts = [
            self.env._(
                "%(field)s: %(stored)s instead of %(expected)s",
                field=line._fields[name]._description_string(self.env),
                stored=get_number_text(stored),
                expected=get_number_text(expected),
            )
            for name, stored, expected in (self.facts or {}).get("values", [])
        ]
        return self.env._(
            "%(product)s on %(contract)s does not show what is billed. %(values)s.",
            **words,
            values="; ".join(parts),
        )

    def _get_message_state(self, words):
        field = self.env["sale.order"]._fields["subscription_state"]
        labels = dict(field._description_selection(self.env))
        words["stored"] = labels.get(self.facts.get("stored"), "")
        words["expected"] = labels.get(self.facts.get("expected"), "")
        return self.env._(
            "%(contract)s has the status “%(stored)s”, but by its dates it should have "
            "“%(expected)s”.",
            **words,
        )

    def _get_message_constraint(self, words):
        kinds = {
            "constraint": self.env._("constraint"),
            "index": self.env._("index"),
            "not_null": self.env._("required column"),
        }
        return self.env._(
            "The database has no %(kind)s %(object)s, so it would accept wrong data or be slow.",
            kind=kinds.get(self.facts.get("type"), ""),
            object=self.facts.get("object"),
        )

    def _get_message_double_charge(self, words):
        return self.env._(
            "%(invoice)s is being charged more than once at the same time: %(references)s.",
            **words,
        )

    def _get_message_lost_charge(self, words):
        return self.env._(
            "The charge %(references)s of %(invoice)s never had an outcome: the money may have "
            "been taken.",
            **words,
        )

    def _get_message_unbooked(self, words):
        document = words["invoice"] if self.move_id else words["contract"]
        return self.env._(
            "The money of %(references)s for %(invoice)s is in, but it is not in the books. "
            "%(reason)s",
            references=words["references"],
            invoice=document,
            reason=(self.facts or {}).get("reason", ""),
        )

    def _get_message_two_charges(self, words):
        return self.env._(
            "More money is under way for the days of %(invoice)s than is owed: %(references)s.",
            **words,
        )

    def _get_message_untold(self, words):
        if (self.facts or {}).get("action") == "suspend":
            return self.env._(
                "%(contract)s was suspended on %(day)s for %(invoice)s, but no mail left that said "
                "so before.",
                **words,
            )
        return self.env._(
            "%(contract)s was closed on %(day)s for %(invoice)s, but no mail left that said so "
            "before.",
            **words,
        )

    # ------------------------------------------------------------------
    # What to do
    # ------------------------------------------------------------------

    def _get_cure(self):
        """Return one sentence: what the repair does, or what a person must do.

        :rtype: str
        """
        self.ensure_one()
        cures = self._get_repair_cures() if self.can_repair else self._get_manual_cures()
        return cures.get(self.check, "")

    def _get_repair_cures(self):
        """Return what the repair button does, by kind."""
        return {
            "next_date": self.env._("Repair computes the date again."),
            "billed_until": self.env._("Repair computes the date again."),
            "mirror": self.env._("Repair copies what is billed to the order line."),
            "state": self.env._("Repair gives the contract the status of its dates."),
            "missed": self.env._("Repair bills it now, or says why that is not possible."),
            "excess": self.env._("Repair credits it now, or says why that is not possible."),
            "amount": self.env._("Repair writes the amount of the invoice on the ledger."),
            "line_without_row": self.env._(
                "Repair links it to the one billed period of the same days and amount."
            ),
            "row_without_line": self.env._(
                "Repair links it to the one invoice line of the same days and amount."
            ),
            "cancelled": self.env._("Repair frees these days, so that they are billed again."),
            "constraint": self.env._(
                "Repair creates it, or says which data must be mended before."
            ),
            "mrr": self.env._("Repair records the difference as a correction of that day."),
            "deferral": self.env._(
                "Repair plans the invoice line anew and books the difference; what is posted stays."
            ),
            "deferral_entry": self.env._(
                "Repair books the difference in another entry; what is posted stays."
            ),
        }

    def _get_manual_cures(self):
        """Return what a person must do, by kind."""
        return {
            "overlap": self.env._(
                "Ask your technical administrator to end the earlier segment on that day: the "
                "contract is not billed until then."
            ),
            "no_steps": self.env._(
                "Add the product to the contract again on a new line, and set this one to 0."
            ),
            "history": self.env._(
                "Ask your technical administrator to mend the history of this contract."
            ),
            "duplicate_row": self.env._(
                "Compare the invoices of these days. If the customer was billed twice, make a "
                "credit note for one of them."
            ),
            "over_credited": self.env._(
                "Look at the credit notes of this period and cancel the one that is too much."
            ),
            "line_without_row": self.env._(
                "If the customer owes it, bill nothing else for these days; if not, cancel the "
                "document or make a credit note."
            ),
            "row_without_line": self.env._(
                "Make an invoice of this amount by hand, because the contract will not bill these "
                "days again."
            ),
            "state": self.env._(
                "If the service has ended, set the end date of the contract to the day on which it "
                "did; if not, make a new contract."
            ),
            "deferral": self.env._("Mend it, and press Recognise Now: nothing was lost meanwhile."),
            "deferral_entry": self.env._(
                "Move this amount to another account if it is no deferred revenue of an invoice."
            ),
            "double_charge": self.env._(
                "Ask the payment provider which charge took money, and cancel the others."
            ),
            "lost_charge": self.env._(
                "Ask the payment provider about it, then press Money Came or Money Did Not Come "
                "on the invoice or in the list of charges."
            ),
            **self._get_payment_cures(),
        }

    def _get_payment_cures(self):
        """Return what a person must do about money and mails, by kind."""
        return {
            "untold": self.env._(
                "Call the customer. Reopen the contract, or resume its service, if they could not "
                "know of it."
            ),
            "unbooked": self.env._(
                "Look at journal and accounts of the payment provider, then book the payment."
            ),
            "two_charges": self.env._(
                "Ask the payment provider to stop one of them, or give back what is too much once "
                "it came in."
            ),
        }
