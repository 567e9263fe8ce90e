import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { formatMonetary } from "@web/views/fields/formatters";
import { useService } from "@web/core/utils/hooks";

const RUNNING = ["upcoming", "active", "paused", "suspended"];
const DOMAIN = [
    ["subscription_health", "=", "bad"],
    ["subscription_state", "in", RUNNING],
];
// What filters of the dashboard are called on contracts.
const FIELDS = {
    company: "company_id",
    user: "user_id",
    team: "team_id",
    template: "subscription_template_id",
    product: "order_line.product_id",
    country: "partner_id.country_id",
};
const MRR = "subscription_amount_monthly:sum_currency";

/**
 * Contracts that a health rule calls bad, by the reason, and what they are worth per month; those
 * that the filters of the dashboard let through.
 */
export class AtRisk extends Component {
    static template = "sale_recurring.AtRisk";
    static props = {
        filters: Object,
        // The shown one, and its rate for one unit of what the server adds up.
        currency: { type: Object, shape: { id: Number, rate: Number } },
    };

    setup() {
        // Not by useService: the dashboard may be drawn anew while this one is still loading.
        this.orm = this.env.services.orm;
        this.action = useService("action");
        this.state = useState({ groups: [] });
        this.keepLast = new KeepLast();
        onWillStart(() => this.load(this.props.filters));
        onWillUpdateProps((props) => {
            if (JSON.stringify(props.filters) !== JSON.stringify(this.asked)) {
                this.load(props.filters);
            }
        });
    }

    getDomain(filters) {
        const chosen = Object.keys(FIELDS).filter((name) => filters[name]);
        return [...DOMAIN, ...chosen.map((name) => [FIELDS[name], "=", filters[name]])];
    }

    async load(filters) {
        this.asked = filters;
        if (!(await user.checkAccessRight("sale.order", "read"))) {
            return;
        }
        const by = ["subscription_health_reason"];
        const groups = await this.keepLast.add(
            this.orm.formattedReadGroup("sale.order", this.getDomain(filters), by, ["__count", MRR]),
        );
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
        const { id, rate } = this.props.currency;
        return formatMonetary(amount * rate, { currencyId: id });
    }

    async open(group) {
        const action = await this.action.loadAction("sale_recurring.subscription_at_risk_action");
        const chosen = group ? [["subscription_health_reason", "=", group.reason || false]] : [];
        return this.action.doAction({ ...action, domain: [...this.getDomain(this.props.filters), ...chosen] });
    }
}
