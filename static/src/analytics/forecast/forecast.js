import { Component, onMounted, onPatched, onWillStart, onWillUnmount, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { getColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const KNOWN = "#6b7280";
const RENEWED = "#a16207";

export class SubscriptionForecast extends Component {
    static template = "sale_recurring.SubscriptionForecast";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static path = "subscription-forecast";

    setup() {
        this.orm = useService("orm");
        this.env.config.setDisplayName(_t("Forecast"));
        this.display = { controlPanel: {} };
        this.canvas = useRef("canvas");
        this.notification = useService("notification");
        this.state = useState({ data: null, months: 6, typed: {}, tested: "", name: "", compared: {} });
        onWillStart(() => Promise.all([loadBundle("web.chartjs_lib"), this.load()]));
        onMounted(() => this.draw());
        onPatched(() => this.draw());
        onWillUnmount(() => this.chart?.destroy());
    }

    get fields() {
        return [
            { name: "new", label: _t("New MRR per month"), unit: this.state.data.currency },
            { name: "expansion", label: _t("Expansion per month"), unit: "%" },
            { name: "loss", label: _t("Loss per month"), unit: "%" },
        ];
    }

    get notTested() {
        return _t("The months before are not enough to test it on this one.");
    }

    get isTyped() {
        return Object.keys(this.state.typed).length > 0;
    }

    async load() {
        const values = { months: this.state.months, tested: this.state.tested, ...this.state.typed };
        this.state.data = await this.orm.call("subscription.dashboard", "get_forecast", [values]);
    }

    measure(months) {
        Object.assign(this.state, { months: Number(months), typed: {} });
        return this.load();
    }

    type(name, text) {
        const value = Number(text);
        if (text.trim() === "" || Number.isNaN(value)) {
            delete this.state.typed[name];
        } else {
            this.state.typed[name] = value;
        }
        return this.load();
    }

    // ------------------------------------------------------------------
    // Scenarios
    // ------------------------------------------------------------------

    async keep() {
        const name = this.state.name.trim();
        if (!name) {
            this.notification.add(_t("Give the scenario a name."), { type: "warning" });
            return;
        }
        const { new: won, expansion, loss } = this.state.data.assumptions;
        const [id] = await this.orm.create("subscription.forecast.scenario", [{ name, new: won, expansion, loss }]);
        this.state.compared[id] = true;
        this.state.name = "";
        await this.load();
    }

    async forget(scenario) {
        await this.orm.unlink("subscription.forecast.scenario", [scenario.id]);
        await this.load();
    }

    compare(scenario, isShown) {
        this.state.compared[scenario.id] = isShown;
        this.drawn = null;
    }

    getCompared() {
        return this.state.data.scenarios.filter((scenario) => this.state.compared[scenario.id]);
    }

    test(month) {
        this.state.tested = month ? `${month}-01` : "";
        return this.load();
    }

    draw() {
        const { data } = this.state;
        if (!data || this.drawn === data) {
            return;
        }
        this.drawn = data;
        this.chart?.destroy();
        const { past, months } = data;
        const gap = past.slice(1).map(() => null);
        const last = past.at(-1).value;
        const color = getColor(1, "light");
        const ends = { low: _t("At least"), high: _t("Between at least and at most") };
        const line = (label, values, style) => ({ label, data: values, pointRadius: 2, tension: 0.2, ...style });
        const ahead = (name) => [...gap, last, ...months.map((month) => month[name])];
        this.chart = new Chart(this.canvas.el, {
            type: "line",
            data: {
                labels: [...past, ...months].map((month) => month.label),
                datasets: [
                    line(
                        _t("MRR"),
                        past.map((month) => month.value),
                        { borderColor: color }
                    ),
                    line(_t("Forecast"), ahead("value"), { borderColor: color, borderDash: [6, 4] }),
                    line(ends.low, ahead("low"), { borderColor: "transparent", pointRadius: 0 }),
                    line(ends.high, ahead("high"), {
                        borderColor: "transparent",
                        backgroundColor: `${color}22`,
                        pointRadius: 0,
                        fill: "-1",
                    }),
                    line(_t("Agreed already"), ahead("known"), { borderColor: KNOWN, borderDash: [2, 3] }),
                    line(_t("With renewals"), ahead("renewed"), { borderColor: RENEWED, borderDash: [2, 3] }),
                    ...this.getCompared().map((scenario, number) =>
                        line(scenario.name, [...gap, last, ...scenario.values], {
                            borderColor: getColor(number + 3, "light"),
                        })
                    ),
                ],
            },
            options: this.getOptions(ends.low),
        });
    }

    getOptions(unnamed) {
        return {
            locale: user.lang,
            maintainAspectRatio: false,
            animation: false,
            plugins: { legend: { labels: { filter: (item) => item.text !== unnamed } } },
            interaction: { mode: "index", intersect: false },
            scales: { x: { grid: { display: false } }, y: { beginAtZero: true } },
        };
    }
}

registry.category("actions").add("sale_recurring.forecast", SubscriptionForecast);
