import { registry } from "@web/core/registry";

/**
 * An administrator builds a red flag from scratch: when, for whom, what is done; tries it without
 * doing anything, switches it on, lets it run, and reads what it did.
 */
registry.category("web_tour.tours").add("subscription_red_flag", {
    steps: () => [
        { content: "New flag", trigger: ".o_list_button_add", run: "click" },
        {
            content: "Name",
            trigger: ".o_field_widget[name=name] :is(input, textarea)",
            run: "edit Leaves soon",
        },
        {
            content: "When",
            trigger: ".o_field_widget[name=trigger] input",
            run: "click",
        },
        {
            content: "The end is near",
            trigger: ".o_select_menu_item:contains(End is near)",
            run: "click",
        },
        {
            content: "That is, in 60 days",
            trigger: ".o_field_widget[name=days] input",
            run: "edit 60",
        },
        {
            content: "A condition",
            trigger: ".o_field_widget[name=contract_domain] .o_tree_editor_row a:contains(New Rule)",
            run: "click",
        },
        {
            content: "It can be changed; this one is taken away again",
            trigger:
                ".o_field_widget[name=contract_domain] .o_tree_editor_node_control_panel button:last-child",
            run: "click",
        },
        {
            content: "What is done",
            trigger: ".o_field_widget[name=action_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "Ask a colleague to call them",
            trigger: ".modal .o_field_widget[name=summary] input",
            run: "edit Call them",
        },
        {
            content: "And something else",
            trigger: ".modal .o_form_button_save_new",
            run: "click",
        },
        {
            content: "Another kind",
            trigger: ".modal .o_field_widget[name=summary] input:value()",
        },
        {
            content: "Open the kinds",
            trigger: ".modal .o_field_widget[name=kind] input",
            run: "click",
        },
        {
            content: "A discount",
            trigger: ".o_select_menu_item:contains(Give a discount)",
            run: "click",
        },
        {
            content: "Of 15 percent",
            trigger: ".modal .o_field_widget[name=discount] input",
            run: "edit 15",
        },
        { content: "That is all", trigger: ".modal .o_form_button_save", run: "click" },
        {
            content: "Both are listed in words",
            trigger:
                ".o_field_widget[name=action_ids]:has(.o_data_row:contains(Call them)) .o_data_row:contains(15 % for 1 periods)",
        },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        {
            content: "One contract matches before it is switched on",
            trigger:
                "button[name=action_view_matching] .o_stat_value:contains(1), button[name=action_view_matching] .o_stat_info:contains(1)",
        },
        { content: "Try it", trigger: "button[name=action_dry_run]:enabled", run: "click" },
        {
            content: "What would be done, for whom",
            trigger: ".o_list_view .o_data_row:contains(Tour Customer):contains(Dry Run)",
        },
        {
            content: "Back to the flag",
            trigger: ".breadcrumb-item a:contains(Leaves soon), .o_back_button a",
            run: "click",
        },
        { content: "Switch it on", trigger: "button[name=action_switch_on]", run: "click" },
        { content: "Run it", trigger: "button[name=action_run_now]", run: "click" },
        {
            content: "It was done, and why",
            trigger: ".o_list_view .o_data_row:contains(Tour Customer):contains(Done)",
        },
    ],
});
