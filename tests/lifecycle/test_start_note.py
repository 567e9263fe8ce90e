from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestStartNote(SubscriptionCommon):
    """The note about a confirmation says what happened, not what the terms say anyway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.template.write({"notice_count": 1, "commitment_count": 12, "term_count": 12})

    def save(self):
        """Let what was changed be told, as the end of a transaction does."""
        self.env.flush_all()
        self.env.cr.precommit.run()

    def get_told(self, order):
        """Return the fields that the last note shows, the shown old value with each."""
        (note, *_others) = order.message_ids.filtered("tracking_value_ids")
        shown = order._track_filter_for_display(note.sudo().tracking_value_ids)
        return {value.field_id.name: value.old_value_char for value in shown}

    def test_what_the_terms_say_is_not_told_at_the_beginning(self):
        order = self.create_order(self.seat)
        self.save()
        order.action_confirm()
        self.save()
        told = self.get_told(order)
        self.assertEqual(
            set(told),
            {"state", "subscription_state", "subscription_stage_id", "subscription_start_date"},
        )

    def test_what_somebody_changed_is_told(self):
        order = self.create_order(self.seat)
        order.subscription_close_boundary = "term"
        self.save()
        order.subscription_close_boundary = "day"
        order.action_confirm()
        self.save()
        self.assertTrue(self.get_told(order)["subscription_close_boundary"])
        order.subscription_notice_count = 3
        self.save()
        self.assertEqual(set(self.get_told(order)), {"subscription_notice_count"})
