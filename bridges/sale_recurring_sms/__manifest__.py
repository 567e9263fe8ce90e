{
    "name": "Text messages for subscriptions",
    "summary": "Red flags send text messages to customers",
    "version": "19.0.1.0.0",
    "category": "Sales/Subscriptions",
    "author": "sale_recurring contributors",
    "license": "LGPL-3",
    "depends": ["sale_recurring", "sms"],
    "data": ["views/subscription_alert_views.xml"],
    "auto_install": True,
}
