from odoo.fields import Command

from .common_dunning import DunningCommon


class HealthCommon(DunningCommon):
    """Contracts under health rules, and the job that watches over them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.watch_cron = cls.env.ref("sale_recurring.ir_cron_watch_customers")

    def watch(self, day=None, **moment):
        """Let the job that watches over customers run on a day; it must not fail."""
        if day:
            self.travel(day, **moment)
        log = self.assertNoLogs("odoo.addons.base.models.ir_cron", "ERROR")
        with self.enter_registry_test_mode(), log:
            self.assertIs(self.watch_cron.method_direct_trigger(), True)
        self.env.invalidate_all()

    def set_rules(self, *rules, template=None):
        """Give a template health rules, as (verdict, domain) in their order."""
        template = template or self.template
        template.health_rule_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "name": f"Rule {place}",
                        "sequence": place,
                        "verdict": verdict,
                        "contract_domain": str(domain),
                    }
                )
                for place, (verdict, domain) in enumerate(rules, 1)
            ),
        ]
        return template.health_rule_ids

    def get_health(self, order):
        """Return verdict, first day of it, and the rule that decided, of one contract."""
        since = order.subscription_health_since_date
        rule = order.subscription_health_rule_id.name
        return order.subscription_health, since and since.isoformat(), rule
