import { registry } from "@web/core/registry";

/**
 * Steps that make an amendment of the contract on the screen, with another quantity of its line.
 *
 * @param {Number} quantity
 */
function amend(quantity) {
    return [
        {
            content: "Amend",
            trigger: "button[name=action_subscription_amend]",
            run: "click",
        },
        {
            content: "The amendment shows what the contract says, and leads back to it",
            trigger:
                ".o_form_view:has(button[name=action_view_amended_contract]) .o_data_row [name=subscription_base_quantity]:contains(3)",
        },
        {
            content: "Edit the quantity",
            trigger: ".o_data_row td[name=product_uom_qty]",
            run: "click",
        },
        {
            content: "Another quantity",
            trigger: ".o_data_row td[name=product_uom_qty] input",
            run: `edit ${quantity} && press Tab`,
        },
        { content: "Subscription page", trigger: "a[name=subscription]", run: "click" },
    ];
}

/**
 * Steps that confirm the amendment on the screen and go back to its contract.
 *
 * @param {Number} quantity
 */
function confirm(quantity) {
    return [
        { content: "Confirm", trigger: "button[name=action_confirm]:visible", run: "click" },
        {
            content: "The amendment is done",
            trigger: ".o_arrow_button_current:contains(Sales Order)",
        },
        {
            content: "Back to the contract",
            trigger: "button[name=action_view_amended_contract]",
            run: "click",
        },
        { content: "The contract runs", trigger: ".ribbon:contains(Active)" },
        { content: "Lines", trigger: "a[name=order_lines]", run: "click" },
        {
            content: "The contract has the new quantity",
            trigger: `.o_data_row td[name=product_uom_qty]:contains(${quantity})`,
        },
    ];
}

/**
 * A clerk sells more seats of a running contract.
 */
registry.category("web_tour.tours").add("subscription_upsell", {
    steps: () => [
        ...amend(5),
        {
            content: "What changes is said",
            trigger: ".o_subscription_preview:contains(Tour Seat)",
        },
        ...confirm(5),
    ],
});

/**
 * A clerk lets a customer go on with fewer seats.
 */
registry.category("web_tour.tours").add("subscription_downgrade", {
    steps: () => [
        ...amend(2),
        {
            content: "What is given back is shown",
            trigger: ".o_subscription_preview:contains(30.00)",
        },
        ...confirm(2),
    ],
});
