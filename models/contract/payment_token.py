from odoo import models
from odoo.fields import Domain


class PaymentToken(models.Model):
    """The one rule of saved methods: who may see, choose and charge which for which document.

    A document is paid with methods of its customer and of its payer, saved in its company. People
    see and choose those of their own firm, once they are logged in. A firm is what Odoo calls the
    commercial partner: persons and addresses of one share its methods, a parent company and its
    daughters are customers of their own. Pages, routes, forms, imports and jobs all ask here.
    """

    _inherit = "payment.token"

    def _get_refusal_for(self, document):
        """Return why this method may not pay a document, whoever wants it to.

        :param document: a `sale.order` or an `account.move`
        :return: a sentence, or False when it may
        """
        self.ensure_one()
        # sudo: whoever sets or charges a method may not read it
        method = self.sudo()
        owners = document._get_method_owners()
        company = document.company_id.sudo()
        if method.partner_id.commercial_partner_id not in owners:
            return self.env._(
                "This payment method belongs to another customer than %(document)s. Choose one of "
                "%(customers)s.",
                document=document.display_name,
                customers=", ".join(owners.mapped("name")),
            )
        if method.company_id and method.company_id not in company.parent_ids:
            return self.env._(
                "This payment method was saved in another company than that of %(document)s. "
                "Choose one of %(company)s.",
                document=document.display_name,
                company=company.name,
            )
        return False

    def _filter_for_visitor(self, documents):
        """Return those of these methods that the current user may see and choose for documents.

        :param documents: `sale.order` or `account.move`, reached by a link or a login
        """
        return self.filtered(
            lambda method: (
                method._is_owner_here()
                and not any(method._get_refusal_for(document) for document in documents)
            )
        )

    def _is_owner_here(self):
        """Return whether the current user is logged in as the owner of this method."""
        self.ensure_one()
        user = self.env.user
        owner = self.sudo().partner_id.commercial_partner_id  # sudo: visitors read no methods
        return not user._is_public() and owner == user.partner_id.commercial_partner_id

    def _get_name_for_visitor(self):
        """Return how this method is called; its digits are for its owner and for colleagues."""
        self.ensure_one()
        method = self.sudo()  # sudo: visitors read no methods
        is_told = self.env.user._is_internal() or self._is_owner_here()
        return method.display_name if is_told else method.payment_method_id.name

    def _get_for_document(self, document):
        """Return methods that may pay a document, readable by nobody but the system."""
        owners = document._get_method_owners()
        # sudo: users see methods only of themselves
        methods = self.sudo().search([("partner_id.commercial_partner_id", "in", owners.ids)])
        return methods.filtered(lambda method: not method._get_refusal_for(document))

    def _is_of_subscriber(self):
        """Return whether the owner of this method is the customer or the payer of a contract."""
        self.ensure_one()
        owner = self.sudo().partner_id.commercial_partner_id  # sudo: visitors read no methods
        # sudo: contracts of every salesperson count
        orders = self.env["sale.order"].sudo()
        of_owner = Domain("partner_id.commercial_partner_id", "=", owner.id)
        of_payer = Domain("partner_invoice_id.commercial_partner_id", "=", owner.id)
        domain = Domain("is_subscription", "=", True) & (of_owner | of_payer)
        return bool(orders.search_count(domain, limit=1))
