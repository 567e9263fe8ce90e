from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.http import request, route
from werkzeug.exceptions import BadRequest, NotFound

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount

# What each payment form sends, besides the amount.
FORM_IDS = ("provider_id", "payment_method_id", "token_id", "partner_id", "currency_id")
FORM_KEYS = {"provider_id", "payment_method_id", "token_id", "flow", "landing_route"}
FORM_TEXTS = ("landing_route", "reference_prefix")
FLOWS = ("direct", "redirect", "token")
NUL = "\0"  # what no database keeps in a text
MAX_ID = 2**31 - 1
MAX_AMOUNT = 10**15  # beyond that a number has no cents


def read_text(value):
    """Return what somebody typed, as far as a database can keep it."""
    return (value or "").replace(NUL, "")


def get_accessible_order(controller, order_id, access_token):
    """Return the sudoed order that a request names, empty for a visitor who may not see it.

    :param controller: one of the portal's, that knows who may see a document
    :raise BadRequest: the number or the token is none
    :rtype: sale.order
    """
    SubscriptionPayment._check_id(order_id)
    SubscriptionPayment._check_text(access_token)
    try:
        return controller._document_check_access("sale.order", order_id, access_token)
    except (AccessError, MissingError):
        return request.env["sale.order"]


class SubscriptionPayment(PortalAccount, PaymentPortal):
    """Every road to a payment: what is sent is looked at, and contracts have their own rule.

    A document of a contract is paid with a saved method only by its owner, who is logged in; with
    a provider that serves its company; never with more than is open, and a request for payment
    with all of it. Documents that no contract has to do with are paid as in Odoo.
    """

    # ------------------------------------------------------------------
    # Core's routes
    # ------------------------------------------------------------------

    @route()
    def payment_pay(self, *args, amount=None, invoice_id=None, **kwargs):
        """Refuse amounts that are no numbers."""
        self._check_amount(self._cast_as_float(amount))
        self._check_id(self._cast_as_int(invoice_id))
        if "sale_order_id" in kwargs:
            kwargs["sale_order_id"] = self._cast_as_int(kwargs["sale_order_id"])
            self._check_id(kwargs["sale_order_id"])
        return super().payment_pay(*args, amount=amount, invoice_id=invoice_id, **kwargs)

    @route()
    def payment_transaction(
        self, amount=None, currency_id=None, partner_id=None, access_token=None, **kwargs
    ):
        """Refuse amounts that are no numbers."""
        self._check_form({"amount": amount, "currency_id": currency_id, "partner_id": partner_id})
        self._check_text(access_token)
        return super().payment_transaction(amount, currency_id, partner_id, access_token, **kwargs)

    @route()
    def invoice_transaction(self, invoice_id, access_token=None, **kwargs):
        """Refuse what is no link."""
        self._check_id(invoice_id)
        self._check_text(access_token)
        return super().invoice_transaction(invoice_id, access_token, **kwargs)

    @route()
    def overdue_invoices_transaction(self, payment_reference=None, **kwargs):
        """Refuse what is no reference, and a payment of nothing."""
        self._check_text(payment_reference)
        late = (
            request.env["account.move"]
            .sudo()
            .search_count(  # sudo: visitors read no invoices
                self._get_overdue_invoices_domain(), limit=1
            )
        )
        if not late:
            raise ValidationError(
                request.env._("No invoice is late. Reload the page to see what is open.")
            )
        return super().overdue_invoices_transaction(payment_reference, **kwargs)

    @route()
    def payment_confirm(self, tx_id=None, access_token=None, **kwargs):
        """Take a request without a link for one of a stranger."""
        self._check_id(self._cast_as_int(tx_id))
        self._check_text(access_token)
        if not access_token:
            raise NotFound
        return super().payment_confirm(tx_id, access_token, **kwargs)

    @route()
    def archive_token(self, token_id=None):
        """Refuse what is no saved method."""
        self._check_id(token_id)
        return super().archive_token(token_id)

    @staticmethod
    def _validate_transaction_kwargs(kwargs, additional_allowed_keys=()):
        """Refuse what a form sends in place of numbers, before anything is looked up by it."""
        PortalAccount._validate_transaction_kwargs(kwargs, additional_allowed_keys)
        SubscriptionPayment._check_form(kwargs)

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    def _get_overdue_invoices_domain(self, partner_id=None):
        """Leave out what is being charged: nobody can pay it, nor what is late besides it."""
        domain = super()._get_overdue_invoices_domain(partner_id)
        Move = request.env["account.move"].sudo()  # sudo: visitors read no invoices
        late = Move.search([*domain, ("transaction_ids", "!=", False)])
        charged = late.filtered(lambda move: move._is_about_contracts() and move._has_open_charge())
        return [*domain, ("id", "not in", charged.ids)]

    def _prepare_my_invoices_values(self, page, date_begin, date_end, sortby, filterby, **kwargs):
        """Sort and filter the list as usual where an address asks for what there is not."""
        sortings, filters = (
            self._get_account_searchbar_sortings(),
            self._get_account_searchbar_filters(),
        )
        sortby = sortby if sortby in sortings else None
        filterby = filterby if filterby in filters else None
        return super()._prepare_my_invoices_values(
            page, date_begin, date_end, sortby, filterby, **kwargs
        )

    def _get_extra_payment_form_values(self, invoice_id=None, **kwargs):
        """Show on the general payment form only saved methods that may be used there."""
        values = super()._get_extra_payment_form_values(invoice_id=invoice_id, **kwargs)
        if "tokens_sudo" not in kwargs:
            return values
        # sudo: the link was checked by core, which may have no user
        invoice_sudo = request.env["account.move"].sudo().browse(self._cast_as_int(invoice_id))
        if invoice_sudo.subscription_order_ids:
            methods_sudo = self._get_methods_to_show(invoice_sudo, kwargs["providers_sudo"])
        elif invoice_sudo:
            methods_sudo = kwargs["tokens_sudo"]
        else:
            methods_sudo = kwargs["tokens_sudo"].filtered(lambda one: not self._is_guarded(one))
        return {**values, "tokens_sudo": methods_sudo}

    def _invoice_get_page_view_values(self, invoice, access_token, **kwargs):
        """Show on the page of an invoice only saved methods that may pay it."""
        values = super()._invoice_get_page_view_values(invoice, access_token, **kwargs)
        if "tokens_sudo" in values and invoice.subscription_order_ids:
            values["tokens_sudo"] = self._get_methods_to_show(invoice, values["providers_sudo"])
        return values

    def _overdue_invoices_get_page_view_values(self, overdue_invoices, **kwargs):
        """Show on the page of all late invoices only saved methods that may pay them."""
        values = super()._overdue_invoices_get_page_view_values(overdue_invoices, **kwargs)
        documents = overdue_invoices.filtered("subscription_order_ids")
        if "tokens_sudo" in values and documents:
            methods_sudo = values["tokens_sudo"]._filter_for_visitor(documents)
            for document in documents:
                methods_sudo = methods_sudo.filtered(
                    lambda one, document=document: not document._needs_customer_for(one)
                )
            values["tokens_sudo"] = methods_sudo
        return values

    def _get_methods_to_show(self, document_sudo, providers_sudo):
        """Return sudoed saved methods that the visitor may pay a document of a contract with."""
        methods_sudo = request.env["payment.token"]._get_for_document(document_sudo)
        methods_sudo = methods_sudo._filter_for_visitor(document_sudo).filtered(
            lambda method: method.provider_id in providers_sudo
        )
        if document_sudo._name != "account.move":
            return methods_sudo
        # Such a method is entered anew, so that its bank can ask the customer.
        return methods_sudo.filtered(lambda method: not document_sudo._needs_customer_for(method))

    def _is_guarded(self, method_sudo):
        """Return whether a saved method is of a customer with contracts, who is not the visitor.

        A link that asks for a payment must not open the methods that contracts are paid with.

        :rtype: bool
        """
        return not method_sudo._is_owner_here() and method_sudo._is_of_subscriber()

    # ------------------------------------------------------------------
    # Payments
    # ------------------------------------------------------------------

    def _create_transaction(self, *args, custom_create_values=None, **kwargs):
        """Refuse payments that the rule of contracts does not allow, whichever route they take.

        A saved method is charged once the attempt is saved, see `_charge_after_commit`.
        """
        missing = FORM_KEYS - kwargs.keys()
        if missing and not args:
            raise BadRequest(request.env._("This form is not complete. Reload the page."))
        kwargs.setdefault("tokenization_requested", False)
        self._check_form(kwargs)
        documents = self._get_paid_documents(custom_create_values or {})
        if documents:
            self._check_contract_payment(documents, custom_create_values, kwargs)
        elif kwargs.get("flow") == "token":
            # sudo: visitors read no methods
            method_sudo = request.env["payment.token"].sudo().browse(kwargs["token_id"]).exists()
            is_plain = (custom_create_values or {}).keys() & {"invoice_ids", "sale_order_ids"}
            if not method_sudo or (not is_plain and self._is_guarded(method_sudo)):
                raise ValidationError(self._get_log_in_text())
        is_delayed = request.env.context.get("delay_token_charge")
        is_attempt = bool(documents) and kwargs.get("flow") == "token" and not is_delayed
        if is_attempt:
            request.update_context(delay_token_charge=True)
        tx_sudo = super()._create_transaction(
            *args, custom_create_values=custom_create_values, **kwargs
        )
        if is_attempt:
            tx_sudo._charge_after_commit()
        return tx_sudo

    def _get_paid_documents(self, values):
        """Return what a payment is for, as far as contracts have to do with it.

        :param dict values: create values of the transaction besides those of the form
        :rtype: list[sale.order | account.move]
        """
        documents = []
        for name, model in (("invoice_ids", "account.move"), ("sale_order_ids", "sale.order")):
            for command in values.get(name, ()):
                # sudo: the route checked the login or the link
                documents += request.env[model].sudo().browse(command[2])
        if order_id := values.get("subscription_method_order_id"):
            documents.append(request.env["sale.order"].sudo().browse(order_id))  # sudo: as above
        return [document for document in documents if document._is_about_contracts()]

    def _check_contract_payment(self, documents, values, kwargs):
        """Refuse what may not be paid so.

        :raise ValidationError: with a sentence for whoever fills in the form
        """
        for document in documents:
            request.env["payment.transaction"]._check_not_too_often(document)
        if kwargs.get("is_validation"):
            return
        if not kwargs.get("amount") or kwargs["amount"] < 0:
            raise BadRequest(self._get_no_amount_text())
        is_saved = kwargs.get("flow") == "token"
        if is_saved:
            # sudo: visitors read no methods
            method_sudo = request.env["payment.token"].sudo().browse(kwargs["token_id"]).exists()
            allowed_sudo = method_sudo.filtered("active")
            if not all(allowed_sudo._filter_for_visitor(document) for document in documents):
                raise ValidationError(self._get_log_in_text())
        self._check_provider(documents[0], kwargs, method_sudo.provider_id if is_saved else None)
        currency = documents[0].currency_id
        if not values.get("subscription_prepayment_order_id"):
            for document in documents:
                document._check_payment_begins(kwargs["amount"], len(documents) == 1)
            left = sum(document._get_amount_open_to_pay() for document in documents)
            if currency.compare_amounts(kwargs["amount"], left) > 0:
                Transaction = request.env["payment.transaction"]
                raise ValidationError(
                    Transaction._get_too_much_text(kwargs["amount"], left, currency)
                )

    def _check_provider(self, document_sudo, kwargs, provider_sudo=None):
        """Refuse providers that the form of a document does not offer.

        :param provider_sudo: that of the saved method, if one is used
        :raise BadRequest: somebody made the request up
        """
        # sudo: visitors may not read providers
        offered_sudo = (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                document_sudo.company_id.id,
                kwargs["partner_id"],
                kwargs["amount"],
                currency_id=document_sudo.currency_id.id,
            )
        )
        wanted = kwargs["provider_id"]
        is_of_method = provider_sudo is None or provider_sudo.id == wanted
        if not is_of_method or wanted not in offered_sudo.ids:
            raise BadRequest(request.env._("This payment provider is not offered here."))

    # ------------------------------------------------------------------
    # What is sent
    # ------------------------------------------------------------------

    @staticmethod
    def _check_form(values):
        """Refuse values that are no ids, amounts or flows.

        :raise BadRequest: somebody made the request up
        """
        for name in FORM_IDS:
            SubscriptionPayment._check_id(values.get(name))
        SubscriptionPayment._check_amount(values.get("amount"))
        for name in FORM_TEXTS:
            SubscriptionPayment._check_text(values.get(name))
        is_token = values.get("flow") == "token"
        if values.get("flow", "direct") not in FLOWS or (is_token and not values.get("token_id")):
            raise BadRequest(request.env._("This form is not complete. Reload the page."))

    @staticmethod
    def _check_id(value):
        """Refuse what is no id.

        :raise BadRequest: a value is no id of a record
        """
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and value is not False and not (is_number and 0 <= value <= MAX_ID):
            raise BadRequest(request.env._("An id must be a whole number."))

    @staticmethod
    def _check_amount(value):
        """Refuse what is no amount.

        :raise BadRequest: a value is no amount of money
        """
        if value is None or value is False:
            return
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not -MAX_AMOUNT < value < MAX_AMOUNT:
            raise BadRequest(SubscriptionPayment._get_no_amount_text())

    @staticmethod
    def _check_text(value):
        """Refuse what is no link.

        :raise NotFound: a value is no text, so no link either
        """
        if value and (not isinstance(value, str) or NUL in value):
            raise NotFound

    @staticmethod
    def _get_no_amount_text():
        return request.env._("An amount must be a number above zero. Reload the page.")

    def _get_log_in_text(self):
        return request.env._(
            "A saved payment method is used only by its owner. Log in as the customer, or choose "
            "another payment method."
        )
