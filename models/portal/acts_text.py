from odoo.tools import format_date

from ...tools import get_last_day


class ActsText:
    """What the pages say about the acts of a customer.

    :param acts: :class:`CustomerActs` of a contract
    """

    def __init__(self, acts):
        self.acts = acts
        self.order = acts.order
        self.env = acts.env

    def get_day_text(self, day):
        """Return what a day of :meth:`CustomerActs.get_close_days` means to the customer.

        :param date day: first day without service
        """
        last = format_date(self.env, get_last_day(day))
        days = self.acts.get_close_days()
        if day <= self.acts.today:
            return self.env._("At once: the last day was %(day)s", day=last)
        if len(days) == 2 and day == days[0]:
            return self.env._("When what is billed is over: last day %(day)s", day=last)
        return self.env._("As early as agreed: last day %(day)s", day=last)

    def get_close_text(self, day):
        """Return what confirming an end means.

        :param date day: first day without service
        """
        if day <= self.acts.today:
            return self.env._("The contract ends at once. This cannot be taken back.")
        return self.env._(
            "The last day is %(day)s. Until then you can take this back.",
            day=format_date(self.env, get_last_day(day)),
        )

    def get_chosen_text(self, reason, day):
        """Return why and when a customer wants to leave.

        :param date day: first day without service
        """
        return self.env._(
            "%(reason)s. Last day: %(day)s.",
            reason=reason.name,
            day=format_date(self.env, get_last_day(day)),
        )

    @staticmethod
    def get_address_text(partner):
        """Return name and address of a contact on one line."""
        partner = partner.with_context(show_address=False)  # core's list of addresses asks for it
        lines = [partner.display_name, *partner._display_address(without_company=True).split("\n")]
        return ", ".join(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def get_taxes_text(self, before, after):
        """Return what another address does to the next invoice.

        :param float before: its amount as it was
        :param float after: its amount with the address
        """
        currency = self.order.currency_id
        if not currency.compare_amounts(before, after):
            return self.env._("The amount of your invoices does not change.")
        return self.env._(
            "Other taxes hold for this address. From the next invoice on: %(before)s → %(after)s.",
            before=currency.format(before),
            after=currency.format(after),
        )

    def get_pause_text(self):
        """Return from when until when a pause may be."""
        return self.env._(
            "It pauses from %(start)s on and goes on by itself, at the latest on %(end)s. Nothing "
            "is billed for the days between.",
            start=format_date(self.env, self.acts.pause_start),
            end=format_date(self.env, self.acts.latest_return),
        )

    def get_done_text(self, done):
        """Return what the contract's page says after an act, False for an unknown one.

        :param str done: what was done, as the address says it
        """
        last = self.order.subscription_last_date
        if done == "closed" and not self.order.subscription_has_planned_end:
            return last and self.env._("Your contract has ended.")
        if done == "closed":
            return last and self.env._(
                "Your contract ends. You can take this back until %(day)s.",
                day=format_date(self.env, last),
            )
        return {
            "kept": self.env._("Your contract goes on."),
            "addressed": self.env._("Your addresses are changed."),
            "edited": self.env._("Your address is changed."),
            "contacted": self.env._("The contact of this contract is changed."),
            "withdrawn": self.env._("You have withdrawn. Everything you paid is given back."),
            "stayed": self.env._("Thank you for staying. The offer is yours."),
            "paused": self.env._("Your contract is paused."),
            "resumed": self.env._("Your contract goes on from today."),
            "changed": self.env._("Your contract is changed."),
            "planned": self.env._("Your contract changes with the next period."),
            "revoked": self.env._("That is taken back. Your contract stays as it is."),
            "dropped": self.env._("Nothing was changed. Your contract stays as it is."),
            "paying": self.env._("Your change is made as soon as its payment is through."),
        }.get(done, False)

    def get_closed_note(self, env, day):
        """Return what staff read about an end, in the language of an environment."""
        facts = {"name": self.acts.get_name(), "day": format_date(env, get_last_day(day))}
        if day <= self.acts.today:
            return env._("%(name)s ended this contract online. Its last day was %(day)s.", **facts)
        return env._(
            "%(name)s ended this contract online. Its last day is %(day)s; until then this can "
            "be taken back.",
            **facts,
        )
