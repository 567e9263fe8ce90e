from lxml import etree
from odoo import fields, models
from odoo.exceptions import UserError

from .cohort_shape import CHOICES, FIELD_TYPES, read_shape

FIELD_ATTRIBUTES = tuple(FIELD_TYPES)
# The others are Odoo's own, of every view.
ATTRIBUTES = {
    *FIELD_ATTRIBUTES,
    *CHOICES,
    *("string", "class", "js_class", "sample", "groups", "__validate__"),
}


class IrUiView(models.Model):
    """Views of the type cohort, for any model."""

    _inherit = "ir.ui.view"

    type = fields.Selection(selection_add=[("cohort", "Cohort")], ondelete={"cohort": "cascade"})

    def _get_view_info(self):
        """Show the new type among the others."""
        return {"cohort": {"icon": "fa fa-signal fa-flip-horizontal"}} | super()._get_view_info()

    def _postprocess_tag_cohort(self, node, name_manager, node_info):
        """Tell the client about the fields that attributes name."""
        self._use_cohort_fields(node, name_manager, node_info)

    def _validate_tag_cohort(self, node, name_manager, node_info):
        """Refuse what no table of cohorts can be made of, in one sentence."""
        self._use_cohort_fields(node, name_manager, node_info)
        if not node_info["validate"]:
            return
        unknown = set(node.attrib) - ATTRIBUTES
        if unknown:
            self._raise_view_error(
                self.env._(
                    "A cohort view does not know %(unknown)s. Its attributes are: %(known)s.",
                    unknown=", ".join(sorted(unknown)),
                    known=", ".join(sorted(ATTRIBUTES - {"__validate__"})),
                ),
                node,
            )
        model = name_manager.model
        values = {name: node.get(name) for name in (*FIELD_ATTRIBUTES, *CHOICES) if node.get(name)}
        self._check_cohort(model, values, node)
        for child in node.iterchildren(tag=etree.Element):
            if child.tag != "field":
                self._raise_view_error(
                    self.env._(
                        "A cohort view holds fields only, those that may be measured, not "
                        "<%(tag)s>.",
                        tag=child.tag,
                    ),
                    child,
                )
            self._check_cohort(model, {**values, "measure": child.get("name")}, child)

    def _check_cohort(self, model, values, node):
        try:
            read_shape(self.env[model._name], values)
        except UserError as error:
            self._raise_view_error(str(error), node)

    def _use_cohort_fields(self, node, name_manager, node_info):
        """Make the fields of attributes known; those that are none are refused by their check."""
        for attribute in FIELD_ATTRIBUTES:
            name = node.get(attribute)
            if name in name_manager.model._fields:
                name_manager.has_field(node, name, node_info)
