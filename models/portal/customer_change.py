from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Date
from odoo.tools import format_date

from ... import const
from ...engine.segment import segment_at
from ..amendment.amendment_plan import AmendmentPlan
from ..amendment.amendment_text import AmendmentText
from ..amendment.switch import Switch
from ..preview.preview import Preview
from .change_offer import ChangeOffer
from .customer_acts import CustomerActs
from .taken_back import FINAL, TakenBack


class CustomerChange:
    """A change of a contract that its customer asks for: what it costs, and making it.

    It is an amendment, which the system makes as the customer chose. The preview shows the figures
    of that amendment before it is there, and it is not made when they are no longer these.

    :param order: a confirmed contract, one sudoed `sale.order` in the environment of the visitor
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env
        self.offer = ChangeOffer(order)
        self.control = self.offer.control
        self.acts = CustomerActs(order)
        self.taken_back = TakenBack(self.acts, self.control)
        self.today = self.acts.today

    @property
    def can_change(self):
        """Whether there is something that the customer may change now."""
        offer, control = self.offer, self.control
        is_offered = control.may_change_quantity or offer.addons or offer.get_plans()
        return bool(control.can_change and is_offered)

    # ------------------------------------------------------------------
    # Preview
    # ------------------------------------------------------------------

    def preview(self, choice):
        """Return what a change bills and gives back, and what the contract costs with it.

        :param Choice choice: what the customer asks for
        :return: a preview, see :class:`Preview`, with what :meth:`_prepare_figures` adds
        :rtype: dict
        """
        return Preview(self.order).or_reason(lambda: self._make_preview(choice))

    def _make_preview(self, choice):
        draft = self._draft(choice)
        items, one_off = [], []
        if not draft._is_change_later():
            items = AmendmentPlan(draft).get_changed_items()
            one_off = draft._get_preview_one_off_lines(draft._get_quote_date())
        preview = Preview(self.order).for_operation(items, one_off)
        return preview | self._prepare_figures(draft, preview["total"], choice)

    def _draft(self, choice):
        """Return the amendment as it would be, without saving it.

        :raise AccessError: such a change is not the customer's to make
        :raise UserError: it changes nothing, or does not fit the contract
        """
        if not choice.key:
            raise UserError(self.env._("Change something first."))
        switch, gains = Switch(self.order), []

        def change(draft):
            """Apply the choice, and remember what the contract is worth more with it."""
            before = sum(draft.order_line.mapped("recurring_monthly"))
            self._apply(draft, choice)
            gains.append(sum(draft.order_line.mapped("recurring_monthly")) - before)

        self._check_not_paid()
        switch.check(choice.template, choice.recurrence)
        draft = switch.draft_as(change, "now")
        mode = self.control.get_mode(min(gains[0], self._get_lasting_gain(draft)))
        if mode != "now":
            draft = switch.draft_as(change, mode)
        Switch(draft).check_result()
        return draft

    def _get_lasting_gain(self, draft):
        """Return how much more the contract is worth each month once all that is planned is over.

        A discount of today, or a line that is still to begin, hides what a change takes away.

        :param draft: the amendment, not saved
        """
        after = AmendmentPlan(draft).get_segments()
        before = {line: line._get_engine_segments() for line in self.order._get_recurring_lines()}
        plans = [*after.values(), *before.values()]
        day = max((part.start for parts in plans for part in parts), default=self.today)

        def get_value(plan):
            """Return what the lines of a plan are worth on that day."""
            return sum(
                line._get_segment_mrr(segment)
                for line, parts in plan.items()
                if (segment := segment_at(parts, day))
            )

        return get_value(after) - get_value(before)

    def _apply(self, amendment, choice):
        """Let an amendment say what the customer chose."""
        amendment.require_payment = False
        Switch(amendment).switch_lines(choice.template, choice.recurrence)
        for entry in self.offer.get_entries():
            if entry.key not in choice.quantities:
                continue
            quantity = float(choice.quantities[entry.key])
            if entry.line:
                target = amendment.order_line.filtered(
                    lambda line, entry=entry: line.subscription_parent_line_id == entry.line
                )
                target.product_uom_qty = quantity
                continue
            recurrence = self.offer.get_recurrence_of(entry.addon, choice.recurrence)
            values = {
                "product_id": entry.product.id,
                "product_uom_qty": quantity,
                "recurrence_id": recurrence.id,
            }
            amendment.update({"order_line": [Command.create(values)]})

    def _prepare_figures(self, draft, due, choice):
        """Return what a change means besides the documents of today.

        :param draft: the amendment, not saved
        :param float due: total of the documents of today
        :param Choice choice: what the customer asks for
        :rtype: dict
        """
        day = draft._get_effective_date()
        currency = self.order.currency_id
        after = draft._get_period_totals()
        next_day, next_amount = self._get_next(draft)
        is_paid_first = currency.compare_amounts(due, 0) > 0 and self._is_paid_first()
        shown = [day, currency.format(due), next_day, currency.format(next_amount or 0.0)]
        shown += [f"{row['label']} {currency.format(row['total'])}" for row in after]
        return {
            "day": day,
            "is_later": draft._is_change_later(),
            "due": due,
            "due_title": self._get_due_title(draft, due),
            "reasons": AmendmentText(draft).get_reasons(),
            "periods": self._get_period_rows(day, after),
            "next_title": next_day and self._get_next_title(next_day),
            "next_amount": next_amount,
            "button": self._get_button(draft, is_paid_first),
            "is_paid_first": is_paid_first,
            "is_revocable": draft._is_change_later()
            and self.taken_back.is_revocable(choice.key)
            and not self.taken_back.cuts_plan(draft),
            "shown": "/".join(str(part) for part in shown),
        }

    def _get_due_title(self, draft, due):
        """Return what the amount of today is."""
        if self.order.currency_id.is_zero(due):
            return self.env._("Nothing is due now")
        if due < 0 and self.order._is_credit_offset():
            return self.env._("Taken off your next invoice")
        return self.env._("Given back") if due < 0 else self.env._("Due now")

    def _get_period_rows(self, day, after):
        """Return what each period costs from the change on, and until then.

        :param date day: first day of the change
        :param list after: totals per recurrence with the change
        :return: dicts of label, amount and old (a text, empty for what begins)
        :rtype: list[dict]
        """
        before = {row["id"]: row["total"] for row in self.order._get_period_totals()}
        values = {"day": format_date(self.env, day)}
        currency = self.order.currency_id
        return [
            {
                "label": self.env._(
                    "From %(day)s on, %(per_period)s", per_period=row["label"], **values
                ),
                "amount": row["total"],
                "old": row["id"] in before
                and self.env._("until then %(amount)s", amount=currency.format(before[row["id"]])),
            }
            for row in after
        ]

    def _get_next_title(self, day):
        return self.env._("Next invoice: %(day)s", day=format_date(self.env, day))

    def _get_button(self, draft, is_paid_first):
        """Return what confirming does."""
        if is_paid_first:
            return self.env._("Go on to the payment")
        if draft._is_change_later():
            day = format_date(self.env, draft._get_effective_date())
            return self.env._("Change it from %(day)s on", day=day)
        return self.env._("Change it now")

    def get_pay_text(self, amendment):
        """Return what the button says that leads to the payment of a change."""
        amount = amendment.currency_id.format(amendment.amount_total)
        return self.env._("Pay %(amount)s", amount=amount)

    def get_revoke_text(self, day):
        """Return until when a change can be taken back.

        :param date day: first day of the change
        """
        return self.env._("Until %(day)s you can take this back.", day=format_date(self.env, day))

    def get_revoke_button(self, amendment):
        """Return what the button says that takes a change back.

        :param amendment: one of :meth:`TakenBack.get_pending`
        """
        day = format_date(self.env, amendment.subscription_effective_date)
        return self.env._("Take back what changes on %(day)s", day=day)

    def _is_paid_first(self):
        """Return whether what is due is paid before the change is made."""
        is_charged = self.control.template.payment_mode in const.CHARGED_MODES
        return is_charged or self.order.require_payment

    def _get_next(self, draft):
        """Return day and amount of the next invoice after that of today.

        :param draft: the amendment, not saved
        :return: the day and the total, False and 0 when nothing more is billed
        :rtype: tuple
        """
        plan = AmendmentPlan(draft)
        longest = max(
            draft._get_recurring_lines().recurrence_id,
            key=lambda recurrence: recurrence._get_approximate_days(),
        )
        until = Date.add(self.today, days=longest._get_approximate_days() + 31)
        found = plan.get_items_until(plan.get_segments(), until)
        now = found.pop(self.today, [])
        days = sorted(day for day, items in found.items() if any(due.amount for due in items))
        if not days:
            return False, 0.0
        billed = self.order._get_items_without_waiting_credits(now)
        waiting = [due for due in now if due not in billed]
        documents = Preview(self.order).get_operation_documents(waiting + found[days[0]])
        return days[0], sum(document["total"] for document in documents)

    # ------------------------------------------------------------------
    # Making it
    # ------------------------------------------------------------------

    def confirm(self, choice, shown):
        """Make the change that was previewed, or what it waits for to be paid.

        :param Choice choice: what the customer asks for
        :param str shown: the figures that were shown
        :return: the amendment, open as long as it waits for its payment; empty when the contract
            is what was asked for already
        :rtype: sale.order
        :raise AccessError: such a change is not the customer's to make
        :raise UserError: it is refused, or means something else by now
        """
        self.order._subscription_claim()
        if not choice.key:
            return self.order.browse()  # pressed twice
        if again := self.taken_back.get_planned().filtered(
            lambda order: order.subscription_customer_choice in (choice.key, choice.key + FINAL)
        ):
            return again[-1:]
        preview = self.preview(choice)
        if preview["error"]:
            raise UserError(preview["error"])
        if preview["shown"] != shown:
            raise UserError(self.acts.get_changed_text())
        waiting = self.get_waiting()
        if waiting.subscription_customer_choice == choice.key:
            return waiting  # pressed twice
        waiting._action_cancel()
        amendment = self._make(choice, preview)
        if self.order.currency_id.compare_amounts(amendment.amount_total, preview["due"]):
            raise UserError(self.acts.get_changed_text())
        if not preview["is_paid_first"]:
            amendment.action_confirm()
        return amendment

    def _prepare_other_values(self):
        """Hook. Return what else stands on the amendment of a change."""
        return {}

    def _make(self, choice, preview):
        """Create the amendment of a change.

        :param dict preview: of :meth:`preview`
        :rtype: sale.order
        """
        mode = "date" if preview["is_later"] else "now"
        is_final = preview["is_later"] and not preview["is_revocable"]
        values = Switch(self.order).prepare_values(mode, preview["day"])
        amendment = self.order._create_amendment(
            **values,
            require_signature=False,
            prepayment_percent=1.0,
            signed_by=self.acts.get_name(),
            subscription_customer_choice=choice.key + (FINAL if is_final else ""),
            **self._prepare_other_values(),
        )
        self._apply(amendment, choice)
        if preview["is_paid_first"]:
            amendment.write({"require_payment": True, "state": "sent"})
        return amendment

    # ------------------------------------------------------------------
    # What waits
    # ------------------------------------------------------------------

    def get_waiting(self):
        """Return the amendment of the customer that waits for its payment, if any.

        :rtype: sale.order
        """
        return self.order.subscription_amendment_ids.filtered(
            lambda order: order.subscription_customer_choice and order._is_open_amendment()
        )[-1:]

    def get_refusal(self, waiting):
        """Return why a change that waits is not the customer's to make any more, or nothing.

        :param waiting: of :meth:`get_waiting`
        :rtype: str
        """
        if waiting._is_open_amendment() and not waiting.subscription_offer_reason_id:
            try:
                self.control.get_mode(waiting.subscription_mrr - self.order.subscription_mrr)
            except AccessError as error:
                return str(error)
        return ""

    def get_waiting_error(self, waiting):
        """Return why a change that waits for its payment cannot be paid, or nothing.

        :param waiting: of :meth:`get_waiting`
        """
        return self.get_refusal(waiting) or waiting._confirmation_error_message()

    def _check_not_paid(self):
        """Refuse another change while money for the last one is on its way.

        :raise UserError: one sentence for the customer
        """
        waiting = self.get_waiting()
        if waiting and waiting._is_quote_held():
            raise UserError(
                self.env._(
                    "The payment of your last change is on its way. Wait until it is through."
                )
            )

    def drop_waiting(self):
        """Cancel the change that waits for its payment.

        :raise UserError: the payment is on its way
        """
        self.order._subscription_claim()
        self._check_not_paid()
        self.get_waiting()._action_cancel()
