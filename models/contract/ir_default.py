from odoo import api, models


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.model
    def _get_model_defaults(self, model_name, condition=False):
        """Leave out fields that only the system writes: nobody saves a default for them."""
        found = super()._get_model_defaults(model_name, condition)
        Model = self.env[model_name]
        if not found or not hasattr(Model, "_is_derived_field"):
            return found
        return {
            name: value
            for name, value in found.items()
            if name not in Model._fields or not Model._is_derived_field(Model._fields[name])
        }
