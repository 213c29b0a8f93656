"""Write the present sha256 of every listed file into data/manifest.json and data/README.md."""

import hashlib
import json
import re
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


def sha256_of(file: str) -> str:
    return hashlib.sha256((DATA / file).read_bytes()).hexdigest()


def renew_manifest() -> None:
    path = DATA / "manifest.json"
    document = json.loads(path.read_text("utf-8"))
    for file, entry in document["files"].items():
        entry.update(sha256=sha256_of(file), size=(DATA / file).stat().st_size)
    document["files"] = dict(sorted(document["files"].items()))
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")


def renew_readme() -> None:
    path = DATA / "README.md"
    row = re.compile(r"^(?P<start>\|\s*`(?P<file>[^`]+)`[^\n]*?)\b[0-9a-f]{64}\b(?P<end>[^\n]*)$", re.MULTILINE)
    path.write_text(row.sub(lambda found: f"{found['start']}{sha256_of(found['file'])}{found['end']}", path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    renew_manifest()
    renew_readme()
