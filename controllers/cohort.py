import json

from odoo.http import Controller, content_disposition, request, route
from werkzeug.exceptions import BadRequest

from ..models.analytics.cohort_shape import COUNT
from ..report.cohort_sheet import CohortSheet

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_LETTERS = 80


class SubscriptionCohort(Controller):
    """Tables of cohorts as spreadsheets."""

    @route("/sale_recurring/cohort/xlsx", type="http", methods=["POST"], auth="user", readonly=True)
    def cohort_xlsx(self, data="", **kwargs):
        """Send a table of cohorts of the records that the caller may read.

        The table is read again here: what the browser shows is not taken for true.

        :param str data: JSON with ``model``, ``domain``, ``values`` (see `get_cohort_data`),
            ``title``, and ``companies``, the ids of those that are shown
        """
        query = self._read(data)
        model = self._get_model(query)
        try:
            table = model.get_cohort_data(query["domain"], query["values"])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadRequest from error
        title = str(query.get("title") or model._description)[:MOST_LETTERS]
        measure = query["values"].get("measure") or COUNT
        label = request.env._("Count") if measure == COUNT else self._get_label(model, measure)
        mode = query["values"].get("mode")
        content = CohortSheet(request.env, title, label, mode, table).get_content()
        headers = [
            ("Content-Type", SHEET),
            ("Content-Disposition", content_disposition(f"{title}.xlsx")),
            ("Content-Length", len(content)),
        ]
        return request.make_response(content, headers)

    def _read(self, data):
        """Return what a request wants to know.

        :raise BadRequest: it is no request of the view
        """
        try:
            query = json.loads(data)
        except (ValueError, TypeError) as error:
            raise BadRequest from error
        is_known = (
            isinstance(query, dict)
            and isinstance(query.get("domain"), list)
            and isinstance(query.get("values"), dict)
            and isinstance(query.get("model"), str)
            and query["model"] in request.env
        )
        if not is_known:
            raise BadRequest
        return query

    def _get_model(self, query):
        """Return the model with the companies that the caller looks at, of those allowed."""
        allowed = request.env.user.company_ids.ids
        companies = query.get("companies")
        chosen = companies if isinstance(companies, list) else []
        shown = [one for one in chosen if one in allowed] or allowed[:1]
        return request.env[query["model"]].with_context(allowed_company_ids=shown)

    def _get_label(self, model, measure):
        return model.fields_get([measure], ["string"])[measure]["string"]
