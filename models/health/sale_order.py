from odoo import fields, models

STAFF = "base.group_user"


class SaleOrder(models.Model):
    """The health of a contract, and the facts it is judged by, as fields of the contract itself.

    They are kept in a row of their own: jobs that write them never wait for whoever works on the
    contract, and the other way round.
    """

    _inherit = "sale.order"

    subscription_health_id = fields.Many2one(
        "subscription.health",
        "Health Row",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=STAFF,
    )
    # The same row from the other side: without it, each write of what the row depends on would
    # search it for one contract alone.
    subscription_health_ids = fields.One2many(
        "subscription.health", "order_id", "Health Rows", copy=False, readonly=True, groups=STAFF
    )
    subscription_health = fields.Selection(related="subscription_health_id.verdict", groups=STAFF)
    subscription_health_color = fields.Integer(related="subscription_health_id.color", groups=STAFF)
    subscription_health_reason = fields.Char(related="subscription_health_id.reason", groups=STAFF)
    subscription_health_since_date = fields.Date(
        related="subscription_health_id.since_date", groups=STAFF
    )
    subscription_health_rule_id = fields.Many2one(
        related="subscription_health_id.rule_id", groups=STAFF
    )

    subscription_fact_age = fields.Integer(related="subscription_health_id.age_days", groups=STAFF)
    subscription_fact_end = fields.Integer(related="subscription_health_id.end_days", groups=STAFF)
    subscription_fact_renewal = fields.Integer(
        related="subscription_health_id.renewal_days", groups=STAFF
    )
    subscription_fact_commitment = fields.Integer(
        related="subscription_health_id.commitment_days", groups=STAFF
    )
    subscription_fact_trial = fields.Integer(
        related="subscription_health_id.trial_days", groups=STAFF
    )
    subscription_fact_method = fields.Integer(
        related="subscription_health_id.method_days", groups=STAFF
    )
    subscription_fact_overdue_days = fields.Integer(
        related="subscription_health_id.overdue_days", groups=STAFF
    )
    subscription_fact_overdue_amount = fields.Monetary(
        related="subscription_health_id.overdue_amount", groups=STAFF
    )
    subscription_fact_failed = fields.Integer(
        related="subscription_health_id.failed_charges", groups=STAFF
    )
    subscription_fact_mrr_change = fields.Monetary(
        related="subscription_health_id.mrr_change", groups=STAFF
    )
    subscription_fact_mrr_percent = fields.Float(
        related="subscription_health_id.mrr_change_percent", groups=STAFF
    )
    subscription_fact_amendments = fields.Integer(
        related="subscription_health_id.open_amendments", groups=STAFF
    )
    subscription_fact_rating_average = fields.Float(
        related="subscription_health_id.rating_average", groups=STAFF
    )
    subscription_fact_rating_last = fields.Float(
        related="subscription_health_id.rating_last", groups=STAFF
    )
    subscription_fact_rating_count = fields.Integer(
        related="subscription_health_id.rating_count", groups=STAFF
    )
    subscription_fact_contact = fields.Integer(
        related="subscription_health_id.contact_days", groups=STAFF
    )
    subscription_fact_answer = fields.Integer(
        related="subscription_health_id.answer_days", groups=STAFF
    )
    subscription_fact_portal = fields.Integer(
        related="subscription_health_id.portal_days", groups=STAFF
    )
    subscription_fact_usage = fields.Float(
        related="subscription_health_id.usage_percent", groups=STAFF
    )
    subscription_fact_usage_change = fields.Float(
        related="subscription_health_id.usage_change_percent", groups=STAFF
    )
