import { Component, useRef } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/views/fields/formatters";
import { INTERVALS } from "./cohort_model";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * A table of cohorts. One cell can be reached by Tab, the others from there by the arrows.
 */
export class CohortRenderer extends Component {
    static template = "sale_recurring.CohortRenderer";
    static props = { model: Object, onOpen: Function };

    setup() {
        this.table = useRef("table");
    }

    get model() {
        return this.props.model;
    }

    get data() {
        return this.model.data;
    }

    get columnsTitle() {
        const { interval } = this.model.metaData.values;
        const titles = {
            day: _t("Days since the beginning"),
            week: _t("Weeks since the beginning"),
            month: _t("Months since the beginning"),
            quarter: _t("Quarters since the beginning"),
            year: _t("Years since the beginning"),
        };
        return this.model.isForward ? titles[interval] : INTERVALS[interval].description;
    }

    get cutText() {
        return _t("Only the %(most)s youngest cohorts are shown. Choose a longer interval to see more.", {
            most: this.data.most,
        });
    }

    formatValue(value) {
        const { type } = this.model.measure;
        if (type === "monetary" && this.data.currency) {
            return formatCurrency(value, this.data.currency);
        }
        return formatFloat(value, { digits: [16, type === "integer" ? 0 : 2] });
    }

    formatShare(share) {
        if (share === null) {
            return "-";
        }
        const isWhole = share === 0 || share >= 0.9995;
        return `${formatFloat(share * 100, { digits: [16, isWhole ? 0 : 1] })} %`;
    }

    /** How strong a cell is coloured, from 0 to 1; what grew is as strong as what was kept. */
    getStyle(share) {
        return `--o-cohort-share: ${Math.max(0, Math.min(1, share || 0)).toFixed(3)}`;
    }

    getTitle(row, column, cell) {
        return _t("%(cohort)s, %(column)s: %(share)s, %(value)s of %(size)s", {
            cohort: row.label,
            column: this.data.columns[column],
            share: this.formatShare(cell.share),
            value: this.formatValue(cell.value),
            size: this.formatValue(row.size),
        });
    }

    onKeydown(ev) {
        const step = STEPS[ev.key];
        const [row, column] = (ev.target.dataset.place || "").split(",").map(Number);
        if (!step || Number.isNaN(column)) {
            return;
        }
        ev.preventDefault();
        const next = this.table.el.querySelector(`[data-place="${row + step[0]},${column + step[1]}"]`);
        if (next) {
            ev.target.tabIndex = -1;
            next.tabIndex = 0;
            next.focus();
        }
    }
}
