from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date, plaintext2html

from ... import const


class SaleOrder(models.Model):
    """A renewal quotation and the changes that its contract goes through meanwhile.

    A draft that nobody edited follows its contract. One that was sent or edited stays as it is and
    says what differs; somebody takes the changes over or decides against them before it is
    confirmed. What a customer has signed or is paying holds.
    """

    _inherit = "sale.order"

    subscription_renewal_changes = fields.Text(
        "Changes Since",
        compute="_compute_subscription_renewal_changes",
        help="What changed on the contract since its renewal quotation was made.",
    )

    @api.depends("state", "subscription_baseline", "subscription_parent_id")
    @api.depends_context("lang")
    def _compute_subscription_renewal_changes(self):
        for order in self:
            is_open = order.state in ("draft", "sent")
            changes = order._get_renewal_changes() if is_open else []
            order.subscription_renewal_changes = "\n".join(changes)

    # ------------------------------------------------------------------
    # What was offered, what the contract says now
    # ------------------------------------------------------------------

    def _get_renewal_plans(self, day):
        """Return what a renewal of this contract offers, by line.

        :param date day: first day of the renewal
        :return: engine segments by line; lines of which nothing is left are left out
        :rtype: dict
        """
        self.ensure_one()
        plans = {line: line._get_offered_plan(day) for line in self._get_recurring_lines()}
        return {line: plan for line, plan in plans.items() if plan}

    def _prepare_renewal_base(self, day, plans):
        """Return what a renewal quotation remembers of its contract.

        :param date day: first day of the renewal
        :param dict plans: of :meth:`_get_renewal_plans`
        :return: ``day``; ``terms``: id of the template; ``prices``: same or list; ``watched`` and
            ``offers``: steps by id of the line; ``token`` and ``analytic`` as they were
        :rtype: dict
        """
        offers = {
            str(line.id): [line._prepare_later_step(step) for step in plan]
            for line, plan in plans.items()
        }
        analytic = {str(line.id): line.analytic_distribution or {} for line in plans}
        return {
            **self._prepare_watched(day),
            "offers": offers,
            "token": self.subscription_payment_token_id.id,
            "analytic": analytic,
        }

    def _prepare_watched(self, day):
        """:return: what of this contract matters to a renewal, for :meth:`_prepare_renewal_base`"""
        watched = {}
        for line in self._get_recurring_lines():
            if plan := line._get_watched_plan(day):
                watched[str(line.id)] = [line._prepare_later_step(step) for step in plan]
        return {
            "day": fields.Date.to_string(day),
            "terms": self.subscription_template_id.id,
            "prices": self.subscription_renewal_price,
            "watched": watched,
        }

    def _get_renewal_base(self):
        """:return: what this renewal remembers of its contract, empty for other orders"""
        is_renewal = self.subscription_order_type == "renewal"
        return (is_renewal and self.subscription_baseline) or {}

    def _get_renewal_base_day(self):
        """:return: the first day for which this renewal was planned"""
        return fields.Date.to_date(self._get_renewal_base().get("day"))

    def _get_renewal_now(self):
        """Return what the contract of this renewal says now.

        :return: as :meth:`_prepare_watched`, None for orders that remember no contract
        """
        if not self._get_renewal_base():
            return None
        # sudo: a customer or colleague who may see the renewal is told that it is outdated
        contract = self._get_renewed_contract().sudo()
        day = contract.subscription_end_date or contract.subscription_term_end_date
        return contract._prepare_watched(day or self._get_renewal_base_day())

    # ------------------------------------------------------------------
    # Differences
    # ------------------------------------------------------------------

    def _get_renewal_changes(self):
        """Return what changed on the contract since this renewal quotation was made.

        :return: translated texts, none when it is up to date or the changes were left out
        :rtype: list[str]
        """
        self.ensure_one()
        base, now = self._get_renewal_base(), self._get_renewal_now()
        if not now or now == base.get("kept"):
            return []
        texts = self._get_renewal_head_changes(base, now)
        for key in dict.fromkeys([*base["watched"], *now["watched"]]):
            old, new = base["watched"].get(key, []), now["watched"].get(key, [])
            if base["prices"] != now["prices"]:
                # Said above; at list prices those of the contract are not remembered.
                old, new = ([{**step, "price_unit": 0.0} for step in steps] for steps in (old, new))
            if old != new:
                # sudo: a customer or colleague is told what changed
                line = self.env["sale.order.line"].sudo().browse(int(key))
                texts.append(self._get_renewal_change_text(line, old, new))
        return texts

    def _get_renewal_head_changes(self, base, now):
        """:return: what differs between two states of the contract apart from its lines"""
        texts = []
        if now["day"] != base["day"]:
            days = {
                name: format_date(self.env, fields.Date.to_date(source["day"]))
                for name, source in (("old", base), ("new", now))
            }
            texts.append(self.env._("The renewal begins on %(new)s instead of %(old)s.", **days))
        if now["terms"] != base["terms"]:
            # sudo: a colleague of another company may look
            terms = self.env["subscription.template"].sudo().browse(now["terms"])
            texts.append(self.env._("The contract is on other terms: %(terms)s.", terms=terms.name))
        if now["prices"] != base["prices"]:
            if now["prices"] == "list":
                text = self.env._("The renewal is at the list prices of its first day.")
            else:
                text = self.env._("The renewal is at the same prices.")
            texts.append(text)
        return texts

    def _get_renewal_change_text(self, line, old, new):
        """Return what changed on one line of the contract.

        :param line: line of the contract
        :param list old, new: its steps as they are remembered, and now
        """
        names = {"product": line.product_id.display_name}
        if not new:
            return self.env._("%(product)s ends before the renewal.", **names)
        steps = line._load_steps(new)
        if not old:
            quantity = f"{float(steps[0].quantity):.15g}"
            return self.env._("%(product)s was added: %(quantity)s.", quantity=quantity, **names)
        texts = self._get_change_texts(line, line._load_steps(old)[0], steps[0])
        if not texts:
            return self.env._("%(product)s: what is planned for later is another.", **names)
        return self.env._("%(product)s: %(changes)s.", changes=", ".join(texts), **names)

    def _is_renewal_edited(self):
        """:return: whether somebody changed this renewal quotation since it was made"""
        base = self._get_renewal_base()
        lines = self._get_priced_lines()
        known = {str(line.subscription_replaced_line_id.id) for line in lines}
        if known != set(base["offers"]) or len(lines) != len(known):
            return True
        day = self._get_renewal_base_day()
        return self.subscription_start_date != day or any(
            line._is_another_than_before() or line._get_renewal_edits() for line in lines
        )

    # ------------------------------------------------------------------
    # Following
    # ------------------------------------------------------------------

    def _hook_on_subscription_changed(self):
        """Bring renewal quotations up to their contract, or say that they differ."""
        super()._hook_on_subscription_changed()
        for contract in self:
            for renewal in contract._get_open_renewals():
                renewal._follow_contract()

    def _follow_contract(self):
        """Bring one renewal quotation up to its contract, or say that somebody has to."""
        self.ensure_one()
        changes = self._get_renewal_changes()
        if not changes:
            return
        is_free = self.state == "draft" and not self._is_quote_held()
        if is_free and not self._is_renewal_edited():
            self._take_renewal_changes()
            title = self.env._("Brought up to %(order)s:", order=self.subscription_parent_id.name)
            self._post_list(title, changes)
            return
        base, now = self._get_renewal_base(), self._get_renewal_now()
        if base.get("told") == now:
            return
        self.subscription_baseline = {**base, "told": now}
        title = self._get_renewal_changed_title()
        self._post_list(title, changes)
        summary = self.env._("The contract changed: look at this renewal quotation")
        if summary not in self.activity_ids.mapped("summary"):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=plaintext2html(" ".join([title, *changes])),
                user_id=self._get_quarantine_user().id,
            )

    def _get_renewal_changed_title(self):
        return self.env._(
            "%(order)s has changed since this renewal quotation was made:",
            order=self.subscription_parent_id.sudo().name,
        )

    def _take_renewal_changes(self):
        """Take over what changed on the contract; what somebody changed here stays."""
        self.ensure_one()
        # sudo: whoever quotes may have no right to read the steps of the contract
        contract = self._get_renewed_contract().sudo()
        terms = contract.subscription_template_id
        if self.subscription_template_id.id == self._get_renewal_base()["terms"] != terms.id:
            self.subscription_template_id = terms
        day = fields.Date.to_date(self._get_renewal_now()["day"])
        self._take_renewal_plans(contract, contract._get_renewal_plans(day), day)
        self._subscription_refresh_quote()

    def _take_renewal_plans(self, contract, plans, day):
        """Bring lines and first day up to what the contract offers now.

        :param contract: the contract, readable
        :param dict plans: of :meth:`_get_renewal_plans`
        :param date day: first day of the renewal
        """
        known, old_day = self._get_renewal_base()["offers"], self._get_renewal_base_day()
        for line in self._get_recurring_lines():
            old = line.subscription_replaced_line_id.sudo()
            if str(old.id) not in known:
                continue
            if old not in plans:
                line.unlink()
            elif not line._is_another_than_before():
                line._take_offer(old._prepare_offered_values(plans[old], day))
        lines = self.order_line
        values = {
            "subscription_baseline": contract._prepare_renewal_base(day, plans),
            "order_line": [
                Command.create(line._prepare_renewed_line(plan, day))
                for line, plan in plans.items()
                if str(line.id) not in known
            ],
        }
        if self.subscription_start_date == old_day != day:
            values["subscription_start_date"] = day
            if self.validity_date == fields.Date.subtract(old_day, days=1):
                values["validity_date"] = fields.Date.subtract(day, days=1)
        self.write(values)
        (self.order_line - lines)._keep_offered_price()

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_subscription_take_changes(self):
        """Take the changes of the contract over; what was changed on the quotation stays."""
        self.check_access("write")
        for order in self.filtered("subscription_renewal_changes"):
            if order._is_quote_held():
                raise UserError(
                    self.env._(
                        "%(order)s was signed or is being paid, so it cannot change. Cancel it and "
                        "renew the contract again.",
                        order=order.name,
                    )
                )
            changes = order._get_renewal_changes()
            order._take_renewal_changes()
            order._post_list(self.env._("Taken over from the contract:"), changes)
        return True

    def action_subscription_leave_changes(self):
        """Keep renewal quotations as they are: the changes of their contracts are left out."""
        self.check_access("write")
        for order in self.filtered("subscription_renewal_changes"):
            changes, now = order._get_renewal_changes(), order._get_renewal_now()
            order.subscription_baseline = {**order._get_renewal_base(), "kept": now}
            order._post_list(self.env._("Left out of this renewal:"), changes)
        return True

    # ------------------------------------------------------------------
    # Confirmation
    # ------------------------------------------------------------------

    def _get_renewal_error(self, contract):
        """Refuse to confirm what does not say what its contract says, unless it was accepted."""
        message = super()._get_renewal_error(contract)
        if message or self._is_quote_held() or not self._get_renewal_changes():
            return message
        names = {"renewal": self.name, "order": contract.sudo().name}
        if not self.env.user._is_internal():
            return self.env._(
                "%(order)s has changed since %(renewal)s was made. Please ask us for a new "
                "quotation.",
                **names,
            )
        return self.env._(
            "%(order)s has changed since %(renewal)s was made. Take the changes over, or decide to "
            "leave them out, with the buttons above the quotation.",
            **names,
        )

    def _hook_on_subscription_start(self):
        """Say which changes of the contract an accepted renewal does not have."""
        changes = self._get_renewal_changes()
        self._take_unseen_changes()
        super()._hook_on_subscription_start()
        if changes:
            title = self.env._(
                "The customer accepted this renewal before these changes of %(order)s, which it "
                "does not have:",
                order=self.subscription_parent_id.sudo().name,
            )
            self._post_list(title, changes)
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Changes of the contract are not in its renewal"),
                note=plaintext2html(" ".join([title, *changes])),
                user_id=self._get_quarantine_user().id,
            )

    def _take_unseen_changes(self):
        """Go on with the payment method and the analytic distribution that the contract has now.

        No customer reads them on a quotation; what was changed here stays.
        """
        base = self._get_renewal_base()
        # sudo: a customer who signs has no right to read the contract before
        token = self._get_renewed_contract().sudo().subscription_payment_token_id
        is_kept = self.sudo().subscription_payment_token_id.id == base.get("token")
        if base and is_kept and token.id != base.get("token"):
            self.with_context(
                subscription_mirror=const.MIRROR
            ).subscription_payment_token_id = token
        known = base.get("analytic", {})
        for line in self._get_recurring_lines():
            old = line.subscription_replaced_line_id.sudo()
            value = old.analytic_distribution
            is_kept = (line.analytic_distribution or {}) == known.get(str(old.id))
            if is_kept and line.analytic_distribution != value:
                line.analytic_distribution = value

    def _hook_on_start_forgotten(self):
        """Give lines of a renewal that is a quotation again what they showed on its first day."""
        super()._hook_on_start_forgotten()
        for line in self._get_recurring_lines().filtered("segment_ids"):
            if line._get_renewal_plan():
                offer = line._prepare_offered_values(
                    line._get_engine_steps(), self.subscription_start_date
                )
                line.with_context(subscription_mirror=const.MIRROR).write(offer)
