{
    "name": "Surveys for subscriptions",
    "summary": "Red flags invite customers to surveys; results stand on the contract",
    "version": "19.0.1.0.0",
    "category": "Sales/Subscriptions",
    "author": "sale_recurring contributors",
    "license": "LGPL-3",
    "depends": ["sale_recurring", "survey"],
    "data": ["views/survey_views.xml"],
    "auto_install": True,
}
