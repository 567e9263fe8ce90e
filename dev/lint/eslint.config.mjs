// Rules for the addon's JavaScript: Odoo's own modules are native modules, globals are few.
import globals from "globals";

const odooGlobals = { odoo: "readonly", owl: "readonly", luxon: "readonly", Chart: "readonly" };

export default [
    {
        files: ["**/static/**/*.js"],
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: { ...globals.browser, ...odooGlobals },
        },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: {
            "complexity": ["error", 10],
            "constructor-super": "error",
            "curly": "error",
            "eqeqeq": "error",
            "max-lines": ["error", 250],
            "max-lines-per-function": ["error", 50],
            "no-const-assign": "error",
            "no-debugger": "error",
            "no-dupe-keys": "error",
            "no-undef": "error",
            "no-unreachable": "error",
            "no-unused-vars": ["error", { args: "after-used", caughtErrors: "none" }],
            "no-var": "error",
            "prefer-const": "error",
            "no-console": "error",
        },
    },
    {
        // Test files group many small cases in one function; tours are one long list of steps.
        files: ["**/static/tests/**/*.js"],
        rules: { "max-lines-per-function": "off" },
    },
];
