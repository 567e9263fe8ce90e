from odoo import api, models
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS

from ... import const

ADDON = "sale_recurring"


class SubscriptionProtectedMixin(models.AbstractModel):
    """Derived fields of the addon are written by the system, never by whoever calls.

    Derived is what the addon declares ``readonly``: the state of a contract, links between
    documents, dates, totals, the ledger. There is no other list. Forms show these fields, imports
    and calls from outside are refused, nested commands and defaults included.
    """

    _name = "subscription.protected.mixin"
    _description = "Records with Fields that only the System Writes"

    # ------------------------------------------------------------------
    # The system's own writes
    # ------------------------------------------------------------------

    def _as_system(self):
        """Return these records for a write of the system's own. Use it for that write only.

        It opens derived fields and lets the write on a running line be a copy, not a change. Rights
        on the records are asked for as ever: whoever may not write a contract needs `sudo()` too.
        """
        return self.with_context(**const.sealed(const.SYSTEM_KEY))

    def _is_system_write(self):
        """Return whether the code that is running wrote :meth:`_as_system`.

        :rtype: bool
        """
        return const.unseal(self.env.context, const.SYSTEM_KEY, False)

    # ------------------------------------------------------------------
    # Writes from outside
    # ------------------------------------------------------------------

    @api.model
    def _is_derived_field(self, field):
        """Return whether only the system writes a field.

        :param field: a field of this model
        :rtype: bool
        """
        return field.readonly and ADDON in field._modules and field.name not in MAGIC_COLUMNS

    @api.model
    def _check_field_access(self, field, operation):
        """Say in one sentence that a field follows from the others.

        Core asks it of `create` (nested values, imports and defaults of the context included) and
        of `write`, and for each column of each query that reads. It asks `_has_field_access` still
        more often, which is left alone for that: forms know from the field that it is read only.
        """
        is_refused = (
            operation == "write"
            and self._is_derived_field(field)
            and not (self.env.su or self._is_system_write())
        )
        if is_refused:
            raise AccessError(
                self.env._(
                    '"%(field)s" of %(model)s is kept by the system and cannot be written. Leave '
                    "it out.",
                    field=field._description_string(self.env),
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )
        # What core asks first; most columns of most queries end here, one call the sooner.
        if operation == "write" or not self._has_field_access(field, operation):
            super()._check_field_access(field, operation)

    def _without_derived_defaults(self):
        """Return these records without what the context says of derived fields.

        Core refuses it from people, and this code creates with their contexts and more rights.
        What users save as their defaults is left out by `ir.default`.
        """
        context = {
            key: value
            for key, value in self.env.context.items()
            if not (
                key.startswith("default_")
                and (field := self._fields.get(key.removeprefix("default_")))
                and self._is_derived_field(field)
            )
        }
        is_clean = len(context) == len(self.env.context)
        return self if is_clean else self.with_env(self.env(context=context))

    @api.model
    def _add_missing_default_values(self, values):
        """Take no default for derived fields but that of the code."""
        model = self._without_derived_defaults()
        return super(SubscriptionProtectedMixin, model)._add_missing_default_values(values)

    @api.model
    def _drop_derived_values(self, values):
        """Return the values of a form without what is derived and not computed, nested included.

        Computed values stay: forms need them to tell what changed, and they are computed again.

        :param dict values: by name of field, as the web client sends them
        :rtype: dict
        """
        kept = {}
        for name, value in values.items():
            field = self._fields.get(name)
            if field and self._is_derived_field(field) and not field.compute:
                if field.default and not values.get("id") and not self:
                    kept[name] = field.default(self)
                continue
            kept[name] = self._drop_nested_values(field, value) if field else value
        return kept

    def _drop_nested_values(self, field, value):
        """Return the value of one field, see :meth:`_drop_derived_values`."""
        nested = field.relational and self.env[field.comodel_name]
        if not hasattr(nested, "_drop_derived_values"):
            return value
        if isinstance(value, dict):
            return nested._drop_derived_values(value)
        if field.type == "many2one" or not isinstance(value, list):
            return value
        return [
            [*command[:2], nested._drop_derived_values(command[2])]
            if len(command) == 3 and isinstance(command[2], dict)
            else command
            for command in value
        ]
