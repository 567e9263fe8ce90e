"""Which mail templates and reports there are, and on what they are drawn: for two walkers."""

# Which document each mail template of the addon is rendered on; a new one needs an entry.
RECORDS = {
    "mail_template_charge_authentication": "invoice",
    "mail_template_customer_act": "contract",
    "mail_template_dunning_reminder": "invoice",
    "mail_template_method_expires": "method",
    "mail_template_method_removed": "method",
    "mail_template_method_wanted": "contract",
    "mail_template_payment_request": "request",
    "mail_template_price_notice": "contract",
    "mail_template_subscription_send": "contract",
    "mail_template_satisfaction": "contract",
    "mail_template_unpaid_warning": "contract",
}
# Printed documents of the addon; a new one needs an entry.
REPORTS = {}
CORE_REPORTS = {
    "sale.action_report_saleorder": "contract",
    "account.account_invoices": "invoice",
}
