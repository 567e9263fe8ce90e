from odoo.fields import Command


class CodesCase:
    """Promotions that a code switches on, for tests of bridges which have promotions."""

    @classmethod
    def create_code(cls, code="SAVE", **reward):
        """Return a promotion that a code switches on."""
        values = {"discount": 10, "discount_mode": "percent", "discount_applicability": "order"}
        return cls.env["loyalty.program"].create(
            {
                "name": code,
                "program_type": "promo_code",
                "trigger": "with_code",
                "applies_on": "current",
                "rule_ids": [Command.create({"mode": "with_code", "code": code})],
                "reward_ids": [Command.create({**values, **reward})],
            }
        )
