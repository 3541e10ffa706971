"""brat: the parser of its server, which checks every span against the text, and its verification against our
annotation.conf."""

import io
import pathlib
import sys
import types

import brat

from common import same

SERVER = pathlib.Path(next(iter(brat.__path__))) / "server" / "src"
sys.path.insert(0, str(SERVER))
# Without the paths of an installed server, annotation.conf is looked for where the annotations are.
sys.modules["config"] = types.ModuleType("config")

import annotation  # noqa: E402
import projectconfig  # noqa: E402
import verify_annotations  # noqa: E402

# Python 3.11 has no mode "U" any more; brat's way of opening files without it.


def open_textfile(path, mode="r"):
    return io.open(path, mode, encoding="utf8", errors="strict", newline="")


annotation.open_textfile = projectconfig.open_textfile = open_textfile


def check(case):
    folder = case.to("brat")
    configuration = projectconfig.ProjectConfiguration(str(folder))
    spans = relations = 0
    files = sorted(folder.glob("*.ann"))
    same(len(files), len(case.records), "files")
    by_id = {record["id"].replace("/", "%2F"): record for record in case.records}
    for file in files:
        record = by_id[file.stem]
        read = annotation.TextAnnotations(str(file.with_suffix("")), read_only=True)
        same(read.failed_lines, [], file)
        same(read.get_document_text(), record["text"], file)
        found = {(t.first_start(), t.last_end(), t.type) for t in read.get_textbounds()}
        for entity in record["entities"]:
            if (entity["start"], entity["end"], entity["label"]) not in found:
                sys.exit(f"{file}: {entity} is missing")
        claims = sum(1 for t in read.get_textbounds() if t.type == "CLAIM")
        same(claims, len(record["claims"]), file)
        issues = verify_annotations.verify_annotation(read, configuration)
        same([issue.human_readable_str() for issue in issues], [], file)
        spans += len(list(read.get_textbounds()))
        relations += len(list(read.get_relations()))
    return f"{len(files)} documents, {spans} spans, {relations} relations, no issue"
