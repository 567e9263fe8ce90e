import { Component, onMounted, onPatched, onWillStart, onWillUnmount, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { router } from "@web/core/browser/router";
import { getColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { getRange, RANGES } from "./ranges";

const FILTERS = ["user", "team", "template", "country", "product"];
const GOOD = "#1a7f5a";
const BAD = "#b3364a";
const NEUTRAL = "#6b7280";

export class SubscriptionDashboard extends Component {
    static template = "sale_recurring.SubscriptionDashboard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static path = "subscription-dashboard";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.env.config.setDisplayName(_t("Dashboard"));
        this.ranges = RANGES;
        useSetupAction({ getLocalState: () => ({ address: this.getAddress() }) });
        this.display = { controlPanel: {} };
        this.trend = useRef("trend");
        this.waterfall = useRef("waterfall");
        this.charts = [];
        this.state = useState({ data: null, error: "", isLoading: false, open: "", ...this.readAddress() });
        onWillStart(() => Promise.all([loadBundle("web.chartjs_lib"), this.load()]));
        onMounted(() => this.draw());
        onPatched(() => this.draw());
        onWillUnmount(() => this.clear());
    }

    get filters() {
        const labels = {
            user: _t("Salesperson"),
            team: _t("Sales Team"),
            template: _t("Subscription Template"),
            country: _t("Country"),
            product: _t("Product"),
        };
        return FILTERS.map((name) => ({ name, label: labels[name], options: this.state.data.options[name] })).filter(
            (filter) => filter.options.length
        );
    }

    // ------------------------------------------------------------------
    // Address: a link shows the same
    // ------------------------------------------------------------------

    readAddress() {
        // Whoever comes back finds what was left, whoever follows a link what it says.
        const known = this.props.state?.address || router.current || {};
        const range = RANGES.some(({ name }) => name === known.range) ? known.range : "this_month";
        const chosen = {};
        for (const name of FILTERS) {
            chosen[name] = Number(known[name]) || 0;
        }
        const compare = known.compare === "year" ? "year" : "previous";
        return { range, compare, start: known.start || "", end: known.end || "", ...chosen };
    }

    getAddress() {
        const { range, compare, start, end } = this.state;
        const isCustom = range === "custom";
        const address = { range, compare, start: isCustom ? start : undefined, end: isCustom ? end : undefined };
        for (const name of FILTERS) {
            address[name] = this.state[name] || undefined;
        }
        return address;
    }

    // ------------------------------------------------------------------
    // Data
    // ------------------------------------------------------------------

    getValues() {
        const { range, compare } = this.state;
        const days = range === "custom" ? this.state : getRange(range);
        const values = { start: days.start, end: days.end, compare };
        for (const name of FILTERS) {
            values[name] = this.state[name] ? [this.state[name]] : [];
        }
        return values;
    }

    async load() {
        const turn = (this.turn = (this.turn || 0) + 1);
        this.state.isLoading = true;
        const data = await this.orm.call("subscription.dashboard", "get_dashboard", [this.getValues()]);
        if (turn === this.turn) {
            Object.assign(this.state, { data, isLoading: false });
        }
    }

    async choose(name, value) {
        this.state[name] = value;
        if (name === "range" && value === "custom" && !this.state.start) {
            Object.assign(this.state, getRange("this_month"));
        }
        const { range, start, end } = this.state;
        if (range === "custom" && (!start || !end || start > end)) {
            this.state.error = _t("Choose a first day that is not after the last one.");
            return;
        }
        this.state.error = "";
        this.props.updateActionState?.(this.getAddress());
        await this.load();
    }

    // ------------------------------------------------------------------
    // What is behind a figure
    // ------------------------------------------------------------------

    toggle(tile) {
        this.state.open = this.state.open === tile.name ? "" : tile.name;
    }

    openRecords(tile) {
        return this.openMovements(tile.label, tile.domain, "list");
    }

    openChart(tile) {
        return this.openMovements(tile.label, tile.domain, "graph");
    }

    openMovements(name, domain, first) {
        const types = first === "list" ? ["list", "graph", "pivot", "form"] : ["graph", "list", "pivot", "form"];
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "subscription.mrr.event",
            domain,
            views: types.map((type) => [false, type]),
        });
    }

    openContract(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sale.order",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    print() {
        window.print();
    }

    save(name) {
        const canvas = this[name].el;
        const link = document.createElement("a");
        link.download = `${name}.png`;
        link.href = canvas.toDataURL("image/png");
        link.click();
    }

    // ------------------------------------------------------------------
    // Charts
    // ------------------------------------------------------------------

    clear() {
        this.charts.forEach((chart) => chart.destroy());
        this.charts = [];
        this.drawn = null;
    }

    draw() {
        const { data } = this.state;
        if (!data || data.is_empty || this.drawn === data || !this.trend.el) {
            return;
        }
        this.clear();
        this.drawn = data;
        this.charts.push(this.drawTrend(data.trend), this.drawWaterfall(data.waterfall));
    }

    drawTrend(months) {
        const color = getColor(1, "light");
        return new Chart(this.trend.el, {
            type: "line",
            data: {
                labels: months.map((month) => month.label),
                datasets: [
                    {
                        data: months.map((month) => month.value),
                        borderColor: color,
                        backgroundColor: `${color}22`,
                        fill: true,
                        tension: 0.25,
                        pointRadius: 2,
                    },
                ],
            },
            options: this.getOptions((item) => months[item.dataIndex].text),
        });
    }

    drawWaterfall(bars) {
        let level = 0;
        const spans = bars.map((bar) => {
            const from = bar.kind === "total" ? 0 : level;
            level = bar.kind === "total" ? bar.value : level + bar.value;
            return [from, level];
        });
        const colors = bars.map((bar) => (bar.kind === "total" ? NEUTRAL : bar.value < 0 ? BAD : GOOD));
        const levels = spans.slice(0, -1).flatMap(([from, to]) => [from || to, to]);
        const options = this.getOptions((item) => bars[item.dataIndex].text);
        // The way is what matters: from zero on, its bars would be too small to be seen.
        options.scales.y.min = Math.max(0, 2 * Math.min(...levels) - Math.max(...levels));
        return new Chart(this.waterfall.el, {
            type: "bar",
            data: { labels: bars.map((bar) => bar.label), datasets: [{ data: spans, backgroundColor: colors }] },
            options,
        });
    }

    getOptions(label) {
        return {
            maintainAspectRatio: false,
            animation: false,
            plugins: { legend: { display: false }, tooltip: { callbacks: { label } } },
            scales: { x: { grid: { display: false } }, y: { ticks: { maxTicksLimit: 6 } } },
        };
    }
}

registry.category("actions").add("sale_recurring.dashboard", SubscriptionDashboard);
