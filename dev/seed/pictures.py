"""Pictures of the products: drawn from the icons that Odoo brings, so that none has to be kept."""

import base64
import io

from odoo.tools.misc import file_path
from PIL import Image, ImageDraw, ImageFont

FONT = "web/static/src/libs/fontawesome/fonts/fontawesome-webfont.ttf"
SIZE, ICON = 640, 260
WHITE = (255, 255, 255)
COLORS = {
    "Hosting": (43, 122, 86),
    "Workplace": (52, 101, 164),
    "Connectivity": (128, 78, 137),
    "Equipment": (92, 107, 115),
    "Service": (176, 96, 44),
    "Training": (150, 60, 72),
}
ICONS = {
    "server": "\uf233",
    "hosting": "\uf0c2",
    "domain": "\uf0ac",
    "backup": "\uf0a0",
    "desktop": "\uf108",
    "mailbox": "\uf0e0",
    "endpoint": "\uf132",
    "phone": "\uf095",
    "line": "\uf1eb",
    "laptop": "\uf109",
    "printer": "\uf02f",
    "maintenance": "\uf0ad",
    "hours": "\uf1cd",
    "courier": "\uf0d1",
    "handbook": "\uf02d",
    "setup": "\uf085",
    "migration": "\uf0ec",
    "firewall": "\uf023",
    "dock": "\uf1e6",
}


def draw_picture(key, category):
    """Draw the icon of a product on the colour of its category.

    :return: a PNG picture in base64, False where there is no icon
    :rtype: bytes
    """
    icon = ICONS.get(key)
    try:
        font = ImageFont.truetype(file_path(FONT), ICON)
    except OSError:
        return False
    if not icon:
        return False
    color = COLORS[category]
    picture = Image.new("RGB", (SIZE, SIZE), tuple((255 * 6 + part) // 7 for part in color))
    pen = ImageDraw.Draw(picture)
    edge = SIZE // 6
    pen.rounded_rectangle((edge, edge, SIZE - edge, SIZE - edge), 80, color)
    pen.text((SIZE // 2, SIZE // 2), icon, WHITE, font, anchor="mm")
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=True)
    return base64.b64encode(stream.getvalue())
