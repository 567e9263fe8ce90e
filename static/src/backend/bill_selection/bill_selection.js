import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { Component, onMounted, useState } from "@odoo/owl";

export const STEP = 20;

/**
 * Bills a selection of contracts in steps, each its own transaction: a progress bar while it runs,
 * then what was created and what could not be billed, and why.
 */
export class BillSelectionDialog extends Component {
    static template = "sale_recurring.BillSelectionDialog";
    static components = { Dialog };
    static props = { orderIds: { type: Array, element: Number }, close: Function };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ done: 0, moveIds: [], failed: [], running: true });
        onMounted(() => this.run());
    }

    get total() {
        return this.props.orderIds.length;
    }

    get percent() {
        return this.total ? Math.round((100 * this.state.done) / this.total) : 100;
    }

    get title() {
        return this.state.running ? _t("Billing…") : _t("Billing finished");
    }

    get progress() {
        return _t("%(done)s of %(total)s contracts", {
            done: this.state.done,
            total: this.total,
        });
    }

    async run() {
        try {
            for (let start = 0; start < this.total && this.state.running; start += STEP) {
                const ids = this.props.orderIds.slice(start, start + STEP);
                const result = await this.orm.call("sale.order", "action_subscription_bill_step", [
                    ids,
                ]);
                this.state.moveIds.push(...result.move_ids);
                this.state.failed.push(...result.failed);
                this.state.done += ids.length;
            }
        } finally {
            this.state.running = false;
        }
    }

    stop() {
        this.state.running = false;
    }

    async finish() {
        this.props.close();
        await this.action.doAction("soft_reload");
    }

    async openDocuments() {
        this.props.close();
        // Core's own list of invoices: a plain list of entries shows no customers.
        const action = await this.action.loadAction("account.action_move_out_invoice_type");
        return this.action.doAction({
            ...action,
            display_name: _t("New Invoices"),
            domain: [["id", "in", this.state.moveIds]],
        });
    }

    openContract(id) {
        this.props.close();
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sale.order",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

function billSelection(env, action) {
    env.services.dialog.add(BillSelectionDialog, { orderIds: action.params.order_ids });
}

registry.category("actions").add("sale_recurring.bill_selection", billSelection);
