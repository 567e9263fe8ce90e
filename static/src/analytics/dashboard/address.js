import { RANGES } from "./ranges";

// What may be chosen once, by its id; 0 is everything, or the currency of the company.
export const FILTERS = ["company", "user", "team", "template", "product", "country", "currency"];

function readDay(text) {
    return typeof text === "string" && luxon.DateTime.fromISO(text).isValid ? text : "";
}

/**
 * Return what an address says about the dashboard; what it does not say, or says wrong, is usual.
 *
 * @param {Object} known values by name, as the router reads them
 * @returns {Object} range, compare, start, end, known, and the id of each filter
 */
export function readAddress(known) {
    const found = Object.fromEntries(["start", "end", "known"].map((name) => [name, readDay(known[name])]));
    found.compare = known.compare === "year" ? "year" : "previous";
    found.range = RANGES.some(({ name }) => name === known.range) ? known.range : "this_month";
    if (found.range === "custom" && !(found.start && found.end && found.start <= found.end)) {
        found.range = "this_month";
    }
    for (const name of FILTERS) {
        const id = Number(known[name]);
        found[name] = Number.isInteger(id) && id > 0 ? id : 0;
    }
    return found;
}

/**
 * Return what the address has to say, so that a link shows the same.
 *
 * @param {Object} state as of readAddress
 * @returns {Object} values by name, undefined for what is usual
 */
export function writeAddress(state) {
    const { range, compare, start, end, known } = state;
    const isCustom = range === "custom";
    const address = { range, compare, start: isCustom ? start : undefined, end: isCustom ? end : undefined };
    address.known = known || undefined;
    for (const name of FILTERS) {
        address[name] = state[name] || undefined;
    }
    return address;
}
