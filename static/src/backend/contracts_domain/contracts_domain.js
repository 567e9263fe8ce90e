import { Domain } from "@web/core/domain";
import { registry } from "@web/core/registry";
import { DomainField, domainField } from "@web/views/fields/domain/domain_field";

/**
 * A filter of contracts that counts, and lists, the running ones only: what the campaign looks at.
 */
export class ContractsDomainField extends DomainField {
    getEvaluatedDomain(props = this.props) {
        const chosen = super.getEvaluatedDomain(props);
        if (chosen.isInvalid) {
            return chosen;
        }
        const running = props.record.data.running_domain || "[]";
        return Domain.and([chosen, running]).toList();
    }
}

export const contractsDomainField = {
    ...domainField,
    component: ContractsDomainField,
    fieldDependencies: [{ name: "running_domain", type: "char" }],
};

registry.category("fields").add("subscription_contracts", contractsDomainField);
