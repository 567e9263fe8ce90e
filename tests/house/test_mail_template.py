from odoo.tests import tagged

from ..support.warm import WarmCase


@tagged("post_install", "-at_install")
class TestMailTemplate(WarmCase):
    """Core draws a template that is saved on any record: an update must not fail on old orders."""

    def test_every_template_can_be_saved_whatever_the_first_record_is(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "sale_recurring"), ("model", "=", "mail.template")]
        )
        templates = self.env["mail.template"].browse(data.mapped("res_id"))
        self.assertGreater(len(templates), 1)
        partner = self.env["res.partner"].create({"name": "Ada"})
        self.env["sale.order"].create({"partner_id": partner.id})
        for template in templates:
            with self.subTest(template=template.name):
                template.body_html = template.body_html
                template.subject = template.subject
