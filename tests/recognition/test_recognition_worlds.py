import random
from datetime import timedelta

from odoo.tests import tagged

from ..support.common_combo import ComboCase
from ..support.common_payment import PaymentCommon
from ..support.common_recognition import RecognitionCommon
from ..support.random_world import RandomWorld, draw_seeds

DAY = timedelta(days=1)
WORLDS = range(6)
CONTRACTS = 8
STEPS = 4


class RecognisedWorld(RandomWorld):
    """A drawn history whose company recognises revenue as it is earned, in a drawn way."""

    def __init__(self, case, seed):
        super().__init__(case, seed)
        own = random.Random(f"recognition {seed}")  # noqa: S311 - the same worlds as without it
        case.company.write(
            {
                "recognition_method": own.choice(("days", "months", "full_months")),
                "recognition_is_grouped": own.choice((True, False)),
                "recognition_mode": own.choice(("monthly", "monthly", "posting")),
                "recognition_from_date": self.day.replace(day=1),
            }
        )
        self.own = own

    def bill(self):
        """Recognise what is earned so far, and now and then close the month before."""
        super().bill()
        case = self.case
        case.recognise()
        case.assertFalse(case.recognise(), "a second run does nothing")
        self.check_lines()
        case.assertFalse(case.get_differences())
        first = self.today.replace(day=1)
        if self.own.random() < 0.5:
            case.close_month(first - DAY)

    def check_lines(self):
        """Booked + accrued = recognised + deferred, of each line at the end of each day told."""
        rows = self.env["subscription.recognition"].search([], order="date, id")
        self.case.assertFalse(rows.filtered("problem"), "nothing is set aside")
        for own in rows.grouped("line_key").values():
            left = 0.0
            for row in own:
                booked = row.invoiced_amount + row.credited_amount
                left += booked + row.accrued_amount - row.recognised_amount - row.deferred_amount
                self.case.assertAlmostEqual(left, 0.0, 2)

    def end(self):
        """Let everything be served."""
        self.case.travel(self.day.replace(year=self.day.year + 4))
        self.case.recognise()
        self.case.assertBooksWhole()
        self.case.env["subscription.finding"]._check_database()
        kinds = [("check", "in", ("deferral", "deferral_entry")), ("state", "=", "open")]
        self.case.assertFalse(self.env["subscription.finding"].search(kinds))


@tagged("post_install", "-at_install")
class TestRecognitionWorlds(RecognitionCommon, PaymentCommon, ComboCase):
    """Whatever people do to contracts and their invoices, each line is earned to the cent.

    `make soak` lives half of its time in such worlds; SR_SEED=N lives through one again.
    """

    def test_recognition_worlds(self):
        for seed in draw_seeds(WORLDS):
            with self.subTest(seed=seed):
                self.live(seed)

    def live(self, seed):
        """Live through one world to the end of its service, and take everything back."""
        savepoint = self.cr.savepoint(flush=False)
        world = RecognisedWorld(self, seed)
        try:
            world.run(CONTRACTS, STEPS)
            world.end()
        except Exception as error:
            raise AssertionError(f"SR_SEED={seed}: {error}\n{world.log}") from error
        finally:
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.transaction.clear()
