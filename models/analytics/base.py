from odoo import api, fields, models
from odoo.exceptions import UserError

from .cohort_shape import get_measures, read_shape
from .cohort_table import CohortTable


class Base(models.AbstractModel):
    """Tables of cohorts of the records of any model."""

    _inherit = "base"

    @api.model
    @api.readonly
    def get_cohort_data(self, domain, values):
        """Return how much is left of records, by the period in which they began.

        Only records and fields that the caller may read count. At most the 60 youngest cohorts are
        told.

        :param domain: which records count
        :param dict values: the fields and choices, see :class:`CohortShape`
        :return: ``rows`` with label, size, values by column and the days a domain is made of;
            ``columns``, their labels; ``averages``, the retention of all rows in each column
        :rtype: dict
        :raise AccessError: the caller may not read the records or one of the fields
        :raise UserError: the values describe no table
        """
        self.check_access("read")
        if self._abstract:
            raise UserError(self.env._("There are no records to count."))
        return CohortTable(self, domain, read_shape(self, values)).get_data()

    @api.model
    def _get_cohort_source(self, domain):
        """Hook. Return the model and the domain that a table of cohorts reads.

        :param domain: which records count
        """
        return self, domain

    @api.model
    def _get_cohort_today(self):
        """Hook. Return the last day that tables of cohorts of this model know.

        :rtype: date
        """
        return fields.Date.context_today(self)

    @api.model
    def _get_view_fields(self, view_type, models):
        """Tell a cohort view about the fields that it may measure."""
        found = super()._get_view_fields(view_type, models)
        if view_type == "cohort":
            found[self._name] = set(found[self._name]).union(get_measures(self))
        return found
