"""Who may do what on each stored model of the addon."""

OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
ROLES = {
    "public": "base.group_public",
    "portal": "base.group_portal",
    "employee": "base.group_user",
    "product manager": "base.group_user,product.group_product_manager",
    "salesperson": "sales_team.group_sale_salesman",
    "user": "sale_recurring.group_subscription_user",
    "user of all": "sale_recurring.group_subscription_user_all",
    "administrator": "sale_recurring.group_subscription_manager",
    "invoicing": "account.group_account_invoice",
    "auditor": "account.group_account_readonly",
}
SALES = ("salesperson", "user", "user of all", "administrator")
BOOKS = ("invoicing", "auditor")
STAFF = ("employee", "product manager", *SALES, *BOOKS)

# Set up by administrators, shown to every colleague.
SETUP = dict.fromkeys(STAFF, "r") | {"administrator": "rwcu"}
# Written by the code only: not even an administrator edits what was agreed or billed.
HISTORY = dict.fromkeys(SALES + BOOKS, "r")

# What each role may do on each stored model; a role that is not named may do nothing.
EXPECTED = {
    "subscription.recurrence": SETUP,
    "subscription.template": SETUP,
    "subscription.template.addon": SETUP,
    "subscription.stage": SETUP,
    "subscription.close.reason": SETUP,
    "subscription.price": SETUP | {"product manager": "rwcu"},
    "subscription.segment": HISTORY,
    "subscription.billed.period": HISTORY,
    # Whoever sells does not read the books.
    "subscription.recognition": dict.fromkeys(BOOKS, "r"),
    "subscription.recognition.balance": dict.fromkeys(BOOKS, "r"),
    "subscription.recognition.ledger": dict.fromkeys(BOOKS, "r"),
    "subscription.recognition.revenue": dict.fromkeys(BOOKS, "r"),
    "subscription.interruption": HISTORY,
    "subscription.accepted.offer": HISTORY,
    "subscription.finding": HISTORY,
    "subscription.mrr.event": HISTORY,
    "subscription.mrr.part": HISTORY,
    "subscription.revenue.report": HISTORY,
    "subscription.term.report": HISTORY,
    "subscription.churn.report": HISTORY,
    "subscription.mrr.report": HISTORY,
    "subscription.health.report": HISTORY,
    "subscription.satisfaction.report": HISTORY,
    "subscription.customer.report": dict.fromkeys(("user of all", "administrator", *BOOKS), "r"),
    "subscription.alert": SETUP,
    "subscription.alert.action": SETUP,
    "subscription.alert.log": HISTORY,
    "subscription.satisfaction": HISTORY,
    "subscription.webhook.call": {"administrator": "r"},
    "subscription.health": HISTORY,
    "subscription.health.event": HISTORY,
    "subscription.health.rule": SETUP,
    "subscription.contract.retention": HISTORY,
    "subscription.customer.retention": HISTORY,
    "subscription.dunning.policy": SETUP,
    "subscription.dunning.policy.step": SETUP,
    "subscription.dunning.event": HISTORY,
    "subscription.dunning.notice": HISTORY,
    # Typed on quotations.
    "subscription.ramp.step": dict.fromkeys(SALES, "rwcu") | dict.fromkeys(BOOKS, "r"),
    # Everybody's own.
    "subscription.forecast.scenario": dict.fromkeys(SALES + BOOKS, "rwcu"),
    "subscription.price.campaign": {"administrator": "rwcu"},
    "subscription.price.campaign.rule": {"administrator": "rwcu"},
    "subscription.price.campaign.line": {"administrator": "rwcu"},
}
