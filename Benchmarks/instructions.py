#!/usr/bin/env python3
"""Counts the instructions of small fixed runs under callgrind, and compares them with the committed baseline.

    instructions.py                 fails (exit 1) where a figure has grown by more than 5 %
    instructions.py --accept WHY    makes what is found the baseline, with the reason beside it

Instructions do not depend on how busy or how fast the processor is. The lesser of two runs counts, as threads meet by chance.
They do depend on the compiler and the libraries: with others than the baseline's, the figures are shown and nothing fails.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from harness import folders
from harness.corpora import Corpora
from harness.job import Job
from harness.machine import first_line
from harness.suite import EXPRESSION
from harness.weir import configuration

BASELINE = folders.BENCHMARKS / "instructions.json"
ALERTS = 2000
ALLOWED = 1.05
SEED = 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accept", metavar="WHY", help="why the figures may be what they are now")
    options = parser.parse_args()
    if not folders.WEIR.exists():
        sys.exit(f"error: there is no {folders.WEIR}; build it with: make build")
    if not shutil.which("valgrind"):
        sys.exit("error: there is no valgrind; install it with: apt-get install valgrind")
    folders.PROGRAMS.mkdir(parents=True, exist_ok=True)
    subprocess.run(["make", "-s", "-C", folders.BENCHMARKS / "native", f"OUT={folders.PROGRAMS}"], check=True)

    figures, made_with = measure(), surroundings()
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {"figures": {}, "made_with": made_with}
    if options.accept:
        BASELINE.write_text(json.dumps({"made_with": made_with, "why": options.accept, "figures": figures}, indent=2) + "\n")
        print(f"{BASELINE.name} is now what was found")
        return 0
    grown = []
    for name, figure in figures.items():
        before = baseline["figures"].get(name)
        change = f"{(figure / before - 1) * 100:+.1f} %" if before else "new"
        print(f"{name:<28} {figure:>14,} instructions  {change}")
        if before and figure > before * ALLOWED:
            grown.append(name)
    if not grown:
        return 0
    if baseline["made_with"] != made_with:
        print(f"the baseline is of {baseline['made_with']}, this is {made_with}: nothing fails")
        return 0
    print(
        f"error: more than 5 % above the baseline: {', '.join(grown)}. Make it faster, or say why this must be so: "
        'Benchmarks/instructions.py --accept "…", and commit Benchmarks/instructions.json',
        file=sys.stderr,
    )
    return 1


def measure():
    """{what: instructions}; of a start with the tables loaded, and of each alert beyond it."""
    folder = folders.WORK / "instructions"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # Debug information of this size and kind is more than valgrind can read.
    subprocess.run(["strip", "--strip-debug", "-o", folder / "weir", folders.WEIR], check=True)
    corpora = Corpora(SEED)
    alerts, records = corpora.alerts(ALERTS), corpora.records(ALERTS)
    nothing = corpora.alerts(0).path
    figures = {}

    def run(configured, *words):
        return min(run_once(configured, *words) for _ in range(2))

    def run_once(configured, *words):
        shutil.rmtree(folder / "state", ignore_errors=True)
        for output in folder.glob("*.ndjson"):
            output.unlink()
        if configured:
            (folder / "config.yaml").write_text(configuration(configured))
        return instructions(folder, [str(word) for word in words])

    for name, job in (("W1", Job("W1", corpora, alerts)), ("W4", Job("W4", corpora, records))):
        start = run(job, "run", "--quiet", nothing)
        figures[f"{name}: start"] = start
        figures[f"{name}: each alert"] = (run(job, "run", "--quiet", job.corpus.path) - start) // ALERTS
    start = run(None, "match", EXPRESSION, nothing)
    figures["match: each alert"] = (run(None, "match", EXPRESSION, alerts.path) - start) // ALERTS
    shutil.rmtree(folder)
    return figures


def instructions(folder, words):
    # One core, and the same vector instructions on every machine that has AVX2: less depends on chance.
    environment = {
        **os.environ,
        "LD_PRELOAD": str(folders.PROGRAMS / "sigsuspend.so"),
        "SIMDJSON_FORCE_IMPLEMENTATION": "haswell",
    }
    valgrind = ["taskset", "-c", "0", "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run([*valgrind, "./weir", *words], cwd=folder, env=environment, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if not found or done.returncode not in (0, 1):
        sys.exit(f"error: weir {' '.join(words)} under valgrind: exit status {done.returncode}\n{done.stderr[-2000:]}")
    return int(found[1])


def surroundings():
    """What the figures depend on beside the source."""
    packages = ["libsimdjson-dev", "libc6", "libcurl4", "libsqlite3-0", "valgrind"]
    words = ["dpkg-query", "-W", "-f=${Package} ${Version}, ", *packages]
    versions = subprocess.run(words, capture_output=True, text=True).stdout.strip(", ")
    has_avx2 = " avx2 " in Path("/proc/cpuinfo").read_text()
    return f"{first_line(['swift', '--version'])}, {versions}, {'AVX2' if has_avx2 else 'no AVX2'}"


if __name__ == "__main__":
    sys.exit(main())
