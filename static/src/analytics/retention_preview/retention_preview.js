import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { serializeDate } from "@web/core/l10n/dates";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";

const { DateTime } = luxon;
const MONTHS = 12;
// What filters of the dashboard are called on contracts.
const FIELDS = {
    company: "company_id",
    user: "user_id",
    team: "team_id",
    template: "template_id",
    country: "country_id",
};
const SHAPE = {
    date_start: "cohort_date",
    date_change: "effective_date",
    first: "is_first",
    interval: "month",
    measure: "member_change",
};

/**
 * A small table: how many contracts are left of those that began in each of the last 12 months. It
 * comes after the dashboard, which does not wait for it.
 */
export class RetentionPreview extends Component {
    static template = "sale_recurring.RetentionPreview";
    static props = { filters: Object };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ data: null });
        onWillStart(() => {
            this.load(this.props.filters);
        });
        onWillUpdateProps((props) => {
            if (JSON.stringify(props.filters) !== JSON.stringify(this.asked)) {
                this.load(props.filters);
            }
        });
    }

    async load(filters) {
        this.asked = filters;
        this.state.data = null;
        if (filters.product) {
            return;
        }
        const start = DateTime.local()
            .startOf("month")
            .minus({ months: MONTHS - 1 });
        const domain = [["cohort_date", ">=", serializeDate(start)]];
        for (const [name, field] of Object.entries(FIELDS)) {
            if (filters[name]) {
                domain.push([field, "=", filters[name]]);
            }
        }
        if (filters.known) {
            domain.push(["known_on", "<=", filters.known]);
        }
        this.state.data = await this.keepLast.add(
            this.orm.call("subscription.contract.retention", "get_cohort_data", [domain, SHAPE]),
        );
    }

    format(row, left) {
        return row.size ? `${Math.round((left / row.size) * 100)} %` : "-";
    }

    getStyle(row, left) {
        const share = row.size ? Math.max(0, Math.min(1, left / row.size)) : 0;
        return `--o-cohort-share: ${share.toFixed(3)}`;
    }

    open() {
        return this.action.doAction("sale_recurring.subscription_contract_retention_action");
    }
}
