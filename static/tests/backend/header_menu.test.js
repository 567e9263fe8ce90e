import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

class Contract extends models.Model {
    name = fields.Char();
    _records = [{ id: 1, name: "S1" }];
}

defineMailModels();
defineModels([Contract]);
describe.current.tags("desktop");

test("buttons of the menu stand behind those of the row", async () => {
    onRpc("/web/dataset/call_button/*", async (request) => {
        const { params } = await request.json();
        expect.step(params.method);
        return true;
    });
    await mountView({
        type: "form",
        resModel: "contract",
        resId: 1,
        arch: `
            <form>
                <header>
                    <button string="Amend" name="amend" type="object" class="btn-primary"/>
                    <button string="Renew" name="renew" type="object" class="o_subscription_in_menu"/>
                    <button string="Hidden" name="hide" type="object" class="o_subscription_in_menu" invisible="1"/>
                    <button string="Close" name="close" type="object"/>
                </header>
                <sheet><field name="name"/></sheet>
            </form>`,
    });
    expect(queryAllTexts(".o_statusbar_buttons > button")).toEqual(["Amend", "Close", "More"]);
    await click(".o_subscription_menu_toggle");
    await animationFrame();
    expect(queryAllTexts(".o-dropdown--menu button")).toEqual(["Renew"]);
    await click(".o-dropdown--menu button");
    await animationFrame();
    expect.verifySteps(["renew"]);
});
