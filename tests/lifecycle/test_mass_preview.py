from unittest.mock import patch

from odoo.tests import tagged

from ..support.common_operator import WizardCase

MASS = "odoo.addons.sale_recurring.wizards.subscription_mass_wizard.MAX_PREVIEWS"
BILLING = "odoo.addons.sale_recurring.wizards.subscription_billing_preview.MAX_CONTRACTS_SHOWN"


@tagged("post_install", "-at_install")
class TestMassPreview(WizardCase):
    """A large selection is looked at in batches: every contract can be seen, none is hidden."""

    def prepare_once(self):
        super().prepare_once()
        self.orders = self.env["sale.order"].union(
            *(self.create_own_contract(self.line_values(self.seat, 3)) for _number in range(5))
        )
        self.travel("2027-02-28")

    def open(self, name, **values):
        """Return a dialog about all contracts, as the clerk opens it."""
        values["order_ids"] = self.orders.ids
        return self.env[name].with_user(self.clerk).create(values)

    def walk(self, form):
        """Press *Next* to the end; return the contracts seen, and what was shown of the pages."""
        seen, pages = [], []
        while True:
            preview = form.preview
            seen += [found["id"] for found in preview["contracts"]]
            pages.append((preview["pages"]["first"], preview["pages"]["last"]))
            if preview["pages"]["after"] < 0:
                return seen, pages
            form.shown_from = preview["pages"]["after"]

    def test_many_closings_are_looked_at_in_batches(self):
        self.travel("2027-02-15")
        form = self.open("subscription.mass.wizard", when="now")
        with patch(MASS, 2):
            seen, pages = self.walk(form)
            self.assertEqual(form.preview["pages"]["before"], 2)
        self.assertEqual(sorted(seen), self.orders.ids)
        self.assertEqual(pages, [(1, 2), (3, 4), (5, 5)])

    def test_billing_of_many_is_looked_at_in_batches(self):
        form = self.open("subscription.billing.preview")
        with patch(BILLING, 2):
            self.assertEqual(form.preview["hidden"], 3)
            seen, pages = self.walk(form)
        self.assertEqual(sorted(seen), self.orders.ids)
        self.assertEqual(len(pages), 3)
        form.shown_from = 99
        self.assertEqual(form.preview["pages"]["first"], 1)
