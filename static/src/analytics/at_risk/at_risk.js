import { Component, onWillStart, useState } from "@odoo/owl";
import { user } from "@web/core/user";
import { formatMonetary } from "@web/views/fields/formatters";
import { useService } from "@web/core/utils/hooks";

const RUNNING = ["upcoming", "active", "paused", "suspended"];
const DOMAIN = [
    ["subscription_health", "=", "bad"],
    ["subscription_state", "in", RUNNING],
];
const MRR = "subscription_amount_monthly:sum_currency";

/**
 * Contracts that a health rule calls bad, by the reason, and what they are worth per month.
 */
export class AtRisk extends Component {
    static template = "sale_recurring.AtRisk";
    static props = {};

    setup() {
        // Not by useService: the dashboard may be drawn anew while this one is still loading.
        this.orm = this.env.services.orm;
        this.action = useService("action");
        this.state = useState({ groups: [] });
        onWillStart(() => this.load());
    }

    async load() {
        if (!(await user.checkAccessRight("sale.order", "read"))) {
            return;
        }
        const by = ["subscription_health_reason"];
        const groups = await this.orm.formattedReadGroup("sale.order", DOMAIN, by, ["__count", MRR]);
        this.state.groups = groups
            .map((group) => ({
                reason: group.subscription_health_reason || "",
                count: group.__count,
                mrr: group[MRR] || 0,
            }))
            .sort((one, other) => other.mrr - one.mrr);
    }

    get count() {
        return this.state.groups.reduce((sum, group) => sum + group.count, 0);
    }

    get mrr() {
        return this.state.groups.reduce((sum, group) => sum + group.mrr, 0);
    }

    format(amount) {
        return formatMonetary(amount, { currencyId: user.activeCompany.currency_id });
    }

    async open(group) {
        const action = await this.action.loadAction("sale_recurring.subscription_at_risk_action");
        const chosen = group ? [["subscription_health_reason", "=", group.reason || false]] : [];
        return this.action.doAction({ ...action, domain: [...DOMAIN, ...chosen] });
    }
}
