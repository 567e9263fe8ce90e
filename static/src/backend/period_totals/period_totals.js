import { registry } from "@web/core/registry";
import { formatDate, formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/**
 * What one full period costs, one row per recurrence, and what is sold once, below the amount due
 * now.
 */
export class PeriodTotalsField extends Component {
    static template = "sale_recurring.PeriodTotalsField";
    static props = { ...standardFieldProps };

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    get oneOff() {
        return this.props.record.data.subscription_amount_one_off_total;
    }

    get isQuotation() {
        return ["draft", "sent"].includes(this.props.record.data.state);
    }

    /** A contract that runs: what it costs now and next, not what it cost when it began. */
    get isContract() {
        const { state, subscription_order_type: type } = this.props.record.data;
        return state === "sale" && type !== "amendment";
    }

    get nextDate() {
        const date = this.props.record.data.subscription_next_invoice_date;
        return this.isContract && date ? formatDate(date) : "";
    }

    get nextAmount() {
        return this.props.record.data.subscription_amount_next;
    }

    /** An amendment of a later day: its amount due now has no part of what is sold once. */
    get isLater() {
        return Boolean(this.props.record.data.subscription_until_then_text);
    }

    money(value) {
        return formatMonetary(value, { currencyId: this.props.record.data.currency_id?.id });
    }
}

export const periodTotalsField = {
    component: PeriodTotalsField,
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "currency_id", type: "many2one", relation: "res.currency" },
        { name: "state", type: "selection" },
        { name: "subscription_amount_next", type: "monetary" },
        { name: "subscription_next_invoice_date", type: "date" },
        { name: "subscription_order_type", type: "selection" },
        { name: "subscription_amount_one_off_total", type: "monetary" },
        { name: "subscription_until_then_text", type: "char" },
    ],
};

registry.category("fields").add("subscription_period_totals", periodTotalsField);
