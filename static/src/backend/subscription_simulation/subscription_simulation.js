import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { PreviewDocuments } from "@sale_recurring/backend/subscription_preview/subscription_preview";

import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";

/**
 * The coming months of a contract as a chart and a table: invoices, credits, MRR. When a change is
 * tried out, both show the contract with it, next to the MRR and the totals without it.
 */
export class SubscriptionSimulationField extends Component {
    static template = "sale_recurring.SubscriptionSimulationField";
    static components = { PreviewDocuments };
    static props = { ...standardFieldProps };

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({ open: null });
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                if (this.canvas.el) {
                    this.chart = new Chart(this.canvas.el, this.getChartConfig());
                }
                return () => {
                    this.chart?.destroy();
                    this.chart = null;
                };
            },
            () => [this.value, this.canvas.el]
        );
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    /** The simulation to draw: with the change if there is one. */
    get shown() {
        return this.value.after || this.value.before;
    }

    get isComparing() {
        return Boolean(this.value.after);
    }

    get hasCredits() {
        return this.shown.months.some((month) => month.credited);
    }

    get rows() {
        const { before } = this.value;
        return this.shown.months.map((month, index) => ({
            ...month,
            difference: this.net(month) - this.net(before.months[index]),
        }));
    }

    get totals() {
        const months = this.rows;
        const sum = (name) => months.reduce((total, month) => total + month[name], 0);
        return {
            charged: sum("charged"),
            credited: sum("credited"),
            difference: sum("difference"),
        };
    }

    net(month) {
        return month.charged - month.credited;
    }

    money(value) {
        return formatMonetary(value, { currencyId: this.shown.currency_id });
    }

    /** A difference with its sign, nothing where there is none. */
    signed(value) {
        if (Math.abs(value) < 0.005) {
            return "";
        }
        return value > 0 ? `+${this.money(value)}` : this.money(value);
    }

    toggle(month) {
        this.state.open = this.state.open === month.date ? null : month.date;
    }

    preview(month) {
        return { documents: month.documents, currency_id: this.shown.currency_id };
    }

    getChartConfig() {
        const scheme = cookie.get("color_scheme");
        const colors = {
            mrr: getCustomColor(scheme, "#017e84", "#1dc4ca"),
            charged: getColor(0, scheme, "odoo"),
            credited: getCustomColor(scheme, "#d44c59", "#e77f88"),
        };
        const grid = { color: getCustomColor(scheme, "#d8dadd", "#3C3E4B") };
        const ticks = { color: getCustomColor(scheme, "#111827", "#E4E4E4") };
        return {
            data: {
                labels: this.shown.months.map((month) => month.label),
                datasets: this.getDatasets(colors),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: { position: "bottom", labels: ticks },
                    tooltip: {
                        callbacks: {
                            label: ({ dataset, raw }) => `${dataset.label}: ${this.money(raw)}`,
                        },
                    },
                },
                scales: {
                    x: { stacked: true, grid: { display: false }, ticks },
                    y: { grid, ticks: { ...ticks, callback: (value) => this.money(value) } },
                },
            },
        };
    }

    getDatasets(colors) {
        const { before } = this.value;
        const line = { type: "line", borderWidth: 2, pointRadius: 0, stepped: "middle" };
        const datasets = [
            {
                ...line,
                label: _t("MRR"),
                data: this.shown.months.map((month) => month.mrr),
                borderColor: colors.mrr,
                backgroundColor: colors.mrr,
            },
            {
                type: "bar",
                label: _t("Invoices"),
                data: this.shown.months.map((month) => month.charged),
                backgroundColor: colors.charged,
                stack: "money",
            },
            {
                type: "bar",
                label: _t("Credits"),
                data: this.shown.months.map((month) => 0 - month.credited),
                backgroundColor: colors.credited,
                stack: "money",
            },
        ];
        if (this.isComparing) {
            datasets.splice(1, 0, {
                ...line,
                label: _t("MRR as it is"),
                data: before.months.map((month) => month.mrr),
                borderColor: colors.mrr,
                backgroundColor: "transparent",
                borderDash: [4, 4],
            });
        }
        return datasets;
    }
}

export const subscriptionSimulationField = {
    component: SubscriptionSimulationField,
    supportedTypes: ["json"],
};

registry.category("fields").add("subscription_simulation", subscriptionSimulationField);
