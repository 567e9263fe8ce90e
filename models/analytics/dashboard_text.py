"""What figures are called, and what goes to the browser."""

from ...engine.metrics.definitions import DEFINITIONS


def get_labels(env):
    """Return name and formula of each figure in the language of the reader.

    They are those of `engine.metrics.definitions`, which a test compares; here they are translated.

    :rtype: dict[str, tuple[str, str]]
    """
    found = {**_get_amounts(env), **_get_ratios(env), **_get_others(env)}
    return {name: found[name] for name in DEFINITIONS}


def get_source(env, name):
    """Return where a figure is read, or who else counts like this, in the language of the reader.

    Names of others and of their figures are not translated.
    """
    source = DEFINITIONS[name].source
    return {
        "Ledger of MRR": env._("Ledger of MRR"),
        "Mamoon Hamid, reactivation counted as gained": env._(
            "Mamoon Hamid, reactivation counted as gained"
        ),
        "Posted invoices and credit notes": env._("Posted invoices and credit notes"),
    }.get(source, source)


def _get_amounts(env):
    return {
        "mrr": (env._("MRR"), env._("MRR at the start + movements")),
        "arr": (env._("Annual run rate"), env._("MRR * 12")),
        "net_new": (
            env._("Net new MRR"),
            env._("new + expansion + reactivation + contraction + churn (the last two below 0)"),
        ),
        "growth": (
            env._("MRR growth"),
            env._("(MRR at the end - at the start) / at the start"),
        ),
        "customers": (env._("Customers"), env._("customers at the start + won - lost - on pause")),
        "contracts": (env._("Contracts"), env._("contracts with MRR on the last day")),
        "average_contract": (env._("MRR per contract"), env._("MRR / contracts")),
        "average_customer": (env._("MRR per customer"), env._("MRR / customers")),
    }


def _get_ratios(env):
    return {
        "logo_churn": (
            env._("Customer churn"),
            env._("customers lost / customers at the start, those on pause included"),
        ),
        "gross_churn": (
            env._("Gross MRR churn"),
            env._("(churn + contraction) / MRR at the start"),
        ),
        "net_churn": (
            env._("Net MRR churn"),
            env._("(churn + contraction - expansion - reactivation) / MRR at the start"),
        ),
        "nrr": (
            env._("Net revenue retention"),
            env._("(MRR at the start + expansion - contraction - churn) / MRR at the start"),
        ),
        "grr": (
            env._("Gross revenue retention"),
            env._("(MRR at the start - contraction - churn) / MRR at the start"),
        ),
        "quick_ratio": (
            env._("Quick ratio"),
            env._("(new + expansion + reactivation) / (contraction + churn)"),
        ),
        "lifetime_value": (
            env._("Lifetime value"),
            env._("MRR per customer * months / customer churn"),
        ),
    }


def _get_others(env):
    return {
        "renewal_rate": (
            env._("Renewal rate"),
            env._("renewed contracts / contracts due for renewal"),
        ),
        "renewed_mrr": (
            env._("Renewal rate by MRR"),
            env._("renewed MRR / MRR due for renewal (growth is expansion)"),
        ),
        "net_revenue": (
            env._("Net revenue"),
            env._("recurring + non-recurring revenue of posted invoices, without taxes"),
        ),
        "non_recurring": (
            env._("Non-recurring revenue"),
            env._("net revenue - recurring revenue"),
        ),
    }


def get_units(env):
    """Return what the units of figures are called.

    :rtype: dict[str, str]
    """
    return {
        "money": env.company.currency_id.name,
        "count": env._("Number"),
        "percent": "%",
        "ratio": env._("Ratio"),
    }


def serialize(domain):
    """Return a domain as JSON can carry it.

    :rtype: list
    """
    return [
        [leaf[0], leaf[1], leaf[2].isoformat() if hasattr(leaf[2], "isoformat") else leaf[2]]
        if isinstance(leaf, tuple | list)
        else leaf
        for leaf in list(domain)
    ]
