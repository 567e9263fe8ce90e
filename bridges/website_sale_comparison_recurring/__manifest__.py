{
    "name": "Subscriptions in comparisons",
    "summary": "Comparing products of the online shop says of which period a price is",
    "version": "19.0.1.0.0",
    "category": "Website/Website",
    "author": "sale_recurring contributors",
    "license": "LGPL-3",
    "depends": ["website_sale_recurring", "website_sale_comparison"],
    "data": ["views/comparison_templates.xml"],
    "assets": {
        "web.assets_frontend": ["website_sale_comparison_recurring/static/src/**/*"],
    },
    "auto_install": True,
}
