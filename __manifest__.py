{
    "name": "Subscriptions",
    "summary": "Recurring contracts from sales orders: billed, charged and explained to the cent",
    "version": "19.0.1.3.0",
    "category": "Sales/Subscriptions",
    "author": "sale_recurring contributors",
    "license": "LGPL-3",
    "depends": [
        "sale_management",
        "account_payment",
        "payment_stripe",
        "base_automation",
    ],
    "excludes": ["sale_subscription"],
    "external_dependencies": {"python": ["stripe"]},
    "data": [
        "security/res_groups.xml",
        "security/ir.model.access.csv",
        "security/ir_rules.xml",
        "data/terms_data.xml",
        "data/ir_cron_data.xml",
        "data/charging_data.xml",
        "data/charging_mail_data.xml",
        "data/checks_data.xml",
        "data/quotation_mail_data.xml",
        "data/lifecycle_data.xml",
        "data/campaign_data.xml",
        "data/dunning_data.xml",
        "data/saved_methods_data.xml",
        # terms
        "views/terms/subscription_recurrence_views.xml",
        "views/terms/subscription_stage_views.xml",
        "views/terms/subscription_close_reason_views.xml",
        "views/terms/subscription_template_views.xml",
        # pricing
        "views/pricing/subscription_price_views.xml",
        "views/pricing/product_views.xml",
        "views/pricing/product_pricelist_views.xml",
        # contract
        "views/contract/subscription_segment_views.xml",
        "views/contract/sale_order_views.xml",
        "views/contract/sale_order_header_views.xml",
        "views/contract/subscription_contract_search.xml",
        "views/contract/subscription_contract_views.xml",
        "views/contract/subscription_contract_actions.xml",
        # billing
        "views/billing/subscription_template_views.xml",
        "views/billing/res_config_settings_views.xml",
        "views/billing/subscription_billed_period_views.xml",
        "views/billing/account_move_views.xml",
        # preview
        "views/preview/subscription_billing_preview_views.xml",
        "views/preview/subscription_simulation_views.xml",
        # quotation
        "views/quotation/sale_order_template_views.xml",
        "views/quotation/sale_order_discount_views.xml",
        "views/quotation/sale_order_views.xml",
        "views/quotation/subscription_template_views.xml",
        "views/quotation/quotation_templates.xml",
        "views/quotation/report_templates.xml",
        # charging
        "views/charging/account_move_views.xml",
        "views/charging/account_payment_views.xml",
        "views/charging/payment_transaction_views.xml",
        "views/charging/sale_order_views.xml",
        # saved_methods
        "views/saved_methods/payment_token_views.xml",
        "views/saved_methods/portal_payment_method_templates.xml",
        # lifecycle
        "views/lifecycle/subscription_interruption_views.xml",
        "views/lifecycle/subscription_wizard_views.xml",
        "views/lifecycle/subscription_change_wizard_views.xml",
        "views/lifecycle/subscription_mass_wizard_views.xml",
        "views/lifecycle/sale_order_planned_views.xml",
        "views/lifecycle/sale_order_ending_views.xml",
        "views/lifecycle/sale_order_agreement_templates.xml",
        # renewal
        "views/renewal/subscription_template_views.xml",
        "views/renewal/subscription_renewal_wizard_views.xml",
        "views/renewal/sale_order_views.xml",
        # amendment
        "views/amendment/res_config_settings_views.xml",
        "views/amendment/sale_order_views.xml",
        "views/amendment/sale_order_amendment_templates.xml",
        # pay_ahead
        "views/pay_ahead/sale_order_views.xml",
        "views/pay_ahead/account_move_views.xml",
        "views/pay_ahead/portal_pay_ahead_templates.xml",
        # dunning
        "views/dunning/subscription_dunning_policy_views.xml",
        "views/dunning/subscription_dunning_event_views.xml",
        "views/dunning/subscription_dunning_notice_views.xml",
        "views/dunning/subscription_template_views.xml",
        "views/dunning/sale_order_views.xml",
        "views/dunning/res_partner_views.xml",
        # campaign
        "views/campaign/subscription_price_campaign_views.xml",
        # checks
        "views/checks/subscription_finding_views.xml",
        # portal
        "views/portal/portal_contract_list_templates.xml",
        "views/portal/portal_contract_templates.xml",
        "views/portal/portal_contract_act_templates.xml",
        "views/portal/portal_contract_change_templates.xml",
        "views/portal/subscription_template_views.xml",
        "views/portal/subscription_template_change_views.xml",
        "views/portal/sale_order_views.xml",
        # menus
        "views/menus.xml",
        # last, when all mails are there
        "data/mail_refresh_data.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "sale_recurring/static/src/backend/**/*",
        ],
        "web.assets_unit_tests": [
            "sale_recurring/static/tests/**/*.test.js",
        ],
        "web.assets_tests": [
            "sale_recurring/static/tests/tours/**/*",
        ],
    },
    "application": True,
}
