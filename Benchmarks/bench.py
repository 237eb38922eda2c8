#!/usr/bin/env python3
"""Measures Weir beside its peers and the bound, and writes what it found.

    bench.py [--quick] [--seed N] [--rounds N] [--only w1,w2,…] [--page]

Writes Benchmarks/results.json, tables into the work folder, and Documentation/Performance.md with its plots; with
`--quick` or `--only`, results and page stay in the work folder. `--page` only writes the page anew from the results.
"""

import argparse
import dataclasses
import json
import subprocess
import sys

from harness import folders, machine, page
from harness.comparison import say
from harness.goals import goals
from harness.suite import FULL, QUICK, Suite
from harness.tables import tables


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, in under five minutes")
    parser.add_argument("--seed", type=int, default=1, help="of the corpora (1)")
    parser.add_argument("--rounds", type=int, help="runs of each program, at the most; the medians count (5)")
    parser.add_argument("--only", default="", help="some of w1,w2,w3,w4,w5,w6,shapes,growth,singles")
    parser.add_argument("--page", action="store_true", help="measure nothing")
    options = parser.parse_args()
    if options.page:
        results = json.loads(folders.RESULTS.read_text())
        results["goals"] = goals(results)
        page.write(results, folders.PAGE)
        return 0

    folders.PROGRAMS.mkdir(parents=True, exist_ok=True)
    subprocess.run(["make", "-s", "-C", folders.BENCHMARKS / "native", f"OUT={folders.PROGRAMS}"], check=True)
    if not folders.WEIR.exists():
        say(f"error: there is no {folders.WEIR}; build it with: make build")
        return 69
    effort = QUICK if options.quick else FULL
    if options.rounds:
        rounds, long_rounds = min(effort.rounds, options.rounds), min(effort.long_rounds, options.rounds)
        effort = dataclasses.replace(effort, rounds=rounds, long_rounds=long_rounds)
    suite = Suite(options.seed, effort, [word for word in options.only.split(",") if word])
    described = machine.describe(suite.weir, suite.peers)
    if described["load"] > 0.5:
        say(f"warning: the machine is busy (load {described['load']:.1f}); only ratios within a comparison mean anything")
    about = {"machine": described, "seed": options.seed, "quick": options.quick}
    if options.rounds:
        about["rounds"] = options.rounds
    results = {**about, **suite.run(lambda so_far: save({**about, **so_far}, folders.WORK / "results.json"))}
    results["goals"] = goals(results)
    is_whole = not options.quick and not options.only
    path = folders.RESULTS if is_whole else folders.WORK / "results.json"
    save(results, path)
    folders.TABLES.write_text(tables(results))
    print(folders.TABLES.read_text())
    page.write(results, folders.PAGE if is_whole else folders.WORK / "Performance.md")
    say(f"results: {path}, {folders.TABLES}")
    return 1 if any("wrong" in row for c in suite.comparisons for row in c["rows"] if row["program"] == "weir") else 0


def save(results, path):
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
