"""Revenue is recognised on the accounts that Germany and Brazil bring, and its entries stay.

Alone: ``make test ARGS=dev/tests/test_recognition_charts.py``.
"""

import pytest
from stress.herd import Herd

LINES = 4
CHARTS = {"l10n_de": "de_skr03", "l10n_br": "br"}
DAYS = ("2027-02-01", "2027-05-01")


@pytest.fixture(scope="module")
def charted(databases, installed, keep):
    """Return a database with the modules of both countries."""
    database = keep(installed)
    databases.install(database, list(CHARTS))
    return database


@pytest.mark.parametrize("module", CHARTS)
def test_chart(module, databases, charted, clone, tmp_path):
    with Herd(databases.place, clone(charted), tmp_path, is_clone=False) as herd:
        chart = CHARTS[module]
        herd.run("set_up_recognition", lines=LINES, grouped=True, chart=chart)
        for day in DAYS:
            herd.run("recognise", day=day, batch=500)
        found = herd.run("recognised", day=DAYS[-1])
        assert found["chart"] == chart
        assert (found["differences"], found["orphans"], found["findings"]) == ([], 0, [])
        assert round(sum(found["sums"].values()), 2) == 0
        deferred = [amount for key, amount in found["sums"].items() if key.startswith("SR2401")]
        assert min(deferred) < 0
        assert round(sum(deferred), 2) == 0
