{
    "name": "Subscriptions on the wishlist",
    "summary": "The wishlist of the online shop says of which period a price is",
    "version": "19.0.1.0.0",
    "category": "Website/Website",
    "author": "sale_recurring contributors",
    "license": "LGPL-3",
    "depends": ["website_sale_recurring", "website_sale_wishlist"],
    "data": ["views/wishlist_templates.xml"],
    "auto_install": True,
}
