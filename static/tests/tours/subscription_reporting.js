import { registry } from "@web/core/registry";

/**
 * Somebody tries other assumptions on the forecast, keeps them as a scenario and forgets it.
 */
registry.category("web_tour.tours").add("subscription_forecast", {
    steps: () => [
        { content: "The formula with its numbers", trigger: "[name=filled]:contains(=)" },
        { content: "The chart is drawn", trigger: ".o_subscription_chart canvas[height]" },
        { content: "A year ahead", trigger: "tbody tr:nth-child(12)" },
        { content: "Measured over a year", trigger: "select[name=months]", run: "select 12" },
        { content: "Another assumption", trigger: "input[name=new]", run: "edit 50 && press Tab" },
        { content: "It can be taken back", trigger: "button:contains(As measured)" },
        { content: "The sentence follows", trigger: "[name=filled]:contains(50.00)" },
        { content: "A name", trigger: "input[name=scenario]", run: "edit Good year" },
        { content: "Keep", trigger: "[name=scenarios] button:contains(Keep)", run: "click" },
        {
            content: "It is kept, and compared",
            trigger: "[name=scenarios] label:contains(Good year) input:checked",
        },
        { content: "Chart drawn again", trigger: "[name=scenarios] input[type=checkbox]", run: "click" },
        { content: "Not compared", trigger: "[name=scenarios] input[type=checkbox]:not(:checked)" },
        { content: "As measured", trigger: "button:contains(As measured)", run: "click" },
        { content: "No longer typed", trigger: ".o_subscription_forecast:not(:has(button:contains(As measured)))" },
        { content: "Forget", trigger: "[name=scenarios] button[title]", run: "click" },
        { content: "Forgotten", trigger: "[name=scenarios]:not(:contains(Good year))" },
    ],
});

/**
 * Somebody reads how each figure is counted.
 */
registry.category("web_tour.tours").add("subscription_definitions", {
    steps: () => [
        { content: "A formula", trigger: "table[name=definitions] td:contains(MRR * 12)" },
        { content: "A source", trigger: "table[name=definitions] td:contains(Ledger of MRR)" },
    ],
});

/**
 * An administrator looks at what another way to count changes, and leaves it.
 */
registry.category("web_tour.tours").add("subscription_mrr_policy", {
    steps: () => [
        { content: "Look first", trigger: "#subscription_mrr_policy button", run: "click" },
        { content: "Nothing changes", trigger: ".modal [name=contract_count]:contains(0)" },
        { content: "Twelve months", trigger: ".modal [name=line_ids] .o_data_row:nth-child(12)" },
        { content: "Count trials", trigger: ".modal [name=trials_count] input", run: "click" },
        { content: "One contract changes", trigger: ".modal [name=contract_count]:contains(1)" },
        {
            content: "By 30",
            trigger: ".modal [name=line_ids] .o_data_row:nth-child(12) [name=difference]:contains(30.00)",
        },
        { content: "Leave it", trigger: ".modal footer button:contains(Discard)", run: "click" },
        { content: "Back on the settings", trigger: "body:not(:has(.modal))" },
    ],
});
