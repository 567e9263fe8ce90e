import { BatchesDialog } from "@sale_recurring/backend/batches_dialog/batches_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * Bills a selection of contracts: what was created, and what could not be billed.
 */
export class BillSelectionDialog extends BatchesDialog {
    get texts() {
        return {
            running: _t("Billing…"),
            finished: _t("Billing finished"),
            done: _t("documents created"),
            failed: _t("in quarantine"),
        };
    }

    get nothing() {
        return _t("Nothing was due on these contracts.");
    }

    get resultLabel() {
        return _t("Open Invoices");
    }

    call(ids) {
        return this.orm.call("sale.order", "action_subscription_bill_batch", [ids]);
    }

    collect(result) {
        super.collect({ done_ids: result.move_ids, failed: result.failed });
    }

    async openResult() {
        this.props.close();
        // Core's own list of invoices: a plain list of entries shows no customers.
        const action = await this.action.loadAction("account.action_move_out_invoice_type");
        return this.action.doAction({
            ...action,
            display_name: _t("New Invoices"),
            domain: [["id", "in", this.state.doneIds]],
        });
    }
}

function billSelection(env, action) {
    env.services.dialog.add(BillSelectionDialog, { orderIds: action.params.order_ids });
}

registry.category("actions").add("sale_recurring.bill_selection", billSelection);
