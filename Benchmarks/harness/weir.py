"""Weir, as one of the programs."""

import json
import shutil
import subprocess

from . import folders
from .job import check_files
from .process import Command, count_lines

ENRICHERS = """enrichers:
  - account_name: {{accounts: {accounts}}}
  - allowlist: {allowlist}
"""
FILES = """  high: {file: {path: high.ndjson}}
  all: {file: {path: all.ndjson}}
  suppressed: {file: {path: suppressed.ndjson}}
"""
TAIL = """suppressed: {to: suppressed}
dead_letters: {path: dead-letters.ndjson}
state: state
"""


class Weir:
    name = "weir"
    does = "everything: checks all of each line, keeps a record of why with each suppressed alert, gives each alert an id"
    rounds = 100  # as many as asked for
    workloads = {"W1", "W2", "W3", "W4", "W5", "match", "replay"}
    cpus = None  # the job's

    def version(self):
        return subprocess.run([folders.WEIR, "--version"], capture_output=True, text=True).stdout.strip()

    def is_here(self):
        return folders.WEIR.exists()

    def command(self, job, folder):
        corpus = job.corpus.path
        if job.workload == "match":
            words = ["match", "--print", "line", job.settings["expression"], corpus]
        elif job.workload == "replay":
            (folder / "config.yaml").write_text(configuration(job))
            (folder / "other.yaml").write_text(configuration(job, suppresses=False))
            words = ["replay", "--json", "--against", "other.yaml", corpus]
        else:
            shutil.rmtree(folder / "state", ignore_errors=True)
            (folder / "config.yaml").write_text(configuration(job))
            words = ["run", "--quiet", "--drain-timeout", job.settings.get("drain", "300s"), "--ledger", "ledger.json", corpus]
        return Command([folders.WEIR, *words], cpus=self.cpus or job.cpus)

    def check(self, job, folder, cost):
        """What is wrong with what it did, in one sentence; None where nothing is."""
        expected = job.settings.get("status", 0)
        if cost.status != expected:
            return f"exit status {cost.status}, not {expected}: " + (folder / "log.err").read_text()[-300:].strip()
        if job.workload == "match":
            return _differs("lines", count_lines(folder / "log.out"), job.corpus.truth["matching"])
        if job.workload == "replay":
            report = json.loads((folder / "log.out").read_text())
            return _differs("newly delivered", report["newly_delivered"]["count"], job.corpus.truth["suppressed"])
        if job.workload == "W4":
            expected = job.corpus.truth["detections"][str(job.settings.get("rules", 150))]
            return _differs("alerts", count_lines(folder / "all.ndjson"), expected)
        return check_files(job, folder)


class WeirOnOneCore(Weir):
    """Whatever the job has: to take turns with what has more."""

    name = "weir, one core"
    does = "the same on one core, beside two"
    cpus = "0"


def _differs(what, found, expected):
    return None if found == expected else f"{found} {what}, not {expected}"


def configuration(job, suppresses=True):
    """The configuration for a job; everything that is not said is as it comes."""
    if job.workload == "W4":
        rules = job.corpora.rules(job.settings.get("rules", 150))
        return (
            f"inputs: [stdin: {{}}]\ndetect:\n  - elastic_rules: {{rules: [\"{rules}/*.toml\"]}}\n"
            "outputs:\n  all: {file: {path: all.ndjson}}\nroutes:\n  - {name: everything, to: all}\n"
            "dead_letters: {path: dead-letters.ndjson}\nstate: state\n"
        )
    if job.workload == "outbox":
        return (
            f'inputs: [stdin: {{}}]\noutputs:\n  siem: {{syslog: {{address: "tcp://127.0.0.1:{job.port}", framing: newline}}}}\n'
            "routes:\n  - {name: everything, to: siem}\ndead_letters: {path: dead-letters.ndjson}\nstate: state\n"
        )
    if not suppresses:
        allowlist = "{entries: []}"
    elif job.actors_in_file:
        allowlist = (
            f"{{entries: [{{name: administrators, actors_file: {job.actors_file}, reason: They run the landing zone, "
            "owner: platform@corp.example, expires: 2099-12-31, ceiling: critical}]}"
        )
    else:
        allowlist = f"{{file: {job.corpora.allowlist(job.actors)}}}"
    text = "inputs: [stdin: {}]\n" + ENRICHERS.format(accounts=job.accounts_file, allowlist=allowlist)
    text += "outputs:\n" + FILES
    high, rest = ["high", "all"], ["all"]
    if job.workload in ("W2", "W5"):
        text += f'  siem: {{syslog: {{address: "tcp://127.0.0.1:{job.port}", framing: newline}}}}\n'
        high, rest = [*high, "siem"], [*rest, "siem"]
    if job.workload == "W3":
        concurrency = job.settings.get("concurrency", 1)
        text += (
            f'  soc: {{slack: {{webhook_url: "http://127.0.0.1:{job.port}/hook", rate_limit: "1000000/s", '
            f"concurrency: {concurrency}}}}}\n"
        )
        high = [*high, "soc"]
    text += (
        f'routes:\n  - {{name: urgent, when: "severity >= high", to: [{", ".join(high)}]}}\n'
        f'  - {{name: the rest, to: [{", ".join(rest)}]}}\n'
    )
    return text + TAIL
