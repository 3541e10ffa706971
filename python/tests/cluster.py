"""A standalone Spark cluster on 127.0.0.1: a master and workers, each a process with a group of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import pyspark

SPARK = Path(pyspark.__file__).parent
WAIT = 60.0


class Worker:
    """A worker, with the executors and Python processes that it starts."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self._process = process

    def kill(self) -> None:
        """Ends all its processes at once, as when a machine fails."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def partitions(self) -> int:
        """Partitions that its Python processes have gone through."""
        logs = self.folder.glob("app-*/*/stderr")
        return sum(log.read_text(errors="replace").count("Times: total") for log in logs)


class Cluster:
    """A master with `workers` workers of one core each, from `with` to its end."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        self._count = workers
        self._processes: list[subprocess.Popen[bytes]] = []
        self.workers: list[Worker] = []

    def __enter__(self) -> Cluster:
        port, site = _free_ports(2)
        self.url = f"spark://127.0.0.1:{port}"
        try:
            master = self._start(
                "master", "master.Master", "--host", "127.0.0.1", "--port", port, "--webui-port", site
            )
            self._wait_for(master, "I have been elected leader", 1)
            for number in range(self._count):
                folder = self.folder / f"worker-{number}"
                arguments = ["--host", "127.0.0.1", "--cores", 1, "--memory", "1g", "--work-dir", folder]
                self._start(f"worker-{number}", "worker.Worker", *arguments, self.url, core=number)
                self.workers.append(Worker(folder, self._processes[-1]))
            self._wait_for(master, "Registering worker", self._count)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def submit(self, *arguments: object) -> subprocess.Popen[str]:
        """Starts a job with `spark-submit`."""
        options = ["--master", self.url, "--executor-memory", "512m", "--executor-cores", "1"]
        command = [SPARK / "bin" / "spark-submit", *options, *arguments]
        return subprocess.Popen(
            [str(word) for word in command],
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=(self.folder / "submit.log").open("a"),
            text=True,
        )

    def _start(self, name: str, deployed: str, *arguments: object, core: int | None = None) -> Path:
        """With `core`, all its threads share that one, as on a machine that has no other."""
        log = self.folder / f"{name}.log"
        command = [SPARK / "bin" / "spark-class", f"org.apache.spark.deploy.{deployed}", *arguments]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [str(word) for word in command],
                env=self._environment(),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if core is not None:
            cores = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(process.pid, {cores[core % len(cores)]})
        self._processes.append(process)
        return log

    def _wait_for(self, log: Path, words: str, times: int) -> None:
        end = time.monotonic() + WAIT
        while log.read_text(errors="replace").count(words) < times:
            dead = any(process.poll() is not None for process in self._processes)
            if dead or time.monotonic() > end:
                logs = "\n".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))
                raise RuntimeError(f"the cluster does not start:\n{logs}")
            time.sleep(0.1)

    def _environment(self) -> dict[str, str]:
        ours = {"SPARK_HOME": SPARK, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
        return {**os.environ, **{name: str(value) for name, value in ours.items()}, "SPARK_DAEMON_MEMORY": "256m"}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports: list[int] = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
