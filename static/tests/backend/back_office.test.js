import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { BillSelectionDialog } from "@sale_recurring/backend/bill_selection/bill_selection";
import {
    defineModels,
    fields,
    makeDialogMockEnv,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";

const DOCUMENT = {
    title: "Invoice",
    kind: "invoice",
    lines: [{ product: "Seat", quantity: 3, text: "02/01/2027 to 02/28/2027", amount: 30 }],
    untaxed: 30,
    tax: 6,
    total: 36,
};
const PREVIEW = { id: 7, name: "S7", partner: "Ada", currency_id: 1, total: 36, error: false };

class Order extends models.Model {
    _name = "order";

    preview = fields.Json();
    coverage = fields.Json();
    totals = fields.Json();
    state = fields.Char();
    subscription_amount_one_off_total = fields.Float();
    subscription_until_then_text = fields.Char();
    subscription_amount_next = fields.Float();
    subscription_next_invoice_date = fields.Date();
    subscription_order_type = fields.Char();
    currency_id = fields.Many2one({ relation: "res.currency" });

    _records = [
        {
            id: 1,
            preview: {
                ...PREVIEW,
                headline: "On 02/01/2027:",
                reasons: ["Each period is billed on its first day, in advance."],
                documents: [DOCUMENT],
            },
            coverage: [
                {
                    product: "Seat",
                    quantity: 3,
                    price: "$ 30.00 per month",
                    status: "Billed until 01/31/2027",
                    is_billed: true,
                },
            ],
            totals: [{ id: 1, label: "per month", untaxed: 30, tax: 6, total: 36 }],
            state: "draft",
            subscription_amount_one_off_total: 250,
            currency_id: 1,
        },
        {
            id: 2,
            preview: {
                contracts: [
                    { ...PREVIEW, documents: [DOCUMENT] },
                    { ...PREVIEW, id: 8, name: "S8", total: 0, documents: [], error: "Too far." },
                ],
                idle: 4,
                hidden: 0,
                totals: [{ currency_id: 1, total: 36 }],
            },
        },
    ];
}

defineModels([Order]);
defineMailModels();
describe.current.tags("desktop");

const mountForm = (resId, field) =>
    mountView({ type: "form", resModel: "order", resId, arch: `<form>${field}</form>` });

test("a preview shows its headline, its lines, the total and why", async () => {
    await mountForm(1, `<field name="preview" widget="subscription_preview"/>`);
    expect(".o_subscription_preview").toHaveText(/On 02\/01\/2027:/);
    expect(".o_subscription_preview_table tbody tr").toHaveCount(1);
    expect(".o_subscription_preview_table tbody").toHaveText(/Seat × 3/);
    expect(queryAllTexts(".o_subscription_preview_table tfoot td:last-child")).toEqual([
        "$ 6.00",
        "$ 36.00",
    ]);
    expect(".o_subscription_preview").toHaveText(/in advance/);
});

test("the preview of a selection shows each contract, errors and the total", async () => {
    await mountForm(2, `<field name="preview" widget="subscription_preview"/>`);
    expect(queryAllTexts(".o_subscription_preview a")).toEqual(["S7", "S8"]);
    expect(".o_subscription_preview .alert-danger").toHaveText("Too far.");
    expect(".o_subscription_preview").toHaveText(/nothing to bill: 4/);
});

test("coverage says until when a line is billed", async () => {
    await mountForm(1, `<field name="coverage" widget="subscription_coverage"/>`);
    expect(".o_subscription_coverage").toHaveText(/Billed until 01\/31\/2027/);
    expect(".o_subscription_coverage .text-success").toHaveCount(1);
});

test("totals show what is sold once and what each period costs", async () => {
    await mountForm(1, `<field name="totals" widget="subscription_period_totals"/>`);
    expect(queryAllTexts(".o_subscription_period_totals td")).toEqual([
        "of which sold once",
        "$ 250.00",
        "Then per month",
        "$ 36.00",
    ]);
});

test("a contract that runs shows what it costs now and next, not when it began", async () => {
    Object.assign(Order._records[0], {
        state: "sale",
        subscription_order_type: "new",
        subscription_amount_next: 1913.52,
        subscription_next_invoice_date: "2027-02-01",
    });
    await mountForm(1, `<field name="totals" widget="subscription_period_totals"/>`);
    expect(queryAllTexts(".o_subscription_period_totals td")).toEqual([
        "Now per month",
        "$ 36.00",
        "Next invoice on Feb 1, 2027",
        "$ 1,913.52",
    ]);
});

test("an amendment of a later day asks for nothing of what it sells once", async () => {
    Order._records[0].subscription_until_then_text = "Nothing is due now.";
    await mountForm(1, `<field name="totals" widget="subscription_period_totals"/>`);
    expect(queryAllTexts(".o_subscription_period_totals td")[0]).toBe("Sold once");
});

test("a selection is billed in steps and failures are named", async () => {
    onRpc("sale.order", "action_subscription_bill_batch", ({ args: [ids] }) => {
        expect.step(`${ids.length}`);
        const failed = ids.includes(25) ? [{ id: 25, name: "S25", reason: "No account." }] : [];
        return { move_ids: ids.slice(1), failed };
    });
    await makeDialogMockEnv();
    const orderIds = [...Array(25).keys()].map((index) => index + 1);
    await mountWithCleanup(BillSelectionDialog, { props: { orderIds, close: () => {} } });
    await waitFor(".modal-footer button:contains(Done)");
    expect.verifySteps(["20", "5"]);
    expect(queryAllTexts(".modal-body .fs-2")).toEqual(["25", "23", "1"]);
    expect(".modal-body .alert-warning").toHaveText(/No account/);
});
