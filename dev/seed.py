"""Give the demo database its history; run in an Odoo shell, which provides ``env``.

The work is in the package ``seed`` next to this file: ``__init__.py`` says what happens.
"""

from seed import live

live(env)  # noqa: F821 - given by the shell
