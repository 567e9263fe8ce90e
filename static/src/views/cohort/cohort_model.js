import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { Domain } from "@web/core/domain";
import { Model } from "@web/model/model";

const NUMBERS = ["integer", "float", "monetary"];
const CHOSEN = ["interval", "mode", "timeline", "measure"];
export const COUNT = "__count";

export const INTERVALS = {
    day: { description: _t("Day") },
    week: { description: _t("Week") },
    month: { description: _t("Month") },
    quarter: { description: _t("Quarter") },
    year: { description: _t("Year") },
};

/**
 * Holds a table of cohorts, and what is chosen of it: measure, interval, mode and timeline.
 */
export class CohortModel extends Model {
    setup(params) {
        this.keepLast = new KeepLast();
        this.metaData = { ...params, values: { ...params.values } };
        this.data = null;
        this.searchParams = null;
        this.known = {};
    }

    async load(searchParams) {
        const known = this.getKnown(searchParams.context);
        // Whoever comes back finds what was left, also when a favorite said something else then.
        if (this.searchParams || !this.metaData.isRestored) {
            for (const [name, value] of Object.entries(known)) {
                if (value !== this.known[name]) {
                    this.metaData.values[name] = value;
                }
            }
        }
        this.known = known;
        this.searchParams = searchParams;
        this.asked = this.metaData.values;
        await this.fetch();
    }

    /** What a favorite remembers; of the measures only those that are offered. */
    getKnown(context) {
        const known = CHOSEN.map((name) => [name, context[`cohort_${name}`]]);
        return Object.fromEntries(
            known.filter(([name, value]) => value && (name !== "measure" || value in this.measures)),
        );
    }

    async fetch() {
        const values = this.asked;
        const { resModel } = this.metaData;
        const { domain, context } = this.searchParams;
        const data = await this.keepLast.add(this.orm.call(resModel, "get_cohort_data", [domain, values], { context }));
        // Who chose the mode meanwhile did not have to wait.
        this.metaData.values = { ...values, mode: this.asked.mode };
        this.data = data;
    }

    /**
     * Choose another measure, interval, mode or timeline; the mode needs no other figures.
     *
     * @param {Object} values
     */
    async choose(values) {
        // The next choice may come before the figures of the last one.
        this.asked = { ...this.asked, ...values };
        if (Object.keys(values).every((name) => name === "mode")) {
            this.metaData.values = { ...this.metaData.values, ...values };
        } else {
            this.useSampleModel = false;
            await this.fetch();
        }
        this.notify();
    }

    hasData() {
        return Boolean(this.data?.rows.length);
    }

    // ------------------------------------------------------------------
    // What may be chosen
    // ------------------------------------------------------------------

    get isOfChanges() {
        return Boolean(this.metaData.values.date_change);
    }

    /** The measures that are offered: those of the arch, or all numbers of the model. */
    get measures() {
        const { fields, measures } = this.metaData;
        const found = {};
        const names = Object.keys(measures).length ? Object.keys(measures) : this.getNumbers();
        for (const name of names.filter((one) => fields[one])) {
            found[name] = { ...fields[name], name, string: measures[name] || fields[name].string };
        }
        if (!this.isOfChanges) {
            found[COUNT] = { name: COUNT, string: _t("Count"), type: "integer" };
        }
        return found;
    }

    getNumbers() {
        return Object.values(this.metaData.fields)
            .filter(
                (field) =>
                    NUMBERS.includes(field.type) && field.store && field.aggregator === "sum" && field.name !== "id",
            )
            .map((field) => field.name);
    }

    get measure() {
        const { measure } = this.metaData.values;
        return this.measures[measure] || this.measures[COUNT] || { name: measure, string: measure, type: "float" };
    }

    get isChurn() {
        return this.metaData.values.mode === "churn";
    }

    get isForward() {
        return this.metaData.values.timeline === "forward";
    }

    // ------------------------------------------------------------------
    // Figures and the records behind them
    // ------------------------------------------------------------------

    /**
     * Return what a cell shows; null where nothing can be known.
     *
     * @param {Object} row
     * @param {number} column
     * @returns {{ value: number, share: number|null }|null}
     */
    getCell(row, column) {
        const left = row.values[column];
        if (left === null) {
            return null;
        }
        const value = this.isChurn ? row.size - left : left;
        return { value, share: row.size ? value / row.size : null };
    }

    getAverage(column) {
        const rate = this.data.averages[column];
        return rate === null ? null : this.isChurn ? 1 - rate : rate;
    }

    /**
     * Return the domain of the records of a cohort, or of one of its cells.
     *
     * @param {Object} row
     * @param {number} [column]
     * @returns {Array}
     */
    getDomain(row, column) {
        const { date_start, date_stop, date_change, first } = this.metaData.values;
        const cohort = [
            [date_start, ">=", row.start],
            [date_start, "<", row.stop],
        ];
        const isBeginning = column === undefined || column === row.first;
        const end = row.ends[column];
        let cell = [];
        if (this.isOfChanges) {
            cell = isBeginning ? [[first, "=", true]] : [[date_change, "<", end]];
            if (this.isChurn && !isBeginning) {
                cell = [[first, "=", false], ...cell];
            }
        } else if (!isBeginning && this.isChurn) {
            cell = [[date_stop, "<", end]];
        } else if (!isBeginning) {
            cell = ["|", [date_stop, "=", false], [date_stop, ">=", end]];
        }
        return Domain.and([this.searchParams.domain, cohort, cell]).toList();
    }

    /** What the spreadsheet is made of: the same question, asked again by the server. */
    getExport() {
        return {
            model: this.metaData.resModel,
            domain: this.searchParams.domain,
            values: this.metaData.values,
            title: this.metaData.title,
            companies: user.context.allowed_company_ids || [],
        };
    }
}
