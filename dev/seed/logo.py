"""The logo of the company: drawn, so that no picture has to be kept."""

import base64
import io

from PIL import Image, ImageDraw, ImageFont

GREEN, DARK, WHITE = (43, 122, 86, 255), (38, 50, 56, 255), (255, 255, 255, 255)
SIZE = (900, 200)


def draw_logo(name):
    """Draw a leaf and a name.

    :return: a PNG picture, in base64
    :rtype: bytes
    """
    picture = Image.new("RGBA", SIZE, (255, 255, 255, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((10, 10, 190, 190), 80, GREEN, corners=(True, False, True, True))
    pen.line((58, 142, 150, 50), WHITE, 12)
    pen.line((88, 112, 88, 72), WHITE, 10)
    pen.line((88, 112, 128, 112), WHITE, 10)
    pen.text((225, 100), name, DARK, ImageFont.load_default(118), anchor="lm")
    picture = picture.crop(picture.getbbox())
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return base64.b64encode(stream.getvalue())
