"""On what was measured: the machine and the versions of everything."""

import os
import platform
import subprocess
from datetime import datetime, timezone


def describe(weir, peers):
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    release = dict(line.rstrip().split("=", 1) for line in open("/etc/os-release") if "=" in line)
    return {
        "when": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 1024 / 1024),
        "system": release.get("PRETTY_NAME", "").strip('"'),
        "kernel": platform.release(),
        "compiler": first_line(["swift", "--version"]),
        "revision": first_line(["git", "rev-parse", "--short", "HEAD"]),
        "load": os.getloadavg()[0],
        "versions": {p.name: p.version() for p in [weir, *peers] if not p.name.startswith("bound ") or p.name == "bound dom"},
    }


def first_line(words):
    """The first line of what a program prints; nothing where there is no such program."""
    try:
        done = subprocess.run(words, capture_output=True, text=True)
    except OSError:
        return ""
    return (done.stdout or done.stderr).strip().split("\n")[0]
