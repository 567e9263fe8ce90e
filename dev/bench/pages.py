"""Forms, lists and pages, opened as the client does."""

from lxml import etree
from odoo import api, http
from odoo.service import security
from werkzeug.test import Client

MANY = ("one2many", "many2many")


def open_form(records, view_id):
    """Read one record as its form does."""
    views = records.get_views([(view_id, "form")])
    records.web_read(get_specification(views, "form", records._name))


def open_list(records, view_id, kind):
    """Read the first 80 of some records as a list or a kanban does."""
    views = records.get_views([(view_id, kind)])
    specification = get_specification(views, kind, records._name)
    records.web_search_read([("id", "in", records.ids)], specification, limit=80)


def get_specification(views, kind, model):
    """Return which fields a view reads, as the client works it out.

    :param dict views: of `get_views`
    """
    arch = etree.fromstring(views["views"][kind]["arch"])
    return _get_fields(arch, views["models"], model)


def _get_fields(node, models, model):
    """Return the fields that a part of a view shows."""
    specification = {}
    known = models[model]["fields"]
    for child in node:
        if not isinstance(child.tag, str):
            continue
        name = child.get("name")
        if child.tag != "field" or name not in known:
            specification.update(_get_fields(child, models, model))
            continue
        kind = known[name]["type"]
        specification.setdefault(name, {})
        if kind == "many2one":
            specification[name] = {"fields": {"display_name": {}}}
        elif kind in MANY:
            inner = next((part for part in child if part.tag in ("list", "kanban", "form")), None)
            target = known[name]["relation"]
            if inner is not None and target in models:
                specification[name] = {"fields": _get_fields(inner, models, target)}
            elif child.get("widget") == "many2many_tags":
                specification[name] = {"fields": {"display_name": {}}}
    return specification


class Visitor:
    """A customer who is logged in on the portal.

    :param partner: `res.partner` whose documents are shown
    """

    def __init__(self, env, partner):
        user = env["res.users"].create(
            {
                "name": "Bench visitor",
                "login": "bench.visitor",
                "partner_id": partner.id,
                "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
            }
        )
        env.flush_all()
        session = http.root.session_store.new()
        session.update(http.get_default_session(), db=env.cr.dbname, _trace_disable=True)
        session.uid, session.login = user.id, user.login
        own = api.Environment(env.cr, user.id, {})
        session.session_token = security.compute_session_token(session, own)
        session.context = dict(own["res.users"].context_get())
        http.root.session_store.save(session)
        self.client = Client(http.root)
        self.client.set_cookie("session_id", session.sid)

    def open(self, path):
        """Open a page, all of it."""
        response = self.client.get(path)
        if response.status_code != 200:
            raise SystemExit(f"{path}: {response.status}, nothing was measured.")
        return response.get_data()
