import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { BatchesDialog } from "@sale_recurring/backend/batches_dialog/batches_dialog";
import {
    getService,
    makeDialogMockEnv,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";

defineMailModels();
describe.current.tags("desktop");

const PROPS = {
    model: "subscription.mass.wizard",
    method: "action_batch",
    recordIds: [7],
    batch: 2,
    texts: {
        running: "Changing contracts…",
        finished: "Finished",
        done: "contracts changed",
        failed: "not done",
    },
    close: () => {},
};

test("steps are done one after the other and refused contracts are named", async () => {
    onRpc("subscription.mass.wizard", "action_batch", ({ args: [recordIds, ids] }) => {
        expect.step(`${recordIds}: ${ids}`);
        const failed = ids.includes(3) ? [{ id: 3, name: "S3", reason: "S3 is not paused." }] : [];
        return { done_ids: ids.filter((id) => id !== 3), failed };
    });
    await makeDialogMockEnv();
    await mountWithCleanup(BatchesDialog, { props: { ...PROPS, orderIds: [1, 2, 3] } });
    await waitFor(".modal-footer button:contains(Done)");
    expect.verifySteps(["7: 1,2", "7: 3"]);
    expect(".modal-title").toHaveText("Finished");
    expect(queryAllTexts(".modal-body .fs-2")).toEqual(["3", "2", "1"]);
    expect(queryAllTexts(".modal-body .text-muted")).toEqual([
        "contracts looked at",
        "contracts changed",
        "not done",
    ]);
    expect(".modal-body .alert-warning").toHaveText(/S3 is not paused/);
});

test("progress is shown, and the work stops after the batch that runs", async () => {
    const first = new Deferred();
    onRpc("subscription.mass.wizard", "action_batch", async ({ args: [, ids] }) => {
        expect.step(`${ids}`);
        await first;
        return { done_ids: ids, failed: [] };
    });
    await makeDialogMockEnv();
    await mountWithCleanup(BatchesDialog, { props: { ...PROPS, orderIds: [1, 2, 3] } });
    expect(".modal-title").toHaveText("Changing contracts…");
    expect(".modal-body p").toHaveText("0 of 3 contracts");
    await click(".modal-footer button:contains(Stop)");
    first.resolve();
    await waitFor(".modal-body .fs-2:contains(2)");
    expect(".modal-title").toHaveText("Stopped before the end");
    expect.verifySteps(["1,2"]);
});

test("contracts that were changed can be opened as a list", async () => {
    onRpc("subscription.mass.wizard", "action_batch", ({ args: [, ids] }) => ({
        done_ids: ids,
        failed: [],
    }));
    onRpc("/web/action/load", async (request) => {
        const { params } = await request.json();
        expect.step(params.action_id);
        return { type: "ir.actions.act_window", res_model: "sale.order", views: [[false, "list"]] };
    });
    await makeDialogMockEnv();
    patchWithCleanup(getService("action"), {
        doAction: (action, options) => {
            expect.step([action.display_name, action.domain, options.viewType]);
        },
    });
    const texts = { ...PROPS.texts, result: "Show Changed Contracts" };
    await mountWithCleanup(BatchesDialog, { props: { ...PROPS, texts, orderIds: [1, 2, 3] } });
    await click(await waitFor(".modal-footer .btn-primary:contains(Show Changed Contracts)"));
    await animationFrame();
    expect.verifySteps([
        "sale_recurring.subscription_contract_action",
        ["Finished", [["id", "in", [1, 2, 3]]], "list"],
    ]);
});

test("nothing to do is said", async () => {
    await makeDialogMockEnv();
    await mountWithCleanup(BatchesDialog, { props: { ...PROPS, orderIds: [] } });
    await waitFor(".modal-footer button:contains(Done)");
    expect(".modal-body p").toHaveText("There was nothing to do.");
});
