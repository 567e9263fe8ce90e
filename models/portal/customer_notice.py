from odoo import fields

from ... import const
from .contract_status import ContractStatus

MAIL = "sale_recurring.mail_template_customer_act"


class CustomerNotice:
    """What both sides read once a customer has done something alone with a contract.

    Staff read a note on the contract, in the language of the company; the salesperson gets it as a
    mail. The customer gets one mail in the customer's own language, with the money and the link.

    :param order: the contract, one sudoed `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.customer = order.partner_id
        self.reader = self.customer._get_mail_reader()
        self.company = order.company_id

    def for_customer(self):
        """Return the contract in the language of its customer."""
        return self._in_language(self.reader or self.customer)

    def _in_language(self, reader):
        return self.order.with_context(lang=reader.lang or self.order.env.lang)

    def tell_staff(self, get_text):
        """Write a note on the contract that says what the customer did.

        :param get_text: function from an environment to a sentence in its language
        """
        order = self._in_language(self.company.partner_id)
        order.message_post(
            body=get_text(order.env),
            author_id=self.company.partner_id.id,
            partner_ids=[] if self._is_too_often() else self.order.user_id.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )

    def _is_too_often(self):
        """Return whether so much was done within a day that nobody is mailed any more.

        What is done stands on the contract all the same.
        """
        since = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        done = self.order.env["mail.message"].search_count(
            [
                ("model", "=", self.order._name),
                ("res_id", "=", self.order.id),
                ("author_id", "=", self.company.partner_id.id),
                ("subtype_id", "=", self.order.env.ref("mail.mt_note").id),
                ("date", ">", since),
            ]
        )
        return done > const.ACTS_MAILED_PER_DAY

    def tell_customer(self, texts, preview=None):
        """Send the customer one mail about what was done.

        :param list texts: sentences in the customer's language, the first one says it all
        :param dict preview: what was charged and given back, as :class:`Preview` makes it
        """
        template = self.order.env.ref(MAIL, raise_if_not_found=False)
        if not template or not self.reader or self._is_too_often():
            return
        status = ContractStatus(self.for_customer())
        act = {
            "texts": [text for text in texts if text],
            "amounts": self._get_amounts(preview),
            "status": status.is_running and status.get_sentence(),
        }
        # A mail that cannot be written takes nothing back.
        template.with_context(**{const.ACT_KEY: act})._write_mail(
            self.order, email_values={"author_id": self.company.partner_id.id}
        )

    def _get_amounts(self, preview):
        """Return what was charged and given back, taxes included.

        :return: pairs of a title and an amount in words
        :rtype: list[tuple]
        """
        documents = preview["documents"] if preview else []
        currency = self.order.currency_id
        return [
            (document["title"], currency.format(abs(document["total"])))
            for document in documents
            if document["total"]
        ]
