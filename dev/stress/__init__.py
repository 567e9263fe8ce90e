"""Proof under fire: real Odoo processes bill one database together, and are killed doing it.

``host`` is a program that loads Odoo once and forks a process for every task, as Odoo's own
server does; ``tasks`` says what such a process can do; ``herd`` starts and watches them from a
test. ``dev/tests/test_races.py`` and ``dev/tests/test_kills.py`` say what must hold.
"""
