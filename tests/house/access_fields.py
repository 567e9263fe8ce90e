"""What people type, by model: read by the walker ``test_access_fields.py``.

All other stored fields of the addon are kept by the system: they are read-only, and whoever
writes one from outside is refused. A new field that people type needs its name here; one that the
system keeps needs `readonly=True` in its definition. What the form of a quotation fills in counts
as typed.
"""

TYPED = {
    "account.move.line": "deferred_start_date deferred_end_date",
    "account.payment.term": "subscription_had_instalments",
    "digest.digest": "kpi_subscription_mrr kpi_subscription_net_new",
    "product.pricelist": "subscription_price_ids",
    "product.template": "is_recurring recognition_account_id subscription_price_ids",
    "product.category": "recognition_account_id",
    "res.company": """
        recognition_accrued_account_id recognition_account_id recognition_before
        recognition_from_date recognition_has_analytic recognition_has_partner
        recognition_is_drafted recognition_is_grouped recognition_journal_id recognition_method
        recognition_min_amount recognition_min_days recognition_mode
        subscription_backdate_days_manager subscription_backdate_days_user
        subscription_batch_size subscription_before_discounts
        subscription_churn_at_cancellation
        subscription_health_days subscription_satisfaction_days
        subscription_paused_counts subscription_reactivation_days
        subscription_suspended_counts subscription_template_id subscription_trials_count
        subscription_tz
    """,
    "res.partner": """
        subscription_left_out subscription_left_out_reason subscription_left_out_until
        subscription_no_requests
    """,
    "sale.order": """
        subscription_all_recurrence_id subscription_close_boundary subscription_close_note
        subscription_close_reason_id subscription_commitment_end_date
        subscription_customer_control
        subscription_commitment_last_date subscription_effective_date
        subscription_effective_mode subscription_end_action subscription_end_date
        subscription_left_out subscription_left_out_reason subscription_left_out_until
        subscription_last_date subscription_notice_count subscription_notice_unit
        subscription_payment_token_id subscription_ramp_step_ids subscription_renewal_price
        subscription_renewal_quote_date subscription_setup_offered subscription_stage_id
        subscription_start_date
        subscription_template_id subscription_term_count subscription_term_unit
        subscription_trial_count subscription_trial_unit
    """,
    "sale.order.line": """
        intro_discount intro_period_count ramp_step_ids recurrence_id subscription_listed
    """,
    "sale.order.template": "setup_price setup_product_id subscription_template_id",
    "sale.order.template.line": "intro_discount intro_period_count recurrence_id",
    "subscription.alert": """
        action_ids active amount company_id contract_domain cooldown_days count daily_limit days
        name percent rating sequence stage_id stops_on_close subscription_state trigger usage
        verdict
    """,
    "subscription.alert.action": """
        activity_type_id alert_id assignee discount kind mail_template_id pause_days period_count
        sequence server_action_id stage_id summary tag_ids user_id webhook_secret webhook_url
    """,
    "subscription.close.reason": """
        active company_id is_voluntary name offer_count offer_discount offer_kind offer_unit
        offer_template_id
        offer_wait_months retention_message sequence
    """,
    "subscription.dunning.policy": """
        active company_id grace_days max_attempts name sequence step_ids template_ids warn_days
    """,
    "subscription.dunning.policy.step": "action days mail_template_id policy_id",
    "subscription.forecast.scenario": "company_id expansion loss name new user_id",
    "subscription.health.rule": """
        active contract_domain name reason sequence template_id verdict
    """,
    "subscription.price": """
        company_id currency_id date_end date_start min_quantity price pricelist_id product_id
        product_tmpl_id recurrence_id
    """,
    "subscription.price.campaign": """
        company_id contract_domain effective_date line_ids mail_template_id method name
        notice_days percentage pricelist_id product_ids rounding rule_ids start
    """,
    "subscription.price.campaign.line": "campaign_id is_excluded new_price",
    "subscription.price.campaign.rule": "campaign_id percentage product_id",
    "subscription.ramp.step": "discount line_id period price_unit quantity",
    "subscription.recurrence": "active company_id count name sequence unit",
    # Steps are written by operations: nobody may write the model itself.
    "subscription.segment": "is_planned",
    "subscription.stage": """
        company_id description fold health_verdict mail_template_id name requests_satisfaction
        sequence subscription_state
    """,
    "subscription.template": """
        active alignment allow_pay_ahead billing_day close_boundary commitment_count
        commitment_unit company_id convention credit_on_close credit_on_downgrade
        addon_ids credit_on_pause customer_control customers_may_change_quantity
        customers_may_close customers_may_switch downgrade_mode dunning_policy_id end_action
        group_invoices health_rule_ids
        invoice_mail_template_id invoice_mode journal_id name note notice_count notice_unit
        pause_anchor pause_max_days payment_mode payment_term_id recurrence_id recurrence_ids
        renewal_price renewal_quote_days satisfaction_periods sequence setup_price setup_product_id
        switch_template_ids term_count
        term_unit timing trial_count trial_unit unpaid_close_days unpaid_mail_template_id
        unpaid_warn_days withdrawal_consumers_only withdrawal_days
    """,
    "subscription.template.addon": """
        increment maximum minimum product_id recurrence_id sequence template_id
    """,
}

# What a form sends along, and the system leaves out without a word.
DROPPED = {("subscription.ramp.step", "order_id")}
