"""A receiver on 127.0.0.1 that counts what it gets."""

import struct
import subprocess
import time

from . import folders


class Sink:
    """`kind` is `lines` (syslog, one message a line) or `http` (answers `ok`, as Slack does)."""

    def __init__(self, kind, cpu="1"):
        folders.WORK.mkdir(parents=True, exist_ok=True)
        self._stats = folders.WORK / f"sink-{kind}-{time.monotonic_ns()}"
        words = ["taskset", "-c", cpu, str(folders.PROGRAMS / "sink"), kind, str(self._stats)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
        self._stats.unlink(missing_ok=True)

    def read(self):
        """(messages, bytes, connections, time of the first, time of the last), times of CLOCK_MONOTONIC in ns."""
        return struct.unpack("5Q", self._stats.read_bytes())

    @property
    def messages(self):
        return self.read()[0]

    def settle(self, expected, seconds=10):
        """Waits until `expected` messages have come, or nothing more comes; returns how many there are."""
        end = time.monotonic() + seconds
        while self.messages < expected and time.monotonic() < end:
            time.sleep(0.01)
        return self.messages

    @property
    def rate(self):
        """Messages a second between the first and the last."""
        messages, _, _, first, last = self.read()
        return (messages - 1) / ((last - first) / 1e9) if messages > 1 and last > first else None
