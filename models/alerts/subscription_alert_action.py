import json
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import plaintext2html

from ...engine.change import discounted, period_start
from ...engine.money import to_decimal
from ...engine.period import FOREVER, Period
from ...engine.price_rise import rise_span
from ...engine.segment import segment_at
from ...tools import get_number_text
from .webhook_address import check_address

KINDS = [
    ("mail", "Send a mail"),
    ("activity", "Ask a colleague"),
    ("rating", "Ask for satisfaction"),
    ("stage", "Move to a stage"),
    ("tag", "Add tags"),
    ("discount", "Give a discount"),
    ("pause", "Pause the contract"),
    ("webhook", "Call a webhook"),
    ("server", "Run a server action"),
]


class SubscriptionAlertAction(models.Model):
    """One thing that a red flag does. A field each, no code: it does what its words say."""

    _name = "subscription.alert.action"
    _description = "What a Red Flag Does"
    _inherit = ["subscription.protected.mixin"]
    _order = "sequence, id"

    alert_id = fields.Many2one("subscription.alert", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, "Do", required=True, default="activity")
    mail_template_id = fields.Many2one(
        "mail.template", "Mail", domain="[('model', '=', 'sale.order')]", ondelete="restrict"
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        domain="[('res_model', 'in', (False, 'sale.order'))]",
        ondelete="restrict",
    )
    summary = fields.Char(translate=True, help="Empty: the name of the flag.")
    assignee = fields.Selection(
        [("user", "The salesperson"), ("leader", "The team leader"), ("one", "This user")],
        default="user",
        required=True,
    )
    user_id = fields.Many2one("res.users", "Colleague", ondelete="restrict")
    stage_id = fields.Many2one("subscription.stage", "New Stage", ondelete="restrict")
    tag_ids = fields.Many2many("crm.tag", string="Tags")
    discount = fields.Float("Discount (%)", default=10.0)
    period_count = fields.Integer("Periods", default=1, help="For so many periods not billed yet.")
    pause_days = fields.Integer("Days of the Pause", default=30)
    webhook_url = fields.Char("Address", help="https only; private addresses are refused.")
    webhook_secret = fields.Char(
        "Signing Key",
        default=lambda self: secrets.token_hex(24),
        copy=False,
        groups="sale_recurring.group_subscription_manager",
        help="Each call is signed with it, see the documentation.",
    )
    server_action_id = fields.Many2one(
        "ir.actions.server",
        domain="[('model_id.model', '=', 'sale.order')]",
        ondelete="restrict",
        help="Chosen by system administrators, who may run anything: also text messages.",
    )

    # ------------------------------------------------------------------
    # Words and checks
    # ------------------------------------------------------------------

    @api.depends(
        "kind",
        "mail_template_id",
        "summary",
        "stage_id",
        "discount",
        "period_count",
        "pause_days",
        "webhook_url",
        "server_action_id",
        "tag_ids",
    )
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for action in self:
            details = {
                "mail": action.mail_template_id.name,
                "activity": action.summary,
                "stage": action.stage_id.name,
                "tag": ", ".join(action.tag_ids.mapped("name")),
                "discount": self.env._(
                    "%(percent)s %% for %(count)s periods",
                    percent=get_number_text(action.discount),
                    count=action.period_count,
                ),
                "pause": self.env._("%(count)s days", count=action.pause_days),
                "webhook": action.webhook_url,
                "server": action.sudo().server_action_id.name,
            }
            detail = details.get(action.kind)
            action.display_name = ": ".join(
                word for word in (kinds.get(action.kind), detail) if word
            )

    @api.constrains("kind", "mail_template_id", "stage_id", "tag_ids", "user_id", "assignee")
    def _check_complete(self):
        needed = {
            "mail": "mail_template_id",
            "stage": "stage_id",
            "tag": "tag_ids",
            "webhook": "webhook_url",
            "server": "server_action_id",
        }
        for action in self:
            name = needed.get(action.kind)
            if action.kind == "activity" and action.assignee == "one":
                name = "user_id"
            if name and not action[name]:
                raise ValidationError(
                    self.env._(
                        "“%(what)s” says nothing for “%(field)s”. Fill it in.",
                        what=action.display_name,
                        field=self._fields[name]._description_string(self.env),
                    )
                )

    @api.constrains("kind", "discount", "period_count", "pause_days")
    def _check_numbers(self):
        for action in self:
            is_wrong = (
                action.kind == "discount"
                and not (0 < action.discount <= 100 and action.period_count > 0)
            ) or (action.kind == "pause" and action.pause_days < 1)
            if is_wrong:
                raise ValidationError(
                    self.env._(
                        "A discount is more than 0 and at most 100 percent for at least one "
                        "period, and a pause takes at least one day. Correct the number."
                    )
                )

    @api.constrains("kind", "webhook_url")
    def _check_webhook_url(self):
        for action in self.filtered(lambda one: one.kind == "webhook"):
            check_address(self.env, action.webhook_url)

    @api.constrains("kind", "server_action_id", "mail_template_id")
    def _check_targets(self):
        for action in self:
            server = action.sudo().server_action_id
            if server and not self.env(su=False).is_system():  # constraints run as the system
                raise ValidationError(
                    self.env._("Only system administrators let a flag run a server action.")
                )
            models_of = {server.model_id.model, action.mail_template_id.model} - {False}
            if models_of - {"sale.order"}:
                raise ValidationError(
                    self.env._("Choose a mail or an action that is about sales orders.")
                )

    # ------------------------------------------------------------------
    # Acting
    # ------------------------------------------------------------------

    def _perform(self, order, log):
        """Do it for one contract; return what was done in words.

        :param order: the contract, with the rights of the system
        :param log: the row that says why
        :raise UserError: it cannot be done
        :rtype: str
        """
        self.ensure_one()
        done = getattr(self, f"_perform_{self.kind}")(order, log)
        return self.display_name if done is None else done

    def _perform_mail(self, order, log):
        mail = self.env["mail.mail"].browse(self.mail_template_id.send_mail(order.id))
        if mail.email_to or any(mail.recipient_ids.mapped("email")):
            return None
        mail.unlink()
        return self.env._(
            "Not sent: %(customer)s has no e-mail address.", customer=order.partner_id.name
        )

    def _perform_activity(self, order, log):
        users = {
            "user": order.user_id,
            "leader": order.team_id.user_id,
            "one": self.user_id,
        }
        user = users[self.assignee].filtered(
            lambda one: one.active and order.company_id in one.company_ids
        )
        user = user or order._get_responsible_user()
        alert = self.alert_id
        label = dict(alert._fields["trigger"]._description_selection(self.env))[alert.trigger]
        reason = order.subscription_health_reason if alert.trigger == "health" else ""
        note = self.env._(
            "%(flag)s: %(trigger)s. %(reason)s",
            flag=alert.name,
            trigger=label,
            reason=reason or "",
        )
        order.activity_schedule(
            activity_type_id=(
                self.activity_type_id or self.env.ref("mail.mail_activity_data_todo")
            ).id,
            summary=self.summary or alert.name,
            note=plaintext2html(note.strip()),
            user_id=user.id,
        )
        return self.env._("%(user)s was asked.", user=user.name)

    def _perform_rating(self, order, log):
        return order.env["subscription.satisfaction"]._request(order)

    def _perform_stage(self, order, log):
        order.subscription_stage_id = self.stage_id

    def _perform_tag(self, order, log):
        order.tag_ids |= self.tag_ids

    def _perform_discount(self, order, log):
        """Make the next periods that are not billed cheaper; trials stay free."""
        order._subscription_claim()
        plans = {}
        today = order._subscription_today()
        for line in order._get_recurring_lines().filtered("segment_ids"):
            plan = line._get_whole_plan()
            span = rise_span(plan, line.billed_period_ids._get_engine_rows(), today, "period")
            end = order.subscription_end_date or FOREVER
            if not span or span.start >= end:
                continue
            grid = segment_at(plan, span.start).terms.grid
            last = period_start(grid, span.start, self.period_count + 1)
            days, percent = Period(span.start, min(last, end)), to_decimal(self.discount)
            plans[line] = order._run_on_plan(
                line, lambda old, days=days, percent=percent: discounted(old, days, percent)
            )
        if not plans:
            raise UserError(
                self.env._("%(order)s has no period that could become cheaper.", order=order.name)
            )
        order._replace_segments_of_lines({line: new for line, (new, _left) in plans.items()})
        for line, (_new, remainder) in plans.items():
            line._store_remainder(remainder)
        order._hook_on_subscription_changed()
        note = f"{self.alert_id.name}: {self.display_name}"
        order.message_post(body=note)

    def _perform_pause(self, order, log):
        today = order._subscription_today()
        until = fields.Date.add(today, days=self.pause_days)
        order._subscription_pause(today, until, reason=self.alert_id.name)

    def _perform_webhook(self, order, log):
        self.env["subscription.webhook.call"].sudo()._as_system().create(
            {
                "log_id": log.id,
                "action_id": self.id,
                "order_id": order.id,
                "url": self.webhook_url,
                "payload": json.dumps(self._prepare_payload(order, log), sort_keys=True),
            }
        )
        self.env.ref("sale_recurring.ir_cron_call_webhooks").sudo()._trigger()

    def _perform_server(self, order, log):
        self.server_action_id.with_context(
            active_model=order._name, active_id=order.id, active_ids=order.ids
        ).run()

    def _prepare_payload(self, order, log):
        """Return what a webhook is told; the names are fixed, see the documentation."""
        return {
            "event": self.alert_id.trigger,
            "flag": self.alert_id.name,
            "flag_id": self.alert_id.id,
            "occurrence": log.occurrence,
            "raised_at": fields.Datetime.to_string(log.raised_at),
            "contract": {
                "id": order.id,
                "name": order.name,
                "state": order.subscription_state,
                "health": order.subscription_health or None,
                "health_reason": order.subscription_health_reason or None,
                "mrr": round(order.subscription_mrr, 6),
                "currency": order.currency_id.name,
                "template": order.subscription_template_id.name or None,
                "customer_id": order.partner_id.commercial_partner_id.id,
            },
        }
