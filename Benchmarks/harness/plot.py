"""Plots as SVG: lines through points, axes from zero."""

import math
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 320, 70, 130, 36, 48
COLOURS = ("#1f6feb", "#d29922", "#8957e5", "#2da44e")


def line_plot(title, x_name, y_name, series, logarithmic=False):
    """`series` is {name: [(x, y)]}; `logarithmic` is about x."""
    points = [point for line in series.values() for point in line]
    top = _nice(max(y for _, y in points) * 1.05)
    xs = sorted({x for x, _ in points})
    low, high = (math.log10(xs[0]), math.log10(xs[-1])) if logarithmic else (0, _nice(xs[-1]))

    def at(x, y):
        share = ((math.log10(x) if logarithmic else x) - low) / ((high - low) or 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 20, title, weight="bold"),
    ]
    for step in range(5):
        y = top * step / 4
        x0, height = at(xs[0] if logarithmic else 0, y)
        parts.append(f'<line x1="{x0:.1f}" y1="{height:.1f}" x2="{WIDTH - RIGHT}" y2="{height:.1f}" stroke="#dddddd"/>')
        parts.append(_text(LEFT - 8, height + 4, _number(y), anchor="end"))
    for x in xs if logarithmic or len(xs) <= 4 else [high * step / 4 for step in range(5)]:
        parts.append(_text(at(x, 0)[0], HEIGHT - BOTTOM + 18, _number(x), anchor="middle"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_name, anchor="middle"))
    parts.append(f'<g transform="translate(16 {HEIGHT / 2}) rotate(-90)">{_text(0, 0, y_name, anchor="middle")}</g>')
    ends = sorted(((at(*line[-1])[1], name) for name, line in series.items() if line))
    heights = {}
    for height, name in ends:
        heights[name] = max([height, *(other + 14 for other in heights.values())])
    for number, (name, line) in enumerate(series.items()):
        if not line:
            continue
        colour = COLOURS[number % len(COLOURS)]
        places = [at(x, y) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        parts.append(_text(places[-1][0] + 8, heights[name] + 4, name, colour=colour))
    return "\n".join(parts) + "\n</svg>\n"


def _text(x, y, text, anchor="start", weight="normal", colour="#333333"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" fill="{colour}">{escape(text)}</text>'


def _nice(value):
    """The next larger of 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8 times a power of ten."""
    if value <= 0:
        return 1
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= value * 0.999)


def _number(value):
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"
