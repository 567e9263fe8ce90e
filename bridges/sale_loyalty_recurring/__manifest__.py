{
    "name": "Promotions on subscriptions",
    "summary": "A coupon lowers a contract once, or for as many periods as it says",
    "version": "19.0.1.0.0",
    "category": "Sales/Subscriptions",
    "author": "sale_recurring contributors",
    "license": "LGPL-3",
    "depends": ["sale_recurring", "sale_loyalty"],
    "data": ["views/loyalty_reward_views.xml"],
    "auto_install": True,
}
