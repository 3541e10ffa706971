"""Peak resident memory of `dixit batch` over corpora of 100 MB and 1 GB of text, which must be under a limit and the
same within 10 %. The large one takes hours with a model of use; memory does not depend on how good a model is.

    python3 tests/scripts/memory.py target/release/dixit -- --threads 2
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import corpus


def main():
    def add(parser):
        parser.add_argument("--megabytes", type=int, nargs=2, default=(100, 1000))
        parser.add_argument("--limit", type=int, default=400, help="MB")
        parser.add_argument("--output", default="out.jsonl.zst", help="name of the output, which says its format")

    arguments = corpus.arguments(__doc__, add)
    peaks = []
    for megabytes in arguments.megabytes:
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            corpus.write(folder / "in.jsonl", size=megabytes * 1_000_000)
            output = folder / arguments.output
            child = subprocess.Popen([arguments.dixit, "batch", folder / "in.jsonl", "-o", output, *arguments.options])
            _, status, usage = os.wait4(child.pid, 0)
            if status != 0:
                sys.exit(f"dixit ended with status {status}")
            peaks.append(usage.ru_maxrss * 1024 / 1_000_000)
            print(f"{megabytes} MB of text: peak of {peaks[-1]:.0f} MB", flush=True)
    small, large = peaks
    if large > arguments.limit or abs(large - small) > 0.1 * small:
        sys.exit(f"{large:.0f} MB is over {arguments.limit} MB, or more than 10 % from {small:.0f} MB")


if __name__ == "__main__":
    main()
