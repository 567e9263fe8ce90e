import { FormCompiler } from "@web/views/form/form_compiler";
import { StatusBarButtons } from "@web/views/form/status_bar_buttons/status_bar_buttons";
import { patch } from "@web/core/utils/patch";

export const MENU_CLASS = "o_subscription_in_menu";

/**
 * Header buttons with the class above stand in one menu behind the others, so that a header with
 * many things to do has one row. On a phone core puts all buttons but the first into a menu.
 */
patch(FormCompiler.prototype, {
    compileHeader() {
        const statusBar = super.compileHeader(...arguments);
        for (const slot of statusBar.querySelectorAll("StatusBarButtons > t")) {
            const className = slot.firstElementChild?.getAttribute("className") || "";
            if (className.includes(MENU_CLASS)) {
                slot.setAttribute("isInMenu", "true");
            }
        }
        return statusBar;
    },
});

patch(StatusBarButtons.prototype, {
    get rowSlotNames() {
        return this.visibleSlotNames.filter((name) => !this.props.slots[name].isInMenu);
    },

    get menuSlotNames() {
        return this.visibleSlotNames.filter((name) => this.props.slots[name].isInMenu);
    },
});
