"""Counts the acts of an exported log by procedure, act and year, as its corrections leave them.

Reads one canonical record a line (`fadu export --format acts-jsonl`); prints a JSON list of
[procedure, act, year, count], sorted by code points. Shares no code with the program: it knows the
record format only from its description.

An act entered by mistake is not counted; one whose time was corrected counts in the right year. What
the clock did is not an act of a person and is not counted.
"""

import collections
import datetime
import json
import sys


def year_of(seconds):
    """The civil year of a moment, given in seconds of civil time."""
    epoch = datetime.datetime(1970, 1, 1)
    return (epoch + datetime.timedelta(seconds=seconds)).year


def standing_acts(lines):
    """Number of a record to procedure, act and moment, corrections applied in order."""
    acts = {}
    for line in lines:
        record = json.loads(line)
        number, payload = record["Record"][2], record.get("payload", {})
        if record["act"] == "correction":
            corrected = payload["@of"]
            if payload.get("@annul"):
                acts.pop(corrected, None)
            elif "@performed" in payload and corrected in acts:
                procedure, act, _ = acts[corrected]
                acts[corrected] = (procedure, act, payload["@performed"])
        elif record["by"] != "clock":
            acts[number] = (record["procedure"], record["act"], record["at"])
    return acts


def main():
    with open(sys.argv[1], encoding="utf-8") as export:
        acts = standing_acts(export)
    counts = collections.Counter((p, a, year_of(at)) for p, a, at in acts.values())
    print(json.dumps([[*key, counts[key]] for key in sorted(counts)]))


if __name__ == "__main__":
    main()
