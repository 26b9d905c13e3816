"""Looks for each curve of each figure in the picture that librsvg makes of the file, which knows nothing of the page and its
style sheet: nor do other viewers, or programs for slides.

    python3 .ci/viewers.py [FIGURE.svg ...]    # all of chapters/figures, if none is named
"""

import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as tree
import zlib
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate
from pathlib import Path

FOLDER = Path(__file__).parent.parent / 'chapters/figures'
# Pixels of the picture for one of the file's, and units of a path for one of these.
ZOOM, UNITS = 2, 10
# How far from its colour a pixel of a curve may be, in each of red, green and blue.
NEAR = 24


def pixels(path):
    """The rows of the picture, each with three bytes a pixel, on white."""
    command = ['rsvg-convert', '--zoom', str(ZOOM), '--background-color', 'white', str(path)]
    png = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    place, data = 8, b''
    while place < len(png):
        size, kind = struct.unpack('>I4s', png[place:place + 8])
        chunk = png[place + 8:place + 8 + size]
        if kind == b'IHDR':
            width, height, depth, color = struct.unpack('>IIBB', chunk[:10])
            assert depth == 8 and color in (2, 6), (depth, color)
        if kind == b'IDAT':
            data += chunk
        place += size + 12
    step = 3 if color == 2 else 4
    data, rows, above = zlib.decompress(data), [], bytes(step * width)
    for y in range(height):
        start = y * (step * width + 1)
        above = unfiltered(data[start], bytearray(data[start + 1:start + 1 + step * width]), above, step)
        rows.append(above)
    return rows, step


def unfiltered(kind, row, above, step):
    """A row of a PNG, which is stored as the difference to what its neighbours let expect."""
    if kind == 0 or kind == 2 and not any(row):
        return row if kind == 0 else above
    if kind == 1:
        for channel in range(step):
            row[channel::step] = bytes(value & 255 for value in accumulate(row[channel::step]))
        return row
    if kind == 2:
        return bytes(a + b & 255 for a, b in zip(row, above))
    for i, b in enumerate(above):
        a, c = (row[i - step], above[i - step]) if i >= step else (0, 0)
        if kind == 3:
            nearest = (a + b) // 2
        else:
            p, q, r = abs(b - c), abs(a - c), abs(a + b - c - c)
            nearest = a if p <= q and p <= r else b if q <= r else c
        row[i] = row[i] + nearest & 255
    return row


def on_white(color, opacity):
    """A colour such as `#0072b2` with a share of white."""
    if not re.fullmatch('#[0-9a-f]{6}', color):
        return None
    return [round(opacity * int(color[i:i + 2], 16) + (1 - opacity) * 255) for i in (1, 3, 5)]


def places(d):
    """Points on a path, in pixels of the file, a pixel or less from one to the next."""
    for part in filter(None, d.split('M')):
        x = y = None
        for pair in re.findall(r'(-?\d+) ?(-?\d+)', part.replace('h0', '')):
            dx, dy = (int(number) / UNITS for number in pair)
            if x is None:
                x, y = dx, dy
                yield x, y
                continue
            count = max(1, int(max(abs(dx), abs(dy))))
            for i in range(1, count + 1):
                yield x + dx * i / count, y + dy * i / count
            x, y = x + dx, y + dy


def faults(path):
    """The curves of a figure that its picture does not show, and how many there are."""
    rows, step = pixels(path)
    elements = [
        element for element in tree.parse(path).iter('{http://www.w3.org/2000/svg}path')
        if re.fullmatch('s[1-6]', element.get('class', '')) or element.get('stroke') and element.get('data-curve')
    ]
    colors = [on_white(element.get('stroke', ''), float(element.get('stroke-opacity', 1))) for element in elements]
    missing = []
    for i, (element, color) in enumerate(zip(elements, colors)):
        reach = 1 + int(ZOOM * float(element.get('stroke-width')) / UNITS / 2)
        near = [list(around(rows, step, place, reach)) for place in places(element.get('d'))]
        is_shown = any(is_near(pixel, color) for pixels in near for pixel in pixels)
        # What lies under others the whole way is hidden on the page as well.
        is_covered = all(any(is_near(pixel, later) for pixel in pixels for later in colors[i + 1:]) for pixels in near)
        if not is_shown and not is_covered:
            missing.append(f'{path.name}: {element.get("data-curve") or element.get("class")}, {element.get("stroke")}')
    return missing, len(elements)


def around(rows, step, place, reach):
    """The pixels at a place and so far from it."""
    column, row = (int(ZOOM * coordinate) for coordinate in place)
    for y in range(max(0, row - reach), min(len(rows), row + reach + 1)):
        for x in range(max(0, column - reach), min(len(rows[y]) // step, column + reach + 1)):
            yield rows[y][step * x:step * x + 3]


def is_near(pixel, color):
    return color is not None and all(abs(a - b) <= NEAR for a, b in zip(pixel, color))


def main():
    names = [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob('*.svg'))
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(faults, names))
    missing = [line for lines, _ in found for line in lines]
    print('\n'.join(missing), end='\n' if missing else '')
    print(f'{len(names)} figures, {sum(seen for _, seen in found)} curves: {len(missing)} not in the picture')
    sys.exit(1 if missing or not names else 0)


if __name__ == '__main__':
    main()
