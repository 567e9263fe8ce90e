from odoo.tests import Form, tagged

from ..support.common_operator import OperatorCase


@tagged("post_install", "-at_install")
class TestRenewalWizard(OperatorCase):
    """A renewal is quoted only after somebody saw from when, how long and at which prices."""

    def prepare_once(self):
        super().prepare_once()
        template = self._create_template(
            "A year", term_count=1, term_unit="year", end_action="quote"
        )
        self.order = self.create_own_contract(
            self.line_values(self.seat, 3), template=template, day="2027-01-31"
        )

    def test_nothing_is_written_before_somebody_agrees(self):
        wizard = self.open_wizard("renewal", self.order)
        self.assertEqual(str(wizard.start_date), "2028-01-31")
        self.assertEqual(wizard.term_text, "1 year")
        self.assertEqual(wizard.lines_text.replace("\xa0", " "), "3 x Seat: $ 10.00 per month")
        self.assertFalse(self.order.subscription_renewal_ids)
        action = wizard.save().action_renew()
        renewal = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual(str(renewal.subscription_start_date), "2028-01-31")
        again = self.open_wizard("renewal", self.order)
        self.assertEqual(again.renewal_id, renewal)
        self.assertEqual(again.save().action_renew()["res_id"], renewal.id)

    def test_the_button_asks_first(self):
        action = self.env.ref("sale_recurring.subscription_renewal_wizard_action")
        arch = Form(self.order)._view["tree"]
        buttons = arch.xpath("//header/button[@string='Renew']")
        self.assertEqual([button.get("name") for button in buttons], [str(action.id)])
