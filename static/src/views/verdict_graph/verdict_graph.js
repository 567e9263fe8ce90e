import { registry } from "@web/core/registry";
import { graphView } from "@web/views/graph/graph_view";
import { GraphRenderer } from "@web/views/graph/graph_renderer";

const COLORS = {
    good: "#45C5B1",
    happy: "#45C5B1",
    neutral: "#F4C95D",
    so_so: "#F4C95D",
    bad: "#EA6175",
    unhappy: "#EA6175",
};

/**
 * Bars of verdicts and answers in the colours that people expect: red is bad.
 *
 * Core takes colours in the order in which groups appear, so that green may be unhappy.
 */
export class VerdictGraphRenderer extends GraphRenderer {
    getBarChartData() {
        const data = super.getBarChartData();
        const colors = this.getColorsOfLabels();
        for (const dataset of data.datasets) {
            dataset.backgroundColor = colors[dataset.label] || dataset.backgroundColor;
        }
        return data;
    }

    /**
     * Returns the colours of what the bars are cut into, by their label.
     * @returns {Object}
     */
    getColorsOfLabels() {
        const { fields, groupBy } = this.model.metaData;
        const colors = {};
        for (const { fieldName } of groupBy.slice(1)) {
            for (const [value, label] of fields[fieldName].selection || []) {
                colors[label] = COLORS[value];
            }
        }
        return colors;
    }
}

registry.category("views").add("subscription_verdict_graph", {
    ...graphView,
    Renderer: VerdictGraphRenderer,
});
