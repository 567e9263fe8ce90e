from odoo.fields import Command

from ... import const
from .amendment_plan import AmendmentPlan


class AmendmentApplication:
    """What the confirmation of an amendment writes on its contract.

    :param order: the amendment, one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def apply(self, contract, plans):
        """Store the new segments of the contract and bring its lines up to this amendment.

        :param contract: the contract
        :param dict plans: of :meth:`AmendmentPlan.get_plans`
        """
        touched = AmendmentPlan(self.order).get_touched_lines(
            {line: plan[0] for line, plan in plans.items()}
        )
        if AmendmentPlan(self.order).is_template_switched():
            contract._as_system().subscription_template_id = self.order.subscription_template_id
        self._update_reference(contract)
        self._update_contract_texts(contract)
        added = self._create_contract_lines(contract)
        self._remember_list_discounts(added)
        changed = {
            added.get(line, line).with_env(contract.env): plans[line]
            for line in touched
            if line in added or line.order_id == contract
        }
        before = {line: line._get_whole_plan() for line in changed if line.segment_ids}
        contract._replace_segments_of_lines(
            {line: list(segments) for line, (segments, _remainder) in changed.items()}
        )
        for line, (_segments, remainder) in changed.items():
            line._store_remainder(remainder)
        for line, plan in before.items():
            line._keep_ended_plan(plan)
        self.order._as_system().subscription_changed_line_ids = [
            Command.set(contract.order_line.browse(line.id for line in changed).ids)
        ]
        if any(line._is_recurrence_switched() for line in added):
            contract._set_common_anchor(self.order.subscription_effective_date)

    def _create_contract_lines(self, contract):
        """Add to the contract what this amendment adds.

        :return: the new line of the contract by line of this amendment
        :rtype: dict
        """
        lines = AmendmentPlan(self.order).get_added_lines() | self.order.order_line.filtered(
            lambda line: line.display_type and not line.subscription_parent_line_id
        )
        lines = lines.filtered(lambda line: line.display_type or line.product_uom_qty)
        # The confirmation note says what was added; the segments come from the amendment.
        Line = (
            self.env["sale.order.line"]
            ._as_system()
            .with_context(
                sale_no_log_for_new_lines=True,
                **const.sealed(const.JOIN_DATE_KEY, self.order.subscription_effective_date),
            )
        )
        created = Line.create([line._prepare_contract_line_values(contract) for line in lines])
        return dict(zip(lines, created.with_env(contract.env), strict=True))

    def _remember_list_discounts(self, added):
        """Let the contract know which new discounts its pricelist gave: they end with its rules.

        :param dict added: the new lines of the contract by line of this amendment
        """
        for line in self.order.order_line.filtered("discount"):
            target = added.get(line, line.subscription_parent_line_id)
            is_kept = line not in added and line._is_one_of(
                line.discount, [line.subscription_base_discount]
            )
            if target.recurrence_id and not is_kept and line._is_list_discount(line.discount):
                target._as_system().subscription_list_discount = line.discount

    def _update_reference(self, contract):
        """Take over the customer's reference for the change, for the invoices from now on.

        An amendment has none unless somebody typed it. Terms of payment, addresses, fiscal
        position belong to the contract and are changed there; salesperson and tags of an
        amendment are its own.
        """
        old, new = contract.client_order_ref, self.order.client_order_ref
        if not new or new == old:
            return
        contract._as_system().client_order_ref = new
        contract._message_log(
            body=self.env._(
                "Customer Reference: %(old)s → %(new)s", old=old or self.env._("none"), new=new
            )
        )

    def _update_contract_texts(self, contract):
        """Bring texts and order of the contract's lines up to this amendment."""
        shown = {}
        for line in self.order.order_line.filtered("subscription_parent_line_id"):
            shown.setdefault(line.subscription_parent_line_id, line)
        for parent, line in shown.items():
            values = {
                name: line[name]
                for name in ("name", "sequence")
                if parent[name] != line[name] and not line._is_switched()
            }
            if not line.display_type and not line._is_switched():
                values.update(line._prepare_amended_details())
            if values:
                parent._as_system().write(values)
        headings = contract.order_line.filtered(
            lambda line: line.display_type and line.create_date <= self.order.create_date
        )
        (headings - self.order.order_line.browse(line.id for line in shown)).unlink()
