import { registry } from "@web/core/registry";

/**
 * An administrator tries a contract out, then raises prices: previews, skips nothing, applies,
 * tells the customers, and takes it all back.
 */
registry.category("web_tour.tours").add("subscription_price_campaign", {
    steps: () => [
        {
            content: "New campaign",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Name",
            trigger: ".o_field_widget[name=name] input",
            run: "edit Tour Prices",
        },
        {
            content: "By ten percent",
            trigger: ".o_field_widget[name=percentage] input",
            run: "edit 10",
        },
        {
            content: "Preview",
            trigger: "button[name=action_preview]:visible",
            run: "click",
        },
        {
            content: "Old and new price of the line",
            trigger: "[name=line_ids] .o_data_row:contains(Tour Seat):contains(33.00)",
        },
        {
            content: "Apply",
            trigger: "button[name=action_apply]",
            run: "click",
        },
        {
            content: "One contract was changed",
            trigger: ".modal-title:contains(New prices are planned)",
        },
        { content: "Done", trigger: ".modal-footer .btn-primary:contains(Done)", run: "click" },
        {
            content: "The line is planned",
            trigger: "[name=line_ids] .o_data_row:contains(Planned)",
        },
        {
            content: "Tell the customer",
            trigger: "button[name=action_send_notices]",
            run: "click",
        },
        { content: "Told", trigger: ".modal-title:contains(Notices are sent)" },
        { content: "Done", trigger: ".modal-footer .btn-primary:contains(Done)", run: "click" },
        {
            content: "Everybody was told, so take it back",
            trigger: ".o_form_view:not(:has(button[name=action_send_notices])) button[name=action_undo]",
            run: "click",
        },
        { content: "Agree", trigger: ".modal .modal-footer .btn-primary", run: "click" },
        {
            content: "As before",
            trigger: ".modal-title:contains(New prices are taken back)",
        },
        { content: "Done", trigger: ".modal-footer .btn-primary:contains(Done)", run: "click" },
        {
            content: "Taken back",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Taken Back)",
        },
    ],
});

/**
 * A clerk looks at the next two years of a contract, and tries another quantity.
 */
registry.category("web_tour.tours").add("subscription_simulation", {
    steps: () => [
        { content: "The menu", trigger: ".o_subscription_menu_toggle", run: "click" },
        {
            content: "Simulate",
            trigger: "button[name=action_subscription_simulate]",
            run: "click",
        },
        {
            content: "24 months and their chart",
            trigger: ".modal .o_subscription_simulation:has(canvas) tbody tr:nth-child(24)",
        },
        {
            content: "Try a line",
            trigger: ".modal .o_field_widget[name=kind] label:contains(A line changes)",
            run: "click",
        },
        {
            content: "More seats",
            trigger: ".modal .o_field_widget[name=quantity] input",
            run: "edit 3 && click .modal .modal-title",
        },
        {
            content: "What that adds",
            trigger: ".modal .o_subscription_simulation tfoot td:last-child:contains(+)",
        },
        {
            content: "Close",
            trigger: ".modal-footer button:contains(Close)",
            run: "click",
        },
        { content: "The contract is as it was", trigger: "body:not(:has(.modal))" },
    ],
});
