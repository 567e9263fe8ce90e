import { registry } from "@web/core/registry";

const openChange = [
    {
        content: "Change the contract",
        trigger: "a[name=change]",
        run: "click",
        expectUnloadPage: true,
    },
];

const chooseQuantity = (quantity) => [
    {
        content: "Another quantity",
        trigger: "form[name=choose] input[name^=quantity-line]",
        run: `edit ${quantity}`,
    },
    {
        content: "Show what it costs",
        trigger: "form[name=choose] button[type=submit]",
        run: "click",
        expectUnloadPage: true,
    },
];

const confirm = (text) => [
    {
        content: "Confirm what is shown",
        trigger: `form[name=confirm] button[type=submit]:contains(${text})`,
        run: "click",
        expectUnloadPage: true,
    },
];

const tours = registry.category("web_tour.tours");

/**
 * A customer takes more seats and pays for the rest of the period.
 */
tours.add("subscription_portal_upgrade", {
    steps: () => [
        ...openChange,
        ...chooseQuantity(3),
        { content: "The amount comes first", trigger: "[name=effects] [name=due]:contains(60.00)" },
        ...confirm("payment"),
        { content: "The amount again", trigger: "[name=due]:contains(60.00)" },
        {
            content: "Another method than the saved one",
            trigger: "button[name=o_payment_expand_button]",
            run: "click",
        },
        {
            content: "Pay with the demo provider",
            trigger: "input[name=o_payment_radio][data-payment-option-type=payment_method]",
            run: "click",
        },
        { content: "A card", trigger: "#customer_input", run: "edit 4242424242424242" },
        {
            content: "Pay",
            trigger: "button[name=o_payment_submit_button]:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "It is changed", trigger: "[name=done]:contains(changed)" },
    ],
});

/**
 * A customer wants fewer seats from the next period on, and takes that back.
 */
tours.add("subscription_portal_downgrade", {
    steps: () => [
        ...openChange,
        ...chooseQuantity(1),
        { content: "Nothing is due", trigger: "[name=effects]:contains(Nothing is due now)" },
        ...confirm("Change it from"),
        { content: "It is planned", trigger: "[name=done]:contains(next period)" },
        {
            content: "Take it back",
            trigger: "form[name=revoke] button",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "It is taken back", trigger: "[name=done]:contains(taken back)" },
    ],
});

/**
 * A customer switches to yearly billing with the next period.
 */
tours.add("subscription_portal_yearly", {
    steps: () => [
        ...openChange,
        {
            content: "Yearly",
            trigger: "label:contains(Yearly)",
            run: "click",
        },
        {
            content: "Show what it costs",
            trigger: "form[name=choose] button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "A year is shown", trigger: "[name=periods]:contains(600.00)" },
        ...confirm("Change it from"),
        { content: "It is planned", trigger: "[name=planned]:contains(Takes the place)" },
    ],
});
