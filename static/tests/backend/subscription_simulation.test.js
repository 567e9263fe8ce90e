import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { SubscriptionSimulationField } from "@sale_recurring/backend/subscription_simulation/subscription_simulation";
import { setupChartJsForTests } from "@web/../tests/views/graph/graph_test_helpers";
import {
    defineModels,
    fields,
    models,
    mountView,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";

const DOCUMENT = {
    title: "02/01/2027",
    kind: "invoice",
    lines: [{ product: "Seat", quantity: 3, text: "02/01/2027 to 02/28/2027", amount: 30 }],
    untaxed: 30,
    tax: 6,
    total: 36,
};

const simulation = (quantity) => ({
    currency_id: 1,
    error: false,
    months: [
        { date: "2027-01-20", label: "Jan 2027", charged: 0, credited: 5, mrr: 30, documents: [] },
        {
            date: "2027-02-01",
            label: "Feb 2027",
            charged: 10 * quantity,
            credited: 0,
            mrr: 10 * quantity,
            documents: [DOCUMENT],
        },
    ],
});

class Simulation extends models.Model {
    _name = "simulation";

    result = fields.Json();

    _records = [
        { id: 1, result: { before: simulation(3), after: false, error: false } },
        { id: 2, result: { before: simulation(3), after: simulation(2), error: false } },
        {
            id: 4,
            result: {
                before: {
                    ...simulation(3),
                    notes: ["As if S1 were confirmed today."],
                    months: simulation(3).months.slice(1),
                },
                after: false,
                error: false,
            },
        },
        { id: 3, result: { before: simulation(3), after: false, error: "It would be over." } },
    ];
}

defineModels([Simulation]);
defineMailModels();
setupChartJsForTests();
describe.current.tags("desktop");

const mountSimulation = (resId) =>
    mountView({
        type: "form",
        resModel: "simulation",
        resId,
        arch: `<form><field name="result" widget="subscription_simulation"/></form>`,
    });

const cells = (selector) => queryAllTexts(`.o_subscription_simulation_table ${selector}`);

function watchChart() {
    const found = { labels: [], datasets: [] };
    patchWithCleanup(SubscriptionSimulationField.prototype, {
        getChartConfig() {
            const config = super.getChartConfig();
            Object.assign(found, config.data);
            return config;
        },
    });
    return found;
}

test("months are shown as a table and a chart", async () => {
    const chart = watchChart();
    await mountSimulation(1);
    expect(cells("tbody tr:first-child td")).toEqual(["Jan 2027", "", "$ -5.00", "$ 30.00"]);
    expect(cells("tbody tr:last-child td")).toEqual(["Feb 2027", "$ 30.00", "", "$ 30.00"]);
    expect(cells("tfoot td")).toEqual(["Total", "$ 30.00", "$ -5.00", ""]);
    expect(chart.labels).toEqual(["Jan 2027", "Feb 2027"]);
    expect(chart.datasets.map(({ label, data }) => [label, data])).toEqual([
        ["MRR", [30, 30]],
        ["Invoices", [0, 30]],
        ["Credits", [-5, 0]],
    ]);
    expect("canvas").toHaveCount(1);
});

test("a tried change is compared with the contract as it is", async () => {
    const chart = watchChart();
    await mountSimulation(2);
    expect(cells("tbody tr:last-child td")).toEqual([
        "Feb 2027",
        "$ 20.00",
        "",
        "$ 20.00",
        "$ -10.00",
    ]);
    expect(cells("tbody tr:first-child td:last-child")).toEqual([""]);
    expect(cells("thead th")).toEqual([
        "Month",
        "Invoices",
        "Credits",
        "MRR at the End",
        "Difference",
    ]);
    expect(chart.datasets[1].label).toBe("MRR as it is");
    expect(chart.datasets[1].data).toEqual([30, 30]);
});

test("what is assumed is said, and a column of credits is shown only where there are some", async () => {
    await mountSimulation(4);
    expect(".o_subscription_simulation p:first").toHaveText("As if S1 were confirmed today.");
    expect(cells("thead th")).toEqual(["Month", "Invoices", "MRR at the End"]);
    expect(cells("tfoot td")).toEqual(["Total", "$ 30.00", ""]);
});

test("a month opens and shows its documents", async () => {
    await mountSimulation(1);
    expect(".o_subscription_simulation_table button").toHaveCount(1);
    await click(".o_subscription_simulation_table button");
    await animationFrame();
    expect(".o_subscription_preview_table").toHaveText(/Seat × 3/);
    await click(".o_subscription_simulation_table button:first");
    await animationFrame();
    expect(".o_subscription_preview_table").toHaveCount(0);
});

test("what is refused is said instead of a chart", async () => {
    await mountSimulation(3);
    expect(".o_subscription_simulation .alert-danger").toHaveText("It would be over.");
    expect("canvas").toHaveCount(0);
});
