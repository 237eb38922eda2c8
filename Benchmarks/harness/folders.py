"""Where things are."""

import os
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
PACKAGE = BENCHMARKS.parent
# What is made for a run and may be deleted: programs, corpora, outputs.
WORK = Path(os.environ.get("BENCH_WORK", PACKAGE / ".build" / "bench"))
PROGRAMS = WORK / "bin"
CORPORA = WORK / "corpora"
PEERS = Path(os.environ.get("BENCH_PEERS", WORK / "peers"))
PYTHON = PEERS / "venv" / "bin" / "python3"
WEIR = Path(os.environ.get("WEIR", PACKAGE / ".build" / "release" / "weir"))
RESULTS = BENCHMARKS / "results.json"
TABLES = WORK / "tables.md"
PAGE = PACKAGE / "Documentation" / "Performance.md"
