"""One piece of work that several programs do, and how it is told that they did it."""

import json
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from .corpora import Corpora, Corpus
from .process import count_lines


@dataclass
class Job:
    """A workload over a corpus, with tables of certain sizes, on certain cores."""

    workload: str
    corpora: Corpora
    corpus: Corpus
    cpus: str = "0"
    accounts: int = 200
    actors: int = 100
    # Weir's allowlist: one YAML entry for each ARN, or one entry with a file of ARNs.
    actors_in_file: bool = False
    port: int = 0  # of the sink, where there is one
    settings: dict = field(default_factory=dict)

    @property
    def accounts_file(self):
        return self.corpora.accounts(self.accounts)

    @property
    def actors_file(self):
        return self.corpora.actors(self.actors)

    @property
    def cores(self):
        return len(self.cpus.split(","))


def check_files(job, folder):
    """What is wrong with the three files of W1, in one sentence; None where nothing is."""
    truth = job.corpus.truth
    expected = {"all": truth["kept"], "high": truth["high"], "suppressed": truth["suppressed"]}
    for name, count in expected.items():
        found = count_lines(folder / f"{name}.ndjson")
        if found != count:
            return f"{name}.ndjson has {found} lines, not {count}"
    return check_names(job, folder / "all.ndjson")


def check_names(job, path, samples=200):
    """Looks at some alerts of a file: is the account's name there, and is it the right one?"""
    names = dict(line.split(",", 1) for line in job.accounts_file.read_text(encoding="utf-8").splitlines())
    chance = random.Random(1)
    size = path.stat().st_size
    with open(path, "rb") as file:
        for _ in range(samples):
            file.seek(chance.randrange(max(1, size - 100_000)) if size > 200_000 else 0)
            if file.tell():
                file.readline()
            line = file.readline()
            if not line:
                continue
            cloud = json.loads(line)
            account = cloud["cloud"]["account"]
            name = account.get("name", cloud.get("cloud.account.name"))
            if name != names[account["id"]]:
                return f"an alert of account {account['id']} has the name {name!r}"
    return None


class Completion:
    """For programs that do not end by themselves: true when the three files have stopped growing and are complete."""

    def __init__(self, job, folder: Path):
        self._job, self._folder = job, folder
        self._sizes = None
        self._checked = None
        # When a file grew last (time.monotonic).
        self.last_growth = time.monotonic()

    def __call__(self):
        paths = [self._folder / f"{name}.ndjson" for name in ("all", "high", "suppressed")]
        sizes = [path.stat().st_size if path.exists() else 0 for path in paths]
        now = time.monotonic()
        if sizes != self._sizes:
            self._sizes, self.last_growth = sizes, now
        if now - self.last_growth < 0.3 or sizes == self._checked:
            return False
        self._checked = sizes
        return check_files(self._job, self._folder) is None
