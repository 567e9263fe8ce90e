import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { CohortArchParser } from "./cohort_arch_parser";
import { CohortController } from "./cohort_controller";
import { CohortModel } from "./cohort_model";
import { CohortRenderer } from "./cohort_renderer";
import "./cohort_sample";

export const cohortView = {
    type: "cohort",
    ArchParser: CohortArchParser,
    Controller: CohortController,
    Model: CohortModel,
    Renderer: CohortRenderer,
    searchMenuTypes: ["filter", "favorite"],
    buttonTemplate: "sale_recurring.CohortView.Buttons",

    props: (genericProps, view) => {
        const { arch, fields, resModel, state } = genericProps;
        const archInfo = new view.ArchParser().parse(arch);
        const modelParams = {
            ...archInfo,
            title: archInfo.title || _t("Cohorts"),
            fields,
            resModel,
            // Whoever comes back finds what was left.
            ...(state?.values && { values: state.values, isRestored: true }),
        };
        return {
            ...genericProps,
            Model: view.Model,
            Renderer: view.Renderer,
            buttonTemplate: view.buttonTemplate,
            modelParams,
        };
    },
};

registry.category("views").add("cohort", cohortView);
