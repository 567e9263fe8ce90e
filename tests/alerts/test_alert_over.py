from odoo.tests import Form, tagged

from ..support.common_alert import AlertCommon


@tagged("post_install", "-at_install")
class TestAlertOver(AlertCommon):
    """Nothing is done, and nothing counted, for what is cancelled, closed or never began."""

    def test_a_quotation_that_was_cancelled_meanwhile(self):
        alert = self.create_alert("created")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE subscription_alert SET active_since = now() AT TIME ZONE 'UTC' - "
            "interval '5 minutes' WHERE id = %s",  # rows are stamped with this clock
            [alert.id],
        )
        self.env.invalidate_all()
        quote, kept = self.create_order(self.seat), self.create_order(self.seat)
        alert._raise()
        self.assertEqual(self.get_log(alert), [(quote, "todo"), (kept, "todo")])
        quote._action_cancel()
        self.watch()
        self.assertEqual(self.get_log(alert), [(quote, "skipped"), (kept, "done")])
        self.assertFalse(quote.activity_ids)

    def test_a_pause_of_a_contract_that_was_closed_meanwhile(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        self.watch()
        alert = self.create_alert("state", subscription_state="paused")
        order._subscription_pause(self.company._subscription_today())
        row = order.subscription_health_id
        row._refresh(self.company, self.company._subscription_today())
        alert._raise()
        self.assertEqual(self.get_log(alert), [(order, "todo")])
        self.close(order)
        self.watch()
        self.assertEqual(order.subscription_state, "closed")
        self.assertEqual(self.get_log(alert), [(order, "skipped")])

    def test_flags_about_stages_count_contracts_that_run(self):
        stage = self.env["subscription.stage"].create({"name": "Call"})
        running = self.create_contract(self.seat, day="2027-02-01")
        closed = self.create_contract(self.seat, day="2027-02-01")
        quote, cancelled = self.create_order(self.seat), self.create_order(self.seat)
        self.watch()
        self.close(closed)
        cancelled._action_cancel()
        (running | closed | quote | cancelled).subscription_stage_id = stage
        alert = self.create_alert("stage", is_on=False, stage_id=stage.id)
        self.watch()
        self.assertEqual(alert.matching_count, 1)
        self.assertEqual(alert.action_view_matching()["domain"], [("id", "in", running.ids)])
        alert.stops_on_close = False
        self.assertEqual(alert.matching_count, 2, "a closed one may come to a stage, too")

    def test_flags_about_drafts_do_not_count_quotations(self):
        self.create_order(self.seat)._action_cancel()
        self.create_order(self.seat)
        alert = self.create_alert("state", is_on=False, subscription_state="draft")
        self.assertEqual(alert.matching_count, 0, "nobody is told of what never began")

    def test_no_renewal_is_near_where_the_customer_leaves_at_its_end(self):
        terms = self._create_template("Term", term_count=1, term_unit="month")
        for action in ("renew", "quote"):
            with self.subTest(action=action):
                terms.end_action = action
                order = self.create_contract(self.seat, template=terms, day="2027-02-01")
                stays = self.create_contract(self.seat, template=terms, day="2027-02-01")
                order._subscription_close(order.subscription_term_end_date)
                ids = [order.id, stays.id]
                alert = self.create_alert(
                    "renewal", days=60, contract_domain=str([("id", "in", ids)])
                )
                self.watch()
                self.assertEqual(self.get_log(alert), [(stays, "done")])
                self.assertEqual(order.subscription_fact_renewal, 9999)
                self.assertEqual(stays.subscription_fact_renewal, 28)

    def test_what_is_typed_about_a_flag_counts_at_once(self):
        order = self.create_contract(self.line_values(self.seat, 10), day="2027-02-01")
        self.travel("2027-02-10")
        self.change_quantity(order, 5.0)
        with Form(self.create_alert("mrr", is_on=False, percent=60.0)) as form:
            self.assertEqual(form.matching_count, 0)
            form.percent = 50.0
            self.assertEqual(form.matching_count, 1)
            form.contract_domain = "[('id', '=', 0)]"
            self.assertEqual(form.matching_count, 0)

    def test_what_a_flag_does_is_named_by_each_of_its_fields(self):
        alert = self.create_alert("end", {"kind": "pause", "pause_days": 30}, is_on=False)
        action = alert.action_ids
        self.assertEqual(action.display_name, "Pause the contract: 30 days")
        action.pause_days = 14
        self.assertEqual(action.display_name, "Pause the contract: 14 days")
