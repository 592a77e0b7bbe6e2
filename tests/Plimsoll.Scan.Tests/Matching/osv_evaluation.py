"""Invents advisories and packages, and says which affects which, straight from the text of the OSV schema.

usage: osv_evaluation.py SEED FOLDER

Writes FOLDER/osv/npm/all.zip and FOLDER/osv/PyPI/all.zip, and FOLDER/expected.jsonl with one line for each package:
{"ecosystem", "name", "version", "found": [[all names of the vulnerability], [advisories that say it]]}.

Rules, from https://ossf.github.io/osv-schema/ (Evaluation, withdrawn, aliases):
- a package is vulnerable when its version is among `versions`, or any of `ranges` holds it;
- a range holds it when, with the events in the order of versions, the last that applies leaves it vulnerable: `introduced`
  at or before the version does, `fixed` at or before it and `last_affected` before it undo that;
- with `limit` events, the version must be before one of them; `*` is after all versions;
- `introduced: "0"` is before all versions;
- a withdrawn advisory affects nothing; advisories that share an id or alias are about one vulnerability.
Versions: npm by https://semver.org (11), PyPI by the library `packaging`. Names of PyPI are alike after PEP 503.
What the schema leaves open, two ends at one version, is not invented.
"""
import json
import os
import random
import re
import sys
import zipfile

from packaging.version import Version


def semver(text):
    text = text.split("+")[0]
    numbers, _, preview = text.partition("-")
    parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in preview.split(".")] if preview else []
    return [int(number) for number in numbers.split(".")], not preview, parts


ORDER = {"npm": semver, "PyPI": Version}
POOL = {
    "npm": ["0.0.1", "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0", "1.0.0+build", "1.0.1", "1.2.0", "1.9.0",
            "1.10.0", "2.0.0-0", "2.0.0", "2.3.4", "3.0.0", "10.0.0", "10.0.1-x", "11.0.0"],
    "PyPI": ["0.1", "0.9", "1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.0", "1.0.post1", "1.1", "1.2", "1.9", "1.10", "2.0", "2.0.1", "3", "10.0", "1!0.1", "1!2.0"],
}
NAMES = {"npm": [f"p{i}" for i in range(25)] + ["@s/p1"], "PyPI": ["Foo_Bar", "foo-bar", "foo.bar", "other"] + [f"p{i}" for i in range(22)]}


def key(ecosystem, name):
    return ecosystem, re.sub(r"[-_.]+", "-", name).lower() if ecosystem == "PyPI" else name


def included_in_versions(ecosystem, version, versions):
    return any(ORDER[ecosystem](version) == ORDER[ecosystem](listed) for listed in versions)


def before_limits(ecosystem, version, events):
    limits = [event["limit"] for event in events if "limit" in event]
    return not limits or any(limit == "*" or ORDER[ecosystem](version) < ORDER[ecosystem](limit) for limit in limits)


def included_in_range(ecosystem, version, events):
    if not before_limits(ecosystem, version, events):
        return False
    order, at = ORDER[ecosystem], ORDER[ecosystem](version)
    first = [event for event in events if event.get("introduced") == "0"]
    later = [event for event in events if "limit" not in event and event not in first]
    later.sort(key=lambda event: (order(next(iter(event.values()))), "introduced" not in event))
    vulnerable = False
    for event in first + later:
        if "introduced" in event and (event["introduced"] == "0" or at >= order(event["introduced"])):
            vulnerable = True
        elif "fixed" in event and at >= order(event["fixed"]):
            vulnerable = False
        elif "last_affected" in event and at > order(event["last_affected"]):
            vulnerable = False
    return vulnerable


def is_vulnerable(ecosystem, name, version, advisory):
    for affected in advisory["affected"]:
        package = affected["package"]
        if key(package["ecosystem"], package["name"]) == key(ecosystem, name):
            if included_in_versions(ecosystem, version, affected.get("versions", [])):
                return True
            if any(included_in_range(ecosystem, version, one["events"]) for one in affected.get("ranges", [])):
                return True
    return False


def judge(ecosystem, name, version, advisories):
    about = [one for one in advisories if "withdrawn" not in one and any(key(a["package"]["ecosystem"], a["package"]["name"]) == key(ecosystem, name) for a in one["affected"])]
    groups = [({one["id"], *one["aliases"]}, [one]) for one in about]
    merged = True
    while merged:
        merged = False
        for i in range(len(groups)):
            for j in range(i + 1, len(groups)):
                if groups[i][0] & groups[j][0]:
                    groups[i] = groups[i][0] | groups[j][0], groups[i][1] + groups[j][1]
                    del groups[j]
                    merged = True
                    break
            if merged:
                break
    found = [[sorted(names), sorted(one["id"] for one in members if is_vulnerable(ecosystem, name, version, one))] for names, members in groups]
    return sorted(one for one in found if one[1])


def invent_events(dice, ecosystem):
    order = ORDER[ecosystem]
    versions = []
    for version in sorted(dice.sample(POOL[ecosystem], dice.randint(1, 6)), key=order):
        if not versions or order(versions[-1]) != order(version):
            versions.append(version)
    events, begun = [], False
    if dice.random() < 0.5:
        events, begun = [{"introduced": "0"}], True
    for version in versions:
        wild = dice.random() < 0.2
        if not begun and not wild or wild and dice.random() < 0.5:
            events.append({"introduced": version})
            if not begun and dice.random() < 0.15:
                events.append({"last_affected": version})
                continue
            begun = True
        else:
            events.append({dice.choice(["fixed", "fixed", "last_affected"]): version})
            begun = False
    if not any("introduced" in event for event in events):
        events.insert(0, {"introduced": "0"})
    for _ in range(dice.choice([0, 0, 0, 1, 2])):
        events.append({"limit": dice.choice(POOL[ecosystem] + ["*"])})
    dice.shuffle(events)
    return events


def invent(dice, ecosystem, number):
    affected = []
    for _ in range(dice.randint(1, 3)):
        one = {"package": {"ecosystem": ecosystem, "name": dice.choice(NAMES[ecosystem])}}
        if dice.random() < 0.8:
            kind = "SEMVER" if ecosystem == "npm" else "ECOSYSTEM"
            one["ranges"] = [{"type": kind, "events": invent_events(dice, ecosystem)} for _ in range(dice.randint(1, 2))]
        if "ranges" not in one or dice.random() < 0.4:
            one["versions"] = dice.sample(POOL[ecosystem], dice.randint(1, 4))
        affected.append(one)
    advisory = {"schema_version": "1.7.0", "id": f"{dice.choice(['GHSA', 'PYSEC', 'X'])}-{number}", "modified": "2026-01-01T00:00:00Z", "affected": affected,
                "aliases": [f"CVE-2024-{dice.randint(1000, 1400)}" for _ in range(dice.choice([0, 1, 1, 2]))], "related": [f"CVE-2024-{dice.randint(1000, 1400)}"]}
    if dice.random() < 0.05:
        advisory["withdrawn"] = "2026-01-02T00:00:00Z"
    return advisory


def main(seed, folder):
    dice = random.Random(seed)
    with open(os.path.join(folder, "expected.jsonl"), "w") as expected:
        for ecosystem in ORDER:
            advisories = [invent(dice, ecosystem, number) for number in range(400)]
            os.makedirs(os.path.join(folder, "osv", ecosystem))
            with zipfile.ZipFile(os.path.join(folder, "osv", ecosystem, "all.zip"), "w") as archive:
                for advisory in advisories:
                    archive.writestr(advisory["id"] + ".json", json.dumps(advisory))
            for name in NAMES[ecosystem]:
                for version in POOL[ecosystem]:
                    line = {"ecosystem": ecosystem, "name": name, "version": version, "found": judge(ecosystem, name, version, advisories)}
                    expected.write(json.dumps(line) + "\n")


main(int(sys.argv[1]), sys.argv[2])
