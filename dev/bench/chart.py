"""A small bar chart as SVG, readable on light and on dark pages."""

STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    .head { font-size: 15px; font-weight: 600; }
    .soft { fill: #57606a; }
    .plain { fill: #8c959f; } .run { fill: #1a7f64; } .line { stroke: #8c959f55; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; } .soft { fill: #9198a1; } .plain { fill: #6e7681; }
      .run { fill: #3fb68b; }
    }"""
WIDTH, BAR, GAP, LEFT, RIGHT, TOP = 720, 22, 26, 130, 70, 64


def draw(rows, title):
    """Return a chart with two bars per row.

    :param list rows: label, value of plain Odoo, value of the run (ms per invoice)
    :rtype: str
    """
    most = max(max(plain, run) for _label, plain, run in rows)
    scale = (WIDTH - LEFT - RIGHT) / most
    height = TOP + len(rows) * (2 * BAR + GAP) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'width="{WIDTH}" height="{height}"><title>{title}</title><style>{STYLE}</style>',
        f'<text class="head" x="0" y="18">{title}</text>',
        '<rect class="plain" x="0" y="32" width="12" height="12" rx="2"/>'
        '<text class="soft" x="18" y="43">plain Odoo, create and post</text>'
        '<rect class="run" x="230" y="32" width="12" height="12" rx="2"/>'
        '<text class="soft" x="248" y="43">the billing run, everything included</text>',
    ]
    for number, (label, plain, run) in enumerate(rows):
        y = TOP + number * (2 * BAR + GAP)
        parts.append(f'<text x="0" y="{y + BAR + 5}">{label}</text>')
        for offset, (kind, value) in enumerate((("plain", plain), ("run", run))):
            top = y + offset * BAR
            width = value * scale
            parts.append(
                f'<rect class="{kind}" x="{LEFT}" y="{top}" width="{width:.1f}" '
                f'height="{BAR - 3}" rx="2"/>'
                f'<text x="{LEFT + width + 8:.1f}" y="{top + 15}">{value:.1f} ms</text>'
            )
    return "\n".join([*parts, "</svg>", ""])
