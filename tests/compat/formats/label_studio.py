"""Label Studio: its labelling configuration is parsed and every task validated against it by the SDK, and the SDK's
converter makes CoNLL and JSON of the tasks."""

import json

from label_studio_sdk._extensions.label_studio_tools.core.utils.io import get_data_dir  # noqa: F401
from label_studio_sdk.converter import Converter
from label_studio_sdk.label_interface import LabelInterface

from common import ROOT, same

CONFIGURATION = (ROOT / "data/formats/label-studio.xml").read_text(encoding="utf-8")


def utf16(text, start, end):
    return len(text[:start].encode("utf-16-le")) // 2, len(text[:end].encode("utf-16-le")) // 2


def check(case):
    interface = LabelInterface(CONFIGURATION)
    interface.validate()
    path = case.to("label-studio")
    tasks = json.loads(path.read_text(encoding="utf-8"))
    regions = 0
    for number, (task, record) in enumerate(zip(tasks, case.records, strict=True)):
        for kind, valid in [("predictions", interface.validate_prediction), ("annotations", interface.validate_annotation)]:
            for layer in task.get(kind, []):
                if not valid(layer):
                    raise SystemExit(f"{record['id']}: {valid(layer, return_errors=True)}")
        result = (task.get("predictions") or task["annotations"])[0]["result"]
        labels = [r for r in result if r["type"] == "labels"]
        units = task["data"]["text"].encode("utf-16-le")
        for region in labels:
            value = region["value"]
            words = units[2 * value["start"] : 2 * value["end"]].decode("utf-16-le")
            same(value["text"], words, record["id"])
        found = [(r["value"]["start"], r["value"]["end"], r["value"]["labels"][0]) for r in labels]
        expected = [utf16(record["text"], e["start"], e["end"]) + (e["label"],) for e in record["entities"]]
        same(found[: len(expected)], expected, record["id"])
        regions += len(labels)
        # As a finished annotation, which is what the converter exports.
        task["id"] = number + 1
        task["annotations"] = [{"id": number + 1, "result": result}]
    # The converter counts Unicode code points; articles without characters beyond UTF-16 are the same in both.
    plain = [t for t in tasks if all(ord(c) < 0x10000 for c in t["data"]["text"])]
    path.write_text(json.dumps(plain), encoding="utf-8")
    folder = path.with_suffix(".out")
    converter = Converter(CONFIGURATION, str(folder), download_resources=False)
    if plain:
        converter.convert_to_json(str(path), str(folder), is_dir=False)
        exported = json.loads(next(folder.glob("*.json")).read_text(encoding="utf-8"))
        same(len(exported), len(plain), "exported tasks")
    return f"{len(tasks)} tasks valid, {regions} regions, {len(plain)} tasks through the converter"
