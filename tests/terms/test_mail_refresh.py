from unittest.mock import patch

from odoo.tests import tagged

from ..support.warm import WarmCase

MAIL = "sale_recurring.mail_template_dunning_reminder"


@tagged("post_install", "-at_install")
class TestMailRefresh(WarmCase):
    """Mails that nobody edited follow the addon; edited ones are left alone."""

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("pt_BR")
        self.template = self.env.ref(MAIL)
        self.shipped = self.template.body_html
        self.Template = self.env["mail.template"]

    def age(self, **dates):
        """Let the database say when the mail was created and last written."""
        self.env.flush_all()
        for name, day in dates.items():
            self.env.cr.execute(  # pylint: disable=sql-injection
                f"UPDATE mail_template SET {name} = %s WHERE id = %s",  # noqa: S608
                [day, self.template.id],
            )
        self.env.invalidate_all()

    def deliver_old(self):
        """Bring the database where it was after an installation of an older version."""
        self.template.body_html = "<p>Old words.</p>"
        self.age(create_date="2026-01-01", write_date="2026-01-01")

    def test_an_untouched_mail_of_an_older_version_is_brought_up_to_date(self):
        self.deliver_old()
        self.env["ir.config_parameter"].set_param("sale_recurring.shipped_mails", False)
        self.Template._refresh_subscription_mails()
        self.assertEqual(self.template.body_html, self.shipped)

    def test_an_edited_mail_is_left_alone(self):
        self.deliver_old()
        self.env["ir.config_parameter"].set_param("sale_recurring.shipped_mails", False)
        self.age(write_date="2026-02-01")
        self.Template._refresh_subscription_mails()
        self.assertIn("Old words", self.template.body_html)

    def test_so_is_one_that_was_edited_after_it_was_refreshed(self):
        self.deliver_old()
        self.env["ir.config_parameter"].set_param("sale_recurring.shipped_mails", False)
        self.Template._refresh_subscription_mails()
        self.template.with_context(lang="pt_BR").subject = "Meu assunto"
        self.age(write_date="2026-02-01")
        with self.newer_version():
            self.Template._refresh_subscription_mails()
        self.assertEqual(self.template.with_context(lang="pt_BR").subject, "Meu assunto")

    def newer_version(self):
        """Return patch by which each mail changed since it was delivered."""
        shipped = self.Template._get_shipped_subscription_mails()
        changed = {xmlid: (path, "other") for xmlid, (path, _digest) in shipped.items()}
        name = "_get_shipped_subscription_mails"
        return patch.object(type(self.Template), name, return_value=changed)

    def test_a_refreshed_mail_is_refreshed_by_the_next_version_too(self):
        self.deliver_old()
        self.env["ir.config_parameter"].set_param("sale_recurring.shipped_mails", False)
        self.Template._refresh_subscription_mails()
        with self.newer_version(), patch.object(type(self.Template), "reset_template") as reset:
            self.Template._refresh_subscription_mails()
        self.assertTrue(reset.called)

    def test_the_same_version_writes_nothing(self):
        self.deliver_old()
        self.Template._refresh_subscription_mails()
        with patch.object(type(self.Template), "reset_template") as reset:
            self.Template._refresh_subscription_mails()
        self.assertFalse(reset.called)

    def test_a_deleted_mail_stays_deleted(self):
        self.template.unlink()
        self.Template._refresh_subscription_mails()
        self.assertFalse(self.env.ref(MAIL, raise_if_not_found=False))
