"""Filters of contracts that people type: data, never code, and only what they may read."""

import ast

from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from psycopg2 import Error as DatabaseError
from psycopg2.errors import QueryCanceled

OPERATORS = frozenset(
    {"=", "!=", "<", ">", "<=", ">=", "in", "not in", "like", "not like", "ilike", "not ilike"}
    | {"=like", "=ilike", "child_of", "parent_of", "any", "not any"}
)
# What a filter may take while somebody waits for it to be saved, and at night, in milliseconds.
SLOW, TOO_SLOW = 2000, 20000


class ContractFilter:
    """A domain on contracts that somebody typed.

    :param env: environment of whoever typed it
    :param str text: a list of conditions
    """

    def __init__(self, env, text):
        self.env = env
        self.text = text or "[]"

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def get_domain(self):
        """Return the domain; names and calls are refused, so nothing is ever run.

        :rtype: Domain
        :raise ValidationError: it is not a list of conditions
        """
        try:
            return Domain(ast.literal_eval(self.text))
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
            raise ValidationError(
                self.env._("The filter is not a list of conditions. Build it with the editor.")
            ) from error

    def search(self, domain=Domain.TRUE, limit_ms=TOO_SLOW, **options):
        """Return the contracts that match the filter and another domain.

        :param Domain domain: which contracts are looked at
        :param int limit_ms: how long the database may look for them
        :raise DatabaseError, ValueError: it broke, or takes too long; nothing is left behind
        """
        # sudo: the filter counts for every contract, whoever sees the result; what it may look
        # at was checked with the rights of who typed it
        Order = self.env["sale.order"].sudo()
        cr = self.env.cr
        self.env.flush_all()
        with cr.savepoint(flush=False):
            cr.execute(SQL("SELECT set_config('statement_timeout', %s, true)", str(limit_ms)))
            found = Order.search(domain & self.get_domain(), order="id", **options)
            cr.execute("SELECT set_config('statement_timeout', '0', true)")
        return found

    # ------------------------------------------------------------------
    # Checking
    # ------------------------------------------------------------------

    def check(self, domain=Domain.TRUE):
        """Refuse a filter that cannot work, or looks at what its author may not read.

        :param Domain domain: which contracts it will look at
        :raise ValidationError: says in one sentence what is wrong
        """
        # Constraints run with the rights of the system: what counts is what the author may read.
        author = self.env(su=False)
        self._check_conditions(author["sale.order"], self.get_domain())
        try:
            self.search(domain, limit_ms=SLOW, limit=1000)
        except QueryCanceled as error:
            raise ValidationError(
                self.env._(
                    "The filter takes longer than %(seconds)s seconds. Look at fewer other "
                    "records in it.",
                    seconds=SLOW // 1000,
                )
            ) from error
        except (ValueError, TypeError, AttributeError, DatabaseError) as error:
            raise ValidationError(
                self.env._(
                    "The filter compares a field with a value of the wrong kind: %(filter)s. "
                    "Choose the value again.",
                    filter=self.text,
                )
            ) from error

    def _check_conditions(self, model, domain):
        for condition in domain.iter_conditions():
            end = self._check_path(model, condition.field_expr)
            value = condition.value
            if condition.operator not in OPERATORS:
                raise ValidationError(
                    self.env._(
                        "The filter uses “%(operator)s”, which is not allowed. Choose another "
                        "comparison.",
                        operator=condition.operator,
                    )
                )
            if isinstance(value, Domain):
                self._check_conditions(end, value)
            elif condition.operator in ("any", "not any"):
                self._check_conditions(end, Domain(value))

    def _check_path(self, model, path):
        """Walk along a path of fields as whoever typed it; return the model at its end."""
        for name in path.split("."):
            field = model._fields.get(name)
            if field is None:
                raise ValidationError(
                    self.env._(
                        "The filter asks for “%(field)s”, which %(model)s does not have. Choose "
                        "another field.",
                        field=name,
                        model=self.env["ir.model"]._get(model._name).name or model._name,
                    )
                )
            is_readable = model.has_access("read") and model._has_field_access(field, "read")
            if not is_readable or not field._description_searchable:
                raise ValidationError(
                    self.env._(
                        "The filter asks for “%(field)s” of %(model)s, which you cannot look for. "
                        "Choose another field.",
                        field=field._description_string(self.env),
                        model=self.env["ir.model"]._get(model._name).name,
                    )
                )
            if field.comodel_name:
                model = model.env[field.comodel_name]
        return model
