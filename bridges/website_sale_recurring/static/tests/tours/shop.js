import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const add = () => ({
    content: "Add to the cart",
    trigger: "#add_to_cart:not(.disabled)",
    run: "click",
});

const choose = (name) => ({
    content: `Choose ${name}`,
    trigger: `.o_sr_offer:contains(${name}) input`,
    run: "click",
});

const openCart = () => [
    {
        content: "Open the cart",
        trigger: ".toast a[href='/shop/cart']",
        run: "click",
        expectUnloadPage: true,
    },
];

const checkOut = () => ({
    content: "Check out",
    trigger: "a[name=website_sale_main_button]",
    run: "click",
    expectUnloadPage: true,
});

const pay = (state = "done") => [
    {
        content: "A card",
        trigger: "#customer_input",
        run: "edit 4242424242424242",
    },
    {
        content: "What the provider will answer",
        trigger: "#simulated_payment_state",
        run: `select ${state}`,
    },
    {
        content: "Pay",
        trigger: "button[name=o_payment_submit_button]:enabled",
        run: "click",
        expectUnloadPage: true,
    },
];

const seeContract = () => ({ content: "A contract runs", trigger: ".o_sr_contract" });

const total = (text) => ({
    content: `The cart says ${text}`,
    trigger: `.o_cart_total:contains(${text})`,
});

/** A month of seats, by a customer who is logged in. */
tours.add("shop_subscription_monthly", {
    steps: () => [
        { content: "The price of a month", trigger: ".oe_price:contains(60.00)" },
        add(),
        ...openCart(),
        total("Due now"),
        total("Then, per month"),
        checkOut(),
        { content: "What is saved", trigger: ".o_sr_checkout:contains(is saved and charged)" },
        ...pay(),
        seeContract(),
    ],
});

/** A year is chosen, then a month in the cart. */
tours.add("shop_subscription_changed", {
    steps: () => [
        choose("Yearly"),
        { content: "The price of a year", trigger: ".oe_price:contains(300.00)" },
        add(),
        ...openCart(),
        total("Then, per year"),
        {
            content: "Rather by the month",
            trigger: ".o_sr_recurrence",
            run: "selectByLabel Monthly",
        },
        total("Then, per month"),
        checkOut(),
        ...pay(),
        seeContract(),
    ],
});

/** What is also sold once is bought once, and chosen again in the cart. */
tours.add("shop_subscription_once", {
    steps: () => [
        choose("Once"),
        { content: "The sales price", trigger: ".oe_price:contains(5.00)" },
        add(),
        ...openCart(),
        { content: "No contract", trigger: ".o_cart_total:not(:contains(Then))" },
        {
            content: "By the month",
            trigger: ".o_sr_recurrence",
            run: "selectByLabel Monthly",
        },
        total("Then, per month"),
        {
            content: "Rather once",
            trigger: ".o_sr_recurrence",
            run: "selectByLabel Once",
        },
        { content: "No contract again", trigger: ".o_cart_total:not(:contains(Then))" },
    ],
});

/** A contract and a cup, one after the other. */
tours.add("shop_subscription_mixed", {
    steps: () => [
        add(),
        { content: "It is in the cart", trigger: ".toast a[href='/shop/cart']" },
        {
            content: "Look for the cup",
            trigger: "body",
            run: () => {
                window.location.href = "/shop?search=Tour+cup";
            },
            expectUnloadPage: true,
        },
        {
            content: "Open the cup",
            trigger: ".oe_product_cart a:contains(Tour cup)",
            run: "click",
            expectUnloadPage: true,
        },
        add(),
        ...openCart(),
        total("Of which sold once"),
        total("Then, per month"),
        checkOut(),
        ...pay(),
        seeContract(),
    ],
});

/** A payment is declined, the next one is not. */
tours.add("shop_subscription_declined", {
    steps: () => [
        add(),
        ...openCart(),
        checkOut(),
        ...pay("error"),
        { content: "Nothing was ordered", trigger: ".o_sr_declined" },
        {
            content: "Another method than the one that the provider kept",
            trigger: "button[name=o_payment_expand_button]",
            run: "click",
        },
        {
            content: "A card",
            trigger: "input[name=o_payment_radio][data-payment-option-type=payment_method]",
            run: "click",
        },
        ...pay(),
        seeContract(),
    ],
});

/** A free trial takes a card and no money. */
tours.add("shop_subscription_trial", {
    steps: () => [
        { content: "The trial is told", trigger: ".o_sr_terms:contains(Free for 14 days)" },
        add(),
        ...openCart(),
        total("Then, per month"),
        checkOut(),
        { content: "Nothing today", trigger: ".o_sr_checkout:contains(Nothing is charged today)" },
        ...pay(),
        seeContract(),
    ],
});

/** Somebody without an account buys. */
tours.add("shop_subscription_guest", {
    steps: () => [
        add(),
        ...openCart(),
        checkOut(),
        {
            content: "A name",
            trigger: "form.address_autoformat input[name=name]",
            run: "edit Grace Guest",
        },
        {
            content: "An address for the mail",
            trigger: "form.address_autoformat input[name=email]",
            run: "edit grace@example.com",
        },
        checkOut(),
        ...pay(),
        seeContract(),
    ],
});

/** A bundle with an option. */
tours.add("shop_subscription_bundle", {
    steps: () => [
        {
            content: "Two of the option",
            trigger: "input[name^=option-]",
            run: "edit 2",
        },
        {
            content: "The total of the page counts them",
            trigger: ".o_sr_bundle_totals:contains(70.00)",
        },
        {
            content: "Add the bundle",
            trigger: ".o_sr_add_bundle",
            run: "click",
            expectUnloadPage: true,
        },
        total("Then, per month"),
        checkOut(),
        ...pay(),
        seeContract(),
    ],
});
