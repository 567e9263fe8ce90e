from itertools import pairwise

from lxml import html
from odoo.tests import tagged

from ..support.common_portal import PortalCase

# Of the form of Odoo's payment addon only what is said, not its order of headings.
HEADINGS = (
    "//main//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6]"
    "[not(ancestor::form[@id='o_payment_form'])]"
)
FIELDS = "//main//*[self::input[not(@type='hidden')] or self::select or self::textarea]"


def get_name(element):
    """Return what a reader of screens says for an element."""
    root = element.getroottree().getroot()
    for attribute in ("aria-label", "title", "alt"):
        if element.get(attribute):
            return element.get(attribute).strip()
    labels = element.xpath("ancestor::label[1]")
    if element.get("id"):
        labels += root.xpath("//label[@for=$id]", id=element.get("id"))
    if element.get("aria-labelledby"):
        labels += root.xpath("//*[@id=$id]", id=element.get("aria-labelledby"))
    texts = [element.text_content() if element.tag in ("a", "button") else ""]
    texts += [label.text_content() for label in labels]
    return " ".join(texts).strip()


@tagged("post_install", "-at_install")
class TestAccessiblePages(PortalCase):
    """Pages of customers can be read aloud: language, one title, names of fields and buttons."""

    def setUp(self):
        super().setUp()
        self.template.write({"pause_max_days": 30, "customer_control": "upgrade_downgrade"})
        self.order = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(self.order))
        self.travel("2027-02-10")
        self.log_in()

    def get_faults(self, page):
        """Return in words what a reader of screens would miss on a page.

        :rtype: list[str]
        """
        faults = [] if page.get("lang") else ["no language"]
        levels = [int(heading.tag[1]) for heading in page.xpath(HEADINGS)]
        if levels.count(1) != 1:
            faults.append(f"{levels.count(1)} titles")
        faults += [
            f"a heading of level {level} under one of level {before}"
            for before, level in pairwise(levels)
            if level > before + 1
        ]
        xpaths = ("//main//a[@href]", "//main//button", "//main//img", FIELDS)
        for xpath in xpaths:
            faults += [
                f"no name: {html.tostring(element)[:120]}"
                for element in page.xpath(xpath)
                if not get_name(element) and element.get("alt") is None
            ]
        return faults

    def test_pages_can_be_read_aloud(self):
        base = f"/my/orders/{self.order.id}"
        addresses = [
            "/my/subscriptions",
            base,
            *(f"{base}/{act}" for act in ("change", "pause", "close", "addresses", "contact")),
            f"{base}/payment_method",
        ]
        for address in addresses:
            with self.subTest(address):
                self.assertEqual(self.get_faults(self.open(address)), [])

    def test_what_is_missing_is_seen(self):
        text = "<html><main><h1>A</h1><h3>B</h3><h1/><input><button/><img></main></html>"
        self.assertEqual(len(self.get_faults(html.fromstring(text))), 6)

    def test_the_language_is_that_of_the_visitor(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        response = self.url_open("/my/subscriptions", cookies={"frontend_lang": "pt_BR"})
        self.assertEqual(html.fromstring(response.text).get("lang"), "pt-BR")
