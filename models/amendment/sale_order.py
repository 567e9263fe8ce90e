from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...const import SELDOM
from ...engine.change import VALUES, agreed_values
from .given_away import GivenAway


class SaleOrder(models.Model):
    """Amendments: quotations that show what a running contract shall be from a day on.

    An amendment is paper. Its lines say how the whole contract looks afterwards and remember what
    they said when it was made; its confirmation changes the segments of the contract; nothing is
    ever delivered or billed on it.
    """

    _inherit = "sale.order"

    subscription_amendment_ids = fields.One2many(
        "sale.order",
        "subscription_parent_id",
        "Amendments",
        domain=[("subscription_order_type", "=", "amendment")],
        copy=False,
        readonly=True,
    )
    subscription_amendment_count = fields.Integer(
        "Number of Amendments", compute="_compute_subscription_amendment_count"
    )
    subscription_effective_mode = fields.Selection(
        [
            ("now", "When it is confirmed"),
            ("period", "With the next period"),
            ("date", "On a day I choose"),
        ],
        "Takes Effect",
        default="now",
        copy=False,
        tracking=True,
        help="From when on the contract is as this amendment says. With the next period: on the "
        "first day of the next period of the lines that change.",
    )
    subscription_effective_date = fields.Date(
        "Holds From",
        copy=False,
        tracking=True,
        help="First day of the change. It can lie in the past: the difference is charged or "
        "credited for the days since then.",
    )
    subscription_effective_preview_date = fields.Date(
        "Change Holds From", compute="_compute_subscription_effective_preview_date"
    )
    subscription_baseline = fields.Json(
        "Contract before the Amendment",
        copy=False,
        help="What the lines of the contract said when this amendment was made, by line: quantity, "
        "unit price, discount.",
        readonly=True,
        prefetch=SELDOM,
    )
    subscription_is_outdated = fields.Boolean(
        "Amendment Outdated", compute="_compute_subscription_is_outdated"
    )
    subscription_amendment_pending = fields.Boolean(
        "Accepted Amount to Be Billed",
        copy=False,
        readonly=True,
        help="The customer accepted this amount online: the next invoice of the contract bills "
        "exactly that.",
        prefetch=SELDOM,
    )
    subscription_customer_choice = fields.Char(
        "Chosen by the Customer",
        copy=False,
        readonly=True,
        help="Technical: what the customer asked for online, on an amendment that was made for it "
        "by the system. Empty on all others.",
        prefetch=SELDOM,
    )
    subscription_changed_line_ids = fields.Many2many(
        "sale.order.line",
        "subscription_amendment_changed_line_rel",
        "order_id",
        "line_id",
        "Changed Lines",
        copy=False,
        help="Lines of the contract that this amendment changed.",
        readonly=True,
    )
    subscription_all_recurrence_id = fields.Many2one(
        "subscription.recurrence",
        "Recurrence",
        compute="_compute_subscription_all_recurrence_id",
        inverse="_inverse_subscription_all_recurrence_id",
        help="How often every recurring line of this amendment is billed. Empty: they differ.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    def _compute_subscription_amendment_count(self):
        counts = dict(
            self._read_group(
                [
                    ("subscription_parent_id", "in", self.ids),
                    ("subscription_order_type", "=", "amendment"),
                ],
                ["subscription_parent_id"],
                ["__count"],
            )
        )
        for order in self:
            order.subscription_amendment_count = counts.get(order._origin, 0)

    @api.depends(
        "subscription_effective_mode", "subscription_effective_date", "order_line", "state"
    )
    def _compute_subscription_effective_preview_date(self):
        for order in self:
            order.subscription_effective_preview_date = (
                order._is_amendment() and order._get_effective_date()
            )

    @api.depends("subscription_baseline", "subscription_effective_mode", "state")
    def _compute_subscription_is_outdated(self):
        for order in self:
            order.subscription_is_outdated = (
                order._is_open_amendment()
                and order.subscription_baseline != order._get_current_baseline()
            )

    @api.depends("order_line.recurrence_id")
    def _compute_subscription_all_recurrence_id(self):
        for order in self:
            recurrences = order._get_recurring_lines().recurrence_id
            order.subscription_all_recurrence_id = recurrences if len(recurrences) == 1 else False

    def _inverse_subscription_all_recurrence_id(self):
        for order in self.filtered("subscription_all_recurrence_id"):
            if order._is_open_amendment():
                lines = order._get_recurring_lines()
                lines.recurrence_id = order.subscription_all_recurrence_id

    # ------------------------------------------------------------------
    # Questions
    # ------------------------------------------------------------------

    def _is_amendment(self):
        """Return whether this order is an amendment of a contract."""
        return self.subscription_order_type == "amendment" and bool(self.subscription_parent_id)

    def _is_open_amendment(self):
        """Return whether this order is an amendment that can still be confirmed."""
        return self._is_amendment() and self.state in ("draft", "sent")

    def _get_amended_contract(self):
        """Return the contract that an amendment is about.

        :rtype: sale.order
        """
        # sudo: a customer or colleague who may see the amendment is shown what it changes
        return self.subscription_parent_id.sudo()

    def _get_current_baseline(self):
        """Return what the lines of the contract say on the day of the change.

        :return: quantity, price and discount by id of the line; lines that have ended left out
        :rtype: dict
        """
        self.ensure_one()
        day = self._get_effective_date()
        found = {}
        for line in self._get_amended_contract()._get_recurring_lines():
            if values := agreed_values(line._get_engine_segments(), day):
                found[str(line.id)] = [float(values[name]) for name in VALUES]
        return found

    # ------------------------------------------------------------------
    # Creation
    # ------------------------------------------------------------------

    def action_subscription_amend(self):
        """Make a quotation that changes this contract, and open it."""
        self.ensure_one()
        self._check_subscription_operator()
        return self._create_amendment()._get_records_action(
            name=self.env._("Amendment of %(order)s", order=self.name)
        )

    def _create_amendment(self, **values):
        """Create an amendment that shows the contract as it is on the day of the change.

        :param values: field values of the amendment, as when it takes effect
        :return: a quotation, whose lines can be edited
        :rtype: sale.order
        :raise UserError: the contract does not run
        """
        self.ensure_one()
        self._check_subscription_operator()
        self._check_running(self.env._("amended"))
        order = self.company_id._at_company_time(self)._as_system()
        amendment = order.copy(self._prepare_amendment_values(values)).with_env(self.env)
        amendment._as_system().subscription_baseline = amendment._get_current_baseline()
        amendment._add_contract_lines(self._get_lines_to_amend(amendment))
        self.message_post(
            body=self.env._(
                "Amendment %(amendment)s was made.", amendment=amendment._get_html_link()
            )
        )
        return amendment

    def _prepare_amendment_values(self, values):
        """Return values of an amendment of this contract, which has no lines yet."""
        return {
            "subscription_order_type": "amendment",
            "subscription_parent_id": self.id,
            "subscription_origin_id": self.subscription_origin_id.id,
            "user_id": self.user_id.id,
            "fiscal_position_id": self.fiscal_position_id.id,
            "origin": self.name,
            "order_line": [],
            # A quotation of the shop would turn up as the cart of its customer.
            **({"website_id": False} if "website_id" in self._fields else {}),
            **values,
        }

    def _get_lines_to_amend(self, amendment):
        """Return lines of this contract that go on on the day of its amendment, and headings."""
        baseline = amendment.subscription_baseline
        lines = self.order_line.filtered(lambda line: line.display_type or str(line.id) in baseline)
        wanted = lines | lines._get_combos()
        return self.order_line.filtered(lambda line: line in wanted)

    def _add_contract_lines(self, lines):
        """Show lines of the contract on this amendment, with what they say on its day.

        :param lines: lines of the contract, recurring ones that go on and headings
        """
        self.ensure_one()
        baseline = self.subscription_baseline
        commands = [
            Command.create(
                {
                    **vals,
                    **line._prepare_baseline_values(baseline.get(str(line.id))),
                    "sequence": line.sequence,
                }
            )
            for line, vals in zip(lines, lines.copy_data(), strict=True)
        ]
        old = self.order_line
        self._as_system().update({"order_line": commands})
        (self.order_line - old)._remember_list_prices()
        (self.order_line - old)._remember_details()

    # ------------------------------------------------------------------
    # Refresh
    # ------------------------------------------------------------------

    def action_subscription_refresh_amendment(self):
        """Bring open amendments up to their contract, what was changed on them stays."""
        for order in self.filtered(lambda order: order._is_open_amendment()):
            if order._is_quote_held():
                raise UserError(
                    self.env._(
                        "%(order)s was signed or is being paid, so it cannot be refreshed. "
                        "Cancel it and make another one.",
                        order=order.name,
                    )
                )
            order._refresh_amendment()
            order._subscription_refresh_quote()
        return True

    def _refresh_amendment(self):
        """Merge what changed on the contract since into one amendment.

        What somebody changed here stays, everything else follows the contract. A line that was
        added to the contract comes, one that has ended goes.
        """
        self.ensure_one()
        known, current = self.subscription_baseline or {}, self._get_current_baseline()
        self._as_system().subscription_baseline = current
        for line in self.order_line.filtered(lambda line: line.is_recurring):
            parent = line.subscription_parent_line_id
            if not parent:
                continue
            if str(parent.id) not in current:
                line.unlink()
            else:
                line._rebase(current[str(parent.id)])
        self.order_line._get_empty_combos().unlink()
        lines = self._get_amended_contract().order_line
        added = lines.filtered(lambda line: str(line.id) in current and str(line.id) not in known)
        added |= added._get_combos() - self.order_line.subscription_parent_line_id.sudo()
        self._add_contract_lines(lines.filtered(lambda line: line in added).with_env(self.env))

    def _take_links_from(self, people):
        """Give open quotations about a contract to its new customer as well."""
        super()._take_links_from(people)
        for contract in self.filtered(lambda order: order._is_subscription_started()):
            GivenAway(contract).follow()

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_view_amendments(self):
        """Open the amendments of this contract, the latest first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_amendment_action"
        )
        action["domain"] = [("id", "in", self.subscription_amendment_ids.ids)]
        return action

    def action_view_amended_contract(self):
        """Open the contract that this amendment is about."""
        self.ensure_one()
        return self.subscription_parent_id._get_records_action(name=self.env._("Contract"))
