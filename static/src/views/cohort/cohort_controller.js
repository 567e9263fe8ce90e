import { Component, useRef } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { download } from "@web/core/network/download";
import { useService } from "@web/core/utils/hooks";
import { useModelWithSampleData } from "@web/model/model";
import { useSetupAction } from "@web/search/action_hook";
import { CogMenu } from "@web/search/cog_menu/cog_menu";
import { Layout } from "@web/search/layout";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { useSearchBarToggler } from "@web/search/search_bar/search_bar_toggler";
import { ActionHelper } from "@web/views/action_helper";
import { standardViewProps } from "@web/views/standard_view_props";
import { ReportViewMeasures } from "@web/views/view_components/report_view_measures";
import { ViewScaleSelector } from "@web/views/view_components/view_scale_selector";
import { INTERVALS } from "./cohort_model";

export class CohortController extends Component {
    static template = "sale_recurring.CohortView";
    static components = {
        ActionHelper,
        CogMenu,
        Dropdown,
        DropdownItem,
        Layout,
        ReportViewMeasures,
        SearchBar,
        ViewScaleSelector,
    };
    static props = {
        ...standardViewProps,
        Model: Function,
        modelParams: Object,
        Renderer: Function,
        buttonTemplate: String,
    };

    setup() {
        this.action = useService("action");
        this.intervals = INTERVALS;
        this.model = useModelWithSampleData(this.props.Model, this.props.modelParams, {
            lazy: !this.env.config.isReloadingController && !this.env.inDialog && !!this.props.display.controlPanel,
        });
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({ values: this.model.metaData.values }),
            getContext: () => this.getContext(),
        });
        this.searchBarToggler = useSearchBarToggler();
    }

    /** What a favorite remembers. */
    getContext() {
        const { interval, measure, mode, timeline } = this.model.metaData.values;
        return {
            cohort_interval: interval,
            cohort_measure: measure,
            cohort_mode: mode,
            cohort_timeline: timeline,
        };
    }

    download() {
        const asked = JSON.stringify(this.model.getExport());
        return download({ url: "/sale_recurring/cohort/xlsx", data: { data: asked } });
    }

    /**
     * Open the records of a cohort, or of one of its cells.
     *
     * @param {Object} row
     * @param {number} [column]
     */
    openRecords(row, column) {
        const known = Object.fromEntries((this.env.config.views || []).map(([id, type]) => [type, id]));
        const context = { ...this.model.searchParams.context };
        for (const name of Object.keys(context)) {
            if (name === "group_by" || /^(search_default|cohort)_/.test(name)) {
                delete context[name];
            }
        }
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: `${this.model.metaData.title}: ${row.label}`,
                res_model: this.model.metaData.resModel,
                domain: this.model.getDomain(row, column),
                context,
                views: ["list", "form"].map((type) => [known[type] || false, type]),
                search_view_id: [known.search || false, "search"],
            },
            { viewType: "list" },
        );
    }
}
