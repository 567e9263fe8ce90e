from odoo import api, models


class PaymentLinkWizard(models.TransientModel):
    """Links that clerks make for drafts which are paid before they become invoices.

    Core's lead to the page of the invoice, on which nobody can pay a draft.
    """

    _inherit = "payment.link.wizard"

    def _get_payment_request(self):
        """Return the draft that this link asks to pay, empty for anything else.

        :rtype: account.move
        """
        self.ensure_one()
        move = self.env["account.move"]
        if self.res_model == move._name:
            move = move.browse(self.res_id)
        return move.filtered(lambda one: one.state == "draft" and one._waits_for_payment())

    def _compute_warning_message(self):
        """Say that a draft is paid as a whole."""
        super()._compute_warning_message()
        for wizard in self:
            is_part = wizard._get_payment_request() and wizard.currency_id.compare_amounts(
                wizard.amount, wizard.amount_max
            )
            if is_part and not wizard.warning_message:
                wizard.warning_message = self.env._(
                    "A request for payment is paid as a whole: %(amount)s.",
                    amount=wizard.currency_id.format(wizard.amount_max),
                )

    @api.depends("amount")
    def _compute_link(self):
        """Lead to the form that pays the draft, or what takes its place by then."""
        requests = self.filtered(lambda wizard: wizard._get_payment_request())
        super(PaymentLinkWizard, self - requests)._compute_link()
        for wizard in requests:
            move = wizard._get_payment_request()
            # sudo: an invoicing clerk may not read the contract
            order = move.sudo()._get_subscription_orders()[:1]
            if order.with_env(self.env).has_access("read"):
                wizard.link = move._get_payment_url()
            else:
                wizard.link = f"{move.get_base_url()}{move._get_payment_form_url()}"
