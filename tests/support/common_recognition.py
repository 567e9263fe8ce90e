from datetime import date

from odoo.fields import Command

from ..common import SubscriptionCommon


class RecognitionCommon(SubscriptionCommon):
    """A company that recognises revenue as it is earned, at the end of each month, from January."""

    today = date(2027, 1, 1)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deferred = cls._create_account("SR2401", "Deferred revenue", "liability_current")
        cls.accrued = cls._create_account("SR1401", "Accrued revenue", "asset_current")
        cls.journal = cls.env["account.journal"].create(
            {"name": "Recognition", "code": "SRREC", "type": "general"}
        )
        cls.company.write(
            {
                "recognition_mode": "monthly",
                "recognition_method": "months",
                "recognition_account_id": cls.deferred.id,
                "recognition_accrued_account_id": cls.accrued.id,
                "recognition_journal_id": cls.journal.id,
                "recognition_from_date": date(2027, 1, 1),
            }
        )
        cls.yearly = cls._create_product("Yearly licence", 1200.0, taxes_id=[])

    @classmethod
    def _create_account(cls, code, name, account_type, **values):
        return cls.env["account.account"].create(
            {
                "code": code,
                "name": name,
                "account_type": account_type,
                "reconcile": True,
                **values,
            }
        )

    def create_year(self, day="2027-01-01", **values):
        """Return a contract of a year that is paid in advance, and its first invoice."""
        line = self.line_values(self.yearly, recurrence_id=self.year.id)
        order = self.create_contract(line, day=day, **values)
        return order, self.bill(order)

    def create_invoice(self, amount, first, last, on, **values):
        """Return a posted invoice that somebody typed, with a period of service.

        :param values: of the invoice line
        """
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": on,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.setup_service.id,
                            "price_unit": amount,
                            "tax_ids": [],
                            "deferred_start_date": first,
                            "deferred_end_date": last,
                            **values,
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move

    def recognise(self, day=None):
        """Let the job do on a day what it has to do; return the new entries."""
        if day:
            self.travel(day)
        before = self.get_entries()
        self.env["subscription.recognition"]._recognise_now(self.company)
        return self.get_entries() - before

    def get_entries(self):
        """Return the entries of the journal in the order of their days."""
        return self.env["account.move"].search(
            [("journal_id", "=", self.journal.id)], order="date, id"
        )

    def get_balances(self, account=None):
        """Return what the books hold on an account at the end of each month, credits positive."""
        lines = self.env["account.move.line"].search(
            [("account_id", "=", (account or self.deferred).id), ("parent_state", "=", "posted")]
        )
        found, total = {}, 0.0
        for month, own in sorted(lines.grouped(lambda line: f"{line.date:%Y-%m}").items()):
            total -= sum(own.mapped("balance"))
            found[month] = round(total, 2)
        return found

    def get_revenue(self, account=None):
        """Return what the books show as revenue of each month."""
        account = account or self.yearly._get_product_accounts()["income"]
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        months = lines.grouped(lambda line: f"{line.date:%Y-%m}")
        return {
            month: round(-sum(own.mapped("balance")), 2) + 0.0
            for month, own in sorted(months.items())
        }

    def close_month(self, day):
        """Lock the books up to a day."""
        self.company.fiscalyear_lock_date = day

    def assertBooksWhole(self):
        """Each line is recognised, deferred or accrued, and the ledger says what the schedule says.

        A second run changes nothing.
        """
        self.assertFalse(self.recognise(), "a second run does nothing")
        self.env.flush_all()
        rows = self.env["subscription.recognition"].search([("company_id", "=", self.company.id)])
        for own in rows.grouped("line_key").values():
            sums = {name: sum(own.mapped(name)) for name in own._fields if name.endswith("amount")}
            booked = sums["invoiced_amount"] + sums["credited_amount"]
            self.assertAlmostEqual(booked, sums["recognised_amount"], 2)
            line = own.line_id
            wanted = -line.balance if line.parent_state == "posted" else 0.0
            self.assertAlmostEqual(booked, wanted, 2)
            self.assertAlmostEqual(sums["deferred_amount"], 0.0, 2)
            self.assertAlmostEqual(sums["accrued_amount"], 0.0, 2)
        self.assertFalse(self.get_differences())

    def get_differences(self):
        """Return where ledger and schedule differ, as (account, amount)."""
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.env["subscription.recognition.ledger"].search(
            [("company_id", "=", self.company.id), ("difference_amount", "!=", 0)]
        )
        return [(row.account_id, row.difference_amount) for row in found]
