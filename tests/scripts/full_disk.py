"""Runs `dixit batch` on file systems that are too small, in steps up to one that is not, and compares the output with
that of a run that had room. Needs Linux, and the right to mount in a namespace of its own.

    unshare --map-root-user --mount python3 tests/scripts/full_disk.py target/release/dixit
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import corpus


def main():
    def add(parser):
        parser.add_argument("--articles", type=int, default=300)

    arguments = corpus.arguments(__doc__, add)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        corpus.write(folder / "in.jsonl", count=arguments.articles)
        disk = folder / "disk"
        disk.mkdir()

        def run(output):
            command = [arguments.dixit, "batch", folder / "in.jsonl", "-q", "-o", output, *arguments.options]
            return subprocess.run(command, capture_output=True, text=True)

        ended = run(folder / "out.jsonl")
        assert ended.returncode == 0, ended
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
        full = 0
        try:
            kilobytes = 64
            while True:
                kilobytes = kilobytes * 5 // 4
                subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", disk], check=True)
                ended = run(disk / "out.jsonl")
                print(f"{kilobytes} KiB: exit code {ended.returncode} {ended.stderr.strip()}", flush=True)
                if ended.returncode == 0:
                    break
                full += 1
                if "No space left on device" not in ended.stderr:
                    sys.exit("this is not what a full disk should be told by")
                if (disk / "out.jsonl").exists():
                    sys.exit("an output that is not whole has its final name")
            if (disk / "out.jsonl").read_bytes() != (folder / "out.jsonl").read_bytes():
                sys.exit("the output differs from that of a run that had room")
            if full == 0:
                sys.exit("no disk was too small; take more --articles")
        finally:
            subprocess.run(["umount", disk], check=True)
        print(f"{full} full disks, then the same bytes")


if __name__ == "__main__":
    main()
