import { describe, expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";
import { getGraphRenderer } from "@web/../tests/views/graph/graph_test_helpers";

describe.current.tags("desktop");

class Answer extends models.Model {
    _name = "answer";

    day = fields.Date();
    answer = fields.Selection({
        selection: [
            ["happy", "Happy"],
            ["so_so", "So-so"],
            ["unhappy", "Unhappy"],
        ],
    });
    channel = fields.Selection({ selection: [["mail", "Mail"]] });

    _records = [
        { id: 1, day: "2027-01-10", answer: "unhappy", channel: "mail" },
        { id: 2, day: "2027-01-11", answer: "happy", channel: "mail" },
        { id: 3, day: "2027-02-10", answer: "so_so", channel: "mail" },
    ];
}

defineMailModels();
defineModels([Answer]);

async function getColors(cut) {
    const view = await mountView({
        type: "graph",
        resModel: "answer",
        arch: `
            <graph js_class="subscription_verdict_graph">
                <field name="day" interval="month"/>
                <field name="${cut}"/>
            </graph>
        `,
    });
    const { datasets } = getGraphRenderer(view).chart.config.data;
    return Object.fromEntries(datasets.map((one) => [one.label, one.backgroundColor]));
}

test("red is unhappy, whatever comes first", async () => {
    const colors = await getColors("answer");
    expect(colors["Unhappy"]).toBe("#EA6175");
    expect(colors["Happy"]).toBe("#45C5B1");
    expect(colors["So-so"]).toBe("#F4C95D");
});

test("other groups keep the colours of core", async () => {
    const colors = await getColors("channel");
    expect(Object.keys(colors)).toInclude("Mail");
    expect(["#EA6175", "#45C5B1", "#F4C95D"]).not.toInclude(colors["Mail"]);
});
