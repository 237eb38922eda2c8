"""Runs programs and says what they cost."""

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import folders


@dataclass
class Cost:
    cpu: float  # seconds of user and system time, of the whole process tree
    wall: float  # seconds
    peak_mib: float  # of the largest process
    status: int


@dataclass
class Command:
    """What to run. A program that does not end by itself has `is_done` (a `Completion`), and is told to end when it is."""

    words: list
    stdin: Path = Path(os.devnull)
    cpus: str = "0"
    environment: dict = None
    is_done: object = None
    time_limit: float = 600

    def run(self, folder, log="log"):
        """Runs it to its end; what it prints is in FOLDER/LOG.out and .err."""
        result = folder / f"{log}.cost.json"
        result.unlink(missing_ok=True)
        process = self.start(folder, log)
        begin = time.monotonic()
        lasted = None
        try:
            if self.is_done:
                while process.poll() is None and time.monotonic() - begin < self.time_limit:
                    if self.is_done():
                        lasted = self.is_done.last_growth - begin
                        break
                    time.sleep(0.05)
                process.send_signal(signal.SIGTERM)
            process.wait(timeout=self.time_limit)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        figures = json.loads(result.read_text())
        return Cost(
            cpu=figures["user"] + figures["system"],
            wall=lasted or figures["wall"],
            peak_mib=figures["peak_kib"] / 1024,
            status=figures["status"],
        )

    def start(self, folder, log="log"):
        result, out, err = (folder / f"{log}.{end}" for end in ("cost.json", "out", "err"))
        words = [folders.PROGRAMS / "measured", result, self.cpus, self.stdin, out, err, *self.words]
        environment = {**os.environ, **(self.environment or {})}
        return subprocess.Popen([str(word) for word in words], env=environment, cwd=folder, stdin=subprocess.DEVNULL)


def count_lines(path):
    """Line feeds in a file; 0 where there is none."""
    total = 0
    try:
        with open(path, "rb", buffering=0) as file:
            while block := file.read(1 << 22):
                total += block.count(b"\n")
    except FileNotFoundError:
        pass
    return total
