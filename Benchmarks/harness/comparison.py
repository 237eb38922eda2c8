"""Lets programs do the same job in turns, looks at what they did, and compares what it cost."""

import itertools
import shutil
import statistics
import sys

from . import folders
from .readiness import make_ready
from .sink import Sink


def say(text):
    print(text, file=sys.stderr, flush=True)


# What is over within so many seconds runs so often in each round: a run that short can fall wholly into a bad moment.
QUICK_SECONDS, QUICK_RUNS = 2, 5


def compare(job, programs, rounds, sink=None, once=(), quick_runs=QUICK_RUNS):
    """Runs each program in `rounds` rounds, taking turns (a slow one in fewer, a quick one `quick_runs` times in each);
    returns a comparison for the results.

    `sink` is the kind of receiver that the job needs; its cost is nobody's. The programs named in `once` run once.
    """
    # For nothing: whoever comes first would read its own program from the disk.
    _run(job, programs[0], sink)
    rounds_of = {program.name: {} for program in programs}  # {round: [run]}
    wrong = {}
    for number, again in itertools.product(range(rounds), range(quick_runs)):
        for program in programs:
            name = program.name
            if name in wrong or number >= (1 if name in once else program.rounds):
                continue
            runs = rounds_of[name].setdefault(number, [])
            if again and runs[-1]["wall"] > QUICK_SECONDS:
                continue
            outcome = _run(job, program, sink)
            if "wrong" in outcome:
                wrong[name] = outcome["wrong"]
                say(f"  {name}: {outcome['wrong']}")
            else:
                runs.append(outcome)
    first = rounds_of[programs[0].name]
    rows = [_row(program, rounds_of[program.name], first, wrong.get(program.name), job) for program in programs]
    for row in rows:
        if row.get("cpu"):
            say(f"  {row['program']:<12} {row['cpu']:8.3f} CPU s  {row['wall']:8.3f} s  {row['peak_mib']:7.1f} MiB")
    return {
        "workload": job.workload,
        "corpus": job.corpus.path.stem,
        "alerts": job.corpus.count,
        "bytes": job.corpus.bytes,
        "high": job.corpus.truth.get("high"),
        "cores": job.cores,
        "accounts": job.accounts,
        "actors": job.actors,
        "actors_in_file": job.actors_in_file,
        "rows": rows,
    }


def _run(job, program, kind):
    folder = folders.WORK / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make_ready(job.corpus)
    try:
        if not kind:
            return _measure(job, program, folder)
        with Sink(kind) as sink:
            job.port = sink.port
            outcome = _measure(job, program, folder)
            expected = job.corpus.truth["kept" if kind == "lines" else "high"]
            if "wrong" not in outcome and job.settings.get("status", 0) == 0:
                if (found := sink.settle(expected)) != expected:
                    return {"wrong": f"{found} messages came, not {expected}"}
                outcome["rate"] = sink.rate
            return outcome
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(job, program, folder):
    cost = program.command(job, folder).run(folder)
    problem = program.check(job, folder, cost)
    if problem:
        return {"wrong": problem}
    written = sum(path.stat().st_size for path in folder.glob("*.ndjson"))
    return {"cpu": cost.cpu, "wall": cost.wall, "peak_mib": cost.peak_mib, "written": written}


def _row(program, rounds, first, wrong, job):
    row = {"program": program.name, "does": program.does}
    runs = [run for of_round in rounds.values() for run in of_round]
    if wrong:
        row["wrong"] = wrong
    elif runs:
        for figure in ("cpu", "wall", "peak_mib", "written", "rate"):
            values = [run[figure] for run in runs if run.get(figure) is not None]
            if values:
                row[figure] = statistics.median(values)
        row["per_cpu_second"] = job.corpus.count / row["cpu"]
        row["per_second"] = job.corpus.count / row["wall"]
        for name, figure in (("times", "cpu"), ("times_by_clock", "wall")):
            if ratio := _ratio(figure, rounds, first):
                row[name] = ratio
        row["runs"] = runs
    return row


def _ratio(figure, rounds, first):
    """How many times the first program's figure a program's is, round by round: the machine's speed changes from one minute to the
    next, and does to one what it does to the other."""
    ratios = [_median(figure, runs) / _median(figure, first[number]) for number, runs in rounds.items() if first.get(number)]
    return statistics.median(ratios) if ratios else None


def _median(figure, runs):
    return statistics.median(run[figure] for run in runs)
