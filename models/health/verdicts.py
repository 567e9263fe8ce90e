"""Which health rule decides about which contract, and what turned."""

import logging

from odoo.exceptions import UserError
from odoo.fields import Domain
from psycopg2 import Error as DatabaseError
from psycopg2 import OperationalError
from psycopg2.errors import QueryCanceled

from ... import const

_logger = logging.getLogger(__name__)

VERDICTS = [("good", "Good"), ("neutral", "Neutral"), ("bad", "Bad")]
COLORS = {"good": 10, "neutral": 3, "bad": 1}


class Verdicts:
    """Judges contracts of one company: one query per rule, whatever the number of contracts.

    :param rows: `subscription.health` records with fresh facts, for a write of the system's own
    :param company: `res.company`
    :param date today: its day
    """

    def __init__(self, rows, company, today):
        self.rows = rows
        self.env = rows.env
        self.company = company
        self.today = today

    def apply(self):
        """Write the verdicts that are others than before, and their history."""
        decided, events = self._decide(), []
        for row in self.rows:
            verdict, rule = decided[row]
            reason = rule.reason or rule.name or False
            turned = row.verdict != verdict
            values = {"verdict": verdict, "rule_id": rule.id, "reason": reason}
            if turned:
                values |= {"since_date": self.today, "color": COLORS.get(verdict, 0)}
                events.append(
                    row._prepare_event(
                        kind="health",
                        old_value=row.verdict,
                        new_value=verdict,
                        rule_id=rule.id,
                        reason=reason,
                    )
                )
            row.write(
                {name: value for name, value in values.items() if self._differs(row, name, value)}
            )
        self.rows._hook_on_moved(self.env["subscription.health.event"]._as_system().create(events))

    @staticmethod
    def _differs(row, name, value):
        old = row[name]
        return (old.id if name == "rule_id" else old) != value

    def _decide(self):
        """Return verdict and rule by row: the first rule that matches decides.

        Without rules there is no verdict; where none of them matches it is neutral.
        """
        nothing = self.env["subscription.health.rule"]
        decided = dict.fromkeys(self.rows, (False, nothing))
        running = self.rows.filtered(
            lambda row: row.order_id.subscription_state in const.RUNNING_STATES
        )
        by_template = {}
        for row in running:
            template = row.order_id._get_subscription_template()
            by_template[template] = by_template.get(template, self.rows.browse()) | row
        for template, rows in by_template.items():
            rules = template.sudo().health_rule_ids.filtered("active")
            left = {row.order_id.id: row for row in rows} if rules else {}
            decided |= dict.fromkeys(left.values(), ("neutral", nothing))
            for rule in rules:
                for order in self._find_matching(rule, list(left)):
                    decided[left.pop(order.id)] = (rule.verdict, rule)
        return decided

    def _find_matching(self, rule, ids):
        """Return contracts that match a rule; one that broke is switched off and matches none."""
        if not ids:
            return self.env["sale.order"]
        try:
            return rule._get_filter(self.company).search(Domain("id", "in", ids))
        except QueryCanceled as error:
            rule._break(error)
        except OperationalError:
            raise  # another process was faster, or the database is gone: the job comes again
        except (UserError, ValueError, TypeError, AttributeError, KeyError, DatabaseError) as error:
            rule._break(error)
        return self.env["sale.order"]
