import logging

from odoo import api, models
from odoo.tools import SQL

from .subscription_recognition import STANDING_FIELDS

_logger = logging.getLogger(__name__)

# Columns of a planned row, with their types in the database.
INSERTED = {
    **dict.fromkeys(("line_id", "line_key"), "int4"),
    "date": "date",
    **dict.fromkeys(STANDING_FIELDS, "numeric"),
    "is_late": "bool",
    **dict.fromkeys(("order_id", "partner_id", "product_id", "revenue_account_id"), "int4"),
    **dict.fromkeys(("deferred_account_id", "accrued_account_id", "company_id"), "int4"),
}
# What stands for an empty value, and the type of a list of values.
NOTHING = {"int4": None, "date": None, "numeric": 0, "bool": False}
LISTS = {
    "int4": SQL("int4[]"),
    "date": SQL("date[]"),
    "numeric": SQL("numeric[]"),
    "bool": SQL("bool[]"),
}


class SubscriptionRecognition(models.Model):
    """How rows come about, are set aside, reconciled, and adopt what somebody edited."""

    _inherit = "subscription.recognition"

    @api.model
    def _set_aside(self, company, keys, reason, day):
        """Keep invoice lines out of the run until what is wrong with them is mended.

        :param company: `res.company`
        :param list keys: ids of invoice lines
        :param str reason: what is wrong, a sentence
        :param date day: day of the row that stands for a line of which nothing is planned yet
        """
        planned = self.search([("line_key", "in", keys), ("move_id", "=", False)])
        planned.problem = reason
        lines = self.env["account.move.line"].browse(keys).exists()
        self.create(
            [
                {
                    "line_key": key,
                    "line_id": key if key in lines.ids else False,
                    "partner_id": lines.browse(key).partner_id.id if key in lines.ids else False,
                    "date": day,
                    "problem": reason,
                    "company_id": company.id,
                }
                for key in set(keys) - set(planned.mapped("line_key"))
            ]
        )
        _logger.info("revenue of %(count)s invoice lines was set aside", {"count": len(keys)})

    @api.model
    def _insert(self, vals_list):
        """Create planned rows in one statement: there are a dozen of them for each line of a year.

        :param list vals_list: values of all of :data:`INSERTED`, amounts rounded by the engine
        """
        if not vals_list:
            return
        columns = [
            SQL("%s::%s", [vals[name] or NOTHING[kind] for vals in vals_list], LISTS[kind])
            for name, kind in INSERTED.items()
        ]
        names = SQL(", ").join(map(SQL.identifier, INSERTED))
        self.env.execute_query(
            SQL(
                """
                INSERT INTO subscription_recognition
                       (%(names)s, create_uid, create_date, write_uid, write_date)
                SELECT %(names)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(columns)s) AS planned (%(names)s)
                RETURNING id
                """,
                names=names,
                columns=SQL(", ").join(columns),
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.env.invalidate_all()

    def _reconcile(self):
        """Pair the lines of each invoice line of these rows that is served whole.

        Its entries are all posted and have lines of its own on accounts that are reconciled.
        """
        if not self:
            return
        self.env.flush_all()
        found = self.env.execute_query(
            SQL(
                """
                WITH served AS (
                    SELECT row.line_key FROM subscription_recognition row
                      LEFT JOIN account_move move ON move.id = row.move_id
                     WHERE row.line_key = ANY(%(keys)s)
                       AND (row.deferred_amount != 0 OR row.accrued_amount != 0)
                     GROUP BY row.line_key
                    HAVING bool_and(COALESCE(move.state, 'none') IN ('posted', 'cancel'))
                )
                SELECT array_agg(line.id ORDER BY line.date, line.id)
                  FROM subscription_recognition row
                  JOIN served ON served.line_key = row.line_key
                  JOIN account_move_line line ON line.move_id = row.move_id
                   AND line.account_id IN (row.deferred_account_id, row.accrued_account_id)
                   AND (line.recognition_id = row.id OR line.recognition_id IS NULL AND NOT EXISTS (
                        SELECT FROM subscription_recognition other
                         WHERE other.move_id = row.move_id AND other.id != row.id))
                  JOIN account_account account ON account.id = line.account_id
                 WHERE account.reconcile AND line.parent_state = 'posted' AND NOT line.reconciled
                 GROUP BY row.line_key, line.account_id
                HAVING SUM(line.balance) = 0
                """,
                keys=list(set(self.mapped("line_key"))),
            )
        )
        if found:
            lines = self.env["account.move.line"]
            lines._reconcile_plan([lines.browse(ids) for (ids,) in found])

    def _adopt_entries(self):
        """Take edited entries of these rows for what they say, and book what is missing then.

        One row of each entry takes the difference, so that its invoice line asks for the same
        amount the other way round.
        """
        self.env.flush_all()
        ledger = self.env["subscription.recognition.ledger"]
        differing = ledger.search(
            [("move_id", "in", self.move_id.ids), ("difference_amount", "!=", 0)]
        )
        changed = self.browse()
        for found in differing:
            own = self.filtered(lambda row, found=found: row.move_id == found.move_id)
            deferred = own.filtered(
                lambda row, found=found: row.deferred_account_id == found.account_id
            )
            row = deferred[:1] or own[:1]
            row.recognised_amount -= found.difference_amount
            if deferred:
                row.deferred_amount += found.difference_amount
            else:
                row.accrued_amount -= found.difference_amount
            changed |= row
        for company, own in changed.grouped("company_id").items():
            self._renew_and_book(company, own.mapped("line_key"))
