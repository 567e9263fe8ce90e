import { Component, onWillStart } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** How each figure of recurring revenue is counted, as the engine says it. */
export class SubscriptionDefinitions extends Component {
    static template = "sale_recurring.SubscriptionDefinitions";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static path = "subscription-definitions";

    setup() {
        this.env.config.setDisplayName(_t("Definitions"));
        this.display = { controlPanel: {} };
        const orm = useService("orm");
        onWillStart(async () => {
            this.definitions = await orm.call("subscription.dashboard", "get_definitions", []);
        });
    }
}

registry.category("actions").add("sale_recurring.definitions", SubscriptionDefinitions);
