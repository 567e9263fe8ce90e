import { registry } from "@web/core/registry";

/**
 * Staff sells a recurring product, bills it, reads what was billed, pauses, resumes and closes.
 */
registry.category("web_tour.tours").add("subscription_back_office", {
    url: "/odoo/subscription-quotations",
    steps: () => [
        {
            content: "The empty list teaches",
            trigger: ".o_list_view, .o_view_nocontent_smiling_face",
        },
        { content: "New quotation", trigger: ".o_list_button_add", run: "click" },
        {
            content: "Terms can be chosen before any line is there",
            trigger: ".o_field_widget[name=subscription_template_id]",
        },
        {
            content: "Customer",
            trigger: ".o_field_widget[name=partner_id] input",
            run: "edit Tour Customer",
        },
        {
            content: "Pick the customer",
            trigger: "ul.ui-autocomplete > li > a:contains(Tour Customer)",
            run: "click",
        },
        { content: "Add a line", trigger: "a:contains(Add a product)", run: "click" },
        {
            content: "Recurring product",
            trigger: "div[name=product_template_id] input",
            run: "edit Tour Seat",
        },
        {
            content: "Pick the product",
            trigger: "ul.ui-autocomplete a:contains(Tour Seat)",
            run: "click",
        },
        {
            content: "The recurrence comes from the terms",
            trigger: ".o_data_row [name=recurrence_id]:contains(Monthly), .o_data_row [name=recurrence_id] input:value(Monthly)",
        },
        {
            content: "What each month costs",
            trigger: ".o_subscription_period_totals:contains(per month)",
        },
        { content: "Subscription page", trigger: "a[name=subscription]", run: "click" },
        {
            content: "The first invoice is shown",
            trigger: ".o_subscription_preview_table:contains(Tour Seat)",
        },
        { content: "Confirm", trigger: "button[name=action_confirm]:visible", run: "click" },
        { content: "The contract runs", trigger: ".ribbon:contains(Active)" },
        {
            content: "Bill now",
            trigger: "button[name=action_subscription_bill]",
            run: "click",
        },
        {
            content: "The invoice is there and leads to its periods",
            trigger: ".o_field_widget[name=invoice_line_ids] .o_data_row:contains(Tour Seat)",
        },
        {
            content: "Back to the contract",
            trigger: "button[name=action_view_subscriptions]",
            run: "click",
        },
        {
            content: "One billed period",
            trigger:
                "button[name=action_view_billed_periods] .o_stat_value:contains(1)",
        },
        { content: "Subscription page", trigger: "a[name=subscription]", run: "click" },
        {
            content: "Until when it is billed",
            trigger: ".o_subscription_coverage:contains(Billed until)",
        },
        {
            content: "The ledger row",
            trigger: "[name=subscription_billed_period_ids] .o_data_row:contains(Tour Seat)",
        },
        {
            content: "Pause",
            trigger: "button[name=action_subscription_pause]",
            run: "click",
        },
        {
            content: "What the pause gives back",
            trigger: ".modal .o_subscription_preview:contains(Given back)",
        },
        { content: "Pause it", trigger: ".modal button[name=action_pause]", run: "click" },
        { content: "Paused", trigger: ".ribbon:contains(Paused)" },
        {
            content: "Resume",
            trigger: "button[name=action_subscription_resume_on]",
            run: "click",
        },
        { content: "Resume it", trigger: ".modal button[name=action_resume]", run: "click" },
        { content: "Running again", trigger: ".ribbon:contains(Active)" },
        {
            content: "Close",
            trigger: "button[name=action_subscription_close]",
            run: "click",
        },
        {
            content: "Now",
            trigger: ".modal .o_field_widget[name=when] label:contains(/^Now$/)",
            run: "click",
        },
        {
            content: "What closing gives back",
            trigger: ".modal .o_subscription_preview:contains(Given back)",
        },
        {
            content: "Why",
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "edit too expensive",
        },
        {
            content: "Pick the reason",
            trigger: "ul.ui-autocomplete a:contains(too expensive)",
            run: "click",
        },
        { content: "Close it", trigger: ".modal button[name=action_close]", run: "click" },
        { content: "Closed", trigger: ".ribbon:contains(Closed)" },
        {
            content: "The reason is on the contract",
            trigger: ".o_field_widget[name=subscription_close_reason_id]:contains(too expensive)",
        },
    ],
});
