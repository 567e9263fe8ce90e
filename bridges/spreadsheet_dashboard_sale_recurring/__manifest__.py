{
    "name": "Spreadsheet dashboard for subscriptions",
    "summary": "Running contracts, monthly recurring revenue and what is due, on one page",
    "version": "19.0.1.0.0",
    "category": "Productivity/Dashboard",
    "author": "sale_recurring contributors",
    "license": "LGPL-3",
    "depends": ["sale_recurring", "spreadsheet_dashboard"],
    "data": ["data/dashboards.xml"],
    "auto_install": True,
}
