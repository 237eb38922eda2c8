"""What is not a comparison of throughput: start, rest, latency, acceptance while the receiver is down."""

import http.client
import json
import os
import shutil
import socket
import statistics
import time
from contextlib import contextmanager

from . import folders
from .comparison import say
from .job import Job
from .process import Command, count_lines
from .readiness import make_ready
from .sink import Sink
from .weir import configuration


@contextmanager
def fresh_folder(name):
    folder = folders.WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start_up(corpora, peers, times):
    """Milliseconds from the start of a program to its end where there is nothing to do; median."""
    say("start-up")
    empty = corpora.alerts(0)
    rows = []
    with fresh_folder("start") as folder:
        job = Job("W1", corpora, empty)
        (folder / "config.yaml").write_text(configuration(job))
        weir = {
            "weir --version": Command([folders.WEIR, "--version"]),
            "weir run, empty input": Command([folders.WEIR, "run", "--quiet"], stdin=empty.path),
        }
        others = {f"{p.name}, empty input": p.command(job, folder) for p in peers if "W1" in p.workloads}
        for name, command in {**weir, **others}.items():
            if command.is_done:
                continue
            walls = [command.run(folder).wall * 1000 for _ in range(times if name.startswith("weir") else 3)]
            rows.append({"program": name, "milliseconds": statistics.median(walls)})
            say(f"  {name:<28} {rows[-1]['milliseconds']:7.1f} ms")
    return rows


@contextmanager
def _fed(command, folder):
    """Runs a command whose standard input stays open; yields (the writing end, the process' id)."""
    fifo = folder / "input"
    os.mkfifo(fifo)
    feed = os.open(fifo, os.O_RDWR)
    command.stdin = fifo
    process = command.start(folder)
    children = f"/proc/{process.pid}/task/{process.pid}/children"
    try:
        deadline = time.monotonic() + 10
        while not (pids := open(children).read().split()) and time.monotonic() < deadline:
            time.sleep(0.01)
        yield feed, int(pids[0])
    finally:
        process.terminate()
        process.wait(timeout=60)
        os.close(feed)


def _memory(pid):
    """MiB that a process has in memory: all, and what is its own alone."""
    figures = {}
    for line in open(f"/proc/{pid}/smaps_rollup"):
        words = line.split()
        if len(words) == 3 and words[2] == "kB":
            figures[words[0]] = int(words[1]) / 1024
    own = figures["Private_Clean:"] + figures["Private_Dirty:"]
    return figures["Rss:"], own


def at_rest(corpora, peers):
    """Memory of a gateway that has started and waits."""
    say("at rest")
    rows = []
    with Sink("http") as hook, fresh_folder("rest") as folder:
        job = Job("W3", corpora, corpora.alerts(1000, "urgent"), port=hook.port)
        (folder / "config.yaml").write_text(configuration(job))
        with _fed(Command([folders.WEIR, "run", "--quiet"]), folder) as (feed, pid):
            os.write(feed, b"".join(open(job.corpus.path, "rb").readlines()[:20]))
            hook.settle(5, 5)
            time.sleep(1)
            rows.append(("weir, after its first alerts", *_memory(pid)))
    for peer in peers:
        if not peer.is_gateway or peer.name == "VRL":
            continue
        with fresh_folder("rest") as folder:
            empty = corpora.alerts(0)
            command = peer.command(Job("W1", corpora, empty), folder)
            if peer.name == "tenzir":  # reads a file that it is told the name of, and ends with it
                continue
            with _fed(command, folder) as (_, pid):
                time.sleep(2)
                rows.append((peer.name, *_memory(pid)))
    if shutil.which("prometheus-alertmanager"):
        with fresh_folder("rest") as folder:
            (folder / "config.yaml").write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
            words = ["prometheus-alertmanager", "--config.file=config.yaml", "--storage.path=data"]
            words += ["--web.listen-address=127.0.0.1:0", "--cluster.listen-address="]
            with _fed(Command(words), folder) as (_, pid):
                time.sleep(2)
                rows.append(("alertmanager", *_memory(pid)))
    for name, resident, own in rows:
        say(f"  {name:<28} {resident:6.1f} MiB, its own {own:6.1f}")
    return [{"program": name, "resident_mib": resident, "own_mib": own} for name, resident, own in rows]


def latency(corpora, samples):
    """Milliseconds from writing one alert to Weir's standard input until it has arrived at the webhook."""
    say("latency")
    corpus = corpora.alerts(1000, "urgent")
    found = []
    with Sink("http") as hook, fresh_folder("latency") as folder:
        (folder / "config.yaml").write_text(
            f'inputs: [stdin: {{}}]\nenrichers:\n  - account_name: {{accounts: {corpora.accounts(200)}}}\n'
            f'outputs:\n  hook: {{webhook: {{url: "http://127.0.0.1:{hook.port}/hook"}}}}\n'
            "routes:\n  - {name: everything, to: hook}\nstate: state\ndead_letters: {path: dead-letters.ndjson}\n"
        )
        lines = open(corpus.path, "rb").readlines()
        with _fed(Command([folders.WEIR, "run", "--quiet"]), folder) as (feed, _):
            for number in range(samples + 10):
                written = time.monotonic_ns()
                os.write(feed, lines[number % len(lines)])
                deadline = time.monotonic() + 5
                while hook.messages <= number and time.monotonic() < deadline:
                    time.sleep(0.001)
                messages, _, _, _, last = hook.read()
                if messages != number + 1:
                    return {"wrong": f"{messages} messages came, not {number + 1}"}
                # The first ones find a program that is still starting.
                if number >= 10:
                    found.append((last - written) / 1e6)
                time.sleep(0.005)
    found.sort()
    result = {"samples": samples, "median": statistics.median(found), "p99": found[int(len(found) * 0.99)], "worst": found[-1]}
    say("  median {median:.2f} ms, 99 of 100 {p99:.2f} ms, worst {worst:.2f} ms".format(**result))
    return result


def alertmanager(corpora, count):
    """Alertmanager posts one message for each of `count` alerts that it is given over HTTP: the part of W3 that it can do."""
    if not shutil.which("prometheus-alertmanager"):
        return None
    say("Alertmanager")
    lines = open(corpora.alerts(count, "urgent").path, "rb").readlines()
    with Sink("http") as hook, fresh_folder("alertmanager") as folder, socket.socket() as free:
        (folder / "config.yaml").write_text(
            "route: {receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1h, repeat_interval: 24h}\n"
            f"receivers: [{{name: hook, webhook_configs: [{{url: 'http://127.0.0.1:{hook.port}/', send_resolved: false}}]}}]\n"
        )
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        words = ["prometheus-alertmanager", "--config.file=config.yaml", "--storage.path=data"]
        words += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=error"]
        process = Command(words).start(folder)
        try:
            _wait_for_port(port)
            begin = time.monotonic_ns()
            for start in range(0, count, 500):
                _post_to_alertmanager(port, lines[start : start + 500])
            hook.settle(count, 120)
            time.sleep(2)
            messages, _, _, _, last = hook.read()
        finally:
            process.terminate()
            process.wait(timeout=60)
        cost = json.loads((folder / "log.cost.json").read_text())
    result = {
        "alerts": count, "messages": messages, "seconds": (last - begin) / 1e9, "cpu": cost["user"] + cost["system"],
        "peak_mib": cost["peak_kib"] / 1024,
    }
    say("  {messages} messages for {alerts} alerts, {seconds:.1f} s, {cpu:.1f} CPU s, {peak_mib:.0f} MiB".format(**result))
    return result


def _wait_for_port(port):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)


def _post_to_alertmanager(port, lines):
    alerts = []
    for line in lines:
        alert = json.loads(line)
        labels = {"alertname": alert["kibana.alert.rule.name"], "id": alert["kibana.alert.uuid"], "severity": alert["kibana.alert.severity"]}
        notes = {"actor": alert["aws"]["cloudtrail"]["user_identity"]["arn"], "account": alert["cloud"]["account"]["id"]}
        alerts.append({"labels": labels, "annotations": notes})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/api/v2/alerts", json.dumps(alerts), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise RuntimeError(f"Alertmanager answered {answer.status}: {answer.read()[:200]}")
    connection.close()


def acceptance(corpora, corpus, rounds, workload):
    """How fast alerts are accepted into the outbox while nobody receives, and delivered when somebody does again.

    `W5` does all of W2's work beside that; `outbox` sends every alert to the one receiver, and nothing else.
    """
    say(f"{workload}, {corpus.count} alerts: the receiver is down, then comes back")
    truth, runs = corpus.truth, []
    expected = truth["kept"] if workload == "W5" else corpus.count
    for _ in range(rounds):
        with fresh_folder("accept") as folder:
            with Sink("lines") as closed:
                port = closed.port
            job = Job(workload, corpora, corpus, port=port)
            (folder / "config.yaml").write_text(configuration(job))
            words = [folders.WEIR, "run", "--quiet", "--ledger", "ledger.json"]
            make_ready(corpus)
            accepted = Command([*words, "--drain-timeout", "0s", corpus.path]).run(folder)
            if accepted.status != 75:
                return {"wrong": f"exit status {accepted.status}, not 75: " + (folder / "log.err").read_text()[-300:]}
            kept = count_lines(folder / "all.ndjson") if workload == "W5" else expected
            if kept != expected:
                return {"wrong": f"all.ndjson has {kept} lines, not {expected}"}
            with Sink("lines") as sink:
                job.port = sink.port
                (folder / "config.yaml").write_text(configuration(job))
                delivered = Command([*words, "--drain-timeout", "300s"], stdin=os.devnull).run(folder)
                if delivered.status or sink.settle(expected) != expected:
                    return {"wrong": f"{sink.messages} were delivered, not {expected}; exit status {delivered.status}"}
            runs.append((corpus.count / accepted.wall, corpus.count / accepted.cpu, expected / delivered.wall, accepted.peak_mib))
    names = ("accepted_per_second", "accepted_per_cpu_second", "delivered_per_second", "peak_mib")
    result = {name: statistics.median(run[i] for run in runs) for i, name in enumerate(names)}
    result["alerts"] = corpus.count
    result["workload"] = workload
    say("  accepted {accepted_per_second:,.0f}/s ({accepted_per_cpu_second:,.0f} a CPU second), delivered later {delivered_per_second:,.0f}/s".format(**result))
    return result
