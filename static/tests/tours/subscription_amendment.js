import { registry } from "@web/core/registry";

const changeSeats = (quantity) => [
    { content: "Amend", trigger: "button[name=action_subscription_amend]", run: "click" },
    {
        content: "The amendment shows the line as it is",
        trigger: ".o_data_row [name=subscription_base_quantity]",
    },
    {
        content: "Open the quantity",
        trigger: ".o_data_row td[name=product_uom_qty]",
        run: "click",
    },
    {
        content: "Another quantity",
        trigger: ".o_data_row .o_field_widget[name=product_uom_qty] input",
        run: `edit ${quantity}`,
    },
    { content: "Subscription page", trigger: "a[name=subscription]", run: "click" },
];

const confirmAndGoBack = (count) => [
    { content: "Confirm", trigger: "button[name=action_confirm]:visible", run: "click" },
    {
        content: "Back to the contract",
        trigger: "button[name=action_view_amended_contract]",
        run: "click",
    },
    {
        content: "It is in the history",
        trigger: `button[name=action_view_amendments] .o_stat_value:contains(${count})`,
    },
    { content: "The contract runs on", trigger: ".ribbon:contains(Active)" },
];

/**
 * Staff sells more seats on a running contract, then takes some back.
 */
registry.category("web_tour.tours").add("subscription_amendment", {
    steps: () => [
        ...changeSeats(5),
        {
            content: "What changes, and what is billed for it",
            trigger: ".o_subscription_preview:contains(Invoice):contains(quantity 1)",
        },
        ...confirmAndGoBack(1),
        {
            content: "Bill it",
            trigger: "button[name=action_subscription_bill]",
            run: "click",
        },
        {
            content: "The invoice leads back to the contract",
            trigger: "button[name=action_view_subscriptions]",
            run: "click",
        },
        ...changeSeats(2),
        {
            content: "What is given back",
            trigger: ".o_subscription_preview:contains(Credit note):contains(quantity 5)",
        },
        ...confirmAndGoBack(2),
    ],
});
