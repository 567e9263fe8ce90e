from odoo import fields
from odoo.fields import Command
from odoo.tools import format_date

from ...tools import get_last_day, get_number_text
from ..contract.change_text import ChangeText

# What was agreed about term and end goes on. The minimum commitment does not begin again, see
# `_prepare_agreement_values`.
AGREED_FIELDS = (
    "subscription_term_count",
    "subscription_term_unit",
    "subscription_end_action",
    "subscription_renewal_price",
    "subscription_notice_count",
    "subscription_notice_unit",
    "subscription_close_boundary",
)


class RenewalBasis:
    """What a contract offers for its renewal, and what of it a renewal quotation remembers.

    :param contract: the contract that would be renewed, one `sale.order`
    """

    def __init__(self, contract):
        contract.ensure_one()
        self.contract = contract
        self.env = contract.env

    def get_plans(self, day):
        """Return what a renewal of this contract offers, by line.

        :param date day: first day of the renewal
        :return: engine segments by line; lines of which nothing is left are left out
        :rtype: dict
        """
        plans = {line: line._get_offered_plan(day) for line in self.contract._get_recurring_lines()}
        return {line: plan for line, plan in plans.items() if plan}

    def prepare(self, day, plans):
        """Return what a renewal quotation remembers of its contract.

        :param date day: first day of the renewal
        :param dict plans: of :meth:`get_plans`
        :return: ``day``; ``terms``: id of the template; ``prices``: same or list; ``watched`` and
            ``offers``: segments by id of the line; ``token`` and ``analytic`` as they were
        :rtype: dict
        """
        offers = {
            str(line.id): [line._prepare_cut_segment(segment) for segment in plan]
            for line, plan in plans.items()
        }
        analytic = {str(line.id): line.analytic_distribution or {} for line in plans}
        return {
            **self.prepare_watched(day),
            "offers": offers,
            "token": self.contract.subscription_payment_token_id.id,
            "analytic": analytic,
        }

    def prepare_watched(self, day):
        """Return what of this contract matters to a renewal, for :meth:`prepare`."""
        watched = {}
        for line in self.contract._get_recurring_lines():
            if plan := line._get_watched_plan(day):
                watched[str(line.id)] = [line._prepare_cut_segment(segment) for segment in plan]
        return {
            "day": fields.Date.to_string(day),
            "terms": self.contract.subscription_template_id.id,
            "prices": self.contract.subscription_renewal_price,
            "watched": watched,
        }

    def get_day(self):
        """Return the day on which a renewal begins: where the contract or its term ends."""
        return (
            self.contract.subscription_end_date
            or self.contract.subscription_term_end_date
            or self.contract._get_subscription_period_end()
        )

    def prepare_values(self, day):
        """Return what a renewal quotation has from its contract, besides what a copy takes over.

        :param date day: first day of the renewal
        :rtype: dict
        """
        plans = self.get_plans(day)
        values = {
            "subscription_order_type": "renewal",
            "subscription_renewal_base": self.prepare(day, plans),
            "subscription_parent_id": self.contract.id,
            "subscription_origin_id": self.contract.subscription_origin_id.id or self.contract.id,
            "subscription_start_date": day,
            "subscription_payment_token_id": self.contract.subscription_payment_token_id.id,
            "client_order_ref": self.contract.client_order_ref,
            "origin": self.contract.name,
            "order_line": self._prepare_renewed_lines(plans, day),
            # A quotation of the shop would turn up as the cart of its customer.
            **({"website_id": False} if "website_id" in self.contract._fields else {}),
            **{
                name: self.contract[name]
                for name in AGREED_FIELDS
                if self.contract.subscription_term_unit
            },
        }
        last = get_last_day(day)
        if last > self.contract._subscription_today():
            values["validity_date"] = last
        return values

    def _prepare_renewed_lines(self, plans, day):
        """Return commands that create the lines of a renewal; sections without lines are left out.

        :param dict plans: of :meth:`RenewalBasis.get_plans`
        :param date day: first day of the renewal
        :rtype: list
        """
        commands, headings, is_open = [], [], True
        combos = self.contract.order_line.filtered(lambda line: line in plans)._get_combos()
        for line in self.contract.order_line.sorted(lambda line: (line.sequence, line.id)):
            if line.display_type in ("line_section", "line_subsection"):
                is_open = False
                if line.display_type == "line_section":
                    headings = []
                headings.append(Command.create(line.copy_data()[0]))
            elif line.display_type:
                (commands if is_open else headings).append(Command.create(line.copy_data()[0]))
            elif line in plans or line in combos:
                plan = plans.get(line)
                values = line._prepare_renewed_line(plan, day) if plan else line.copy_data()[0]
                commands += [*headings, Command.create(values)]
                headings, is_open = [], True
        return commands


class RenewalOffer:
    """What a renewal quotation offers beside what its contract says now; writes nothing.

    :param order: the renewal quotation, one `sale.order`; others remember no contract
    """

    def __init__(self, order):
        self.order = order
        self.env = order.env

    def get_base(self):
        """Return what this renewal remembers of its contract, empty for other orders."""
        return self.order.subscription_renewal_base or {}

    def get_day(self):
        """Return the first day for which this renewal was planned."""
        return fields.Date.to_date(self.get_base().get("day"))

    def get_now(self):
        """Return what the contract of this renewal says now.

        :return: as :meth:`RenewalBasis.prepare_watched`, None for orders that remember no contract
        """
        if not self.get_base():
            return None
        # sudo: a customer or colleague who may see the renewal is told that it is outdated
        contract = self.order._get_renewed_contract().sudo()
        day = contract.subscription_end_date or contract.subscription_term_end_date
        return RenewalBasis(contract).prepare_watched(day or self.get_day())

    def get_changes(self):
        """Return what changed on the contract since this renewal quotation was made.

        :return: translated texts, none when it is up to date or the changes were left out
        :rtype: list[str]
        """
        base, now = self.get_base(), self.get_now()
        if not now or now == base.get("kept"):
            return []
        texts = self._get_head_changes(base, now)
        for key in dict.fromkeys([*base["watched"], *now["watched"]]):
            old, new = base["watched"].get(key, []), now["watched"].get(key, [])
            if base["prices"] != now["prices"]:
                # Said above; at list prices those of the contract are not remembered.
                old, new = (
                    [{**segment, "price_unit": 0.0} for segment in segments]
                    for segments in (old, new)
                )
            if old != new:
                # sudo: a customer or colleague is told what changed
                line = self.env["sale.order.line"].sudo().browse(int(key))
                texts.append(self._get_text_of_line(line, old, new))
        return texts

    def _get_head_changes(self, base, now):
        """Return what differs between two states of the contract apart from its lines."""
        texts = []
        if now["day"] != base["day"]:
            days = {
                name: format_date(self.env, fields.Date.to_date(source["day"]))
                for name, source in (("old", base), ("new", now))
            }
            texts.append(self.env._("The renewal begins on %(new)s instead of %(old)s.", **days))
        if now["terms"] != base["terms"]:
            # sudo: a colleague of another company may look
            template = self.env["subscription.template"].sudo().browse(now["terms"])
            texts.append(
                self.env._(
                    "The contract has another subscription template: %(template)s.",
                    template=template.name,
                )
            )
        if now["prices"] != base["prices"]:
            if now["prices"] == "list":
                text = self.env._("The renewal is at the list prices of its first day.")
            else:
                text = self.env._("The renewal is at the same prices.")
            texts.append(text)
        return texts

    def _get_text_of_line(self, line, old, new):
        """Return what changed on one line of the contract.

        :param line: line of the contract
        :param list old, new: its segments as they are remembered, and now
        """
        names = {"product": line.product_id.display_name}
        if not new:
            return self.env._("%(product)s ends before the renewal.", **names)
        segments = line._load_segments(new)
        if not old:
            quantity = get_number_text(segments[0].quantity)
            return self.env._("%(product)s was added: %(quantity)s.", quantity=quantity, **names)
        texts = ChangeText(self.order).get_texts(line, line._load_segments(old)[0], segments[0])
        if not texts:
            return self.env._("%(product)s: what is planned for later is another.", **names)
        return self.env._("%(product)s: %(changes)s.", changes=", ".join(texts), **names)

    def is_edited(self):
        """Return whether somebody changed this renewal quotation since it was made."""
        base = self.get_base()
        lines = self.order._get_priced_lines()
        lines = lines.filtered(lambda line: line.product_type != "combo" or line.is_recurring)
        known = {str(line.subscription_replaced_line_id.id) for line in lines}
        if known != set(base["offers"]) or len(lines) != len(known):
            return True
        day = self.get_day()
        return self.order.subscription_start_date != day or any(
            line._is_another_than_before() or line._get_renewal_edits() for line in lines
        )

    def get_title(self):
        """Return the sentence that stands above the changes of the contract."""
        return self.env._(
            "%(order)s has changed since this renewal quotation was made:",
            order=self.order.subscription_parent_id.sudo().name,
        )
