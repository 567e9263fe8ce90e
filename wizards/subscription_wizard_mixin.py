from odoo import api, fields, models

from ..models.preview.preview import Preview


class SubscriptionWizardMixin(models.AbstractModel):
    """What wizards about one contract share: what it would credit and bill, before it is done."""

    _name = "subscription.wizard.mixin"
    _description = "Wizard about a Contract"

    order_id = fields.Many2one("sale.order", "Contract", required=True, ondelete="cascade")
    preview = fields.Json(compute="_compute_preview")

    @api.depends(lambda self: ("order_id", *self._get_preview_fields()))
    def _compute_preview(self):
        for wizard in self:
            # Every preview names its contract, also one that says why there is none.
            wizard.order_id._origin.check_access("read")
            is_ready = wizard.order_id and wizard._is_preview_ready()
            wizard.preview = wizard._get_preview() if is_ready else False

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    @api.model
    def _get_preview_fields(self):
        """Return what the preview depends on besides the contract. Hook.

        :return: names of fields
        :rtype: tuple[str, ...]
        """
        return ()

    def _is_preview_ready(self):
        """Return whether enough is filled in to compute a preview. Hook.

        :rtype: bool
        """
        return True

    def _get_dry_items(self):
        """Return what would fall due; writes nothing. Hook.

        :return: a list of :class:`DueItem`
        :rtype: list
        :raise UserError: the operation itself would refuse what was typed
        :raise engine.errors.EngineError: the days do not fit the contract
        """
        return []

    def _get_effects(self, items, is_idle):
        """Return sentences about what the operation does besides the amounts. Hook.

        :param list items: what :meth:`_get_dry_items` returned
        :param bool is_idle: nothing at all is billed or given back
        :rtype: list[str]
        """
        return [self.env._("Nothing is billed on that day.")] if is_idle else []

    # ------------------------------------------------------------------
    # Preview
    # ------------------------------------------------------------------

    def _get_preview(self):
        """Return what the operation would credit and bill; writes nothing.

        :return: a preview as `sale.order` makes them
        :rtype: dict
        """
        return Preview(self.order_id).or_reason(self._prepare_preview)

    def _prepare_preview(self):
        order = self.order_id
        items = self._get_dry_items()
        one_off = order._get_preview_one_off_lines(order._subscription_today())
        preview = Preview(order).for_operation(items, one_off)
        preview["reasons"] = self._get_effects(items, not preview["documents"])
        return preview
