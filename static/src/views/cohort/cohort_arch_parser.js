import { visitXML } from "@web/core/utils/xml";

const FIELDS = ["date_start", "date_stop", "date_change", "first", "measure"];
const CHOICES = { interval: "month", mode: "retention", timeline: "forward" };

/**
 * Reads a cohort view: <cohort date_start date_stop interval mode timeline measure>, with the fields
 * that may be measured inside. The server has checked it.
 */
export class CohortArchParser {
    parse(arch) {
        const archInfo = { title: arch.getAttribute("string") || "", values: {}, measures: {} };
        for (const name of FIELDS) {
            archInfo.values[name] = arch.getAttribute(name) || "";
        }
        for (const [name, usual] of Object.entries(CHOICES)) {
            archInfo.values[name] = arch.getAttribute(name) || usual;
        }
        visitXML(arch, (node) => {
            const isShown = !["1", "True"].includes(node.getAttribute("invisible"));
            if (node.tagName === "field" && isShown) {
                archInfo.measures[node.getAttribute("name")] = node.getAttribute("string") || "";
            }
        });
        return archInfo;
    }
}
