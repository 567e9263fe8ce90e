import random
from datetime import date, timedelta

from odoo.tests import tagged

from ..support.common_figures import FiguresCommon


@tagged("post_install", "-at_install")
class TestFiguresDrawn(FiguresCommon):
    """Tiles of drawn histories, next to their formulas, records and the reports of the ledger."""

    def test_formulas_and_records_are_the_figure_whatever_contracts_did(self):
        for seed, year in ((11, 2027), (12, 2028)):
            self.draw_history(seed, year=year)
            self.travel(date(year, 8, 1))
            draw = random.Random(seed)  # noqa: S311
            for _turn in range(6):
                start = date(year, 2, 1) + timedelta(draw.randrange(150))
                end = start + timedelta(draw.randrange(60))
                known = draw.choice((None, end, end - timedelta(20)))
                values = {"start": start.isoformat(), "end": end.isoformat()}
                values |= {"known": known.isoformat()} if known else {}
                with self.subTest(seed=seed, **values):
                    self.check_tiles(values, end, known)
