import { registry } from "@web/core/registry";

/** Return steps that press something that leads to another page, where a text is read. */
function lead(trigger, seen) {
    return [
        { trigger, run: "click", expectUnloadPage: true },
        { trigger: `#wrapwrap:contains(${seen})` },
    ];
}

const LEAVE = "section[name=acts] a:contains(End this contract)";

registry.category("web_tour.tours").add("subscription_customer_acts", {
    steps: () => [
        ...lead("section[name=acts] a:contains(Pause)", "Pause this contract"),
        {
            trigger: "input[name=until]",
            run() {
                this.anchor.value = this.anchor.max;
            },
        },
        ...lead("form[name=when] button", "Pause the contract"),
        ...lead("form[name=confirm] button", "Your contract is paused."),
        ...lead("section[name=acts] a:contains(End the pause)", "End the pause today"),
        ...lead("form[name=confirm] button", "Your contract goes on from today."),
        ...lead(LEAVE, "Why do you leave?"),
        { trigger: "label:contains(too expensive)", run: "click" },
        ...lead("form[name=why] button", "Stay with us: 20 % off for 3 periods"),
        ...lead("form[name=offer] button", "Thank you for staying."),
        ...lead(LEAVE, "Why do you leave?"),
        { trigger: "label:contains(no longer need)", run: "click" },
        ...lead("form[name=why] button", "End the contract"),
        ...lead("form[name=confirm] button.btn-danger", "Your contract ends."),
        ...lead("button:contains(Keep this contract)", "Your contract goes on."),
    ],
});
