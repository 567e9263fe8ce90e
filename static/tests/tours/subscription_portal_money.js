import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const sign = [
    {
        content: "Sign and pay",
        trigger: "a[data-bs-target='#modalaccept']:contains(Sign)",
        run: "click",
    },
    { content: "A name is signed", trigger: ".modal canvas.o_web_sign_signature", run: "canvasNotEmpty" },
    {
        content: "Sign",
        trigger: ".modal .o_portal_sign_submit:enabled",
        run: "click",
        expectUnloadPage: true,
    },
    { content: "It is still to be paid", trigger: "#quote_content:contains(needs to be paid)" },
];

const newCard = (where) => [
    {
        content: "A new method",
        trigger: `${where} input[name=o_payment_radio][data-payment-option-type=payment_method]`,
        run: "click",
    },
    { content: "A card", trigger: `${where} #customer_input`, run: "edit 4242424242424242" },
];

const pay = (where) => [
    {
        content: "Pay, or save it",
        trigger: `${where} button[name=o_payment_submit_button]:enabled`,
        run: "click",
        expectUnloadPage: true,
    },
];

const running = [
    {
        content: "The contract runs, and says how it goes on",
        trigger: "[name=contract][data-state=active] [name=status]:contains(Renews on)",
    },
];

/**
 * A customer who is logged in opens the link of a quotation, signs, and pays with a saved card.
 */
tours.add("subscription_portal_sign_pay_saved", {
    steps: () => [
        ...sign,
        {
            content: "The saved card",
            trigger: "#modalaccept input[name=o_payment_radio][data-payment-option-type=token]",
            run: "click",
        },
        ...pay("#modalaccept"),
        ...running,
    ],
});

/**
 * A customer with nothing but the link signs, and pays with a card that is saved.
 */
tours.add("subscription_portal_sign_pay_link", {
    steps: () => [
        ...sign,
        ...newCard("#modalaccept"),
        ...pay("#modalaccept"),
        ...running,
        {
            content: "The card is saved for what comes",
            trigger: "[name=payment_method] a:contains(Change)",
        },
    ],
});

/**
 * A customer replaces the card of a contract, and comes back to it.
 */
tours.add("subscription_portal_card_change", {
    steps: () => [
        {
            content: "Change the card",
            trigger: "a[name=change_method]",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "What is used now", trigger: "[name=current_method]" },
        ...newCard("form"),
        ...pay("form"),
        { content: "It is saved", trigger: "[name=method_saved]" },
        {
            content: "Back to the contract",
            trigger: "a[name=back]",
            run: "click",
            expectUnloadPage: true,
        },
        ...running,
    ],
});
