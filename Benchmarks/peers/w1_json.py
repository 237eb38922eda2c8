"""W1, W2 and W3 as most people would write them: each line read whole, changed, and written anew.

w1_json.py json|orjson ALERTS ACCOUNTS ACTORS FOLDER [syslog PORT | webhook PORT]
"""

import http.client
import importlib
import socket
import sys

PRIORITY = {"critical": b"<130>1 ", "high": b"<131>1 ", "medium": b"<132>1 ", "low": b"<133>1 "}


def message(alert, severity):
    """About what Weir shows in Slack, without its escaping and its limits."""
    account = alert["cloud"]["account"]
    facts = {
        "Severity": severity,
        "Account": f"{account['name']} ({account['id']})",
        "Actor": alert["aws"]["cloudtrail"]["user_identity"]["arn"],
        "Action": f"{alert['event']['action']} ({alert['event']['outcome']})",
        "Source": alert["source"]["ip"],
    }
    fields = [{"title": title, "value": value, "short": len(value) < 40} for title, value in facts.items()]
    return {"text": alert["kibana.alert.rule.name"], "attachments": [{"color": "danger", "fields": fields}]}


def main(library, alerts, accounts, actors, folder, kind=None, port=None):
    module = importlib.import_module(library)
    if library == "json":
        def dumps(value):
            return module.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    else:
        dumps = module.dumps
    with open(accounts, encoding="utf-8") as file:
        names = dict(row.rstrip("\n").split(",", 1) for row in file)
    with open(actors, encoding="utf-8") as file:
        known = set(file.read().splitlines())
    syslog = webhook = None
    if kind == "syslog":
        syslog = socket.create_connection(("127.0.0.1", int(port))).makefile("wb", 1 << 16)
    elif kind == "webhook":
        webhook = http.client.HTTPConnection("127.0.0.1", int(port))
        webhook.connect()
        webhook.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with (
        open(f"{folder}/all.ndjson", "wb", 1 << 20) as everything,
        open(f"{folder}/high.ndjson", "wb", 1 << 20) as high,
        open(f"{folder}/suppressed.ndjson", "wb", 1 << 20) as suppressed,
        open(alerts, "rb", 1 << 20) as lines,
    ):
        for line in lines:
            alert = module.loads(line)
            account = alert["cloud"]["account"]
            account["name"] = names.get(account["id"])
            severity = alert["kibana.alert.severity"]
            written = dumps(alert) + b"\n"
            if alert["aws"]["cloudtrail"]["user_identity"]["arn"] in known:
                suppressed.write(written)
                continue
            everything.write(written)
            if syslog:
                syslog.write(PRIORITY[severity] + alert["@timestamp"].encode() + b" host script - alert - " + written)
            if severity not in ("high", "critical"):
                continue
            high.write(written)
            if webhook:
                webhook.request("POST", "/hook", dumps(message(alert, severity)), {"Content-Type": "application/json"})
                answer = webhook.getresponse()
                if answer.read() != b"ok":
                    sys.exit(f"the webhook answered {answer.status}")
    if syslog:
        syslog.close()


main(*sys.argv[1:])
