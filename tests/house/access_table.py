"""Who may do what with somebody else's documents: read by the walkers ``test_access_*.py``.

The documents are those of :class:`AccessCase`: their customer is ``owner``, their salesperson is
nobody of these. Whoever adds a method, model, field or route adds an entry here.
"""

# ------------------------------------------------------------------
# Who
# ------------------------------------------------------------------

NOBODY = frozenset()
# The customer of a document, and a contact of the same customer.
CUSTOMER = frozenset({"owner", "colleague"})
EVERY_CUSTOMER = frozenset({"owner", "colleague", "daughter", "stranger"})
BOOKKEEPERS = frozenset({"clerk", "accountant"})
ADMINISTRATORS = frozenset({"admin"})
# Users of Subscriptions who see the documents of everybody.
OPERATORS = frozenset({"user_all", "admin"})
SELLERS = OPERATORS | {"sales_all"}
# Whoever core lets read the quotations and orders of everybody.
READERS = SELLERS | BOOKKEEPERS
# Employees of the company, whatever they may.
COLLEAGUES = READERS | {"employee", "sales_own", "user"}

# ------------------------------------------------------------------
# Methods without an underscore that the addon defines: who may call them on a document
# of somebody else; a document that is not the usual one of the model is named too
# ------------------------------------------------------------------

# Where loyalty is installed, only who may read its cards confirms and cancels an order.
STRICTER = {("sale.order", "action_confirm"), ("sale.order", "action_cancel")}

METHODS = {
    "account.move": {
        "action_subscription_charge": BOOKKEEPERS,
        "action_subscription_charge_early": BOOKKEEPERS,
        "action_subscription_credit_next": BOOKKEEPERS,
        "action_subscription_money_came": BOOKKEEPERS,
        "action_subscription_money_did_not_come": BOOKKEEPERS,
        "action_subscription_refund": BOOKKEEPERS,
        "action_view_billed_periods": CUSTOMER | READERS,
        "action_view_recognition": CUSTOMER | READERS,
        "action_view_subscriptions": READERS,
        "activity_schedule": READERS,
        "write": BOOKKEEPERS,
    },
    "account.move.line": {
        "create": BOOKKEEPERS,
        "unlink": BOOKKEEPERS,
        "write": BOOKKEEPERS,
    },
    "account.move.reversal": {"reverse_moves": BOOKKEEPERS},
    "account.payment": {
        "action_post": BOOKKEEPERS,
        "action_subscription_credit_next": BOOKKEEPERS,
        "action_subscription_refund": BOOKKEEPERS,
    },
    # Nobody may read a model without records; others ask for their own rights to each record.
    "base": {"get_cohort_data": NOBODY},
    "mail.message": {"create": (READERS, "active")},
    # Core lets salespeople read saved methods; what each pays is told by the caller's own rights.
    "payment.token": {"get_linked_records_info": READERS | {"owner", "sales_own", "user"}},
    "payment.transaction": {
        "action_subscription_money_came": BOOKKEEPERS,
        "action_subscription_money_did_not_come": BOOKKEEPERS,
        "create": NOBODY,
    },
    "res.config.settings": {"set_values": NOBODY},
    "sale.order": {
        "action_cancel": (READERS, "quote"),
        "action_confirm": (READERS, "quote"),
        "action_draft": (READERS, "quote"),
        "action_preview_sale_order": CUSTOMER | READERS,
        "action_quotation_send": READERS,
        "action_subscription_amend": OPERATORS,
        "action_subscription_bill": OPERATORS,
        "action_subscription_bill_next_period": OPERATORS,
        "action_subscription_bill_selection": OPERATORS,
        "action_subscription_bill_batch": OPERATORS,
        "action_subscription_change": OPERATORS,
        "action_subscription_change_selection": OPERATORS,
        "action_subscription_close": OPERATORS,
        "action_subscription_keep": OPERATORS,
        "action_subscription_leave_changes": (READERS, "renewal"),
        "action_subscription_pause": OPERATORS,
        "action_subscription_preview": OPERATORS,
        "action_subscription_refresh_amendment": (READERS, "amendment"),
        "action_subscription_renew": OPERATORS,
        "action_subscription_reopen": OPERATORS,
        "action_subscription_resume": OPERATORS,
        "action_subscription_resume_on": OPERATORS,
        "action_subscription_retry": OPERATORS,
        "action_subscription_retry_and_tell": OPERATORS,
        "action_subscription_simulate": OPERATORS,
        "action_subscription_suspend": OPERATORS,
        "action_subscription_take_changes": (READERS, "renewal"),
        "action_view_amended_contract": (CUSTOMER | READERS, "amendment"),
        "action_view_amendments": CUSTOMER | READERS,
        "action_view_billed_periods": CUSTOMER | READERS,
        "action_view_dunning_events": CUSTOMER | READERS,
        "action_view_findings": CUSTOMER | READERS,
        "action_view_planned_changes": READERS,
        "action_view_subscription_chain": CUSTOMER | READERS,
        "activity_schedule": READERS,
        "copy_data": SELLERS,
        "create": NOBODY,
        "onchange": READERS,
        "write": READERS,
    },
    "sale.order.discount": {"action_apply_discount": OPERATORS},
    "sale.order.line": {
        "action_subscription_change": (OPERATORS, "line"),
        "copy_data": READERS,
        "create": SELLERS,
        "onchange": READERS,
        "write": READERS,
    },
    "subscription.alert": {
        "action_dry_run": ADMINISTRATORS,
        "action_run_now": ADMINISTRATORS,
        "action_switch_off": ADMINISTRATORS,
        "action_switch_on": ADMINISTRATORS,
        "action_view_automations": NOBODY,
        "action_view_log": COLLEAGUES,
        "action_view_matching": COLLEAGUES,
    },
    "subscription.alert.log": {"action_repeat": ADMINISTRATORS},
    "subscription.webhook.call": {"action_repeat": ADMINISTRATORS},
    "subscription.prepayment.wizard": {"action_bill": OPERATORS},
    "subscription.billed.period": {"create": NOBODY, "write": NOBODY},
    "subscription.billing.preview": {"action_bill": OPERATORS},
    "subscription.change.wizard": {"action_change": OPERATORS},
    "subscription.close.reason": {"action_view_accepted_offers": COLLEAGUES | {"foreign"}},
    "subscription.close.wizard": {"action_close": OPERATORS},
    # It looks at no record of the caller's, and counts what the caller may read.
    "subscription.dashboard": {
        "get_counted_domain": COLLEAGUES - {"employee"} | {"foreign"},
        "get_dashboard": COLLEAGUES - {"employee"} | {"foreign"},
        "get_definitions": COLLEAGUES - {"employee"} | {"foreign"},
        "get_document_tiles": COLLEAGUES - {"employee"} | {"foreign"},
        "get_forecast": COLLEAGUES - {"employee"} | {"foreign"},
    },
    "subscription.dunning.event": {"write": NOBODY},
    "subscription.dunning.policy": {"copy_data": COLLEAGUES},
    "subscription.finding": {
        # It looks at no record of the caller's, and counts what the caller may read.
        "action_check_now": ADMINISTRATORS | {"foreign"},
        "action_ignore": ADMINISTRATORS,
        "action_reopen": ADMINISTRATORS,
        "action_repair": ADMINISTRATORS,
    },
    "subscription.link.wizard": {"action_renew_link": OPERATORS},
    "subscription.mass.wizard": {"action_start": OPERATORS, "action_batch": OPERATORS},
    "subscription.interruption": {"create": NOBODY, "unlink": NOBODY, "write": NOBODY},
    "subscription.mrr.event": {"write": NOBODY},
    "subscription.mrr.policy.wizard": {"action_apply": NOBODY},
    "subscription.mrr.part": {"write": NOBODY},
    "subscription.pause.wizard": {"action_pause": OPERATORS},
    "subscription.price.campaign": dict.fromkeys(
        (
            "action_apply",
            "action_apply_batch",
            "action_notice_batch",
            "action_preview",
            "action_preview_batch",
            "action_send_notices",
            "action_undo",
            "action_undo_batch",
            "action_view_lines",
            "write",
        ),
        ADMINISTRATORS,
    ),
    "subscription.ramp.step": {"create": SELLERS, "write": SELLERS},
    # It looks at no record of the caller's.
    "subscription.recognition": {"action_recognise_now": BOOKKEEPERS | {"foreign"}},
    "subscription.recurrence": {"unlink": ADMINISTRATORS, "write": ADMINISTRATORS},
    "subscription.renewal.wizard": {"action_renew": OPERATORS},
    "subscription.reopen.wizard": {"action_reopen": (OPERATORS, "closed")},
    "subscription.resume.wizard": {"action_resume": (OPERATORS, "suspended")},
    "subscription.segment": {
        "action_revoke": OPERATORS,
        "create": NOBODY,
        "unlink": NOBODY,
        "write": NOBODY,
    },
    "subscription.template": {
        "action_view_contracts": COLLEAGUES,
        "copy_data": COLLEAGUES,
        "write": ADMINISTRATORS,
    },
}

# The usual document of each model.
DOCUMENTS = {
    "base": "company",
    "account.move": "invoice",
    "account.move.line": "invoice line",
    "account.payment": "payment",
    "mail.activity": "activity",
    "payment.token": "card",
    "payment.transaction": "transaction",
    "res.company": "company",
    "res.partner": "customer",
    "res.users": "salesperson",
    "subscription.dashboard": "company",
    "sale.order": "active",
    "sale.order.line": "quote line",
    "subscription.accepted.offer": "accepted offer",
    "subscription.billed.period": "period",
    "subscription.close.reason": "reason",
    "subscription.dunning.event": "event",
    "subscription.dunning.notice": "notice",
    "subscription.dunning.policy": "policy",
    "subscription.dunning.policy.step": "policy step",
    "subscription.finding": "finding",
    "subscription.alert": "alert",
    "subscription.alert.action": "alert action",
    "subscription.alert.log": "alert log",
    "subscription.satisfaction": "satisfaction",
    "subscription.webhook.call": "webhook call",
    "subscription.health": "health",
    "subscription.health.event": "health event",
    "subscription.health.rule": "health rule",
    "subscription.interruption": "gap",
    "subscription.mrr.event": "mrr event",
    "subscription.mrr.part": "mrr part",
    "subscription.churn.report": "churn row",
    "subscription.contract.retention": "contract retention",
    "subscription.customer.retention": "customer retention",
    "subscription.customer.report": "customer row",
    "subscription.health.report": "health row",
    "subscription.satisfaction.report": "satisfaction row",
    "subscription.mrr.report": "mrr row",
    "subscription.revenue.report": "revenue row",
    "subscription.term.report": "term row",
    "subscription.recognition": "earned month",
    "subscription.recognition.balance": "balance row",
    "subscription.recognition.ledger": "ledger row",
    "subscription.recognition.revenue": "earned row",
    "subscription.price.campaign": "campaign",
    "subscription.price.campaign.line": "campaign line",
    "subscription.price.campaign.rule": "campaign rule",
    "subscription.ramp.step": "ramp",
    "subscription.recurrence": "recurrence",
    "subscription.segment": "segment",
    "subscription.template": "template",
    "subscription.template.addon": "addon",
}
# How a dialog is opened on a document: the values that are typed besides those of the form.
DIALOGS = {
    "account.move.reversal": {"move_ids": "invoice", "journal_id": "journal"},
    "res.config.settings": {},
    "sale.order.discount": {"sale_order_id": "active", "discount_percentage": 0.1},
    "subscription.prepayment.wizard": {"order_id": "active"},
    "subscription.billing.preview": {"order_ids": "active"},
    "subscription.change.wizard": {"order_id": "active", "line_id": "line", "quantity": 4.0},
    "subscription.close.wizard": {"order_id": "active", "reason_id": "reason"},
    "subscription.link.wizard": {"order_id": "active"},
    "subscription.mass.wizard": {"order_ids": "active"},
    "subscription.mrr.policy.line": {},
    "subscription.mrr.policy.wizard": {},
    "subscription.pause.wizard": {"order_id": "active"},
    "subscription.renewal.wizard": {"order_id": "active"},
    "subscription.reopen.wizard": {"order_id": "closed"},
    "subscription.resume.wizard": {"order_id": "suspended"},
    "subscription.simulation": {"order_id": "active"},
}
# What is given to a method besides the record; words are documents, by their ids.
ARGUMENTS = {
    ("base", "get_cohort_data"): [{}, {}],
    ("account.move", "write"): [{"ref": "tampered"}],
    ("account.move.line", "create"): [{"move_id": "request", "name": "tampered"}],
    ("account.move.line", "write"): [{"name": "tampered"}],
    ("mail.message", "create"): [
        {"model": "sale.order", "res_id": "active", "body": "tampered", "message_type": "comment"}
    ],
    ("payment.transaction", "create"): [
        {"provider_id": "provider", "partner_id": "customer", "amount": 1.0, "reference": "x"}
    ],
    ("sale.order", "create"): [{"partner_id": "customer", "subscription_parent_id": "active"}],
    ("sale.order", "onchange"): [{}, [], {"name": {}}],
    ("sale.order", "write"): [{"client_order_ref": "tampered"}],
    ("sale.order.line", "create"): [{"order_id": "quote", "name": "tampered"}],
    ("sale.order.line", "onchange"): [{}, [], {"name": {}}],
    ("sale.order.line", "write"): [{"name": "tampered"}],
    ("subscription.billed.period", "create"): [{"line_id": "line", "kind": "credit"}],
    ("subscription.billed.period", "write"): [{"quantity": 1}],
    ("subscription.dashboard", "get_counted_domain"): [{}, "contracts"],
    ("subscription.dashboard", "get_dashboard"): [{}],
    ("subscription.dashboard", "get_document_tiles"): [{}],
    ("subscription.dashboard", "get_forecast"): [{}],
    ("subscription.dunning.event", "write"): [{"outcome": "failed"}],
    ("subscription.mass.wizard", "action_batch"): ["active"],
    ("subscription.price.campaign", "action_apply_batch"): ["active"],
    ("subscription.price.campaign", "action_notice_batch"): ["active"],
    ("subscription.price.campaign", "action_preview_batch"): ["active"],
    ("subscription.price.campaign", "action_undo_batch"): ["active"],
    ("subscription.interruption", "create"): [{"order_id": "active", "start_date": "2027-05-01"}],
    ("subscription.interruption", "write"): [{"reason": "tampered"}],
    ("subscription.mrr.event", "write"): [{"amount": 1.0}],
    ("subscription.mrr.part", "write"): [{"amount": 1.0}],
    ("subscription.price.campaign", "write"): [{"name": "tampered"}],
    ("subscription.ramp.step", "create"): [{"line_id": "quote line", "period": 3}],
    ("subscription.ramp.step", "write"): [{"quantity": 7.0}],
    ("subscription.recurrence", "write"): [{"name": "tampered"}],
    ("subscription.segment", "create"): [{"line_id": "line", "start_date": "2027-05-01"}],
    ("subscription.segment", "write"): [{"quantity": 7.0}],
    ("subscription.template", "write"): [{"name": "tampered"}],
}
