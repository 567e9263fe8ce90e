import itertools
import os
from unittest.mock import patch

from odoo.tests import tagged

from ..support.common_combo import ComboCase
from ..support.common_payment import PaymentCommon
from ..support.random_world import RandomWorld, draw_seeds

WORLDS = 20
CONTRACTS = 10
STEPS = 3


@tagged("post_install", "-at_install")
class TestRandomWorlds(PaymentCommon, ComboCase):
    """Two hundred drawn histories, ten at a time: money adds up whatever people do.

    `make soak` draws more of them for an hour; SR_SEED=N lives through one world again.
    """

    def test_random_worlds(self):
        for seed in draw_seeds(range(WORLDS)):
            with self.subTest(seed=seed):
                self.live(seed)

    def test_a_soak_goes_on_after_its_first_world(self):
        """Worlds set the clock of the process; a soak looks at another one."""
        with patch.dict(os.environ, {"SR_SOAK_MINUTES": "5", "SR_SEED": ""}):
            seeds = draw_seeds(())
            found = []
            for seed in itertools.islice(seeds, 3):
                RandomWorld(self, seed)
                found.append(seed)
        self.assertEqual(len(set(found)), 3)
        with patch.dict(os.environ, {"SR_SOAK_MINUTES": "0.0001", "SR_SEED": ""}):
            self.assertLess(len(list(itertools.islice(draw_seeds(()), 10**6))), 10**6)

    def live(self, seed):
        """Live through one world, and take everything back."""
        savepoint = self.cr.savepoint(flush=False)
        world = RandomWorld(self, seed)
        try:
            world.run(CONTRACTS, STEPS)
            self.env.flush_all()
        except Exception as error:
            raise AssertionError(f"SR_SEED={seed}: {error}\n{world.log}") from error
        finally:
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.transaction.clear()
