import { _t } from "@web/core/l10n/translation";
import { serializeDate } from "@web/core/l10n/dates";

const { DateTime } = luxon;

export const RANGES = [
    { name: "this_month", label: _t("This month") },
    { name: "last_month", label: _t("Last month") },
    { name: "last_30_days", label: _t("Last 30 days") },
    { name: "this_quarter", label: _t("This quarter") },
    { name: "last_quarter", label: _t("Last quarter") },
    { name: "this_year", label: _t("This year") },
    { name: "last_12_months", label: _t("Last 12 months") },
    { name: "custom", label: _t("From … to …") },
];

/**
 * Return the first and the last day of a range, both included; what is to come is left out.
 *
 * @param {string} name of one of RANGES, but not "custom"
 * @param {DateTime} [today]
 * @returns {{ start: string, end: string }} ISO dates
 */
export function getRange(name, today = DateTime.local()) {
    const month = today.startOf("month");
    const quarter = today.startOf("quarter");
    const [start, end] = {
        this_month: [month, today],
        last_month: [month.minus({ months: 1 }), month.minus({ days: 1 })],
        last_30_days: [today.minus({ days: 29 }), today],
        this_quarter: [quarter, today],
        last_quarter: [quarter.minus({ months: 3 }), quarter.minus({ days: 1 })],
        this_year: [today.startOf("year"), today],
        last_12_months: [month.minus({ months: 11 }), today],
    }[name];
    return { start: serializeDate(start), end: serializeDate(end) };
}
