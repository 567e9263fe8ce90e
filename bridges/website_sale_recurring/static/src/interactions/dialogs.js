import { ComboConfiguratorDialog } from "@sale/js/combo_configurator_dialog/combo_configurator_dialog";
import { ProductConfiguratorDialog } from "@sale/js/product_configurator_dialog/product_configurator_dialog";
import { patch } from "@web/core/utils/patch";

/** Shows in the dialogs of the shop what the chosen period costs. */
for (const Dialog of [ComboConfiguratorDialog, ProductConfiguratorDialog]) {
    patch(Dialog, {
        props: { ...Dialog.props, recurrence_id: { type: Number, optional: true } },
    });
    patch(Dialog.prototype, {
        _getAdditionalRpcParams() {
            const params = super._getAdditionalRpcParams();
            if (this.props.recurrence_id !== undefined) {
                params.recurrence_id = this.props.recurrence_id;
            }
            return params;
        },
    });
}
