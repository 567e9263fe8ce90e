import { expect, describe, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Contract extends models.Model {
    _name = "contract";
    is_running = fields.Boolean();
    name = fields.Char();
    _records = [
        { id: 1, name: "A", is_running: true },
        { id: 2, name: "B", is_running: false },
        { id: 3, name: "C", is_running: true },
    ];
}

class Campaign extends models.Model {
    _name = "campaign";
    contract_domain = fields.Char();
    running_domain = fields.Char();
    _records = [
        { id: 1, contract_domain: "[('id', '<', 3)]", running_domain: "[('is_running', '=', True)]" },
    ];
}

defineMailModels();
defineModels([Contract, Campaign]);

test("only running contracts of the filter are counted", async () => {
    onRpc("contract", "search_count", ({ args: [domain] }) => {
        expect.step(domain);
    });
    await mountView({
        type: "form",
        resModel: "campaign",
        resId: 1,
        arch: `<form>
            <field name="contract_domain" widget="subscription_contracts"
                   options="{'model': 'contract'}"/>
        </form>`,
    });
    expect.verifySteps([["&", ["id", "<", 3], ["is_running", "=", true]]]);
    expect(".o_domain_show_selection_button").toHaveText("1 record(s)");
});
