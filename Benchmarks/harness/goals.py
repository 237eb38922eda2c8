"""What was to be reached, and whether it was. Each goal is a ratio within one run, or a figure of this machine."""


class Results:
    """Finds figures in results."""

    def __init__(self, results):
        self.results = results

    def comparisons(self, workload, **wanted):
        wanted = {"cores": 1, "accounts": 200, **wanted}
        for comparison in self.results["comparisons"]:
            if comparison["workload"] == workload and all(comparison.get(k) == v for k, v in wanted.items()):
                yield comparison

    def row(self, program, workload, shape="usual", largest=False, **wanted):
        """The program's row of the workload's first (or largest) comparison; None where there is none that is right."""
        found = [c for c in self.comparisons(workload, **wanted) if f"-{shape}-" in c["corpus"] or c["corpus"].startswith("records")]
        found.sort(key=lambda c: c["alerts"])
        for comparison in reversed(found) if largest else found:
            for row in comparison["rows"]:
                if row["program"] == program and "cpu" in row:
                    return {**row, "alerts": comparison["alerts"]}
        return None

    def times(self, program, workload, **wanted):
        """How many times Weir's CPU time the program takes."""
        row = self.row(program, workload, **wanted)
        return row and row.get("times")


def goals(results):
    """[{goal, found, reached}], `reached` None where it was not measured."""
    find = Results(results)
    gateways = ["syslog-ng", "rsyslog", "tenzir", "VRL"]
    by_gateway = {name: find.times(name, "W1") for name in gateways}
    slowest = [f"{name} {value:.1f}" for name, value in by_gateway.items() if value]
    least = min((value for value in by_gateway.values() if value), default=None)
    w3 = [find.row("weir", "W3", shape=shape, settings={"concurrency": 8}) for shape in ("usual", "urgent")]
    one_post = find.row("weir", "W3", settings={})
    posts = max((row["rate"] for row in [*w3, one_post] if row and row.get("rate")), default=None)
    extra = _posts_alone(find, one_post)
    w4 = find.row("weir", "W4", settings={})
    accepted = [a for a in results.get("acceptance", []) if "wrong" not in a]
    replay = find.row("weir", "replay", largest=True)
    start = {row["program"]: row["milliseconds"] for row in results.get("start", [])}
    rest = {row["program"]: row for row in results.get("rest", [])}
    at_rest = next((row["resident_mib"] for name, row in rest.items() if name.startswith("weir")), None)
    latency = results.get("latency", {}).get("median")
    ran = start.get("weir run, empty input")
    alone = find.row("weir, one core", "W1", cores=2, largest=True)

    def goal(text, value, reached, form="{:.2f}", note=""):
        shown = "not measured" if value is None else form.format(value) + note
        return {"goal": text, "found": shown, "reached": None if value is None else reached(value)}

    dom, msgspec = find.times("bound dom", "W1"), find.times("msgspec", "W1")
    minute = replay["wall"] / replay["alerts"] * 1e6 if replay else None
    return [
        goal("W1, one core: at least 0.5 of `bound dom`", dom, lambda v: v >= 0.5),
        goal("W1, one core: at least 0.8 of `bound dom`", dom, lambda v: v >= 0.8),
        goal(
            "W1: at least 10 times the alerts a CPU second of every gateway", least, lambda v: v >= 10, "{:.1f} times",
            f" ({', '.join(slowest)})",
        ),
        goal("W1: ahead of the msgspec script", msgspec, lambda v: v > 1, "{:.2f} times"),
        goal("W2: at least 0.6 of `bound line` with syslog", find.times("bound line", "W2"), lambda v: v >= 0.6),
        goal("W3: at least 5,000 posts a second with no rate limit", posts, lambda v: v >= 5000, "{:,.0f} a second"),
        goal(
            "W3: not slower than W1 but for the posts (CPU of W3 less W1, a post)", extra, lambda v: v <= 200,
            "{:.0f} µs", " (reached up to 200)",
        ),
        goal(
            "W4: at least 200,000 events/s on one core", w4 and w4["per_second"], lambda v: v >= 200_000, "{:,.0f} a second"
        ),
        goal(
            "W5: at least 120,000 alerts/s accepted on one core, `durability: process`",
            _most_accepted(accepted, "W5"), lambda v: v >= 120_000, "{:,.0f} a second",
        ),
        goal(
            "the outbox alone: at least 120,000 alerts/s accepted on one core, `durability: process`",
            _most_accepted(accepted, "outbox"), lambda v: v >= 120_000, "{:,.0f} a second",
        ),
        goal("replay: a million alerts in under a minute on one core", minute, lambda v: v < 60, "{:.1f} s"),
        goal("start-up: under 30 ms (`weir run` on empty input)", ran, lambda v: v < 30, "{:.1f} ms"),
        goal("memory at rest: under 40 MB", at_rest and at_rest * 1.048576, lambda v: v < 40, "{:.1f} MB"),
        goal("stdin to webhook: under 5 ms at the median", latency, lambda v: v < 5, "{:.2f} ms"),
        goal("two cores: at least 1.7 times one", alone and alone.get("times_by_clock"), lambda v: v >= 1.7, "{:.2f} times"),
        *_growth_goals(results.get("growth"), goal),
    ]


def _most_accepted(accepted, workload):
    return max((a["accepted_per_second"] for a in accepted if a["workload"] == workload), default=None)


def _posts_alone(find, posted):
    plain = find.row("weir", "W1", settings={})
    comparison = next(iter(find.comparisons("W3", settings={})), None)
    if not posted or not plain or plain["alerts"] != posted["alerts"] or not comparison:
        return None
    posts = comparison.get("high")
    return (posted["cpu"] - plain["cpu"]) / posts * 1e6 if posts else None


def cost_by_table(growth, program="weir"):
    """[(rows, microseconds of CPU an alert, milliseconds to load)]."""
    points = {}
    for comparison in growth["table"]:
        row = next((r for r in comparison["rows"] if r["program"] == program and "cpu" in r), None)
        if row:
            points.setdefault(comparison["accounts"], {})[bool(comparison["alerts"])] = (row["cpu"], comparison["alerts"])
    return [
        (rows, (pair[True][0] - pair[False][0]) / pair[True][1] * 1e6, pair[False][0] * 1e3)
        for rows, pair in sorted(points.items())
        if len(pair) == 2
    ]


def cost_by_bytes(growth, program="weir"):
    """[(bytes an alert, microseconds of CPU an alert)]."""
    points = []
    for comparison in growth["bytes"]:
        row = next((r for r in comparison["rows"] if r["program"] == program and "cpu" in r), None)
        if row:
            points.append((comparison["bytes"] / comparison["alerts"], row["cpu"] / comparison["alerts"] * 1e6))
    return points


def memory_by_input(growth, cores):
    """[(MB of input, peak MiB)]."""
    return [
        (comparison["bytes"] / 1e6, comparison["rows"][0]["peak_mib"])
        for comparison in growth["input"]
        if comparison["cores"] == cores and "peak_mib" in comparison["rows"][0]
    ]


def _growth_goals(growth, goal):
    if not growth:
        return []
    table, memory, size = cost_by_table(growth), memory_by_input(growth, 1), cost_by_bytes(growth)
    flat = table[-1][1] / table[0][1] if len(table) > 1 else None
    grown = memory[-1][1] / memory[-2][1] if len(memory) > 1 else None
    steep = (size[-1][1] / size[0][1]) / (size[-1][0] / size[0][0]) if len(size) > 1 else None
    return [
        goal(
            "cost flat in table and allowlist size (an alert's CPU, largest tables by smallest, reached up to 1.25)", flat,
            lambda v: v <= 1.25, "{:.2f} times",
        ),
        goal("cost linear in bytes (growth of cost by growth of bytes, reached up to 1.1)", steep, lambda v: v <= 1.1),
        goal("memory flat in input size (peak of the largest by the next smaller, reached up to 1.15)", grown, lambda v: v <= 1.15),
    ]
