from odoo.fields import Domain
from odoo.http import request, route
from werkzeug.exceptions import NotFound

from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.portal.contract_list import ContractList
from ..models.portal.contract_page import ContractPage
from ..models.portal.customer_acts import CustomerActs
from .payment import get_accessible_order, read_text
from .quotation import CustomerPortal

PER_PAGE = 20
MAX_SEARCH = 100  # characters


class SubscriptionPortal(CustomerPortal):
    """A customer's contracts: the list of them, and the page of one."""

    def _prepare_home_portal_values(self, counters):
        """Count the contracts that run."""
        values = super()._prepare_home_portal_values(counters)
        if "subscription_count" in counters:
            Order = request.env["sale.order"]
            is_reader = Order.has_access("read")
            domain = self._prepare_contracts_domain()
            values["subscription_count"] = Order.search_count(domain) if is_reader else 0
        return values

    def _prepare_orders_domain(self, partner):
        """Leave contracts out: they have a list of their own."""
        return Domain(super()._prepare_orders_domain(partner)) & ~ContractList.get_domain()

    def _prepare_contracts_domain(self):
        """Return contracts of whoever is logged in and of their company."""
        customer = request.env.user.partner_id.commercial_partner_id
        return Domain("partner_id", "child_of", customer.ids) & ContractList.get_domain()

    @route(
        ["/my/subscriptions", "/my/subscriptions/page/<int:page>"],
        type="http",
        methods=["GET"],
        auth="user",
        website=True,
    )
    def portal_my_subscriptions(
        self, page=1, sortby=None, filterby=None, search=None, search_in=None, **kwargs
    ):
        """List a customer's contracts, each with a sentence that says how it stands."""
        Order = request.env["sale.order"]
        shown = ContractList(request.env)
        filters, sortings, inputs = shown.get_filters(), shown.get_sortings(), shown.get_inputs()
        choice = {
            "sortby": sortby if sortby in sortings else "next",
            "filterby": filterby if filterby in filters else "running",
            "search_in": search_in if search_in in inputs else "all",
            "search": read_text(search)[:MAX_SEARCH],
        }
        everything = self._prepare_contracts_domain()
        domain = everything & filters[choice["filterby"]]["domain"]
        if choice["search"]:
            domain &= shown.get_search(choice["search_in"], choice["search"])
        can_read = Order.has_access("read")
        total = Order.search_count(domain) if can_read else 0
        pager = portal_pager(
            url="/my/subscriptions", total=total, page=page, step=PER_PAGE, url_args=choice
        )
        contracts = Order
        if total:
            contracts = Order.search(
                domain,
                order=sortings[choice["sortby"]]["order"],
                limit=PER_PAGE,
                offset=pager["offset"],
            )
        request.session["my_orders_history"] = contracts.ids
        values = self._prepare_portal_layout_values() | {
            # sudo: customers may not read all that the sentences are made of
            "statuses": shown.get_statuses(contracts.sudo()),
            "has_contracts": bool(total or (can_read and Order.search_count(everything, limit=1))),
            "page_name": "subscription",
            "pager": pager,
            "default_url": "/my/subscriptions",
            "searchbar_sortings": sortings,
            "searchbar_filters": filters,
            "searchbar_inputs": inputs,
            **choice,
        }
        return request.render("sale_recurring.portal_my_subscriptions", values)

    @route()
    def portal_order_page(self, order_id, report_type=None, invoices=None, **kwargs):
        """Show contracts on a page of their own: how they stand first, the money, then the rest."""
        response = super().portal_order_page(order_id, report_type=report_type, **kwargs)
        values = getattr(response, "qcontext", None) or {}
        order_sudo = values.get("sale_order")
        if report_type or not order_sudo or not order_sudo._has_contract_page():
            return response
        # What a reader may see of saved methods depends on who reads.
        contract = order_sudo.with_user(request.env.user).sudo()
        # Nothing is written here: customers know products by their names, not by our codes.
        contract = contract.with_context(display_default_code=False)
        values["contract"] = contract
        values["sale_order"] = False  # else core's breadcrumbs lead to orders
        values["contract_page"] = ContractPage(contract, all_invoices=invoices == "all")
        is_colleague = request.env.user._is_internal()
        values["acts"] = False if is_colleague else CustomerActs(contract)
        if not is_colleague:
            request.env["subscription.health"]._note_visit(contract)
        values["done"] = kwargs.get("done")
        values["page_name"] = "subscription"
        response.template = "sale_recurring.portal_contract"
        return response

    @route(
        "/my/orders/<int:order_id>/invoices/<int:invoice_id>",
        type="http",
        methods=["GET"],
        auth="public",
        website=True,
        sitemap=False,
    )
    def subscription_invoice(
        self, order_id, invoice_id, access_token=None, report_type=None, download=None, **kwargs
    ):
        """Open an invoice of a contract for whoever may open the contract.

        :raise NotFound: there is no such invoice, or none that the visitor may learn of
        """
        order_sudo = get_accessible_order(self, order_id, access_token)
        move_sudo = order_sudo.order_line.invoice_lines.move_id.filtered(
            lambda move: move.id == invoice_id and move.state == "posted"
        )
        if not move_sudo or not order_sudo._has_contract_page():
            raise NotFound
        is_pdf = report_type == "pdf"
        return request.redirect(
            move_sudo.get_portal_url(
                report_type="pdf" if is_pdf else None, download=bool(is_pdf and download)
            )
        )
