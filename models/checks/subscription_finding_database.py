from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import make_index_name

from ... import const

MODULE = "sale_recurring"
OPEN_CHARGE_STATES = ("draft", "pending", "authorized")


class SubscriptionFinding(models.Model):
    """Checks of the whole database: its constraints and indexes, and open charges."""

    _inherit = "subscription.finding"

    @api.model
    def _find_in_database(self):
        return [
            *super()._find_in_database(),
            *self._find_missing_protections(),
            *self._find_double_charges(),
            *self._find_lost_charges(),
        ]

    # ------------------------------------------------------------------
    # Constraints and indexes
    # ------------------------------------------------------------------

    @api.model
    def _find_missing_protections(self):
        """Return what the database should refuse or find fast, and does not.

        Odoo only logs a constraint that it could not create.
        """
        existing = self._get_existing_protections()
        return [
            self._prepare_finding(
                "constraint", can_repair=True, facts={"object": name, "type": kind, "model": model}
            )
            for (kind, name), (model, definition) in self._get_expected_protections().items()
            if (kind, name) not in existing
            or (definition and existing[kind, name] not in (None, definition))
        ]

    @api.model
    def _get_expected_protections(self):
        """Return the constraints and indexes that this addon declares.

        :return: by (type, name) the name of the model and the declared definition, None if Odoo
            makes it up
        :rtype: dict
        """
        expected = {}
        for model in self.env.registry.values():
            if not model._auto or model._abstract or model._transient:
                continue
            for name, declared in model._table_objects.items():
                if declared._module == MODULE:
                    definition = declared.get_definition(self.env.registry)
                    kind = "index" if isinstance(declared, models.Index) else "constraint"
                    expected[kind, name] = (model._name, definition)
            for field in model._fields.values():
                if field._module != MODULE or not field.store or not field.column_type:
                    continue
                if field.index:
                    expected["index", make_index_name(model._table, field.name)] = (
                        model._name,
                        None,
                    )
                if field.required:
                    expected["not_null", f"{model._table}.{field.name}"] = (model._name, None)
        return expected

    @api.model
    def _get_existing_protections(self):
        """Return by (type, name) the definition that Odoo noted, None if it noted none."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 'constraint', con.conname, obj_description(con.oid, 'pg_constraint')
                  FROM pg_constraint con
                 WHERE con.connamespace = current_schema::regnamespace AND con.convalidated
                 UNION ALL
                SELECT 'index', cls.relname, obj_description(cls.oid, 'pg_class')
                  FROM pg_index idx JOIN pg_class cls ON cls.oid = idx.indexrelid
                 WHERE cls.relnamespace = current_schema::regnamespace AND idx.indisvalid
                 UNION ALL
                SELECT 'not_null', cls.relname || '.' || att.attname, NULL
                  FROM pg_attribute att JOIN pg_class cls ON cls.oid = att.attrelid
                 WHERE cls.relnamespace = current_schema::regnamespace
                   AND cls.relkind = 'r' AND att.attnotnull AND att.attnum > 0
                """
            )
        )
        return {(kind, name): definition for kind, name, definition in rows}

    # ------------------------------------------------------------------
    # Charges
    # ------------------------------------------------------------------

    @api.model
    def _find_double_charges(self):
        """Return invoices that are charged more than once at the same time."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT subscription_invoice_id, array_agg(reference ORDER BY id)
                  FROM payment_transaction
                 WHERE subscription_invoice_id IS NOT NULL AND state IN %s
                 GROUP BY subscription_invoice_id HAVING count(*) > 1
                """,
                OPEN_CHARGE_STATES,
            )
        )
        orders = self._get_orders_of_invoices([row[0] for row in rows])
        return [
            self._prepare_finding(
                "double_charge",
                orders.get(move_id),
                move_id=move_id,
                facts={"references": references},
            )
            for move_id, references in rows
        ]

    @api.model
    def _find_lost_charges(self):
        """Return charges that were begun long ago and never had an outcome."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, subscription_invoice_id, reference FROM payment_transaction
                 WHERE subscription_invoice_id IS NOT NULL AND state = 'draft'
                   AND last_state_change < %s
                """,
                fields.Datetime.now() - const.UNKNOWN_AFTER,
            )
        )
        orders = self._get_orders_of_invoices([row[1] for row in rows])
        return [
            self._prepare_finding(
                "lost_charge",
                orders.get(move_id),
                move_id=move_id,
                transaction_id=tx_id,
                facts={"references": [reference]},
            )
            for tx_id, move_id, reference in rows
        ]

    @api.model
    def _get_orders_of_invoices(self, move_ids):
        """Return id of the first contract by id of the invoice that bills it."""
        if not move_ids:
            return {}
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT move_id, min(order_id) FROM subscription_billed_period
                     WHERE move_id IN %s GROUP BY move_id
                    """,
                    tuple(move_ids),
                )
            )
        )
