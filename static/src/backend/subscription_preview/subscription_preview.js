import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/**
 * One preview of a contract: documents with lines and totals, or why there are none.
 */
export class PreviewDocuments extends Component {
    static template = "sale_recurring.PreviewDocuments";
    static props = { preview: Object };

    money(value) {
        return formatMonetary(value, { currencyId: this.props.preview.currency_id });
    }

    quantity(line) {
        return formatFloat(Math.abs(line.quantity), { trailingZeros: false });
    }

    icon(document) {
        return {
            invoice: "fa-file-text-o",
            credit: "fa-undo",
            free: "fa-gift",
        }[document.kind];
    }
}

/**
 * Draws what billing would create, for one contract (a form) or many (the preview dialog).
 */
export class SubscriptionPreviewField extends Component {
    static template = "sale_recurring.SubscriptionPreviewField";
    static components = { PreviewDocuments };
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get isSelection() {
        return Boolean(this.value?.contracts);
    }

    /** Look at other contracts of a large selection, a batch in each request. */
    show(first) {
        return this.props.record.update({ shown_from: first });
    }

    money(value, currencyId) {
        return formatMonetary(value, { currencyId });
    }

    openContract(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sale.order",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

export const subscriptionPreviewField = {
    component: SubscriptionPreviewField,
    supportedTypes: ["json"],
};

registry.category("fields").add("subscription_preview", subscriptionPreviewField);
