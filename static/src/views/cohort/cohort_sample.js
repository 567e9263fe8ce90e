import { registry } from "@web/core/registry";

const { DateTime } = luxon;
const ROWS = 8;

/**
 * An invented table, shown behind the help of an empty view.
 */
export function getSample() {
    const start = DateTime.local().startOf("month");
    const columns = [...Array(ROWS).keys()].map(String);
    const rows = columns.map((_text, place) => {
        const size = 24 + ((place * 7) % 11);
        const values = columns.map((_age, age) => (age < ROWS - place ? Math.round(size * 0.93 ** age) : null));
        const month = start.minus({ months: ROWS - 1 - place });
        return {
            label: month.toFormat("MMM yyyy"),
            size,
            values,
            start: month.toISODate(),
            stop: month.plus({ months: 1 }).toISODate(),
            ends: values.map(() => false),
            first: 0,
        };
    });
    return {
        rows,
        columns,
        averages: columns.map((_text, age) => 0.93 ** age),
        size: rows.reduce((sum, row) => sum + row.size, 0),
        is_cut: false,
        most: 60,
        currency: false,
    };
}

registry.category("sample_server").add("get_cohort_data", getSample);
