"""W1 and W2 as a careful person would write them: only the fields that are needed, the name spliced into the line.

w1_msgspec.py ALERTS ACCOUNTS ACTORS FOLDER [PORT]
"""

import socket
import sys

import msgspec


class Identity(msgspec.Struct):
    arn: str


class Trail(msgspec.Struct):
    user_identity: Identity


class AWS(msgspec.Struct):
    cloudtrail: Trail


class Account(msgspec.Struct):
    id: str


class Cloud(msgspec.Struct):
    account: Account


class Alert(msgspec.Struct):
    cloud: Cloud
    aws: AWS
    time: str = msgspec.field(name="@timestamp")
    severity: str = msgspec.field(name="kibana.alert.severity")


PRIORITY = {"critical": b"<130>1 ", "high": b"<131>1 ", "medium": b"<132>1 ", "low": b"<133>1 "}


def main(alerts, accounts, actors, folder, port=None):
    with open(accounts, encoding="utf-8") as file:
        rows = (row.rstrip("\n").split(",", 1) for row in file)
        endings = {id: b',"cloud.account.name":' + msgspec.json.encode(name) + b"}\n" for id, name in rows}
    with open(actors, encoding="utf-8") as file:
        known = set(file.read().splitlines())
    decode = msgspec.json.Decoder(Alert).decode
    network = socket.create_connection(("127.0.0.1", int(port))).makefile("wb", 1 << 16) if port else None
    with (
        open(f"{folder}/all.ndjson", "wb", 1 << 20) as everything,
        open(f"{folder}/high.ndjson", "wb", 1 << 20) as high,
        open(f"{folder}/suppressed.ndjson", "wb", 1 << 20) as suppressed,
        open(alerts, "rb", 1 << 20) as lines,
    ):
        for line in lines:
            alert = decode(line)
            written = line[:-2] + endings.get(alert.cloud.account.id, b"}\n")
            if alert.aws.cloudtrail.user_identity.arn in known:
                suppressed.write(written)
                continue
            everything.write(written)
            if alert.severity in ("high", "critical"):
                high.write(written)
            if network:
                network.write(PRIORITY[alert.severity] + alert.time.encode() + b" host script - alert - " + written)
    if network:
        network.close()


main(*sys.argv[1:])
