from markupsafe import Markup, escape
from odoo import fields
from odoo.tools import format_date, formatLang

from ... import const
from ...engine.errors import EngineError
from ...engine.segment import live_segment
from ...tools import get_number_text
from ..preview.preview import Preview
from .amendment_plan import AmendmentPlan
from .whole_periods import get_whole_period_texts


class AmendmentText(AmendmentPlan):
    """An amendment in words: what changes, from when, for how much, and why it is refused."""

    def get_texts(self):
        """Return what this amendment changes on its contract, one sentence per line.

        :rtype: list[str]
        """
        contract = self.order._get_amended_contract()
        targets = self.get_target_lines()
        texts = []
        if self.is_template_switched():
            texts.append(
                self.env._(
                    "Subscription Template: %(old)s → %(new)s",
                    old=contract._get_subscription_template().name,
                    new=self.order._get_subscription_template().name,
                )
            )
        for key in self.order.subscription_baseline or {}:
            line = contract.order_line.filtered(lambda line, key=key: str(line.id) == key)
            text = line and self._get_amended_line_text(line, targets.get(line))
            texts += [text] if text else []
        for line in self.get_added_lines().filtered("product_uom_qty"):
            if not line.subscription_parent_line_id:
                texts.append(self._get_added_line_text(line))
        return texts

    def _get_amended_line_text(self, line, target):
        """Say what happens to a line of the contract.

        :param line: line of the contract
        :param target: line of this amendment that goes on with it, None when it was taken off
        :return: one sentence, False when nothing changes
        """
        product = line.product_id.display_name
        if not target or target._is_taken_off():
            return self.env._("%(product)s ends.", product=product)
        changes = self._get_value_texts(target)
        if target._is_switched():
            return self.env._(
                "%(product)s (%(old)s) becomes %(new)s",
                product=product,
                old=line.recurrence_id.name,
                new=self._get_line_text(target),
            )
        if not changes:
            return False
        return self.env._("%(product)s: %(changes)s", product=product, changes=", ".join(changes))

    def _get_value_texts(self, target):
        """Return old and new of each value that a line of this amendment sets."""
        values = target._get_amended_values()
        texts = []
        if "quantity" in values:
            texts.append(
                self.env._(
                    "quantity %(old)s → %(new)s",
                    old=get_number_text(target.subscription_base_quantity),
                    new=get_number_text(target.product_uom_qty),
                )
            )
        if "price" in values:
            texts.append(
                self.env._(
                    "unit price %(old)s → %(new)s",
                    old=self.order.currency_id._format_unit_price(target.subscription_base_price),
                    new=self.order.currency_id._format_unit_price(target.price_unit),
                )
            )
        if "discount" in values:
            texts.append(
                self.env._(
                    "discount %(old)s %% → %(new)s %%",
                    old=get_number_text(target.subscription_base_discount),
                    new=get_number_text(target.discount),
                )
            )
        return texts + target._get_amended_details_texts()

    def _get_added_line_text(self, line):
        """Return one sentence about a line that this amendment adds."""
        return self.env._("%(line)s is added.", line=self._get_line_text(line))

    def _get_line_text(self, line):
        """Return quantity, product and price of a line of this amendment."""
        values = {
            "quantity": get_number_text(line.product_uom_qty),
            "product": line.product_id.display_name,
            "price": self._in_currency(line.price_subtotal),
        }
        if not line.is_recurring:
            return self.env._("%(product)s (%(quantity)s), %(price)s once", **values)
        return self.env._(
            "%(product)s (%(quantity)s), %(price)s %(per_period)s",
            per_period=line.recurrence_id._get_per_text(),
            **values,
        )

    def _in_currency(self, amount):
        return formatLang(self.env, amount, currency_obj=self.order.currency_id)

    def get_note(self, due):
        """Return what the chatter of the contract says of this amendment, before it is applied.

        :param float due: what is billed or given back as soon as it is confirmed
        :rtype: markupsafe.Markup
        """
        values = {
            "amendment": self.order._get_html_link(),
            "author": self.order.signed_by or self.env.user.name,
            "day": format_date(self.env, self.order._get_effective_date()),
        }
        title = self.env._(
            "%(amendment)s, confirmed by %(author)s, changes this contract from %(day)s on:",
            **values,
        )
        return Markup("%s%s%s") % (escape(title), self._get_list(), self._get_money_text(due))

    def _get_list(self):
        """Return what changes as a list.

        :rtype: markupsafe.Markup
        """
        items = Markup("").join(Markup("<li>%s</li>") % text for text in self.get_texts())
        return Markup("<ul>%s</ul>") % items

    def _get_money_text(self, due):
        """Return what is due for this amendment when, and what it makes of the monthly value.

        :param float due: what is billed or given back as soon as it is confirmed
        """
        contract = self.order._get_amended_contract()
        money = self.env._(
            "Due for it: %(due)s. Each month: %(old)s → %(new)s without taxes.",
            due=self._in_currency(due),
            old=self._in_currency(contract.subscription_mrr),
            new=self._in_currency(sum(self.order.order_line.mapped("recurring_monthly"))),
        )
        if self.order._is_change_later() and not due:
            money = f"{self.get_difference_text() or ''} {money}".strip()
        return money

    def get_customer_note(self, due):
        """Return what the customer gets as a mail who changed the contract online.

        :param float due: what is billed or given back as soon as it is confirmed
        :rtype: markupsafe.Markup
        """
        title = self.env._(
            "%(name)s changed this contract online. From %(day)s on:",
            name=self.order.signed_by or self.order.partner_id.name,
            day=format_date(self.env, self.order._get_effective_date()),
        )
        return Markup("%s%s%s") % (escape(title), self._get_list(), self._get_money_text(due))

    def get_post_values(self, due):
        """Return how the chatter of the contract says what was done: a customer gets a mail.

        :param float due: what is billed or given back as soon as it is confirmed
        :return: values of `message_post`
        :rtype: dict
        """
        if not self.order.subscription_customer_choice:
            return {"body": self.get_note(due)}
        contract, company = self.order._get_amended_contract(), self.order.company_id
        return {
            "body": self.get_customer_note(due),
            "author_id": company.partner_id.id,
            "partner_ids": contract.partner_id.ids,
            "subject": self.env._(
                "%(company)s: your contract %(contract)s",
                company=company.name,
                contract=contract.name,
            ),
            "subtype_xmlid": "mail.mt_comment",
        }

    def explain_preview(self, preview):
        """Add to a preview what this amendment changes, and what is due of that when.

        :param dict preview: see `sale_order_preview`; changed in place
        """
        preview["later"] = self.get_later_text()
        preview["reasons"] = self.get_reasons(preview["later"])

    def get_reasons(self, later=None):
        """Return what this amendment changes and when that is due.

        :param later: as of :meth:`get_later_text`, None to ask for it
        :rtype: list[str]
        """
        later = self.get_later_text() if later is None else later
        return self.get_texts() + get_whole_period_texts(self) + ([later] if later else [])

    # ------------------------------------------------------------------
    # A change that takes effect later
    # ------------------------------------------------------------------

    def get_later_text(self):
        """Say what is due of a change that takes effect later.

        :return: one or two sentences, False for a change that holds from the day of its amount
        :rtype: str | bool
        """
        if not self.order._is_open_amendment() or not self.order._is_change_later():
            return False
        day = format_date(self.env, self.order._get_effective_date())
        if self.order._is_prepayment_requested():
            return self.env._(
                "What is paid now is billed at once, in advance of %(day)s. Accepted without a "
                "payment, it is billed on that day.",
                day=day,
            )
        return self.get_difference_text()

    def get_difference_text(self):
        """Say how much more or less is billed up to the day of the change than without it.

        :return: two sentences, False when the dates do not fit together
        :rtype: str | bool
        """
        day = format_date(self.env, self.order._get_effective_date())
        try:
            amount = self.get_later_amount()
        except EngineError:
            return False  # the confirmation says what is wrong
        values = {"day": day, "amount": self._in_currency(abs(amount))}
        if self.order.currency_id.is_zero(amount):
            return self.env._(
                "Nothing is due now. By %(day)s, neither more nor less is billed than without this "
                "change.",
                **values,
            )
        if amount > 0:
            return self.env._(
                "Nothing is due now. By %(day)s, %(amount)s more is billed than without this "
                "change, taxes included.",
                **values,
            )
        if self.order._get_amended_contract()._is_credit_offset():
            return self.env._(
                "Nothing is due now. From %(day)s on, %(amount)s less is billed than without this "
                "change, taxes included: what is given back comes off the next invoice.",
                **values,
            )
        return self.env._(
            "Nothing is due now. By %(day)s, %(amount)s less is billed than without this "
            "change, taxes included.",
            **values,
        )

    def get_later_preview(self):
        """Return what the contract bills on the day of a later change, for the lines that change.

        :return: a preview, see `sale_order_preview`
        :rtype: dict
        """
        return Preview(self.order).or_reason(self._prepare_later_preview)

    def _prepare_later_preview(self):
        day = self.order._get_effective_date()
        words = Preview(self.order)
        preview = words.prepare(words.get_documents(self.get_changed_items(), day))
        self.explain_preview(preview)
        preview["headline"] = self.env._(
            "On %(day)s, %(contract)s bills for the lines that change:",
            day=format_date(self.env, day),
            contract=self.order._get_amended_contract().name,
        )
        return preview

    # ------------------------------------------------------------------
    # Refusals
    # ------------------------------------------------------------------

    def get_error_message(self):
        """Return why this amendment cannot be confirmed, one translated sentence or False."""
        contract = self.order._get_amended_contract()
        if contract.subscription_state not in const.RUNNING_STATES:
            return self.env._(
                "The contract of %(order)s does not run any more. Make a new quotation instead.",
                order=self.order.name,
            )
        if (
            self.order.subscription_effective_mode == "date"
            and not self.order.subscription_effective_date
        ):
            return self.env._("Choose the day from which %(order)s holds.", order=self.order.name)
        if message := self._get_day_error_message(contract):
            return message
        if self.order.subscription_is_outdated:
            return self.env._(
                "%(contract)s has changed since %(order)s was made. Refresh the amendment and look "
                "at it again.",
                contract=contract.name,
                order=self.order.name,
            )
        if message := self._get_details_error_message(contract):
            return message
        if not self.get_texts():
            return self.env._(
                "%(order)s changes nothing on %(contract)s. Change its lines first.",
                order=self.order.name,
                contract=contract.name,
            )
        if self._is_everything_taken_off():
            return self.env._(
                "%(order)s leaves nothing for %(contract)s to bill. Close the contract instead.",
                order=self.order.name,
                contract=contract.name,
            )
        return False

    def _is_everything_taken_off(self):
        """Return whether this amendment leaves its contract without any recurring line."""
        day = self.order._get_effective_date()
        try:
            segments = self.get_segments()
        except EngineError:
            return False  # another sentence says what is wrong
        return not any(live_segment(new, day) for new in segments.values())

    def _get_day_error_message(self, contract):
        """Return why the day of the change is refused, one translated sentence or False."""
        day = self.order._get_effective_date()
        end = contract.subscription_end_date
        if end and day >= end:
            return self.env._(
                "%(contract)s ends before %(day)s. Choose an earlier day for %(order)s.",
                contract=contract.name,
                day=format_date(self.env, day),
                order=self.order.name,
            )
        if self.order.subscription_quote_frozen:
            return False  # it was in time when the customer accepted it
        today = self.order._subscription_today()
        limit = self.order.company_id._get_amendment_backdate_days()
        if day < max(fields.Date.subtract(today, days=limit), contract.subscription_start_date):
            return self.env._(
                "%(order)s may take effect at most %(days)s days back. Choose a later day.",
                order=self.order.name,
                days=limit,
            )
        return False

    def _get_details_error_message(self, contract):
        """Return why other taxes or another distribution are refused, or False.

        They are no part of the segments: from the confirmation on, everything is billed with them.

        :param contract: the contract
        :return: one translated sentence or False
        """
        day, next_day = self.order._get_effective_date(), contract.subscription_next_invoice_date
        if not self.order._is_change_later() or not next_day or next_day >= day:
            return False
        for line in self.get_target_lines().values():
            if not line._is_switched() and line._get_amended_details():
                return self.env._(
                    "%(contract)s is billed on %(next_day)s, before %(day)s, and would already "
                    "have the new taxes and analytic distribution of %(product)s. Take them off "
                    "%(order)s and change them on the contract on that day, or choose an earlier "
                    "day.",
                    contract=contract.name,
                    next_day=format_date(self.env, next_day),
                    day=format_date(self.env, day),
                    product=line.product_id.display_name,
                    order=self.order.name,
                )
        return False
