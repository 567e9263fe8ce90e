import { describe, expect, test } from "@odoo/hoot";
import { FILTERS, readAddress, writeAddress } from "@sale_recurring/analytics/dashboard/address";
import { RANGES } from "@sale_recurring/analytics/dashboard/ranges";

describe.current.tags("headless");

/**
 * Return what is read from a link that was made of what a page shows.
 */
function followLink(state) {
    const address = writeAddress(state);
    const known = Object.keys(address).filter((name) => address[name] !== undefined);
    const query = new URLSearchParams(known.map((name) => [name, address[name]]));
    return readAddress(Object.fromEntries(query));
}

const USUAL = readAddress({});

test("a link shows the same range, comparison, day and filters", () => {
    for (const { name } of RANGES) {
        const days = name === "custom" ? { start: "2027-02-03", end: "2027-04-05" } : {};
        const state = { ...USUAL, range: name, ...days, compare: "year", known: "2027-05-01" };
        expect(followLink(state)).toEqual(state);
    }
    expect(FILTERS).toEqual(["company", "user", "team", "template", "product", "country", "currency"]);
    FILTERS.forEach((name, number) => {
        const state = { ...USUAL, [name]: number + 3 };
        expect(followLink(state)).toEqual(state);
    });
    expect(followLink(USUAL)).toEqual(USUAL);
});

test("what an address says wrong is usual", () => {
    const wrong = { range: "soon", compare: "x", start: "2027-02-30", end: "2027-04-05", user: "me", team: "-4" };
    expect(readAddress({ ...wrong, known: "then" })).toEqual({ ...USUAL, end: "2027-04-05" });
    expect(readAddress({ range: "custom" }).range).toBe("this_month");
    expect(readAddress({ range: "custom", start: "2027-05-01", end: "2027-04-01" }).range).toBe("this_month");
});
