from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import html_escape, mute_logger

from ..support.access_walk import find_html_fields, find_texts
from ..support.common_access_http import AccessHttpCase
from ..support.common_dunning import DunningCommon
from ..support.common_payment import SIGNATURE
from ..support.common_typed import NO_WORDS, SHOWN_MODELS, TYPED, find_live, plant
from .access_renderings import CORE_REPORTS, RECORDS, REPORTS
from .access_routes import CALLS

MARK = "Quetzalcoatl"
# Which of our documents each mail template is drawn on here.
DRAWN_ON = {
    "contract": ("active", "charged", "ending", "suspended"),
    "invoice": ("invoice", "request"),
    "request": ("request",),
    "method": ("card",),
}
TEXTS = ("subject", "body_html")


@tagged("post_install", "-at_install")
class TestTypedMarkup(AccessHttpCase, DunningCommon):
    """Markup in every field that holds words is text in every rendering.

    The fields are found by introspection: a new one is written and looked for like the others, or
    fails here because nothing is there to write it on.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._complete_documents()
        cls.env.flush_all()
        cls.planted, cls.missed = plant(cls.env, cls._get_records())

    @classmethod
    def _complete_documents(cls):
        """Add what hangs on no document of a customer, but shows on them."""
        found = cls.documents
        line = {"product_id": cls.seat.id, "name": "Seat"}
        offer = {"name": "Offer", "sale_order_template_line_ids": [Command.create(line)]}
        found["offer"] = cls.env["sale.order.template"].create(offer)
        found["offer line"] = found["offer"].sale_order_template_line_ids
        found["stage"] = cls.env["subscription.stage"].create(
            {"name": "Stage", "subscription_state": "active"}
        )
        found["scenario"] = cls.env["subscription.forecast.scenario"].create({"name": "Good"})
        found["pricelist"] = cls.env["product.pricelist"].create({"name": "List"})
        found["product"] = cls.seat.product_tmpl_id
        found["group"] = cls.partner
        found["terms"], found["charged terms"] = cls.template, cls.charged_template
        found["active"].subscription_stage_id = found["stage"]
        found["quote"].pricelist_id = found["pricelist"]
        cls.charged_template.allow_pay_ahead = True

    @classmethod
    def _get_records(cls):
        """Return the documents by model."""
        records = {}
        for record in cls.documents.values():
            model = record._name
            records[model] = records.get(model, record.browse()) | record
        return records

    def assertDead(self, text, where):
        found = find_live(text)
        self.assertFalse(found, f"{where}: {found[:2]}")

    # ------------------------------------------------------------------
    # Every field
    # ------------------------------------------------------------------

    def test_markup_that_is_alive_is_seen(self):
        for text in (
            TYPED,
            f"<p>{TYPED}</p>",
            '<a title="' + TYPED + '">x</a>',
            "50337",
            "<kbd>x</kbd>",
            '<i t-out="x"/>',
        ):
            self.assertTrue(find_live(text), text)
        self.assertFalse(find_live(html_escape(TYPED)))
        self.assertFalse(find_live(""))

    def test_every_field_with_words_takes_part(self):
        found = find_texts(self.env, SHOWN_MODELS)
        self.assertGreater(len(self.planted), 90)
        self.assertEqual(self.missed, [])
        for model, names in NO_WORDS.items():
            self.assertFalse(set(names.split()) - found[model].keys(), model)

    def test_a_field_without_a_record_is_seen(self):
        records = self._get_records()
        del records["subscription.stage"]
        _planted, missed = plant(self.env, records)
        self.assertEqual(
            missed, [("subscription.stage", "name"), ("subscription.stage", "description")]
        )

    def test_fields_that_are_html_hold_nothing_alive(self):
        count = 0
        for model, names in find_html_fields(self.env).items():
            records = self._get_records().get(model, self.env[model]).sudo()
            for record in records:
                for name in names:
                    count += MARK in str(record[name])
                    self.assertDead(record[name], f"{model}.{name}")
        self.assertGreater(count, 10)

    # ------------------------------------------------------------------
    # Chatter and activities
    # ------------------------------------------------------------------

    @mute_logger("odoo.addons.sale_recurring.models.billing.sale_order_run")
    def test_messages_and_activities_of_every_operation(self):
        before = self.env["mail.message"].search([], order="id desc", limit=1)
        for operation in (
            self._quote,
            self._change_contracts,
            self._end_contracts,
            self._take_money,
            self._look_after_methods,
            self._check,
            self._raise_prices,
            self._give_away,
        ):
            operation()
        self.env.flush_all()
        messages = self.env["mail.message"].search([("id", ">", before.id)])
        activities = self.env["mail.activity"].search([])
        self.assertGreater(len(messages.filtered(lambda one: MARK in str(one.body))), 20)
        self.assertGreater(len(activities.filtered(lambda one: MARK in str(one.note))), 4)
        for message in messages:
            self.assertDead(message.body, f"message of {message.model}: {message.body[:80]}")
        for activity in activities:
            self.assertDead(activity.note, f"activity {activity.summary}")
        for mail in self.env["mail.mail"].search([]):
            self.assertDead(mail.body_html, f"mail {mail.subject}")

    def _change_contracts(self):
        order, day = self.documents["active"], self.travel("2027-02-05")
        order._subscription_change_line(order.order_line[:1], day, 5)
        order._subscription_pause(day)
        order._subscription_resume(self.travel("2027-02-08"))
        self.documents["suspended"]._subscription_resume(self.today)
        self.documents["closed"]._subscription_reopen(self.today, note=TYPED)
        self.documents["closed"].action_subscription_amend()
        self.documents["ending"].order_line[:1].product_uom_qty = 9.0

    def _end_contracts(self):
        order, reason = self.documents["other active"], self.documents["reason"]
        order._subscription_close(self.today, reason=reason, note=TYPED)
        order = self.documents["suspended"]
        order._quarantine(UserError(TYPED))
        order._release_quarantine()
        order._quarantine(UserError(TYPED))

    def _quote(self):
        self.documents["amendment"].order_line[:1].write({"product_uom_qty": 8.0, "name": TYPED})
        self.documents["amendment"].action_quotation_sent()
        self.documents["amendment"].action_confirm()
        self.documents["renewal"]._action_cancel()
        self.documents["ending"]._create_renewal_quotation()
        self.documents["charged"]._subscription_switch(self.documents["template"], self.month)

    def _take_money(self):
        invoice, request = self.documents["invoice"], self.documents["request"]
        tx = self.documents["transaction"]
        tx._tell_of_overpayment()
        for document in (invoice, request):
            document._fail_charge(TYPED, None)
            document._hook_on_charge_unknown(tx)
            document._hook_on_charge_to_check(tx)
            document._hook_on_charge_late(tx)
            document._hook_on_charge_slow(tx)
            document._hook_on_charge_failed(tx)
        tx._hook_on_attempt_unknown()
        tx._as_system().subscription_prepayment_order_id = self.documents["charged"]
        tx._keep_for_next_invoice()
        self.documents["payment"].action_subscription_credit_next()
        self.documents["active"].subscription_template_id.dunning_policy_id = self.policy
        for day in ("2027-02-25", "2027-03-05", "2027-03-20"):
            self.run_dunning(day)

    def _look_after_methods(self):
        card, order = self.documents["card"], self.documents["charged"]
        order._subscription_replace_token(card.copy({"payment_details": TYPED}))
        order._subscription_lose_token(order.subscription_payment_token_id)
        card.active = False

    def _check(self):
        Finding = self.env["subscription.finding"]
        # Somebody wrote into the database: dates that do not follow from the steps.
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET subscription_next_invoice_date = '2030-01-01'")
        self.env.invalidate_all()
        orders = self.documents["active"] | self.documents["charged"]
        Finding._check_database()
        Finding._check_contracts(orders)
        findings = Finding.search([("order_id", "in", orders.ids)])
        self.assertGreater(len(findings), 1)
        findings.filtered("can_repair").action_repair()
        findings._message_log_batch({one.id: one.message for one in findings})

    def _raise_prices(self):
        campaign = self.documents["campaign"]
        campaign.action_preview_batch(self.documents["active"].ids)
        orders = campaign.line_ids.order_id
        orders._message_log_batch(dict.fromkeys(orders.ids, campaign.display_name))

    def _give_away(self):
        order = self.documents["ending"]
        order.write({"partner_id": self.users["stranger"].partner_id.id})

    def test_a_note_that_takes_words_for_html_is_seen(self):
        """Core cleans what it takes for HTML, so that nothing of it may look dangerous."""
        order = self.documents["active"]
        order.activity_schedule("mail.mail_activity_data_todo", note=order.display_name)
        self.assertTrue(find_live(order.activity_ids[-1:].note))

    # ------------------------------------------------------------------
    # Mails, reports, pages
    # ------------------------------------------------------------------

    def test_mails(self):
        own = self.env["ir.model.data"].search(
            [("module", "=", "sale_recurring"), ("model", "=", "mail.template")]
        )
        templates = {row.name: self.env["mail.template"].browse(row.res_id) for row in own}
        self.assertEqual(templates.keys(), RECORDS.keys())
        templates |= {
            name: self.env.ref(name)
            for name in ("sale.email_template_edi_sale", "account.email_template_edi_invoice")
        }
        kinds = {**RECORDS, "sale.email_template_edi_sale": "contract"}
        kinds["account.email_template_edi_invoice"] = "invoice"
        texts = []
        for name, template in templates.items():
            for document in DRAWN_ON[kinds[name]]:
                record = self.documents[document]
                found = template._generate_template([record.id], TEXTS)[record.id]
                texts.append(found["body_html"])
                self.assertDead(found["body_html"], f"{name} on {document}")
                self.assertNotIn("50337", found["subject"], name)
        self.assertGreater(sum(MARK in str(text) for text in texts), 12)

    def test_reports(self):
        for name, kind in (CORE_REPORTS | REPORTS).items():
            names = DRAWN_ON[kind]
            names += ("quote", "amendment", "renewal") if kind == "contract" else ()
            for document in names:
                report = self.env.ref(name)
                ids = self.documents[document].ids
                text, _kind = report._render_qweb_html(report, ids)
                self.assertIn(MARK, text.decode())
                self.assertDead(text.decode(), f"{name} on {document}")

    def test_pages(self):
        shown = 0
        for actor in ("owner", "link"):
            self.enter_as(actor)
            for call in CALLS:
                if call.verb == "GET" and actor in call.may:
                    _found, body, _changed = self.ask(call)
                    shown += MARK in body
                    self.assertDead(body, f"{call.path} ({call.document}) for {actor}")
        self.assertGreater(shown, 25)

    def test_what_visitors_send_is_text_in_the_chatter(self):
        order = self.documents["quote"]
        token = {"access_token": order.access_token}
        self.enter_as("link")
        self.url_open(
            f"/my/orders/{order.id}/decline?access_token={order.access_token}",
            data={"csrf_token": Request.csrf_token(self), "decline_message": TYPED},
        )
        order = self.documents["moved"]
        token = {"access_token": order._portal_ensure_token()}
        self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {**token, "name": TYPED, "signature": SIGNATURE},
        )
        self.env.invalidate_all()
        orders = self.documents["quote"] | self.documents["moved"]
        self.assertEqual(self.documents["moved"].signed_by, TYPED)
        self.assertEqual(self.documents["quote"].state, "cancel")
        for message in orders.message_ids:
            self.assertDead(message.body, "chatter")
