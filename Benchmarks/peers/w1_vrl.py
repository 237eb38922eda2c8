"""W1 in VRL, Vector's language, through a Python binding: Vector itself is in none of the registries.

w1_vrl.py ALERTS ACCOUNTS ACTORS FOLDER

VRL parses, decides by severity, and writes. Python reads and writes the files, and looks up names and actors, as Vector's
enrichment tables would: a table written into the program would be built anew for each alert.
"""

import sys

import pyvrl

PARSE = pyvrl.Transform(
    """
    . = parse_json!(string!(.message))
    """
)
FINISH = pyvrl.Transform(
    """
    name = del(.name)
    .alert.cloud.account.name = name
    severity = .alert."kibana.alert.severity"
    . = {"high": severity == "high" || severity == "critical", "text": encode_json(.alert)}
    """
)


def main(alerts, accounts, actors, folder):
    with open(accounts, encoding="utf-8") as file:
        names = dict(row.rstrip("\n").split(",", 1) for row in file)
    with open(actors, encoding="utf-8") as file:
        known = set(file.read().splitlines())
    with (
        open(f"{folder}/all.ndjson", "w", 1 << 20, encoding="utf-8") as everything,
        open(f"{folder}/high.ndjson", "w", 1 << 20, encoding="utf-8") as high,
        open(f"{folder}/suppressed.ndjson", "w", 1 << 20, encoding="utf-8") as suppressed,
        open(alerts, encoding="utf-8") as lines,
    ):
        for line in lines:
            alert = PARSE.remap({"message": line})
            done = FINISH.remap({"alert": alert, "name": names.get(alert["cloud"]["account"]["id"])})
            written = done["text"] + "\n"
            if alert["aws"]["cloudtrail"]["user_identity"]["arn"] in known:
                suppressed.write(written)
                continue
            everything.write(written)
            if done["high"]:
                high.write(written)


main(*sys.argv[1:])
