import { registry } from "@web/core/registry";

/**
 * Somebody reads the retention of contracts: another measure and interval, and what is behind a cell.
 */
registry.category("web_tour.tours").add("subscription_retention", {
    steps: () => [
        { content: "The table is there", trigger: ".o_cohort_view .o_cohort_cell:contains(100 %)" },
        { content: "Open the measures", trigger: "button:contains(Measures)", run: "click" },
        { content: "By MRR", trigger: ".o_menu_item:contains(MRR, Net)", run: "click" },
        { content: "The MRR it began with", trigger: ".o_cohort_size:contains(30.00)" },
        { content: "Open the intervals", trigger: ".scale_button_selection", run: "click" },
        { content: "By quarter", trigger: ".o_scale_button_quarter", run: "click" },
        { content: "A quarter", trigger: "th.o_cohort_head:contains(Q)" },
        { content: "By date", trigger: "[data-timeline=backward]", run: "click" },
        { content: "What was lost", trigger: "[data-mode=churn]", run: "click" },
        { content: "Nothing", trigger: ".o_cohort_loss:contains(0 %)" },
        { content: "What is behind it", trigger: ".o_cohort_size", run: "click" },
        { content: "The contract", trigger: ".o_list_view .o_data_row:contains(Tour Customer)" },
        { content: "Back", trigger: ".o_back_button, .breadcrumb-item a", run: "click" },
        { content: "As it was left", trigger: "[data-mode=churn].active" },
        { content: "By date still", trigger: "[data-timeline=backward].active" },
    ],
});
