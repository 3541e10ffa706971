"""Kills `dixit batch` with SIGKILL at random moments, again and again, until it has been killed often enough; then lets
it end and compares all its files with those of a run that was left alone.

    python3 tests/scripts/kills.py target/release/dixit --kills 200 --articles 2000
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus

ALL_DONE = (0, 3)


def files(folder, name):
    """The files of an output by their endings, without the summary, which holds times, and the run's folder."""
    return {
        path.name.removeprefix(name): path.read_bytes()
        for path in folder.iterdir()
        if path.name.startswith(name) and path.is_file() and not path.name.endswith(".summary.json")
    }


def main():
    def add(parser):
        parser.add_argument("--kills", type=int, default=200)
        parser.add_argument("--articles", type=int, default=2000)
        parser.add_argument("--seed", type=int, default=0)

    arguments = corpus.arguments(__doc__, add)
    draw = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        corpus.write(folder / "in.jsonl", count=arguments.articles)
        for name in ("out.jsonl", "out.jsonl.zst", "out.parquet"):
            run_whole = [arguments.dixit, "batch", folder / "in.jsonl", "--tables", "-q", *arguments.options]
            begun = time.monotonic()
            ended = subprocess.run([*run_whole, "-o", folder / name], stdout=subprocess.DEVNULL)
            seconds = time.monotonic() - begun
            assert ended.returncode in ALL_DONE, ended
            killed_name = f"killed-{name}"
            killed = whole = 0
            while killed < arguments.kills:
                command = [*run_whole, "-o", folder / killed_name]
                child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
                # Most kills early in what is left to do, so that there is something to kill until the end.
                time.sleep(draw.uniform(0, 0.05 + 4 * seconds / arguments.kills))
                child.kill()
                if child.wait() in ALL_DONE:
                    # It was quicker than the kill: what it wrote is compared, and it begins anew.
                    whole += 1
                    compare(folder, name, killed_name)
                    for path in folder.glob(f"{killed_name}*"):
                        path.unlink()
                else:
                    killed += 1
            ended = subprocess.run([*run_whole, "-o", folder / killed_name], stdout=subprocess.DEVNULL)
            assert ended.returncode in ALL_DONE, ended
            compare(folder, name, killed_name)
            print(f"{name}: {killed} kills, {whole + 1} whole outputs, all the same bytes", flush=True)


def compare(folder, expected_name, found_name):
    expected, found = files(folder, expected_name), files(folder, found_name)
    differing = [name for name in expected | found if expected.get(name) != found.get(name)]
    if differing:
        sys.exit(f"{found_name} differs from {expected_name} in {differing}")


if __name__ == "__main__":
    main()
