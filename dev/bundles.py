"""Make the scripts and styles that tests with a browser ask for; run in an Odoo shell (``env``).

Odoo's own server does so before its tests. A test takes back what it made, so each one would
compile them anew, which takes longer than what it does with them.
"""

# Pages of customers, which belong to a website where there is one.
FRONT = (
    *("web.assets_frontend.css", "web.assets_frontend_minimal.js", "web.assets_frontend_lazy.js"),
    *("portal.assets_chatter.css", "portal.assets_chatter.js", "portal.assets_chatter_style.css"),
    "web.__assets_tests_call__.js",
)
BACK = (
    *("web.assets_web.css", "web.assets_web_print.css", "web.assets_web.js"),
    *("bus.websocket_worker_assets.js", "web.assets_emoji.js", "web.chartjs_lib.js"),
    *("web.__assets_tests_call__.js", "web.report_assets_common.css"),
)
# Tests of components, which run without the bridges.
UNITS = (
    *("web.assets_unit_tests_setup.css", "web.assets_unit_tests_setup.js"),
    "web.assets_unit_tests.js",
)


def make(qweb, names):
    """Make bundles, as pages of the context's website or of none ask for them."""
    for name in names:
        bundle, _dot, kind = name.rpartition(".")
        files = qweb._get_asset_bundle(bundle, css=kind == "css", js=kind == "js")
        getattr(files, kind)()


qweb = env["ir.qweb"]  # noqa: F821 - given by the shell
websites = qweb.env["website"].search([]) if "website" in qweb.env else ()
make(qweb, BACK)
for website in websites:
    make(qweb.with_context(website_id=website.id), FRONT)
if not websites:
    make(qweb, [*FRONT, *UNITS])
qweb.env.cr.commit()
