"""What is measured: made once for a seed, and kept."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import folders


@dataclass(frozen=True)
class Corpus:
    path: Path
    truth: dict

    @property
    def count(self):
        return self.truth.get("alerts", self.truth.get("records"))

    @property
    def bytes(self):
        return self.truth["bytes"]


class Corpora:
    def __init__(self, seed):
        self.seed = seed
        self.folder = folders.CORPORA / str(seed)
        self.folder.mkdir(parents=True, exist_ok=True)

    def alerts(self, count, shape="usual"):
        return self._counted(f"alerts-{shape}-{count}", ["alerts", self.seed, shape, count])

    def records(self, count):
        return self._counted(f"records-{count}", ["records", self.seed, count])

    def accounts(self, count):
        return self._made(self.folder / f"accounts-{count}.csv", ["accounts", self.seed, count])

    def actors(self, count):
        return self._made(self.folder / f"actors-{count}.txt", ["actors", self.seed, count])

    def allowlist(self, count):
        """Weir's allowlist with one entry for each listed ARN."""
        path = self.folder / f"allowlist-{count}.yaml"
        if not path.exists():
            entry = (
                '- name: known administrator {0}\n  actors: ["{1}"]\n  reason: Runs the landing zone (CHG-{0})\n'
                "  owner: platform@corp.example\n  expires: 2099-12-31\n  ceiling: critical\n"
            )
            actors = self.actors(count).read_text().splitlines()
            path.write_text("".join(entry.format(i, actor) for i, actor in enumerate(actors)))
        return path

    def rules(self, count):
        folder = self.folder / f"rules-{count}"
        if not folder.exists():
            folder.mkdir()
            _corpus(["rules", count, folder])
        return folder

    def _counted(self, name, words):
        path, truth = self.folder / f"{name}.ndjson", self.folder / f"{name}.json"
        if not truth.exists():
            truth.write_text(_corpus([*words, path]))
        return Corpus(path, json.loads(truth.read_text()))

    @staticmethod
    def _made(path, words):
        if not path.exists():
            _corpus([*words, path])
        return path


def _corpus(words):
    command = [folders.PROGRAMS / "corpus", *words]
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
