"""What a table of cohorts is made of, checked by one rule for views and for callers."""

from dataclasses import dataclass

from odoo.exceptions import UserError

from ...engine.metrics.cohort import INTERVALS

MODES = ("retention", "churn")
TIMELINES = ("forward", "backward")
COUNT = "__count"
DATES = ("date", "datetime")
NUMBERS = ("integer", "float", "monetary")
# The types of the fields that attributes name, and the words of the other attributes.
FIELD_TYPES = {
    "date_start": DATES,
    "date_stop": DATES,
    "date_change": DATES,
    "first": ("boolean",),
    "measure": NUMBERS,
}
CHOICES = {"interval": tuple(INTERVALS), "mode": MODES, "timeline": TIMELINES}


@dataclass(frozen=True, slots=True)
class CohortShape:
    """Names the fields and choices of a table of cohorts of one model.

    A record either is a member, there from one day until another (``date_stop``), or a change of a
    member that counts from a day on (``date_change``), where a field marks what the member began
    with (``first``). Changes may go up too, so they can say what grew.

    :param date_start: field with the day on which a member began: that of its cohort
    :param date_stop: field with the first day on which it is there no longer
    :param date_change: field with the day from which a change counts
    :param first: field that marks what a member began with
    :param interval: 'day', 'week', 'month', 'quarter' or 'year'
    :param mode: 'retention' or 'churn', what is shown first
    :param timeline: 'forward', columns are ages; 'backward', columns are periods of the calendar
    :param measure: field that is added up, or '__count'
    """

    date_start: str = ""
    date_stop: str = ""
    date_change: str = ""
    first: str = ""
    interval: str = "month"
    mode: str = "retention"
    timeline: str = "forward"
    measure: str = ""

    @property
    def is_of_changes(self):
        """Return whether the records are changes of members, and not the members themselves."""
        return bool(self.date_change)

    @property
    def later(self):
        """Return the field with the day of what happens after the beginning."""
        return self.date_change or self.date_stop


def read_shape(model, values):
    """Return the shape that an arch or a caller describes.

    :param model: the model whose records are counted
    :param dict values: texts by name; an empty one stands for the usual choice
    :rtype: CohortShape
    :raise UserError: the values describe no table, in one sentence
    """
    names = (*FIELD_TYPES, *CHOICES)
    is_known = isinstance(values, dict) and all(
        name in names and (not value or isinstance(value, str)) for name, value in values.items()
    )
    if not is_known:
        raise UserError(
            model.env._(
                "Cohorts are described by these words only: %(names)s.", names=", ".join(names)
            )
        )
    shape = CohortShape(**{name: value for name, value in values.items() if value})
    _check_together(model, shape)
    for name, types in FIELD_TYPES.items():
        _check_field(model, name, getattr(shape, name), types)
    for name, words in CHOICES.items():
        if getattr(shape, name) not in words:
            raise UserError(
                model.env._(
                    "The %(name)s of cohorts is one of %(words)s, not %(value)s.",
                    name=name,
                    words=", ".join(words),
                    value=getattr(shape, name),
                )
            )
    return shape


def get_measures(model):
    """Return the names of the fields of a model that can be measured.

    :rtype: list[str]
    """
    return [name for name, field in model._fields.items() if is_measure(field)]


def is_measure(field):
    """Return whether a sum of a field over records says something that the database can say."""
    is_number = field.type in NUMBERS and field.name != "id"
    return is_number and field.store and field.aggregator == "sum" and not field.company_dependent


def _check_together(model, shape):
    """Refuse what names no day of a beginning, or not exactly one of a later day."""
    if not shape.date_start or bool(shape.date_stop) == bool(shape.date_change):
        raise UserError(
            model.env._(
                "Cohorts need a date_start, and either a date_stop or a date_change with a first."
            )
        )
    if bool(shape.first) != bool(shape.date_change):
        raise UserError(
            model.env._(
                "Cohorts of changes need both: date_change, the day from which a change counts, "
                "and first, the field that marks what a member began with."
            )
        )
    if shape.is_of_changes and shape.measure in ("", COUNT):
        raise UserError(
            model.env._(
                "Cohorts of changes need a measure: how many changes there are says nothing."
            )
        )


def _check_field(model, attribute, name, types):
    """Refuse a field that is not there, is of another type or not in the database."""
    if not name or (attribute == "measure" and name == COUNT):
        return
    field = model._fields.get(name)
    if field is None:
        raise UserError(
            model.env._(
                "The %(attribute)s of cohorts names %(field)s, which is no field of %(model)s.",
                attribute=attribute,
                field=name,
                model=model._name,
            )
        )
    is_fit = field.type in types and field.store and not field.company_dependent
    if not is_fit or (attribute == "measure" and not is_measure(field)):
        raise UserError(
            model.env._(
                "The %(attribute)s of cohorts names %(field)s, but it has to be a stored field of "
                "one of these types, and a measure one that is added up: %(types)s.",
                attribute=attribute,
                field=name,
                types=", ".join(types),
            )
        )
