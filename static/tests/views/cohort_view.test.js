import { describe, expect, test } from "@odoo/hoot";
import { press, queryAll, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { download } from "@web/core/network/download";

describe.current.tags("desktop");

const DATA = {
    rows: [
        {
            label: "Jan 2027",
            size: 20,
            values: [20, 15, 10],
            start: "2027-01-01",
            stop: "2027-02-01",
            ends: ["2027-02-01", "2027-03-01", "2027-03-21"],
            first: 0,
        },
        {
            label: "Feb 2027",
            size: 0,
            values: [0, 0, null],
            start: "2027-02-01",
            stop: "2027-03-01",
            ends: ["2027-03-01", "2027-03-21", false],
            first: 0,
        },
    ],
    columns: ["0", "1", "2"],
    averages: [1, 0.75, 0.5],
    size: 20,
    is_cut: false,
    most: 60,
    currency: false,
};
const EMPTY = { ...DATA, rows: [], columns: [], averages: [], size: 0 };
const LIVES = `date_start="begun" date_stop="ended"`;
const CHANGES = `date_start="begun" date_change="ended" first="is_first" measure="worth"`;

class Member extends models.Model {
    _name = "member";

    begun = fields.Date();
    ended = fields.Date();
    is_first = fields.Boolean();
    worth = fields.Float({ string: "Worth", aggregator: "sum" });
    seats = fields.Integer({ string: "Seats", aggregator: "sum" });
    rank = fields.Integer({ string: "Rank", aggregator: false });
}

defineModels([Member]);
defineMailModels();

async function mountCohorts(attributes = LIVES, { data = DATA, inside = "", ...options } = {}) {
    const asked = [];
    onRpc("member", "get_cohort_data", ({ args, kwargs }) => {
        asked.push({ domain: args[0], values: args[1], context: kwargs.context });
        return data;
    });
    await mountView({
        type: "cohort",
        resModel: "member",
        arch: `<cohort string="Members" ${attributes}>${inside}</cohort>`,
        ...options,
    });
    return asked;
}

test("it asks for what the arch says and shows shares", async () => {
    const asked = await mountCohorts(`${LIVES} interval="week" timeline="backward" measure="seats"`);
    expect(asked).toHaveLength(1);
    expect(asked[0].values).toEqual({
        date_start: "begun",
        date_stop: "ended",
        date_change: "",
        first: "",
        measure: "seats",
        interval: "week",
        mode: "retention",
        timeline: "backward",
    });
    expect(".o_cohort_view").toHaveCount(1);
    expect(queryAllTexts("tbody tr:first td")).toEqual(["20", "100 %", "75.0 %", "50.0 %"]);
    expect(queryAllTexts("tbody tr:last td")).toEqual(["0", "-", "-", ""]);
    expect(queryAllTexts("tfoot td")).toEqual(["20", "100 %", "75.0 %", "50.0 %"]);
});

test("churn is the rest, without asking again", async () => {
    const asked = await mountCohorts();
    await contains("[data-mode=churn]").click();
    expect(queryAllTexts("tbody tr:first td")).toEqual(["20", "0 %", "25.0 %", "50.0 %"]);
    expect("[data-mode=churn]").toHaveAttribute("aria-pressed", "true");
    expect(asked).toHaveLength(1);
});

test("another interval, timeline or measure is asked for", async () => {
    const asked = await mountCohorts();
    await contains(".scale_button_selection").click();
    expect(queryAllTexts(".o-dropdown-item")).toEqual(["Day", "Week", "Month", "Quarter", "Year"]);
    await contains(".o_scale_button_year").click();
    await contains("[data-timeline=backward]").click();
    await contains("button:contains(Measures)").click();
    expect(queryAllTexts(".o_menu_item")).toEqual(["Worth", "Seats", "Count"]);
    await contains(".o_menu_item:contains(Worth)").click();
    expect(asked.map(({ values }) => [values.interval, values.timeline, values.measure])).toEqual([
        ["month", "forward", ""],
        ["year", "forward", ""],
        ["year", "backward", ""],
        ["year", "backward", "worth"],
    ]);
});

test("choices that come faster than the figures are all kept", async () => {
    const asked = await mountCohorts();
    queryFirst("[data-timeline=backward]").click();
    queryFirst("[data-mode=churn]").click();
    await contains(".scale_button_selection").click();
    await contains(".o_scale_button_week").click();
    expect("[data-mode=churn]").toHaveAttribute("aria-pressed", "true");
    expect("[data-timeline=backward]").toHaveAttribute("aria-pressed", "true");
    const { interval, timeline, mode } = asked.at(-1).values;
    expect([interval, timeline, mode]).toEqual(["week", "backward", "churn"]);
});

test("only measures of the arch are offered, by their own names; changes are not counted", async () => {
    const inside = `<field name="worth" string="Money"/><field name="seats" invisible="1"/>`;
    await mountCohorts(CHANGES, { inside });
    await contains("button:contains(Measures)").click();
    expect(queryAllTexts(".o_menu_item")).toEqual(["Money"]);
});

test("a filter of the search bar narrows what is counted", async () => {
    const asked = await mountCohorts(LIVES, {
        context: { search_default_mine: true },
        searchViewArch: `<search><filter name="mine" string="Mine" domain="[['seats', '>', 3]]"/></search>`,
    });
    expect(asked[0].domain).toEqual([["seats", ">", 3]]);
});

test("a cell and a cohort open their records", async () => {
    const opened = [];
    mockService("action", { doAction: (action, options) => opened.push([action.domain, options.viewType]) });
    await mountCohorts();
    const cohort = ["&", ["begun", ">=", "2027-01-01"], ["begun", "<", "2027-02-01"]];
    await contains("tbody tr:first .o_cohort_size").click();
    await contains("[data-place='0,0']").click();
    await contains("[data-place='0,1']").click();
    await contains("[data-mode=churn]").click();
    await contains("[data-place='0,2']").click();
    expect(opened).toEqual([
        [cohort, "list"],
        [cohort, "list"],
        [["&", ...cohort, "|", ["ended", "=", false], ["ended", ">=", "2027-03-01"]], "list"],
        [["&", ...cohort, ["ended", "<", "2027-03-21"]], "list"],
    ]);
});

test("a cell of changes opens the changes that add up to it", async () => {
    const opened = [];
    mockService("action", { doAction: (action) => opened.push(action.domain.slice(3)) });
    await mountCohorts(CHANGES);
    await contains("[data-place='0,0']").click();
    await contains("[data-place='0,2']").click();
    expect(opened).toEqual(
        [[["is_first", "=", true]], [["ended", "<", "2027-03-21"]]].map((one) => [
            ["begun", "<", "2027-02-01"],
            ...one,
        ]),
    );
});

test("the arrows lead from cell to cell, Tab reaches one", async () => {
    await mountCohorts();
    expect(queryAll(".o_cohort_cell[tabindex='0']")).toHaveLength(1);
    await contains("[data-place='0,0']").focus();
    await press("ArrowRight");
    await press("ArrowDown");
    await animationFrame();
    expect("[data-place='1,1']").toBeFocused();
    await press("ArrowRight");
    expect("[data-place='1,1']").toBeFocused();
    expect(queryFirst("[data-place='0,1']")).toHaveAttribute("aria-label", "Jan 2027, 1: 75.0 %, 15 of 20");
});

test("the spreadsheet is asked for by the same question", async () => {
    patchWithCleanup(download, {
        _download: ({ url, data }) => {
            const asked = JSON.parse(data.data);
            expect.step([url, asked.model, asked.values.interval, asked.values.mode]);
        },
    });
    await mountCohorts(`${LIVES} interval="quarter"`);
    await contains("[data-mode=churn]").click();
    await contains(".o_cohort_download").click();
    expect.verifySteps([["/sale_recurring/cohort/xlsx", "member", "quarter", "churn"]]);
});

test("an empty view shows its help, with an invented table where the arch wants one", async () => {
    await mountCohorts(`${LIVES} sample="1"`, { data: EMPTY, noContentHelp: "<p>Nobody yet</p>" });
    expect(".o_view_sample_data .o_cohort_table").toHaveCount(1);
    expect(".o_view_nocontent:contains(Nobody yet)").toHaveCount(1);
    expect(".o_cohort_download").not.toBeEnabled();
});

test("an empty view without an invented table shows its help only", async () => {
    await mountCohorts(LIVES, { data: EMPTY, noContentHelp: "<p>Nobody yet</p>" });
    expect(".o_cohort_table").toHaveCount(0);
    expect(".o_view_nocontent:contains(Nobody yet)").toHaveCount(1);
});

test("it says when older cohorts are left out", async () => {
    await mountCohorts(LIVES, { data: { ...DATA, is_cut: true } });
    expect("[name=cut]").toHaveText(/60 youngest/);
});
