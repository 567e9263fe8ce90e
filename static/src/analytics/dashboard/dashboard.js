import { Component, onMounted, onPatched, onWillStart, onWillUnmount, status, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { router } from "@web/core/browser/router";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { AtRisk } from "../at_risk/at_risk";
import { RetentionPreview } from "../retention_preview/retention_preview";
import { FILTERS, readAddress, writeAddress } from "./address";
import { drawLine, drawWaterfall, getSparkline, savePicture } from "./charts";
import { getRange, RANGES } from "./ranges";

export class SubscriptionDashboard extends Component {
    static template = "sale_recurring.SubscriptionDashboard";
    static components = { AtRisk, Layout, RecordSelector, RetentionPreview };
    static props = { ...standardActionServiceProps };
    static path = "subscription-dashboard";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.env.config.setDisplayName(_t("Dashboard"));
        this.ranges = RANGES;
        useSetupAction({ getLocalState: () => ({ address: writeAddress(this.state) }) });
        this.display = { controlPanel: {} };
        this.trend = useRef("trend");
        this.waterfall = useRef("waterfall");
        this.detail = useRef("detail");
        this.charts = [];
        this.state = useState({
            data: null,
            documents: [],
            error: "",
            isLoading: false,
            open: "",
            ...this.readAddress(),
        });
        onWillStart(() => Promise.all([loadBundle("web.chartjs_lib"), this.load()]));
        onMounted(() => this.draw());
        onPatched(() => this.draw());
        onWillUnmount(() => this.clear());
    }

    get filters() {
        const labels = {
            company: _t("Company"),
            user: _t("Salesperson"),
            team: _t("Sales Team"),
            template: _t("Subscription Template"),
            product: _t("Product"),
            country: _t("Country"),
            currency: _t("Currency"),
        };
        const { options, searched } = this.state.data;
        return FILTERS.map((name) => ({
            name,
            label: labels[name],
            options: options[name],
            model: searched[name],
        })).filter((filter) => filter.options.length);
    }

    /** What is no longer sold may be searched for, too; what does not recur has no MRR. */
    getSearch(filter) {
        const domain = filter.name === "product" ? [["is_recurring", "=", true]] : [];
        return { domain, context: { active_test: false } };
    }

    get chosenFilters() {
        return Object.fromEntries(FILTERS.map((name) => [name, this.state[name]]));
    }

    // ------------------------------------------------------------------
    // Address: a link shows the same
    // ------------------------------------------------------------------

    readAddress() {
        // Whoever comes back finds what was left, whoever follows a link what it says.
        return readAddress(this.props.state?.address || router.current || {});
    }

    // ------------------------------------------------------------------
    // Data
    // ------------------------------------------------------------------

    getValues() {
        const { range, compare, known } = this.state;
        const days = range === "custom" ? this.state : getRange(range);
        const values = { start: days.start, end: days.end, compare, known };
        for (const name of FILTERS) {
            values[name] = this.state[name] ? [this.state[name]] : [];
        }
        return values;
    }

    async load() {
        const turn = (this.turn = (this.turn || 0) + 1);
        this.state.isLoading = true;
        const values = this.getValues();
        const data = await this.orm.call("subscription.dashboard", "get_dashboard", [values]);
        if (turn === this.turn) {
            Object.assign(this.state, { data, isLoading: false });
            this.loadDocuments(turn, values);
        }
    }

    /**
     * Load the tiles that are read from invoices: many of them keep nobody waiting.
     *
     * @param {number} turn which of the loads it belongs to
     * @param {Object} values as of getValues
     */
    async loadDocuments(turn, values) {
        const documents = await this.orm.silent.call("subscription.dashboard", "get_document_tiles", [values]);
        if (turn === this.turn && status(this) !== "destroyed") {
            Object.assign(this.state, { documents });
        }
    }

    async choose(name, value) {
        this.state[name] = FILTERS.includes(name) ? Number(value) : value;
        if (name === "range" && value === "custom" && !this.state.start) {
            Object.assign(this.state, getRange("this_month"));
        }
        const { range, start, end } = this.state;
        if (range === "custom" && (!start || !end || start > end)) {
            this.state.error = _t("Choose a first day that is not after the last one.");
            return;
        }
        this.state.error = "";
        this.props.updateActionState?.(writeAddress(this.state));
        await this.load();
    }

    // ------------------------------------------------------------------
    // What is behind a figure
    // ------------------------------------------------------------------

    get tiles() {
        return [...this.state.data.tiles, ...this.state.documents];
    }

    get opened() {
        return this.tiles.find((tile) => tile.name === this.state.open);
    }

    toggle(tile) {
        this.state.open = this.state.open === tile.name ? "" : tile.name;
    }

    getSparkline(tile) {
        return getSparkline(tile.series);
    }

    openRecords(tile) {
        return this.openRows(tile, ["list", "graph", "pivot"]);
    }

    /**
     * Open what a ratio is divided by.
     */
    openDivisor(tile) {
        return this.openRows({ ...tile, domain: tile.divisor }, ["list", "graph", "pivot"]);
    }

    openChart(tile) {
        return this.openRows(tile, ["graph", "list", "pivot"]);
    }

    async openRows(tile, types) {
        // What is counted is no sum: only what counts is shown, one group for each.
        const domain = tile.group.length
            ? await this.orm.call("subscription.dashboard", "get_counted_domain", [this.getValues(), tile.name])
            : tile.domain;
        const hasForm = tile.model === "subscription.mrr.event";
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: tile.label,
            res_model: tile.model,
            domain,
            context: tile.group.length ? { group_by: tile.group } : {},
            views: [...types, ...(hasForm ? ["form"] : [])].map((type) => [false, type]),
        });
    }

    openDefinitions() {
        return this.action.doAction("sale_recurring.subscription_definitions_action");
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
        savePicture(this[name].el, name);
    }

    // ------------------------------------------------------------------
    // Charts
    // ------------------------------------------------------------------

    clear() {
        this.charts.forEach((chart) => chart.destroy());
        this.charts = [];
        this.drawn = null;
        this.closeDetail();
    }

    closeDetail() {
        this.detailed?.chart.destroy();
        this.detailed = null;
    }

    draw() {
        this.drawCharts();
        const tile = this.state.data && !this.state.data.is_empty && this.opened;
        if (!tile || !this.detail.el) {
            this.closeDetail();
        } else if (this.detailed?.tile !== tile || this.detailed.el !== this.detail.el) {
            this.closeDetail();
            const chart = drawLine(this.detail.el, tile.series);
            this.detailed = { tile, el: this.detail.el, chart };
        }
    }

    drawCharts() {
        const { data } = this.state;
        if (!data || data.is_empty || this.drawn === data || !this.trend.el) {
            return;
        }
        this.clear();
        this.drawn = data;
        this.charts.push(drawLine(this.trend.el, data.trend), drawWaterfall(this.waterfall.el, data.waterfall));
    }
}

registry.category("actions").add("sale_recurring.dashboard", SubscriptionDashboard);
