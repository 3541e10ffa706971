"""doccano: its importer reads our lines into a database of its own, in a project of sequence labelling with relations."""

import os
import sys
import tempfile
import uuid

import backend

sys.path.insert(0, next(iter(backend.__path__)))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.base"
os.environ["DATABASE_URL"] = f"sqlite:///{tempfile.mkdtemp()}/doccano.db"

import django  # noqa: E402
from django.core.management import call_command  # noqa: E402

django.setup()
call_command("migrate", verbosity=0)

from data_import.datasets import load_dataset  # noqa: E402
from data_import.pipeline.catalog import RELATION_EXTRACTION, create_file_format  # noqa: E402
from data_import.pipeline.readers import FileName  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from labels.models import Relation, Span  # noqa: E402
from projects.models import Project, ProjectType, SequenceLabelingProject  # noqa: E402

from common import entities, same  # noqa: E402


def check(case):
    path = case.to("doccano")
    user = User.objects.create(username=str(uuid.uuid4()))
    project = SequenceLabelingProject.objects.create(
        name=case.name,
        description="",
        created_by=user,
        project_type=ProjectType.SEQUENCE_LABELING,
        use_relation=True,
        allow_overlapping=True,
    )
    name = FileName(full_path=str(path), generated_name=path.name, upload_name=path.name)
    data = load_dataset(RELATION_EXTRACTION, create_file_format("JSONL"), [name], project, encoding="utf_8")
    data.save(user)
    same([error.dict() for error in data.errors], [], "errors of the import")
    examples = {e.meta["article"]: e for e in Project.objects.get(pk=project.pk).examples.all()}
    same(len(examples), len(case.records), "articles")
    for record in case.records:
        example = examples[record["id"]]
        same(example.text, record["text"], record["id"])
        found = sorted((s.start_offset, s.end_offset, s.label.text) for s in example.spans.all())
        for entity in entities(record):
            if entity not in found:
                sys.exit(f"{record['id']}: {entity} is missing")
        expected = sum(len(record.get(layer, [])) for layer in ["entities", "sentences", "claims"])
        expected += sum(len(a[role]) for a in record.get("attributions", []) for role in ["source", "cue", "content"])
        same(len(found), expected, record["id"])
    spans = Span.objects.filter(example__project=project).count()
    relations = Relation.objects.filter(example__project=project).count()
    return f"{len(examples)} articles, {spans} spans, {relations} relations"
