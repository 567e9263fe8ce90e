import { registry } from "@web/core/registry";
import { formatFloat } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/**
 * The recurring lines of a contract: what each costs and until when it is billed.
 */
export class SubscriptionCoverageField extends Component {
    static template = "sale_recurring.SubscriptionCoverageField";
    static props = { ...standardFieldProps };

    get lines() {
        return this.props.record.data[this.props.name] || [];
    }

    quantity(line) {
        return formatFloat(line.quantity, { trailingZeros: false });
    }
}

export const subscriptionCoverageField = {
    component: SubscriptionCoverageField,
    supportedTypes: ["json"],
};

registry.category("fields").add("subscription_coverage", subscriptionCoverageField);
