import { registry } from "@web/core/registry";

const subscriptionPage = {
    content: "Subscription page",
    trigger: "a[name=subscription]",
    run: "click",
};

/**
 * Staff plans more seats for some periods with the change wizard.
 */
registry.category("web_tour.tours").add("subscription_change", {
    steps: () => [
        subscriptionPage,
        {
            content: "Plan a change",
            trigger: "[name=plan_change] button[name=action_subscription_change]",
            run: "click",
        },
        {
            content: "Nothing is typed yet",
            trigger: ".modal .o_subscription_preview:contains(Nothing changes yet)",
        },
        {
            content: "More seats",
            trigger: ".modal .o_field_widget[name=quantity] input",
            run: "edit 4 && click .modal .modal-title",
        },
        {
            content: "For some periods",
            trigger: ".modal .o_field_widget[name=lasting] label:contains(For some periods)",
            run: "click",
        },
        {
            content: "What it costs, and that it ends by itself",
            trigger:
                ".modal .o_subscription_preview:contains(120.00):contains(what was agreed before comes back)",
        },
        { content: "Apply", trigger: ".modal button[name=action_change]", run: "click" },
        {
            content: "Two planned changes",
            trigger: "button[name=action_view_planned_changes] .o_stat_value:contains(2)",
        },
    ],
});

/**
 * Staff suspends a contract, and lets service go on on a day that the wizard asks for.
 */
registry.category("web_tour.tours").add("subscription_resume", {
    steps: () => [
        {
            content: "Resume on a day",
            trigger: "button[name=action_subscription_resume_on]",
            run: "click",
        },
        {
            content: "What is interrupted",
            trigger: ".modal .o_field_widget[name=gap_text]:contains(Suspended from)",
        },
        {
            content: "What going on today bills",
            trigger: ".modal .o_subscription_preview:contains(Tour Seat)",
        },
        { content: "Resume it", trigger: ".modal button[name=action_resume]", run: "click" },
        { content: "Running again", trigger: ".ribbon:contains(Active)" },
    ],
});

/**
 * Staff reopens a contract that was closed by mistake.
 */
registry.category("web_tour.tours").add("subscription_reopen", {
    steps: () => [
        { content: "It is closed", trigger: ".ribbon:contains(Closed)" },
        {
            content: "Reopen",
            trigger: "button[name=action_subscription_reopen]",
            run: "click",
        },
        {
            content: "What reopening bills",
            trigger: ".modal .o_subscription_preview:contains(Tour Seat)",
        },
        {
            content: "Why",
            trigger: ".modal .o_field_widget[name=note] input",
            run: "edit The customer came back",
        },
        { content: "Reopen it", trigger: ".modal button[name=action_reopen]", run: "click" },
        { content: "Running again", trigger: ".ribbon:contains(Active)" },
        {
            content: "The chatter says why",
            trigger: ".o-mail-Message:contains(The customer came back)",
        },
    ],
});
