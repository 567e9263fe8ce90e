"""Which routes open for whom: read by the walker ``test_access_routes.py``.

``Call(path, verb, document, may, values, key)``: who may send a request about a document. A value
that is the name of a document stands for its id. ``key`` says what a visitor without a login
brings: the token of the document, the signed amount of a payment, or nothing.
"""

import json
from typing import NamedTuple

from ..support.common_access_http import LEFT_OUT
from ..support.common_payment import SIGNATURE
from .access_table import COLLEAGUES, CUSTOMER, EVERY_CUSTOMER, NOBODY, READERS


class Call(NamedTuple):
    path: str
    verb: str
    document: str
    may: frozenset
    values: dict = {}
    key: str = "token"


LINK = frozenset({"link"})
VISITORS = frozenset({"link", "wrong", "old", "anyone"})
LOGGED_IN = EVERY_CUSTOMER | COLLEAGUES | {"foreign"}
EVERYBODY = LOGGED_IN | VISITORS
# A page that is also opened by its link.
PAGE = CUSTOMER | LINK | READERS
# What customers do alone with their contract.
ACTS = CUSTOMER | LINK

ORDER = "/my/orders/<int:order_id>"
INVOICE = "/my/invoices/<int:invoice_id>"
PAY = {
    "provider_id": "provider",
    "payment_method_id": "method",
    "token_id": None,
    "flow": "direct",
    "tokenization_requested": False,
    "landing_route": "/my",
}
PAY_SAVED = PAY | {"flow": "token", "token_id": "card"}

COHORTS = json.dumps(
    {
        "model": "subscription.contract.retention",
        "domain": [],
        "values": {
            "date_start": "cohort_date",
            "date_change": "effective_date",
            "first": "is_first",
            "measure": "net_change",
        },
    }
)

CALLS = [
    # Lists: everybody sees what is their own.
    Call("/my/orders", "GET", "active", LOGGED_IN),
    Call("/my/orders/page/<int:page>", "GET", "active", LOGGED_IN, {"page": 1}),
    Call("/my/quotes", "GET", "quote", LOGGED_IN),
    Call("/my/quotes/page/<int:page>", "GET", "quote", LOGGED_IN, {"page": 1}),
    Call("/my/invoices", "GET", "invoice", LOGGED_IN),
    Call("/my/invoices/page/<int:page>", "GET", "invoice", LOGGED_IN, {"page": 1}),
    Call("/my/invoices/overdue", "GET", "invoice", LOGGED_IN - {"employee"}),
    Call("/my/subscriptions", "GET", "active", LOGGED_IN),
    Call("/my/subscriptions/page/<int:page>", "GET", "active", LOGGED_IN, {"page": 1}),
    Call("/my/payment_method", "GET", "active", LOGGED_IN),
    # A quotation or contract.
    *(
        Call(ORDER, "GET", name, PAGE)
        for name in ("quote", "active", "suspended", "closed", "charged", "amendment", "moved")
    ),
    Call(ORDER, "GET", "active", PAGE, {"report_type": "html"}),
    Call(f"{ORDER}/accept", "JSON", "quote", PAGE, {"name": "Somebody", "signature": SIGNATURE}),
    Call(f"{ORDER}/decline", "POST", "quote", PAGE, {"decline_message": "No"}),
    Call(f"{ORDER}/document/<int:document_id>", "GET", "quote", NOBODY, {"document_id": 1}),
    Call(f"{ORDER}/download_edi", "GET", "active", PAGE),
    Call(f"{ORDER}/update_line_dict", "JSON", "quote", NOBODY, {"line_id": "quote line"}),
    Call(f"{ORDER}/transaction", "JSON", "quote", PAGE, PAY | {"amount": 36.0}),
    Call(f"{ORDER}/transaction", "JSON", "quote", CUSTOMER, PAY_SAVED | {"amount": 36.0}),
    Call(f"{ORDER}/in_advance", "GET", "charged", PAGE),
    Call(
        f"{ORDER}/in_advance/<string:day>/transaction",
        "JSON",
        "charged",
        PAGE,
        PAY | {"amount": 36.0, "day": "2027-02-11"},
    ),
    Call(f"{ORDER}/pay", "GET", "active", PAGE),
    # What a customer does alone; colleagues have the back office for it.
    Call(f"{ORDER}/close", "GET", "active", ACTS, {"reason_id": 1, "day": "2027-02-11"}),
    Call(
        f"{ORDER}/close",
        "POST",
        "active",
        ACTS,
        {"reason_id": 1, "day": "2027-02-11", "note": "x", "total": 0.0},
    ),
    Call(f"{ORDER}/keep", "POST", "active", ACTS),
    Call(f"{ORDER}/addresses", "GET", "active", CUSTOMER),
    Call(f"{ORDER}/addresses", "POST", "active", CUSTOMER, {"billing_id": 1, "total": 0.0}),
    Call(f"{ORDER}/contact", "GET", "active", CUSTOMER),
    Call(f"{ORDER}/contact", "POST", "active", CUSTOMER, {"contact_id": 1, "total": 0.0}),
    Call(f"{ORDER}/withdraw", "GET", "active", ACTS),
    Call(f"{ORDER}/withdraw", "POST", "active", ACTS, {"total": 0.0}),
    Call(
        f"{ORDER}/offer",
        "POST",
        "active",
        ACTS,
        {"reason_id": 1, "day": "2027-02-11", "total": 0.0},
    ),
    Call(f"{ORDER}/pause", "GET", "active", ACTS, {"until": "2027-02-20"}),
    Call(f"{ORDER}/pause", "POST", "active", ACTS, {"until": "2027-02-20", "total": 0.0}),
    Call(f"{ORDER}/resume", "GET", "active", NOBODY),
    Call(f"{ORDER}/resume", "POST", "active", ACTS, {"total": 0.0}),
    Call(f"{ORDER}/change", "GET", "active", ACTS, {"plan": "", "see": 1}),
    Call(f"{ORDER}/change", "POST", "active", ACTS, {"plan": "", "shown": "x"}),
    Call(f"{ORDER}/change/pay", "GET", "active", ACTS, {"paid": 1}),
    Call(f"{ORDER}/change/drop", "POST", "active", ACTS),
    Call(f"{ORDER}/change/revoke", "POST", "active", ACTS, {"change_id": 1}),
    Call(f"{ORDER}/invoices/<int:invoice_id>", "GET", "active", PAGE, {"invoice_id": "invoice"}),
    Call(f"{ORDER}/payment_method", "GET", "active", PAGE),
    Call(f"{ORDER}/payment_method/transaction", "JSON", "charged", PAGE, PAY),
    Call(f"{ORDER}/payment_method/assign", "JSON", "active", CUSTOMER, {"token_id": "card"}),
    # A card of somebody else, also of a company of the same group.
    *(
        Call(path, "JSON", document, NOBODY, values | {"token_id": card, "amount": 36.0})
        for path, document, values in (
            (f"{ORDER}/transaction", "quote", PAY_SAVED),
            (f"{ORDER}/payment_method/assign", "active", {}),
            (f"{ORDER}/payment_method/transaction", "active", PAY_SAVED),
            ("/invoice/transaction/<int:invoice_id>", "invoice", PAY_SAVED),
        )
        for card in ("card of a stranger", "card of the daughter")
    ),
    # An invoice, or a request for payment.
    Call(INVOICE, "GET", "invoice", PAGE),
    Call(INVOICE, "GET", "request", LINK | READERS),
    Call("/invoice/transaction/<int:invoice_id>", "JSON", "invoice", PAGE, PAY | {"amount": 36.0}),
    Call(
        "/invoice/transaction/<int:invoice_id>",
        "JSON",
        "invoice",
        CUSTOMER,
        PAY_SAVED | {"amount": 36.0},
    ),
    Call(
        "/invoice/transaction/<int:invoice_id>",
        "JSON",
        "invoice",
        NOBODY,
        PAY_SAVED | {"amount": 123456.0},
    ),
    Call(
        "/invoice/transaction/<int:invoice_id>",
        "JSON",
        "invoice",
        NOBODY,
        PAY | {"amount": 123456.0},
    ),
    Call(
        "/invoice/transaction/overdue", "JSON", "invoice", NOBODY, PAY | {"payment_reference": "x"}
    ),
    # Payments.
    Call(
        "/payment/pay",
        "GET",
        "invoice",
        LINK,
        {"amount": 36.0, "currency_id": "currency", "partner_id": "customer"},
        "payment",
    ),
    Call(
        "/payment/transaction",
        "JSON",
        "invoice",
        LINK,
        PAY | {"amount": 36.0, "currency_id": "currency", "partner_id": "customer"},
        "payment",
    ),
    Call(
        "/payment/transaction",
        "JSON",
        "invoice",
        NOBODY,
        PAY_SAVED | {"amount": 36.0, "currency_id": "currency", "partner_id": "customer"},
        "payment",
    ),
    Call("/payment/archive_token", "JSON", "active", {"owner"}, {"token_id": "card"}),
    Call(
        "/payment/confirmation",
        "GET",
        "transaction",
        LINK,
        {"tx_id": "transaction"},
        "payment",
    ),
    # Both show the payment of the visitor's own session.
    Call("/payment/status", "GET", "active", EVERYBODY),
    Call("/payment/status/poll", "JSON", "active", EVERYBODY),
    Call("/payment/demo/simulate_payment", "JSON", "active", NOBODY, {"reference": "none"}),
    # Figures: each sees those of the own contracts, and nobody else any.
    Call(
        "/sale_recurring/cohort/xlsx",
        "POST",
        "active",
        COLLEAGUES - {"employee"} | {"foreign"},
        {"data": COHORTS},
        key="",
    ),
    # Files, reports, messages.
    Call("/web/content/<int:id>", "GET", "attachment", READERS, key=""),
    Call(
        "/web/content/<string:model>/<int:id>/<string:field>",
        "GET",
        "active",
        NOBODY,
        {"model": "sale.order", "field": "note"},
    ),
    Call(
        "/report/<converter>/<reportname>/<docids>",
        "GET",
        "active",
        READERS,
        {"converter": "html", "reportname": "sale.report_saleorder", "docids": "active"},
    ),
    Call(
        "/mail/message/post",
        "JSON",
        "active",
        READERS,
        {"thread_model": "sale.order", "thread_id": "active", "post_data": {"body": "x"}},
    ),
    Call(
        "/mail/thread/messages",
        "JSON",
        "active",
        LOGGED_IN,
        {"thread_model": "sale.order", "thread_id": "active"},
    ),
    Call(
        "/mail/chatter_fetch",
        "JSON",
        "active",
        EVERYBODY,
        {"thread_model": "sale.order", "thread_id": "active"},
    ),
    Call(
        "/portal/chatter_init",
        "JSON",
        "active",
        EVERYBODY,
        {"thread_model": "sale.order", "thread_id": "active"},
    ),
    Call("/mail/view", "GET", "active", PAGE, {"model": "sale.order", "res_id": "active"}),
    Call("/mail/message/<int:message_id>", "GET", "message", CUSTOMER | READERS, key=""),
]

# What else can be said in an address or a request: nothing of it is needed.
LISTED = "page date_begin date_end sortby filterby search search_in"
EXTRA = {
    "/my/orders": LISTED,
    "/my/quotes": LISTED,
    "/my/invoices": LISTED,
    ORDER: "payment_amount downpayment amount_selection report_type message download",
    f"{ORDER}/accept": "shown_total",
    f"{ORDER}/update_line_dict": "input_quantity remove unlink",
    f"{ORDER}/pay": "document",
    f"{ORDER}/in_advance": "paid",
    f"{ORDER}/payment_method": "saved paid",
    f"{ORDER}/transaction": "is_validation partner_id currency_id sale_order_id",
    f"{ORDER}/payment_method/transaction": "is_validation amount partner_id",
    INVOICE: "amount payment_token payment report_type download",
    "/invoice/transaction/<int:invoice_id>": "is_validation name_next_installment partner_id",
    "/payment/pay": "reference invoice_id sale_order_id company_id provider_option_id",
    "/payment/transaction": "reference_prefix is_validation",
    "/my/payment_method": "provider_id",
    "/payment/status/poll": "csrf_token",
}
# Routes of core that lead to documents of ours: each that begins so needs an entry as well.
PREFIXES = (
    "/my/orders",
    "/my/quotes",
    "/my/invoices",
    "/my/payment_method",
    "/invoice/",
    "/payment/",
)
# These are called by providers and by whoever sets one up, and name no document of ours.
# What Stripe may tell us stands in tests/stripe/.
PROVIDER_ROUTES = {
    "/payment/stripe/onboarding/refresh",
    "/payment/stripe/onboarding/return",
    "/payment/stripe/return",
    "/payment/stripe/webhook",
}
# Core takes any model of any addon here. What is made up is answered with a fault of its own, which
# changes and shows nothing; who may see what is asked of all of them like of the others.
CORES_OWN = ("/mail/", "/portal/chatter_init", "/report/", "/web/content/")
# What is typed into addresses and requests instead of what belongs there.
TAMPERED = (LEFT_OUT, None, "x", float("nan"), -1, 10**30, [1], "2027-13-45")
TAMPERED_EXTRA = ("x", float("nan"), -1, [1])
