"""How the walkers of the access table find what there is: nothing is listed by hand here."""

from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.service.model import get_public_method

MODULE = "odoo.addons.sale_recurring."


def find_public_methods(env):
    """Return the methods that the addon defines and that anybody may call from outside.

    :return: {model: {names of methods}}
    :rtype: dict
    """
    found = {}
    for name, model in env.registry.items():
        parts = _get_own_parts(env, name, model)
        names = {word for part in parts for word in vars(part) if _is_callable(env[name], word)}
        if names:
            found[name] = names
    return found


def _get_own_parts(env, name, model):
    """Return the classes of the addon that make up a model, without what every model has."""
    common = () if name == "base" else type.mro(env.registry["base"])
    return [
        part
        for part in type.mro(model)
        if part.__module__.startswith(MODULE) and part not in common
    ]


def _is_callable(model, name):
    if name.startswith("_") or not callable(getattr(type(model), name, None)):
        return False
    try:
        get_public_method(model, name)
    except AccessError:
        return False
    return True


def find_models(env):
    """Return {model: its kind} of the models that the addon brings, mixins left out."""
    return {
        name: "transient" if model._transient else "stored" if model._auto else "report"
        for name, model in env.registry.items()
        if model._original_module == "sale_recurring" and not model._abstract
    }


def find_routes(env, prefixes=()):
    """Return the addresses that a controller of the addon answers, and those of core below some.

    :rtype: set
    """
    found = set()
    modules = sorted(env.registry._init_modules)
    for path, endpoint in env["ir.http"]._generate_routing_rules(modules, {}):
        method = endpoint.func
        while hasattr(method, "func"):
            method = method.func
        parts = type(method.__self__).mro()
        is_ours = any(
            part.__module__.startswith(MODULE) and method.__name__ in vars(part) for part in parts
        )
        if is_ours or path.startswith(tuple(prefixes)):
            found.add(path)
    return found


def find_fields(env):
    """Return the fields of the addon that are kept, apart from those of dialogs.

    :return: {model: {name: whether the system derives it}}; what people type is not read-only
    :rtype: dict
    """
    found = {}
    for name, model in env.registry.items():
        if model._abstract or model._transient:
            continue
        fields = {
            field.name: field.readonly and not field.inverse
            for field in model._fields.values()
            if _is_kept(field)
        }
        if fields:
            found[name] = fields
    return found


def _is_kept(field):
    is_ours = bool(field._modules) and field._modules[0] == "sale_recurring"
    is_magic = field.name in MAGIC_COLUMNS or field.name == "display_name"
    is_kept = field.store or field.inverse
    return is_ours and is_kept and not is_magic and not field.inherited


def find_texts(env, models=()):
    """Return the kept fields that hold words: all of the addon, and all of some models of core.

    :param models: models of core whose own fields count as well
    :return: {model: {name: type}}
    :rtype: dict
    """
    found = {}
    for name, model in env.registry.items():
        if model._abstract or model._transient or not model._auto:
            continue
        texts = {
            field.name: field.type
            for field in model._fields.values()
            if field.type in ("char", "text", "html") and field.store and not field.related
            if name in models or _is_kept(field)
        }
        if texts:
            found[name] = texts
    return found


def find_html_fields(env):
    """Return {model: names of HTML fields}, kept or computed, of what the addon has or extends."""
    found = {}
    for name, model in env.registry.items():
        parts = _get_own_parts(env, name, model)
        names = {field.name for field in model._fields.values() if field.type == "html"}
        if parts and names and not model._abstract:
            found[name] = names
    return found


def find_missing_fields(found, typed):
    """Return fields without an entry, entries without a field."""
    there = {
        (model, name)
        for model, fields in found.items()
        for name, is_derived in fields.items()
        if not is_derived
    }
    known = {(model, name) for model, names in typed.items() for name in names.split()}
    return sorted(there - known), sorted(known - there)


def find_missing_methods(found, entries):
    """Return the methods without an entry, and the entries without a method."""
    there = {(model, name) for model, names in found.items() for name in names}
    known = {(model, name) for model, names in entries.items() for name in names}
    return sorted(there - known), sorted(known - there)


def find_missing_models(found, *tables):
    """Return the models that stand in none of the tables."""
    return set(found).difference(*tables)
