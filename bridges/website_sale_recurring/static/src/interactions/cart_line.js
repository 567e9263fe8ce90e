import { rpc } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { CartLine } from "@website_sale/interactions/cart_line";
import wSaleUtils from "@website_sale/js/website_sale_utils";

/** Bills a line of the cart for the period that the customer chooses there. */
patch(CartLine.prototype, {
    setup() {
        super.setup();
        Object.assign(this.dynamicContent, {
            ".o_sr_recurrence": {
                "t-on-change.withTarget": this.locked(this.changeRecurrence),
            },
        });
    },

    async changeRecurrence(ev, select) {
        const input = this.el.querySelector(".css_quantity > input.js_quantity");
        const data = await this.waitFor(
            rpc("/shop/cart/update", {
                line_id: parseInt(input.dataset.lineId),
                product_id: parseInt(input.dataset.productId),
                quantity: parseInt(input.value || 1),
                recurrence_id: parseInt(select.value),
            })
        );
        const cart = this.el.closest("#shop_cart");
        this.services["public.interactions"].stopInteractions(cart);
        wSaleUtils.updateCartNavBar(data);
        wSaleUtils.updateQuickReorderSidebar(data);
        this.services["public.interactions"].startInteractions(cart);
        wSaleUtils.showWarning(data.warning);
        this.env.bus.trigger("cart_amount_changed", [data.amount, data.minor_amount]);
    },
});
