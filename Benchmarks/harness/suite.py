"""Everything that is measured, in order; long or short."""

from dataclasses import dataclass

from . import singles
from .comparison import QUICK_RUNS, compare, say
from .corpora import Corpora
from .job import Job
from .peers import all_peers
from .weir import Weir, WeirOnOneCore

EXPRESSION = "severity >= high and event.outcome: failure"


@dataclass
class Effort:
    """How much to measure."""

    alerts: int
    many: int  # alerts of the long runs; 0: none
    rounds: int
    long_rounds: int
    table: int = 100_000
    samples: int = 1000
    starts: int = 30


FULL = Effort(alerts=100_000, many=1_000_000, rounds=5, long_rounds=3)
QUICK = Effort(alerts=20_000, many=0, rounds=2, long_rounds=1, samples=200, starts=5)


class Suite:
    def __init__(self, seed, effort, wanted=None):
        self.corpora = Corpora(seed)
        self.effort = effort
        self.wanted = wanted
        self.weir, self.weir_on_one_core = Weir(), WeirOnOneCore()
        self.peers = all_peers()
        self.comparisons = []
        self.results = {"comparisons": self.comparisons}

    def run(self, keep):
        """Measures, and hands what there is so far to `keep` after each part, so that no part is lost with a later one."""
        for name in ("w1", "w2", "w3", "w4", "w5", "w6", "shapes", "growth", "singles"):
            if not self.wanted or name in self.wanted:
                getattr(self, name)()
                keep(self.results)
        return self.results

    # The workloads.

    def w1(self):
        few, many = self.corpora.alerts(self.effort.alerts), self.effort.many
        self.compare(Job("W1", self.corpora, few), self.able("W1"))
        parallel = [p for p in self.able("W1") if p is self.weir or p.is_gateway and p.name != "VRL"]
        parallel.insert(1, self.weir_on_one_core)
        self.compare(Job("W1", self.corpora, few, cpus="0,1"), parallel, self.effort.long_rounds)
        large = {"accounts": self.effort.table, "actors": self.effort.table}
        takers = [p for p in self.able("W1") if p is self.weir or p.sizes and p.millions]
        self.compare(Job("W1", self.corpora, few, actors_in_file=True, **large), takers, self.effort.long_rounds)
        self.compare(Job("W1", self.corpora, few, **large), [self.weir], self.effort.long_rounds)
        if many:
            million = self.corpora.alerts(many)
            takers = [p for p in self.able("W1") if p is self.weir or p.millions]
            slow = [p.name for p in takers if p is not self.weir and (p.is_gateway or p.name == "jaq")]
            if self.effort.rounds < FULL.rounds:
                # These take a minute each.
                takers = [p for p in takers if p.name not in slow]
            self.compare(Job("W1", self.corpora, million), takers, self.effort.long_rounds, once=slow)
            both = [self.weir, self.weir_on_one_core]
            self.compare(Job("W1", self.corpora, million, cpus="0,1"), both, self.effort.long_rounds)

    def w2(self):
        few = self.corpora.alerts(self.effort.alerts)
        self.compare(Job("W2", self.corpora, few), self.able("W2"), self.effort.rounds, "lines")
        self.compare(Job("W2", self.corpora, few, cpus="0,1"), [self.weir], self.effort.long_rounds, "lines")
        if self.effort.many:
            million = self.corpora.alerts(self.effort.many)
            fast = [p for p in self.able("W2") if not getattr(p, "is_gateway", False)]
            self.compare(Job("W2", self.corpora, million), fast, self.effort.long_rounds, "lines")

    def w3(self):
        few = self.corpora.alerts(self.effort.alerts)
        self.compare(Job("W3", self.corpora, few), self.able("W3"), self.effort.rounds, "http")
        busy = {"concurrency": 8}
        self.compare(Job("W3", self.corpora, few, settings=busy), [self.weir], self.effort.long_rounds, "http")
        self.compare(Job("W3", self.corpora, few, cpus="0,1", settings=busy), [self.weir], self.effort.long_rounds, "http")
        # Two thirds of these alerts are posted.
        urgent = self.corpora.alerts(self.effort.alerts // 2, "urgent")
        self.compare(Job("W3", self.corpora, urgent, settings=busy), [self.weir], self.effort.long_rounds, "http")

    def w4(self):
        few = self.corpora.records(self.effort.alerts)
        self.compare(Job("W4", self.corpora, few), [self.weir], self.effort.rounds)
        self.compare(Job("W4", self.corpora, few, cpus="0,1"), [self.weir], self.effort.long_rounds)
        self.compare(Job("W4", self.corpora, few, settings={"rules": 15}), [self.weir], self.effort.long_rounds)
        if self.effort.many:
            million = self.corpora.records(self.effort.many)
            self.compare(Job("W4", self.corpora, million), [self.weir], self.effort.long_rounds)

    def w5(self):
        counts = [self.effort.alerts, self.effort.many] if self.effort.many else [self.effort.alerts]
        self.results["acceptance"] = [
            singles.acceptance(self.corpora, self.corpora.alerts(count), self.effort.long_rounds, workload)
            for workload in ("W5", "outbox")
            for count in counts
        ]

    def w6(self):
        few, settings = self.corpora.alerts(self.effort.alerts), {"expression": EXPRESSION}
        self.compare(Job("match", self.corpora, few, settings=settings), self.able("match"), self.effort.long_rounds)
        self.compare(Job("replay", self.corpora, few), [self.weir], self.effort.long_rounds)
        if self.effort.many:
            million = self.corpora.alerts(self.effort.many)
            self.compare(Job("match", self.corpora, million, settings=settings), [self.weir], self.effort.long_rounds)
            self.compare(Job("replay", self.corpora, million), [self.weir], self.effort.long_rounds)

    # What changes when the input does.

    def shapes(self):
        dom = [p for p in self.peers if p.name == "bound dom"]
        for shape in ("loud", "urgent", "shuffled", "foreign"):
            corpus = self.corpora.alerts(self.effort.alerts, shape)
            self.compare(Job("W1", self.corpora, corpus), [self.weir, *dom], self.effort.long_rounds)

    def growth(self):
        """CPU time by bytes and by table size, memory by input size."""
        programs = [self.weir, *(p for p in self.peers if p.name in ("bound dom", "msgspec"))]
        count = self.effort.alerts
        by_bytes = []
        for shape in ("small", "usual", "large"):
            corpus = self.corpora.alerts(count // 4 if shape == "large" else count, shape)
            by_bytes.append(self.compare(Job("W1", self.corpora, corpus), programs, self.effort.long_rounds, keep=False))
        by_table = []
        empty, corpus = self.corpora.alerts(0), self.corpora.alerts(count)
        for size in (200, 2_000, 20_000, self.effort.table):
            for workload in (empty, corpus):
                job = Job("W1", self.corpora, workload, accounts=size, actors=size, actors_in_file=True)
                by_table.append(self.compare(job, programs, self.effort.long_rounds, keep=False))
        by_input = []
        sizes = [count // 10, count // 3, count] + ([self.effort.many // 3, self.effort.many] if self.effort.many else [])
        for size in sizes:
            for cpus in ("0", "0,1"):
                job = Job("W1", self.corpora, self.corpora.alerts(size), cpus=cpus)
                by_input.append(self.compare(job, [self.weir], self.effort.long_rounds, keep=False))
        self.results["growth"] = {"bytes": by_bytes, "table": by_table, "input": by_input}

    def singles(self):
        self.results["start"] = singles.start_up(self.corpora, self.peers, self.effort.starts)
        self.results["rest"] = singles.at_rest(self.corpora, self.peers)
        self.results["alertmanager"] = singles.alertmanager(self.corpora, self.effort.alerts // 20)
        self.results["latency"] = singles.latency(self.corpora, self.effort.samples)

    def able(self, workload):
        return [self.weir, *(peer for peer in self.peers if workload in peer.workloads)]

    def compare(self, job, programs, rounds=None, sink=None, keep=True, once=()):
        tables = f", tables of {job.accounts}" if job.accounts != 200 else ""
        cores = "one core" if job.cores == 1 else f"{job.cores} cores"
        say(f"{job.workload}: {job.corpus.path.stem}, {cores}{tables}" + (f", {job.settings}" if job.settings else ""))
        # What is kept for the page has a table of its own; of the rest only how it grows is looked at.
        quick_runs = QUICK_RUNS if keep else 1
        comparison = compare(job, programs, rounds or self.effort.rounds, sink, once, quick_runs)
        comparison["settings"] = job.settings
        if keep:
            self.comparisons.append(comparison)
        return comparison
