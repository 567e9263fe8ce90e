import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { Interaction } from "@web/public/interaction";

/** Tells what a bundle costs with the options that the visitor chose. */
export class Bundle extends Interaction {
    static selector = ".o_sr_bundle form";
    dynamicContent = {
        "input[type=number]": { "t-on-input": this.debounced(this.onChangeOption, 200) },
    };

    setup() {
        this.last = new KeepLast();
    }

    async onChangeOption() {
        if (!this.el.checkValidity()) {
            return;
        }
        const options = {};
        for (const input of this.el.querySelectorAll("input[type=number]")) {
            options[input.name.replace("option-", "")] = input.value || "0";
        }
        const asked = rpc(`/shop/bundle/${this.el.dataset.bundle}/totals`, { options });
        const totals = await this.waitFor(this.last.add(asked));
        this.el.querySelector(".o_sr_bundle_totals").innerHTML = totals;
    }
}

registry.category("public.interactions").add("website_sale_recurring.bundle", Bundle);
