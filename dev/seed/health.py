"""Customers that are watched over: rules on every template, flags that fire, a few answers."""

from odoo.fields import Command

RULES = [
    ("Money is late", "bad", [("subscription_fact_overdue_days", ">", 14)], "Late for two weeks"),
    ("Unhappy", "bad", [("subscription_fact_rating_last", "in", [1.0])], "Said to be unhappy"),
    ("Charges fail", "bad", [("subscription_fact_failed", ">", 1)], "The card does not pay"),
    ("Shrinks", "neutral", [("subscription_fact_mrr_percent", "<", -5)], "Pays less than before"),
    ("Ends soon", "neutral", [("subscription_fact_end", "<", 60)], "Ends within two months"),
    ("Pays in time", "good", [("subscription_fact_age", ">", 60)], "Pays, and stays"),
]
FLAGS = ("charge_failed", "downgrade", "method_expires")
FEEDBACK = {
    1: "Nobody answers when I call.",
    3: "Does what it should, no more.",
    5: "We like it, and the people too.",
}


def set_up_health(env):
    """Give each template its rules, and switch harmless flags on."""
    for template in env["subscription.template"].search([]):
        template.health_rule_ids = [
            Command.create(
                {
                    "name": name,
                    "sequence": place,
                    "verdict": verdict,
                    "contract_domain": str(domain),
                    "reason": reason,
                }
            )
            for place, (name, verdict, domain, reason) in enumerate(RULES, 1)
        ]
    for name in FLAGS:
        env.ref(f"sale_recurring.alert_{name}").action_switch_on()


def let_customers_answer(env, random):
    """Let some customers say how they like it, most of them well."""
    orders = env["sale.order"].search([("subscription_state", "=", "active")], order="id")
    for order in random.sample(list(orders), min(6, len(orders))):
        rate = random.choice((5, 5, 5, 3, 3, 1))
        order.rating_apply(rate, token=order._rating_get_access_token(), feedback=FEEDBACK[rate])


def watch(env):
    """Let the job look at everybody."""
    env["subscription.health"]._cron_watch_customers()
