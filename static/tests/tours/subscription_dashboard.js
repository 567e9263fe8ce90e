import { registry } from "@web/core/registry";

/**
 * Somebody reads the dashboard: another range, the formula of a figure, and what is behind it.
 */
registry.category("web_tour.tours").add("subscription_dashboard", {
    steps: () => [
        { content: "MRR is there", trigger: "[data-tile=mrr]:contains(30.00)" },
        { content: "Who stays", trigger: ".o_retention_preview .o_retention_cell:contains(100 %)" },
        { content: "The charts are drawn", trigger: ".o_subscription_chart canvas[height]" },
        {
            content: "Another range",
            trigger: "select[name=range]",
            run: "select last_12_months",
        },
        {
            content: "The address follows",
            trigger: "[data-tile=mrr]",
            run: () => {
                if (!window.location.search.includes("range=last_12_months")) {
                    throw new Error(`The range is not in ${window.location.href}`);
                }
            },
        },
        { content: "One product", trigger: "select[name=product]", run: "selectByLabel Tour Seat" },
        {
            content: "The address follows the filter",
            trigger: "[data-tile=mrr]:contains(30.00)",
            run: () => {
                if (!/[?&]product=\d+/.test(window.location.search)) {
                    throw new Error(`The filter is not in ${window.location.href}`);
                }
            },
        },
        { content: "All products", trigger: "select[name=product]", run: "selectByIndex 0" },
        { content: "Open a figure", trigger: "[data-tile=net_new] button.card-body", run: "click" },
        {
            content: "Its formula with the numbers",
            trigger: "[data-tile=net_new] [name=filled]:contains(30.00)",
        },
        {
            content: "What is behind it",
            trigger: "[data-tile=net_new] button:contains(Records)",
            run: "click",
        },
        { content: "The movements", trigger: ".o_list_view .o_data_row:contains(Tour Customer)" },
        { content: "Back", trigger: ".o_back_button, .breadcrumb-item a", run: "click" },
        { content: "The same range", trigger: "select[name=range]:value(last_12_months)" },
    ],
});

/**
 * Somebody follows a link to the dashboard of a range.
 */
registry.category("web_tour.tours").add("subscription_dashboard_link", {
    steps: () => [
        { content: "The range of the link", trigger: "select[name=range]:value(last_month)" },
        { content: "Compared as it says", trigger: "select[name=compare]:value(year)" },
    ],
});
