import { expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { Component, reactive, useState, xml } from "@odoo/owl";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, mockService, models, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { AtRisk } from "@sale_recurring/analytics/at_risk/at_risk";

class SaleOrder extends models.Model {
    _name = "sale.order";
}
defineMailModels();
defineModels([SaleOrder]);

test("the card counts what its list shows, by the filters of the page", async () => {
    const asked = [];
    onRpc("has_access", () => true);
    onRpc("sale.order", "formatted_read_group", ({ kwargs }) => {
        asked.push(kwargs.domain);
        return [{ subscription_health_reason: "Late", __count: 2, "subscription_amount_monthly:sum_currency": 30 }];
    });
    let opened;
    mockService("action", {
        loadAction: async () => ({ type: "ir.actions.act_window", res_model: "sale.order" }),
        doAction: async (action) => {
            opened = action.domain;
        },
    });
    const filters = reactive({ user: 0, country: 7, currency: 3 });
    class Page extends Component {
        static template = xml`<AtRisk filters="{ ...filters }" currency="{ id: 1, rate: 2 }" />`;
        static components = { AtRisk };
        static props = {};
        setup() {
            this.filters = useState(filters);
        }
    }
    await mountWithCleanup(Page);
    expect("[name=mrr]").toHaveText(/60.00/);
    expect(asked.at(-1).at(-1)).toEqual(["partner_id.country_id", "=", 7]);
    await contains(".btn-link:contains(Contracts)").click();
    expect(opened).toEqual(asked.at(-1));
    filters.user = 5;
    await animationFrame();
    expect(asked.length).toBe(2);
    expect(asked.at(-1).slice(-2)).toEqual([
        ["user_id", "=", 5],
        ["partner_id.country_id", "=", 7],
    ]);
});
