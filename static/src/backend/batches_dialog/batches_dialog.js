import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";

const BATCH = 20;

/**
 * Does something with many contracts in batches, each its own transaction: a progress bar while it
 * runs, then how many were done, and which were not and why. A batch that breaks ends the work; the
 * batches before it stay done.
 *
 * `method` of `model` gets the ids of a batch and returns `done_ids` and `failed`, a list of id,
 * name and reason. With `recordIds` it is a method of these records and gets the ids as well.
 */
export class BatchesDialog extends Component {
    static template = "sale_recurring.BatchesDialog";
    static components = { Dialog };
    static props = {
        orderIds: { type: Array, element: Number },
        close: Function,
        model: { type: String, optional: true },
        method: { type: String, optional: true },
        recordIds: { type: Array, element: Number, optional: true },
        kwargs: { type: Object, optional: true },
        batch: { type: Number, optional: true },
        texts: {
            type: Object,
            shape: {
                running: String,
                finished: String,
                done: String,
                failed: String,
                result: { type: String, optional: true },
            },
            optional: true,
        },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ done: 0, doneIds: [], failed: [], running: true });
        onMounted(() => this.run());
        onWillUnmount(() => this.stop());
    }

    get texts() {
        return this.props.texts;
    }

    get batch() {
        return this.props.batch || BATCH;
    }

    get total() {
        return this.props.orderIds.length;
    }

    get percent() {
        return this.total ? Math.round((100 * this.state.done) / this.total) : 100;
    }

    get title() {
        if (this.state.running) {
            return this.texts.running;
        }
        return this.state.done < this.total ? _t("Stopped before the end") : this.texts.finished;
    }

    get progress() {
        return _t("%(done)s of %(total)s contracts", {
            done: this.state.done,
            total: this.total,
        });
    }

    /** What is said when nothing was done and nothing failed. */
    get nothing() {
        return _t("There was nothing to do.");
    }

    /** Label of the button that opens what came of it, empty when there is no such button. */
    get resultLabel() {
        return this.texts.result || "";
    }

    async run() {
        try {
            for (let start = 0; start < this.total && this.state.running; start += this.batch) {
                const ids = this.props.orderIds.slice(start, start + this.batch);
                this.collect(await this.call(ids));
                this.state.done += ids.length;
            }
        } finally {
            this.state.running = false;
        }
    }

    call(ids) {
        const { model, method, recordIds, kwargs } = this.props;
        const args = recordIds ? [recordIds, ids] : [ids];
        return this.orm.call(model, method, args, kwargs || {});
    }

    collect(result) {
        this.state.doneIds.push(...result.done_ids);
        this.state.failed.push(...result.failed);
    }

    stop() {
        this.state.running = false;
    }

    async finish() {
        this.props.close();
        await this.action.doAction("soft_reload");
    }

    /** The contracts that were changed, as a list. */
    async openResult() {
        this.props.close();
        const action = await this.action.loadAction("sale_recurring.subscription_contract_action");
        return this.action.doAction(
            {
                ...action,
                display_name: this.texts.finished,
                domain: [["id", "in", this.state.doneIds]],
                context: { in_subscription_app: true },
            },
            { viewType: "list" }
        );
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

function doInBatches(env, { params }) {
    env.services.dialog.add(BatchesDialog, {
        orderIds: params.order_ids,
        model: params.model,
        method: params.method,
        recordIds: params.record_ids,
        kwargs: params.kwargs,
        batch: params.batch,
        texts: params.texts,
    });
}

registry.category("actions").add("sale_recurring.batches", doInBatches);
