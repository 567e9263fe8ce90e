import { patch } from "@web/core/utils/patch";
import { WebsiteSale } from "@website_sale/interactions/website_sale";

/** Shows the price of the period that the visitor chose, and sends it with the product. */
patch(WebsiteSale.prototype, {
    setup() {
        super.setup();
        Object.assign(this.dynamicContent, {
            ".o_sr_offers_wrap": { "t-on-change": this.onChangeOffer },
        });
    },

    onChangeOffer(ev) {
        this._showOffer(ev.currentTarget.closest(".js_product"));
    },

    _onChangeCombination(ev, parent, combination) {
        super._onChangeCombination(...arguments);
        const wrap = parent.querySelector(".o_sr_offers_wrap");
        if (!wrap || !combination.shop_offers_html) {
            return;
        }
        const chosen = wrap.querySelector("input:checked")?.value;
        wrap.innerHTML = combination.shop_offers_html;
        const again = wrap.querySelector(`input[value="${chosen}"]`);
        if (again) {
            again.checked = true;
        }
        this._showOffer(parent);
    },

    _showOffer(parent) {
        const offer = parent?.querySelector(".o_sr_offers_wrap input:checked");
        if (!offer) {
            return;
        }
        const precision = parseInt(parent.querySelector(".product_price")?.dataset.precision ?? 2);
        const show = (selector, value) => {
            const element = parent.querySelector(`${selector} .oe_currency_value`);
            if (element) {
                element.textContent = this._priceToStr(parseFloat(value), precision);
            }
        };
        show(".oe_price", offer.dataset.price);
        show(".oe_default_price", offer.dataset.listPrice);
        parent
            .querySelector(".oe_default_price")
            ?.classList.toggle("d-none", !offer.dataset.discounted);
        const period = parent.querySelector(".o_sr_period");
        if (period) {
            period.textContent = offer.dataset.per;
        }
        // Terms are those of a contract: what is sold once has none.
        parent.querySelector(".o_sr_terms")?.classList.toggle("d-none", offer.value === "0");
    },

    _updateRootProduct(form) {
        super._updateRootProduct(form);
        const product = form.closest(".js_product") ?? form;
        const offer = product.querySelector(".o_sr_offers_wrap input:checked");
        if (offer) {
            this.rootProduct.recurrence_id = parseInt(offer.value);
        }
    },
});
