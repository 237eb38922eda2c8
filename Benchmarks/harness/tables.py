"""Results as Markdown tables."""


def comparison_title(comparison):
    cores = "one core" if comparison["cores"] == 1 else f"{comparison['cores']} cores"
    shape = comparison["corpus"].split("-")
    noun = "events" if shape[0] == "records" else "alerts"
    title = f"{comparison['workload']}, {comparison['alerts']:,} {noun}, {cores}"
    if shape[0] == "alerts" and shape[1] != "usual":
        title += f", corpus `{shape[1]}`"
    if comparison["accounts"] != 200:
        how = "in a file of ARNs" if comparison["actors_in_file"] else "as YAML entries"
        title += f", {comparison['accounts']:,} accounts and {comparison['actors']:,} listed actors {how}"
    settings = comparison.get("settings") or {}
    if "concurrency" in settings:
        title += f", `concurrency: {settings['concurrency']}`"
    if comparison["workload"] == "W4":
        title += f", {settings.get('rules', 150)} rules"
    return title


def comparison_table(comparison):
    rows = [row for row in comparison["rows"] if "cpu" in row]
    has_rate = any("rate" in row for row in rows)
    lines = [
        "| program | CPU s | wall s | a CPU second | peak MiB | × Weir's CPU |" + (" sent a second |" if has_rate else ""),
        "|---|--:|--:|--:|--:|--:|" + ("--:|" if has_rate else ""),
    ]
    for row in sorted(rows, key=lambda row: row["cpu"]):
        name = f"**{row['program']}**" if row["program"] == "weir" else row["program"]
        times = f"{row['times']:.2f}" if "times" in row else ""
        cells = [name, _seconds(row["cpu"]), _seconds(row["wall"]), f"{_rounded(row['per_cpu_second']):,}", f"{row['peak_mib']:.0f}", times]
        if has_rate:
            cells.append(f"{_rounded(row['rate']):,}" if row.get("rate") else "")
        lines.append("| " + " | ".join(cells) + " |")
    for row in comparison["rows"]:
        if "wrong" in row:
            lines.append(f"\n{row['program']} did not do this: {' '.join(row['wrong'].split())[:200]}")
    return "\n".join(lines)


def goals_table(goals):
    lines = ["| goal | found | |", "|---|---|---|"]
    for goal in goals:
        mark = {True: "reached", False: "**not reached**", None: ""}[goal["reached"]]
        lines.append(f"| {goal['goal']} | {goal['found']} | {mark} |")
    return "\n".join(lines)


def tables(results):
    """All of them, for a first look."""
    parts = [goals_table(results["goals"])]
    for comparison in results["comparisons"]:
        parts.append(f"### {comparison_title(comparison)}\n\n{comparison_table(comparison)}")
    return "\n\n".join(parts) + "\n"


def _seconds(value):
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _rounded(value):
    """To three figures: more would be noise."""
    digits = len(str(int(value))) - 3
    return int(round(value, -digits)) if digits > 0 else int(round(value))
