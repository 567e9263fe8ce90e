"""Every figure of recurring revenue with its formula in words: pages and papers read it from here.

The texts are English; whoever shows them translates them. `unit` is 'money' (one currency, per
month unless the formula says otherwise), 'count', 'percent' or 'ratio'.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """Say what a figure is.

    :param formula: in words, by the names of other figures and of movements
    :param source: who else counts like this, or where the numbers are read
    :param is_low_good: whether less of it is better
    """

    label: str
    formula: str
    unit: str
    source: str
    is_low_good: bool = False


LEDGER = "Ledger of MRR"
DEFINITIONS = {
    "mrr": Definition("MRR", "MRR at the start + movements", "money", LEDGER),
    "arr": Definition("Annual run rate", "MRR * 12", "money", LEDGER),
    "net_new": Definition(
        "Net new MRR",
        "new + expansion + reactivation + contraction + churn (the last two below 0)",
        "money",
        LEDGER,
    ),
    "growth": Definition(
        "MRR growth", "(MRR at the end - at the start) / at the start", "percent", LEDGER
    ),
    "customers": Definition(
        "Customers", "customers at the start + won - lost - on pause", "count", LEDGER
    ),
    "contracts": Definition("Contracts", "contracts with MRR on the last day", "count", LEDGER),
    "average_contract": Definition("MRR per contract", "MRR / contracts", "money", LEDGER),
    "average_customer": Definition("MRR per customer", "MRR / customers", "money", LEDGER),
    "logo_churn": Definition(
        "Customer churn",
        "customers lost / customers at the start, those on pause included",
        "percent",
        "ChartMogul: customer churn rate",
        is_low_good=True,
    ),
    "gross_churn": Definition(
        "Gross MRR churn",
        "(churn + contraction) / MRR at the start",
        "percent",
        "ChartMogul: gross MRR churn rate",
        is_low_good=True,
    ),
    "net_churn": Definition(
        "Net MRR churn",
        "(churn + contraction - expansion - reactivation) / MRR at the start",
        "percent",
        "ChartMogul: net MRR churn rate",
        is_low_good=True,
    ),
    "nrr": Definition(
        "Net revenue retention",
        "(MRR at the start + expansion - contraction - churn) / MRR at the start",
        "percent",
        "Stripe: net revenue retention",
    ),
    "grr": Definition(
        "Gross revenue retention",
        "(MRR at the start - contraction - churn) / MRR at the start",
        "percent",
        "Stripe: gross revenue retention",
    ),
    "quick_ratio": Definition(
        "Quick ratio",
        "(new + expansion + reactivation) / (contraction + churn)",
        "ratio",
        "Mamoon Hamid, reactivation counted as gained",
    ),
    "lifetime_value": Definition(
        "Lifetime value",
        "MRR per customer * months / customer churn",
        "money",
        "Baremetrics: LTV",
    ),
    "renewal_rate": Definition(
        "Renewal rate",
        "renewed contracts / contracts due for renewal",
        "percent",
        "Recurly: renewal rate",
    ),
    "renewed_mrr": Definition(
        "Renewal rate by MRR",
        "renewed MRR / MRR due for renewal (growth is expansion)",
        "percent",
        "Recurly: renewal rate",
    ),
    "net_revenue": Definition(
        "Net revenue",
        "recurring + non-recurring revenue of posted invoices, without taxes",
        "money",
        "Posted invoices and credit notes",
    ),
    "non_recurring": Definition(
        "Non-recurring revenue",
        "net revenue - recurring revenue",
        "money",
        "Posted invoices and credit notes",
    ),
}
