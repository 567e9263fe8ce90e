{
    "name": "Subscriptions in the online shop",
    "summary": "Visitors choose how often they are billed, pay, and have a running contract",
    "version": "19.0.1.0.0",
    "category": "Website/Website",
    "author": "sale_recurring contributors",
    "license": "LGPL-3",
    "depends": ["sale_recurring", "website_sale"],
    "data": [
        "views/product_views.xml",
        "views/product_templates.xml",
        "views/bundle_templates.xml",
        "views/cart_templates.xml",
        "views/payment_templates.xml",
        "views/sale_order_template_views.xml",
        "views/tile_templates.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "website_sale_recurring/static/src/interactions/**/*",
            "website_sale_recurring/static/src/scss/**/*",
        ],
        "web.assets_tests": ["website_sale_recurring/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
