"""The programs that Weir is compared with, each as its manual or a careful user would have it do W1.

Each has: `name`; `does`, where it does less or more than Weir; `workloads`; `is_gateway`, for the goal about gateways;
`rounds`, at the most, where it is slow; `sizes`, whether it takes tables of 100,000.
"""

import json
import shutil
import subprocess

from . import folders
from .job import Completion, check_files
from .process import Command, count_lines

CONFIGURATIONS = folders.BENCHMARKS / "peers"
NO_RECORD = "no record of why an alert is suppressed, no alert id, no ledger"


class Peer:
    name = does = ""
    workloads = {"W1"}
    is_gateway = False
    sizes = True
    rounds = 5
    # Whether it is worth the time at a million alerts.
    millions = True

    def is_here(self):
        return True

    def version(self):
        return ""

    def check(self, job, folder, cost):
        if cost.status:
            return f"exit status {cost.status}: " + (folder / "log.err").read_text(errors="replace")[-300:].strip()
        return check_files(job, folder)


class Bound(Peer):
    def __init__(self, mode):
        self.mode = mode
        self.name = f"bound {mode}"
        self.does = {
            "dom": "validates all of each line, as Weir does; nothing else: " + NO_RECORD,
            "line": "looks at four fields and validates nothing else; " + NO_RECORD,
            "copy": "no JSON: finds lines and writes them all to one file",
        }[mode]
        self.workloads = {"W1"} if mode == "copy" else {"W1", "W2"}

    def version(self):
        text = subprocess.run(["dpkg-query", "-W", "-f=${Version}", "libsimdjson-dev"], capture_output=True, text=True)
        return f"simdjson {text.stdout}"

    def command(self, job, folder):
        words = [folders.PROGRAMS / "bound", self.mode, job.corpus.path, job.accounts_file, job.actors_file, folder]
        return Command(words + ([job.port] if job.workload == "W2" else []), cpus=job.cpus)

    def check(self, job, folder, cost):
        return super().check(job, folder, cost) if self.mode != "copy" else None


class Script(Peer):
    """A Python script of `Benchmarks/peers`."""

    def __init__(self, name, does, words, module, workloads=frozenset({"W1"}), **others):
        self.name, self.does, self.words, self.module, self.workloads = name, does, words, module, workloads
        self.__dict__.update(others)

    def is_here(self):
        return folders.PYTHON.exists() and _runs([folders.PYTHON, "-c", f"import {self.module}"])

    def version(self):
        code = f"import platform, {self.module} as m; print('Python', platform.python_version(), getattr(m, '__version__', ''))"
        return _text([folders.PYTHON, "-c", code])

    def command(self, job, folder):
        script, *options = self.words
        words = [folders.PYTHON, CONFIGURATIONS / script, *options, job.corpus.path, job.accounts_file, job.actors_file, folder]
        if job.workload == "W2":
            words += ["syslog", job.port] if options else [job.port]
        if job.workload == "W3":
            words += ["webhook", job.port]
        return Command(words, cpus=job.cpus)


class SyslogNg(Peer):
    name = "syslog-ng"
    does = f"parses and writes JSON anew, with keys in another order and every value as text; {NO_RECORD}"
    workloads = {"W1", "W2"}
    is_gateway = True
    rounds = 3

    # Unpacked, not installed: as Debian has it, it would replace rsyslog.
    root = folders.PEERS / "syslog-ng"

    def is_here(self):
        return (self.root / "usr/sbin/syslog-ng").exists()

    def version(self):
        return (self.root / "version").read_text().strip()

    def command(self, job, folder):
        rows = _rows(job.accounts_file)
        (folder / "names.csv").write_text("".join(f"{id},cloud.account.name,{name}\n" for id, name in rows))
        network = (
            f'destination network {{ network("127.0.0.1" port({job.port}) template('
            '"<133>1 ${a.@timestamp} host syslog-ng - alert - $(format-json a.* --shift-levels 1)\\n")); };'
        )
        has_network = job.workload == "W2"
        _fill(
            "syslog-ng.conf", folder, VERSION=".".join(self.version().split(".")[:2]), NAMES=folder / "names.csv", ACTORS=job.actors_file, FOLDER=folder,
            NETWORK=network if has_network else "",
            TO_NETWORK="log { destination(network); flags(flow-control); };" if has_network else "",
        )
        libraries = self.root / "usr/lib/syslog-ng"
        modules = next(libraries.glob("[0-9]*"))
        files = {"-f": "syslog-ng.conf", "-R": "persist", "-p": "pid", "-c": "control"}
        options = [word for option, file in files.items() for word in (option, folder / file)]
        workers = ["--worker-threads", str(max(2, job.cores))]
        words = [self.root / "usr/sbin/syslog-ng", "-F", "--no-caps", f"--module-path={modules}", *workers, *options]
        # Its usual way of waiting does not work on a file as standard input.
        environment = {"LD_LIBRARY_PATH": str(libraries), "IV_EXCLUDE_POLL_METHOD": "epoll-timerfd epoll"}
        return Command(words, stdin=job.corpus.path, cpus=job.cpus, environment=environment)


class Rsyslog(Peer):
    name = "rsyslog"
    does = f"parses and writes JSON anew, numbers as 64 bits; {NO_RECORD}"
    workloads = {"W1", "W2"}
    is_gateway = True
    rounds = 3

    def is_here(self):
        return shutil.which("rsyslogd") is not None

    def version(self):
        return _text(["dpkg-query", "-W", "-f=${Version}", "rsyslog"])

    def command(self, job, folder):
        names = [{"index": id, "value": name} for id, name in _rows(job.accounts_file)]
        actors = [{"index": arn, "value": "yes"} for arn in job.actors_file.read_text().split()]
        for file, table, otherwise in (("names", names, ""), ("actors", actors, "no")):
            table = {"version": 1, "nomatch": otherwise, "type": "string", "table": table}
            (folder / f"{file}.json").write_text(json.dumps(table))
        network = (
            f'action(type="omfwd" target="127.0.0.1" port="{job.port}" protocol="tcp" template="message" '
            'TCP_Framing="traditional")'
        )
        _fill(
            "rsyslog.conf", folder, INPUT=job.corpus.path, NAMES=folder / "names.json", ACTORS=folder / "actors.json",
            FOLDER=folder, WORKERS=job.cores, TO_NETWORK=network if job.workload == "W2" else "",
        )
        words = ["rsyslogd", "-n", "-f", folder / "rsyslog.conf", "-i", folder / "pid"]
        return Command(words, cpus=job.cpus, is_done=Completion(job, folder))


class Tenzir(Peer):
    name = "tenzir"
    does = f"makes typed events of all fields and writes them anew; {NO_RECORD}"
    is_gateway = True
    sizes = False
    rounds = 3

    def is_here(self):
        return (folders.PYTHON.parent / "tenzir").exists()

    def version(self):
        return _text([folders.PYTHON, "-c", "import importlib.metadata as m; print(m.version('tenzir'))"])

    def command(self, job, folder):
        names, actors = dict(_rows(job.accounts_file)), job.actors_file.read_text().split()
        _fill(
            "tenzir.tql", folder, INPUT=job.corpus.path, FOLDER=folder,
            NAMES=json.dumps(names, ensure_ascii=False), ACTORS=json.dumps(actors),
        )
        return Command([folders.PYTHON.parent / "tenzir", "-f", folder / "tenzir.tql"], cpus=job.cpus)


class JQ(Peer):
    does = f"parses and writes JSON anew, and awk sends the lines to their files; {NO_RECORD}"
    rounds = 2
    workloads = {"W1", "match"}

    def __init__(self, name):
        self.name = name
        self.millions = name == "jaq"

    @property
    def program(self):
        return folders.PYTHON.parent / "jaq" if self.name == "jaq" else self.name

    def is_here(self):
        return shutil.which(str(self.program)) is not None

    def version(self):
        return _text([self.program, "--version"])

    def command(self, job, folder):
        if job.workload == "match":
            expression = (
                'select((.["kibana.alert.severity"] == "high" or .["kibana.alert.severity"] == "critical") and '
                '.event.outcome == "failure") | .["kibana.alert.uuid"]'
            )
            return Command([self.program, "-c", expression, job.corpus.path], cpus=job.cpus)
        (folder / "names.json").write_text(json.dumps(dict(_rows(job.accounts_file))))
        (folder / "actors.json").write_text(json.dumps(dict.fromkeys(job.actors_file.read_text().split(), True)))
        tables = "--slurpfile names names.json --slurpfile actors actors.json"
        script = f"'{self.program}' -r {tables} -f '{CONFIGURATIONS}/w1.jq' '{job.corpus.path}'"
        return Command(["sh", "-c", f"{script} | awk -v FOLDER=. -f '{CONFIGURATIONS}/w1.awk'"], cpus=job.cpus)

    def check(self, job, folder, cost):
        if job.workload != "match":
            return super().check(job, folder, cost)
        found, expected = count_lines(folder / "log.out"), job.corpus.truth["matching"]
        return None if found == expected else f"{found} lines, not {expected}"


def all_peers():
    """Every peer that is installed."""
    both = frozenset({"W1", "W2"})
    peers = [
        Bound("dom"),
        Bound("line"),
        Bound("copy"),
        Script(
            "msgspec", f"validates only the fields it uses, splices the name in; {NO_RECORD}", ["w1_msgspec.py"],
            "msgspec", both,
        ),
        Script(
            "orjson", f"parses and writes JSON anew; {NO_RECORD}", ["w1_json.py", "orjson"], "orjson",
            frozenset({"W1", "W2", "W3"}),
        ),
        Script("python json", f"parses and writes JSON anew; {NO_RECORD}", ["w1_json.py", "json"], "json", rounds=3, millions=False),
        JQ("jaq"),
        JQ("gojq"),
        JQ("jq"),
        SyslogNg(),
        Rsyslog(),
        Tenzir(),
        Script(
            "VRL", f"parses and writes JSON anew; tables in Python, and the binding's conversions count; {NO_RECORD}",
            ["w1_vrl.py"], "pyvrl", is_gateway=True, rounds=2, millions=False,
        ),
    ]
    return [peer for peer in peers if peer.is_here()]


def _rows(accounts):
    lines = accounts.read_text(encoding="utf-8").splitlines()[1:]
    return [line.split(",", 1) for line in lines]


def _fill(template, folder, **values):
    text = (CONFIGURATIONS / template).read_text()
    # The first lines explain the places; they are filled in too, where that does no harm.
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (folder / template).write_text(text)


def _runs(words):
    return subprocess.run([str(w) for w in words], capture_output=True).returncode == 0


def _text(words):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().split("\n")[0]
