from datetime import timedelta

from freezegun import freeze_time
from odoo.fields import Command
from odoo.tests import new_test_user

from .common_payment import PaymentCommon

# Logins of customers (see :meth:`AccessCase._create_customers`).
CUSTOMERS = ("owner", "colleague", "daughter", "stranger")
# Employees of the company, and of another one; none of them is the salesperson of a document.
STAFF = {
    "employee": "base.group_user",
    "sales_own": "sales_team.group_sale_salesman",
    "sales_all": "sales_team.group_sale_salesman_all_leads",
    "clerk": "account.group_account_invoice",
    "accountant": "account.group_account_user",
    "user": "sale_recurring.group_subscription_user",
    "user_all": "sale_recurring.group_subscription_user_all",
    "admin": "sale_recurring.group_subscription_manager",
    "foreign": "sale_recurring.group_subscription_manager,account.group_account_user",
}
# Somebody without a login, as the pages behind links run for.
VISITOR = "visitor"
ACTORS = (*CUSTOMERS, *STAFF, VISITOR)
# Words that stand in the documents of the owner only: nobody else may meet them.
SECRET_WORD = "Quetzalcoatl"
# So long that no token or hash of a page holds it by chance.
SECRET_DETAILS = "776655443322"
REPORTS = ("churn", "customer", "health", "mrr", "revenue", "satisfaction", "term")


class AccessCase(PaymentCommon):
    """Somebody's documents in every state, and everybody who might try to get at them.

    All documents are of ``owner`` and of a salesperson who is no actor. ``documents`` holds them by
    the names that the access table uses.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(f"{cls.today - timedelta(days=20)} 12:00:00"):
            cls._create_actors()
            cls._create_documents()
        with freeze_time(f"{cls.today} 12:00:00"):
            cls._bill_documents()
        cls.env.flush_all()

    # ------------------------------------------------------------------
    # Actors
    # ------------------------------------------------------------------

    @classmethod
    def _create_actors(cls):
        cls.other_company = cls.env["res.company"].create({"name": "Company of others"})
        cls.holder = new_test_user(
            cls.env, "holder", groups="sale_recurring.group_subscription_user"
        )
        cls.users = {name: cls._create_employee(name, groups) for name, groups in STAFF.items()}
        cls.users |= cls._create_customers()
        cls.users[VISITOR] = cls.env.ref("base.public_user")

    @classmethod
    def _create_employee(cls, name, groups):
        company = cls.other_company if name == "foreign" else cls.company
        return new_test_user(
            cls.env,
            f"{name}@staff.example.com",
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _create_customers(cls):
        """Give logins to a customer, a contact of the same customer, a daughter and a stranger."""
        country = {"country_id": cls.company.country_id.id}
        group = cls.partner
        group.write({"name": "Group", "is_company": True})
        owner, colleague, daughter, stranger = cls.env["res.partner"].create(
            [
                {"name": "Owner", "parent_id": group.id, **country},
                {"name": "Colleague", "parent_id": group.id, **country},
                {"name": "Daughter", "parent_id": group.id, "is_company": True, **country},
                {"name": "Stranger", **country},
            ]
        )
        return {
            name: new_test_user(
                cls.env, f"{name}@example.com", groups="base.group_portal", partner_id=partner.id
            )
            for name, partner in zip(CUSTOMERS, (owner, colleague, daughter, stranger), strict=True)
        }

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    @classmethod
    def _create_documents(cls):
        """Create the orders, which are all of one salesperson."""
        cls.template.write(
            {
                "pause_max_days": 30,
                "customer_control": "upgrade_downgrade",
                "withdrawal_days": 90,
                "withdrawal_consumers_only": False,
            }
        )
        ending = cls._create_template("Ending", term_count=3, end_action="quote")
        asked = cls._create_template("Asked", payment_mode="after_payment")
        stranger = cls.users["stranger"].partner_id
        cls.cards = {
            name: cls.create_token(partner=cls.users[name].partner_id, payment_details=details)
            for name, details in (("owner", SECRET_DETAILS), ("daughter", "1"), ("stranger", "2"))
        }
        charged = {"subscription_payment_token_id": cls.cards["owner"].id}
        cls.documents = {
            "quote": cls._create_document(),
            "active": cls._create_document(),
            "suspended": cls._create_document(),
            "closed": cls._create_document(),
            "charged": cls._create_document(cls.charged_template, **charged),
            "asked": cls._create_document(asked),
            "ending": cls._create_document(ending),
            "other quote": cls._create_document(partner_id=stranger.id),
            "other active": cls._create_document(partner_id=stranger.id),
            "moved": cls._create_document(partner_id=stranger.id),
        }
        # A quotation that is given to another customer; the one before still has its link.
        cls.old_token = cls.documents["moved"].access_token
        cls.documents["moved"].partner_id = cls.users["owner"].partner_id
        cls.documents["moved"]._portal_ensure_token()
        quotes = cls.documents["quote"] | cls.documents["other quote"] | cls.documents["moved"]
        quotes.action_quotation_sent()
        contracts = cls.env["sale.order"].concat(*cls.documents.values()) - quotes
        contracts.action_confirm()

    @classmethod
    def _create_document(cls, template=None, **values):
        line = {
            "product_id": cls.seat.id,
            "product_uom_qty": 3.0,
            "name": f"{SECRET_WORD} seats",
        }
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.users["owner"].partner_id.id,
                "subscription_template_id": (template or cls.template).id,
                "user_id": cls.holder.id,
                "order_line": [Command.create(line)],
                "require_signature": True,
                "require_payment": True,
                "note": SECRET_WORD,
                **values,
            }
        )
        order._portal_ensure_token()
        return order

    @classmethod
    def _bill_documents(cls):
        """Bill the contracts, and lead them where their names say."""
        found = cls.documents
        contracts = cls.env["sale.order"].concat(*found.values())
        contracts = contracts.filtered(lambda order: order.state == "sale")
        contracts._subscription_refresh_state()
        contracts._bill_subscriptions()
        today = found["active"]._subscription_today()
        found["suspended"]._subscription_pause(today, kind="suspension")
        found["closed"]._subscription_close(today)
        found["amendment"] = cls._follow(found["active"].action_subscription_amend())
        found["renewal"] = cls._follow(found["ending"].action_subscription_renew())
        found["invoice"] = found["active"].invoice_ids[:1]
        found["request"] = found["asked"].invoice_ids[:1]
        found["other invoice"] = found["other active"].invoice_ids[:1]
        for name in ("invoice", "request", "other invoice", "amendment", "renewal"):
            found[name]._portal_ensure_token()
        cls._create_records()
        cls._create_addon(cls.documents)
        cls._create_movement(cls.documents)
        cls._create_health(cls.documents)
        cls._create_alert(cls.documents)

    @classmethod
    def _create_records(cls):
        """Create what hangs on the documents, or is set up for them."""
        found = cls.documents
        order = found["active"]
        found |= cls._create_papers(order)
        company = {"company_id": cls.company.id}
        recurrence = cls.month.copy({"name": "Ours", "count": 5, **company})
        policy = cls.env["subscription.dunning.policy"].create(
            {"name": "Ours", **company, "step_ids": [Command.create({"days": 3})]}
        )
        campaign = cls._create_campaign(order.order_line)
        event = {"move_id": found["invoice"].id, "action": "remind", "date": cls.today}
        facts = {"facts": {"state": "draft"}}
        finding = {"check": "state", "key": "table", "order_id": order.id, **facts}
        overpaid = cls._create_overpaid()
        found |= {
            "line": order.order_line,
            "quote line": found["quote"].order_line,
            "segment": order.order_line.segment_ids[:1],
            "period": order.subscription_billed_period_ids[:1],
            "invoice line": found["invoice"].invoice_line_ids[:1],
            "card": cls.cards["owner"],
            "card of a stranger": cls.cards["stranger"],
            "card of the daughter": cls.cards["daughter"],
            **cls._get_set_up(),
            "customer": cls.users["owner"].partner_id,
            "journal": found["invoice"].journal_id,
            "reason": cls.env.ref("sale_recurring.close_reason_price"),
            "payment": overpaid.payment_id,
            "transaction": overpaid,
            "template": cls._create_template("Ours", **company),
            "recurrence": recurrence,
            "policy": policy,
            "campaign": campaign,
            "event": cls.env["subscription.dunning.event"].create(
                {**event, **company, "order_ids": [Command.set(order.ids)]}
            ),
            "notice": cls._create_notice(order, **company),
            "policy step": policy.step_ids,
            "campaign line": campaign.line_ids,
            "campaign rule": campaign.rule_ids,
            "gap": found["suspended"].subscription_interruption_ids,
            "finding": cls.env["subscription.finding"].create(finding | company),
            "ramp": cls.env["subscription.ramp.step"].create(
                {"line_id": found["quote"].order_line.id, "period": 2, "quantity": 5}
            ),
        }

    @classmethod
    def _get_set_up(cls):
        return {
            "method": cls.method,
            "provider": cls.provider,
            "currency": cls.currency,
            "seat": cls.seat,
            "salesperson": cls.holder,
        }

    @classmethod
    def _create_addon(cls, found):
        values = {"template_id": found["template"].id, "product_id": cls.seat.id}
        found["addon"] = cls.env["subscription.template.addon"].create(values)

    @classmethod
    def _create_alert(cls, found):
        order = found["active"]
        alert = cls.env["subscription.alert"].create(
            {"name": "Ours", "company_id": cls.company.id, "action_ids": [Command.create({})]}
        )
        log = cls.env["subscription.alert.log"].create(
            {"alert_id": alert.id, "order_id": order.id, "occurrence": "x"}
        )
        call = {"log_id": log.id, "order_id": order.id, "url": "https://example.com"}
        asked = {"order_id": order.id, "partner_id": order.partner_id.id}
        found |= {
            "alert": alert,
            "alert action": alert.action_ids,
            "alert log": log,
            "webhook call": cls.env["subscription.webhook.call"].create(call | {"payload": "{}"}),
            "satisfaction": cls.env["subscription.satisfaction"].create(asked),
        }

    @classmethod
    def _create_health(cls, found):
        rule = {"name": "Ours", "template_id": found["active"].subscription_template_id.id}
        found["health rule"] = cls.env["subscription.health.rule"].create(rule)
        Health = cls.env["subscription.health"]
        Health._create_missing()
        row = found["active"].subscription_health_id
        row._refresh(cls.company, cls.company._subscription_today())
        found |= {"health": row, "health event": row.event_ids[:1]}

    @classmethod
    def _create_movement(cls, found):
        cls.env.cr.flush()
        of_contract = [("order_id", "=", found["active"].id)]
        movement = cls.env["subscription.mrr.event"].search(of_contract, limit=1)
        found |= {
            "company": cls.company,
            **cls._create_earned_month(found["invoice line"]),
            "mrr event": movement,
            "mrr part": movement.part_ids[:1],
            **{
                f"{name} row": rows.search([], limit=1) or rows.browse(1)
                for name in REPORTS
                for rows in [cls.env[f"subscription.{name}.report"]]
            },
            **{
                f"{name} retention": rows.search([], limit=1) or rows.browse(1)
                for name in ("contract", "customer")
                for rows in [cls.env[f"subscription.{name}.retention"]]
            },
        }

    @classmethod
    def _create_earned_month(cls, line):
        values = {
            "line_id": line.id,
            "line_key": line.id,
            "date": cls.today,
            "company_id": cls.company.id,
            "deferred_amount": 1.0,
            "deferred_account_id": line.account_id.id,
            "move_id": line.move_id.id,
        }
        reports = {"balance": "balance row", "ledger": "ledger row", "revenue": "earned row"}
        return {
            "earned month": cls.env["subscription.recognition"].create(values),
            **{
                word: cls.env[f"subscription.recognition.{name}"].search([], limit=1)
                for name, word in reports.items()
            },
        }

    @classmethod
    def _create_notice(cls, order, **values):
        days = {"announced_date": cls.today, "sent_date": cls.today}
        return cls.env["subscription.dunning.notice"].create(
            {"order_id": order.id, "action": "close", **days, **values}
        )

    @classmethod
    def _create_accepted_offer(cls, order):
        reason = cls.env.ref("sale_recurring.close_reason_unused")
        values = {"reason_id": reason.id, "accepted_date": cls.today, "kind": "pause"}
        return cls.env["subscription.accepted.offer"].create({"order_id": order.id, **values})

    @classmethod
    def _create_papers(cls, order):
        file = {"name": "a.txt", "raw": SECRET_WORD, "res_model": order._name, "res_id": order.id}
        return {
            "attachment": cls.env["ir.attachment"].create(file),
            "message": order.message_post(body=SECRET_WORD, subtype_xmlid="mail.mt_comment"),
            "activity": order.activity_schedule("mail.mail_activity_data_todo"),
            "accepted offer": cls._create_accepted_offer(order),
        }

    @classmethod
    def _create_campaign(cls, line):
        day = cls.today + timedelta(days=90)
        return cls.env["subscription.price.campaign"].create(
            {
                "name": "Ours",
                "effective_date": day,
                "company_id": cls.company.id,
                "rule_ids": [Command.create({"product_id": cls.seat.id, "percentage": 5.0})],
                "line_ids": [Command.create({"line_id": line.id, "start_date": day})],
            }
        )

    @classmethod
    def _create_overpaid(cls):
        """Return the transaction of a customer who paid more than was open."""
        invoice = cls.documents["charged"].invoice_ids
        tx = cls.env["payment.transaction"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.method.id,
                "reference": "too much",
                "amount": invoice.amount_residual + 5,
                "currency_id": invoice.currency_id.id,
                "partner_id": invoice.partner_id.id,
                "operation": "online_direct",
                "invoice_ids": [Command.set(invoice.ids)],
            }
        )
        tx._set_done()
        tx._post_process()
        return tx

    @classmethod
    def _follow(cls, action):
        return cls.env[action["res_model"]].browse(action["res_id"])
