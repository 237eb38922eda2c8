#!/usr/bin/env python3
"""Opens the page of `weir report --html` in Chromium, light and dark, wide and narrow, and looks whether it is right.

usage: test-report-page.py WEIR

Without Chromium it says so; with CI set in the environment that is a failure.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

CONFIGURATION = """
enrichers: [{allowlist: {file: known.yaml}}]
outputs: {archive: {file: {path: archive.ndjson}}, held: {file: {path: held.ndjson}}}
routes: [{to: archive}]
suppressed: {to: held}
state: state
"""

KNOWN = """
- {name: terraform, when: 'user.name: terraform-*', reason: CHG-1, owner: platform@corp.example, expires: 2099-06-30}
- {name: a name so long that no chart has room for all of it and that must be cut somewhere, actors: ["*mira*"],
   reason: CHG-2, owner: platform@corp.example, expires: 2099-06-30}
- {name: never used, actors: [nobody], reason: CHG-3, owner: platform@corp.example, expires: 2099-06-30}
"""

# Measures in the page itself; its policy against scripts is taken out of the copy that is measured.
PROBE = """<script>addEventListener('load', () => {
  const boxes = [...document.querySelectorAll('rect')].map(r => r.getBoundingClientRect());
  document.title = JSON.stringify({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    rects: boxes.length, flat: boxes.filter(b => b.width <= 0 || b.height <= 0).length,
    outside: [...document.querySelectorAll('svg *')].filter(e => e.getBBox && e.tagName != 'title' && (e.getBBox().x < -1
      || e.getBBox().x + e.getBBox().width > e.ownerSVGElement.viewBox.baseVal.width + 1)).length,
    loaded: performance.getEntriesByType('resource').length, sections: document.querySelectorAll('section').length,
  });
});</script>"""


def pixels(path):
    """The colours of a PNG and how often each is there; 8 bits a channel (https://www.w3.org/TR/png/)."""
    data = path.read_bytes()
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", data[at + 8 : at + 18])
        if kind == b"IDAT":
            packed += data[at + 8 : at + 8 + size]
        at += size + 12
    step = {2: 3, 6: 4}[colour]
    raw, before, counts = zlib.decompress(packed), bytearray(width * step), collections.Counter()
    for row in range(height):
        start = row * (width * step + 1)
        kind, line = raw[start], bytearray(raw[start + 1 : start + 1 + width * step])
        for i in range(len(line)):
            a = line[i - step] if i >= step else 0
            b, c = before[i], before[i - step] if i >= step else 0
            if kind == 1:
                line[i] = line[i] + a & 255
            elif kind == 2:
                line[i] = line[i] + b & 255
            elif kind == 3:
                line[i] = line[i] + (a + b) // 2 & 255
            elif kind == 4:
                p = a + b - c
                near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
                line[i] = line[i] + near & 255
        before = line
        for i in range(0, len(line), step * 3):
            counts[tuple(line[i : i + 3])] += 1
    return counts


def main():
    weir = pathlib.Path(sys.argv[1]).resolve()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        print("the report's page was not looked at: there is no Chromium (scripts/install-packages.sh --tests)")
        sys.exit(1 if os.environ.get("CI") else 0)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "config.yaml").write_text(CONFIGURATION)
        (folder / "known.yaml").write_text(KNOWN)
        alerts = [
            {
                "@timestamp": f"2026-11-{1 + n % 20:02}T08:00:00Z", "ecs": {"version": "8"}, "severity": ["low", "medium"][n % 2],
                "event": {"id": str(n), "action": "a"}, "rule": {"name": f"rule {n % 7}"},
                "user": {"name": ["mira", f"terraform-{n}", "eve"][n % 3]},
            }
            for n in range(600)
        ]
        (folder / "in.ndjson").write_text("\n".join(map(json.dumps, alerts)))
        run = lambda *arguments: subprocess.run(arguments, cwd=folder, check=True, capture_output=True, timeout=120)
        run(weir, "run", "--quiet", "in.ndjson")
        run(weir, "report", "--html", "report.html")
        page = (folder / "report.html").read_text()
        bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        (folder / "probe.html").write_text(bare.replace("</body>", PROBE + "</body>"))
        base = [
            chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
            f"--user-data-dir={folder}/profile", "--host-resolver-rules=MAP * ~NOTFOUND",
        ]
        for width in (1200, 500):
            dom = run(*base, f"--window-size={width},900", "--dump-dom", f"file://{folder}/probe.html").stdout.decode()
            seen = json.loads(re.search(r"<title>(\{.*?\})</title>", dom).group(1).replace("&quot;", '"'))
            expected = {"overflow": 0, "flat": 0, "outside": 0, "loaded": 0, "sections": 3}
            wrong = {name: seen[name] for name, value in expected.items() if seen[name] != value}
            assert not wrong and seen["rects"] > 60, f"at {width} pixels: {wrong or seen}"
        for name, scheme, paper in (("light", 1, (0xFF, 0xFF, 0xFF)), ("dark", 0, (0x12, 0x16, 0x1D))):
            shot = folder / f"{name}.png"
            run(*base, f"--blink-settings=preferredColorScheme={scheme}", "--window-size=1200,1600",
                f"--screenshot={shot}", f"file://{folder}/report.html")
            colours = pixels(shot)
            assert colours.most_common(1)[0][0] == paper, f"{name}: the page is {colours.most_common(1)[0][0]}"
            bars = [(0x4A, 0x90, 0xD9), (0xE0, 0xA3, 0x00)] if name == "light" else [(0x5E, 0xA4, 0xEA), (0xE8, 0xB6, 0x2C)]
            for bar in bars:
                assert colours[bar] > 1000, f"{name}: hardly anything has the colour {bar}"
        print("the report's page looks right in Chromium: light, dark, wide and narrow")


main()
