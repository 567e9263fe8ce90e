"""Published worked examples of proration (conformance.json names each source)."""

import conformance_changes as changes
import conformance_stubs as stubs
import pytest
from conformance import REFUSED, cases

CASES = cases("proration")
CHECKS = {
    "erp-3": stubs.cancelled_in_arrears,
    "kb-align": stubs.stub,
    "kb-arrear": stubs.stub,
    "kb-bcd-1": stubs.stub,
    "kb-bcd": changes.switch,
    "kb-cycles": stubs.cycles,
    "kb-fixed30": stubs.fixed_ratio,
    "kb-fixedmoney": stubs.fixed_money,
    "kb-gen-1": changes.whole_periods,
    "kb-gen-5": changes.second_run,
    "kb-gen-6": changes.cancelled,
    "kb-pause": stubs.stub,
    "kb-period-6": changes.pause_of_a_year,
    "kb-period": changes.switch,
    "kb-price": changes.price_migration,
    "kb-repair": changes.manual_credit,
    "kb-sub-4": stubs.stub,
    "kb-sub": changes.switch,
    "lago-14": changes.two_upgrades_on_a_day,
    "lago-15": changes.two_upgrades_on_a_day,
    "lago-16": stubs.after_a_trial,
    "lago-7": changes.waiting_downgrade,
    "lago-8": stubs.calendar_stub,
    "lago-commit": stubs.commitment,
    "lago-doc-2": stubs.calendar_stub,
    "lago-doc-4": changes.classes_of_change,
    "lago-round": changes.weekly_credit,
    "sf": stubs.stub_then_months,
    "stripe-backdate": stubs.backdated,
    "stripe-pro": changes.half_way,
    "zuora-3": stubs.year_in_two_parts,
    "zuora-modes": stubs.modes,
    "zuora-usage": stubs.usage,
}


def check_of(case_id):
    """Return the check of a case: by its id, else by its family."""
    family = "kb-cycles" if case_id.startswith("kb-cycles") else case_id.rpartition("-")[0]
    return CHECKS.get(case_id) or CHECKS.get(family)


@pytest.mark.parametrize("case_id", [name for name in CASES if name not in REFUSED])
def test_published_prorations_are_met(case_id):
    case = CASES[case_id]
    check_of(case_id)(case["inputs"], case["expected"])


def test_every_published_case_is_met_or_refused_for_a_reason():
    covered = {name for name in CASES if name not in REFUSED and check_of(name)}
    assert covered | (CASES.keys() & REFUSED.keys()) == CASES.keys()
    assert not covered & REFUSED.keys()


def test_no_refusal_names_an_unknown_case():
    assert REFUSED.keys() <= CASES.keys() | cases("billing_dates").keys()
