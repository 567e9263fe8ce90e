import { describe, expect, test } from "@odoo/hoot";
import { getRange, RANGES } from "@sale_recurring/analytics/dashboard/ranges";

const { DateTime } = luxon;

describe.current.tags("headless");

test("ranges end today, or where their period ended", () => {
    const today = DateTime.fromISO("2027-05-17");
    const expected = {
        this_month: ["2027-05-01", "2027-05-17"],
        last_month: ["2027-04-01", "2027-04-30"],
        last_30_days: ["2027-04-18", "2027-05-17"],
        this_quarter: ["2027-04-01", "2027-05-17"],
        last_quarter: ["2027-01-01", "2027-03-31"],
        this_year: ["2027-01-01", "2027-05-17"],
        last_12_months: ["2026-06-01", "2027-05-17"],
    };
    for (const { name } of RANGES.filter((range) => range.name !== "custom")) {
        const { start, end } = getRange(name, today);
        expect([start, end]).toEqual(expected[name]);
    }
});
