from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import tagged

from ..support import access_walk
from ..support.common_typed import SHOWN_MODELS, plant
from ..support.warm import WarmCase
from .access_fields import TYPED
from .access_models import EXPECTED
from .access_routes import CALLS, PREFIXES, PROVIDER_ROUTES
from .access_table import DIALOGS, DOCUMENTS, METHODS


@tagged("post_install", "-at_install")
class TestAccessPlanted(WarmCase):
    """The walkers of the access tables see what somebody adds and gives no entry."""

    def _plant_field(self, model, **values):
        """Add a field of the addon to a model for the time of one test."""
        field = SimpleNamespace(
            **{
                "name": "subscription_planted",
                "type": "char",
                "_modules": ("sale_recurring",),
                "store": True,
                "readonly": False,
                "inverse": None,
                "inherited": False,
                "related": None,
                "translate": False,
                "company_dependent": False,
                **values,
            }
        )
        fields = {**self.env[model]._fields, field.name: field}
        self.enterContext(patch.object(self.env.registry[model], "_fields", fields))

    def test_a_new_public_method_is_seen(self):
        part = next(
            part
            for part in type(self.env["sale.order"]).mro()
            if part.__module__.startswith(access_walk.MODULE)
        )
        with patch.object(part, "give_away", lambda self: True, create=True):
            found = access_walk.find_public_methods(self.env)
        missing, _left = access_walk.find_missing_methods(found, METHODS)
        self.assertEqual(missing, [("sale.order", "give_away")])

    def test_a_new_method_of_a_new_model_is_seen(self):
        found = {"subscription.planted": {"action_x"}}
        missing, _left = access_walk.find_missing_methods(found, {})
        self.assertEqual(missing, [("subscription.planted", "action_x")])

    def test_a_new_model_is_seen(self):
        planted = SimpleNamespace(
            _transient=False, _auto=True, _abstract=False, _original_module="sale_recurring"
        )
        with patch.dict(self.env.registry.models, {"subscription.planted": planted}):
            found = access_walk.find_models(self.env)
        missing = access_walk.find_missing_models(found, EXPECTED, DIALOGS)
        self.assertEqual(missing, {"subscription.planted"})

    def test_a_new_route_is_seen(self):
        ir_http = type(self.env["ir.http"])
        modules = sorted(self.env.registry._init_modules)
        real = list(self.env["ir.http"]._generate_routing_rules(modules, {}))
        _path, endpoint = next(rule for rule in real if rule[0].startswith("/my/orders"))
        planted = [*real, ("/my/orders/<int:order_id>/give_away", endpoint)]
        with patch.object(ir_http, "_generate_routing_rules", lambda *args: iter(planted)):
            found = access_walk.find_routes(self.env, PREFIXES)
        known = {call.path for call in CALLS} | PROVIDER_ROUTES
        self.assertEqual(found - known, {"/my/orders/<int:order_id>/give_away"})

    def test_a_new_field_that_people_type_is_seen(self):
        self._plant_field("sale.order")
        missing, _left = access_walk.find_missing_fields(access_walk.find_fields(self.env), TYPED)
        self.assertEqual(missing, [("sale.order", "subscription_planted")])

    def test_a_new_field_of_the_system_is_tried_by_everybody(self):
        self._plant_field("sale.order", readonly=True)
        found = access_walk.find_fields(self.env)
        self.assertTrue(found["sale.order"]["subscription_planted"])
        self.assertIn("sale.order", DOCUMENTS)

    def test_a_new_field_with_words_is_planted_or_fails(self):
        for model in ("sale.order", "subscription.finding"):
            with self.subTest(model):
                self._plant_field(model)
                found = access_walk.find_texts(self.env, SHOWN_MODELS)
                self.assertIn("subscription_planted", found[model])
                _planted, missed = plant(self.env, {})
                self.assertIn((model, "subscription_planted"), missed)
