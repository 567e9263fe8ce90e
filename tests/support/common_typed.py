"""Markup in every field that holds words, and how to tell whether it came alive."""

from contextlib import suppress

from lxml import html as lxml_html
from odoo.exceptions import UserError
from odoo.tools import SQL

from .access_walk import find_texts

# In HTML this does something; a field of words says so to whoever reads it.
HOSTILE = (
    "Quetzalcoatl\"'><img src=x onerror=planted()><script>planted()</script>"
    '{{7191*7}}${7191*7}<t t-out="7191*7">planted</t>'
)
# Core's cleaning of HTML leaves a harmless tag: where it is one, words were taken for HTML.
TYPED = f"{HOSTILE}<kbd>planted</kbd>"
EVALUATED = str(7191 * 7)
# Models of core whose words customers and salespeople type and that our documents show.
SHOWN_MODELS = (
    "account.move",
    "account.move.line",
    "account.payment",
    "payment.token",
    "payment.transaction",
    "product.pricelist",
    "product.product",
    "product.template",
    "res.partner",
    "sale.order",
    "sale.order.line",
    "sale.order.template",
    "sale.order.template.line",
)
# What cannot hold words of a person, and why.
NO_WORDS = {
    "account.move": "access_token name sequence_prefix inalterable_hash",
    "payment.transaction": "reference landing_route subscription_told_state",
    "res.partner": "barcode",  # read by machines
    "sale.order": "access_token",
}


def find_live(text):
    """Return elements of a page or a fragment that somebody planted, and what was evaluated."""
    if not text or not str(text).strip():
        return []
    root = lxml_html.fromstring(f"<div>{text}</div>")
    found = [element for element in root.iter() if _is_planted(element)]
    return [
        *(lxml_html.tostring(element, encoding="unicode")[:200] for element in found),
        *([EVALUATED] if EVALUATED in str(text) else []),
    ]


def _is_planted(element):
    if not isinstance(element.tag, str):
        return False
    handlers = [value for name, value in element.attrib.items() if name.startswith("on")]
    if any("planted" in value for value in handlers) or "t-out" in element.attrib:
        return True
    if element.tag == "kbd":
        return True
    return element.tag == "script" and (element.text or "").strip().startswith("planted")


def plant(env, records):
    """Write markup into every field with words of some records, past every rule.

    :param dict records: records by model
    :return: fields that took it, and those that did not or whose model has no record here
    :rtype: tuple
    """
    planted, missed = [], []
    for model, names in find_texts(env, SHOWN_MODELS).items():
        skipped = NO_WORDS.get(model, "").split()
        found = records.get(model)
        for name in names:
            if name in skipped:
                continue
            is_there = bool(found) and _plant_in(env, found, name)
            (planted if is_there else missed).append((model, name))
    env.flush_all()
    env.invalidate_all()
    return planted, missed


def _plant_in(env, records, name):
    field = records._fields[name]
    records = records.sudo()
    records = records._as_system() if hasattr(records, "_as_system") else records
    typed = HOSTILE if field.type == "html" else TYPED
    with suppress(UserError, ValueError), env.cr.savepoint():
        records.write({name: typed})
        records.flush_recordset()
    if all("Quetzalcoatl" in (record[name] or "") for record in records):
        return True
    if field.translate or field.company_dependent:
        return False
    env.cr.execute(
        SQL(
            "UPDATE %s SET %s = %s WHERE id IN %s",
            SQL.identifier(records._table),
            SQL.identifier(name),
            typed,
            tuple(records.ids),
        )
    )
    records.invalidate_recordset([name], flush=False)
    return True
