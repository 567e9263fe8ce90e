"""Dates and money of recurring lines, in plain Python.

Values in, values out: no Odoo, no clock, no database, no translated text. All periods are half-open
([start, end), the end is the first day that does not belong), all amounts are `Decimal`, all shares
`Fraction`. The rules: due = wanted - billed, compared at every instant on terms.
"""
