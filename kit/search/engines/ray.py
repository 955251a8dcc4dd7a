"""The engine of a Ray cluster: actors train wherever Ray puts them, this process keeps the books.

An actor that dies, or is silent for longer than its lease, takes nothing with it: its assignment goes to a
new one. Weights come back over the network where the machines share no folder.
"""

import dataclasses
import os
import queue
import threading
import time
from pathlib import Path

from kit import storage
from kit.errors import missing_extra
from kit.search import trial as trials
from kit.search.engines.crew import Crew
from kit.search.engines.process import environment
from kit.search.engines.worker import reporter, trainer_of

LEASE = 60.0  # seconds for which an actor may be silent
_LOOK = 1.0  # seconds between two looks at who is silent


class Cluster(Crew):
    """Trains in actors of Ray; starts a cluster on this machine where none is connected.

    Args:
        work: a `Work`.
        judge: function (`Progress`) -> whether the trial goes on.
        workers: actors at once, each of which takes a processor of the cluster.

    Raises:
        KitError: if Ray is not installed.
    """

    kind = "actor"

    def __init__(self, work, judge, workers=1):
        self.ray = _ray()
        super().__init__(dataclasses.replace(work, folder=str(Path(work.folder).absolute())), judge, workers)

    def __enter__(self):
        self.is_mine = not self.ray.is_initialized()
        if self.is_mine:
            quiet = {"include_dashboard": False, "logging_level": "error", "log_to_driver": False}
            self.ray.init(num_cpus=self.workers, **quiet)
        self.shared = self.ray.put(self.work)  # sent once, however many actors take it
        return self

    def __exit__(self, *error):
        super().__exit__(*error)
        if self.is_mine:
            self.ray.shutdown()

    def hired(self):
        """A new actor."""
        return Actor(self.ray, self.shared, self._environment())

    def news(self):
        """Hears who has said something, and gives up who is silent."""
        outcomes = []
        for said in self.ray.wait(list(self.at_work), timeout=_LOOK)[0]:
            outcomes += self._heard(said)
        for said, (actor, *_) in list(self.at_work.items()):
            if actor.is_silent(time.monotonic()):
                outcomes += self.died(*self.at_work.pop(said), f"silent for {LEASE:.0f} s")
        return outcomes

    def _heard(self, said):
        actor, assignment, tries = self.at_work.pop(said)
        try:
            message = self.ray.get(said)
            if isinstance(message, trials.Progress):
                self.at_work[actor.tell(self.judge(message))] = (actor, assignment, tries)
                return []
            self._fetch(message, actor)
        except self.ray.exceptions.RayError as error:
            return self.died(actor, assignment, tries, str(error).strip().splitlines()[0])
        self.idle.append(actor)
        return [message]

    def _fetch(self, outcome, actor):
        """Brings the weights here from a machine that shares no folder with this one."""
        from kit.search.trainer import weights_path

        path = weights_path(self.work.folder, outcome.trial)
        if outcome.weights and not path.exists():
            storage.write_bytes(path, self.ray.get(actor.handle.weights.remote(outcome.trial)))

    def _environment(self):
        """What actors need to know of this process; paths only where they are the same ones."""
        known = environment(max(1, (os.cpu_count() or 1) // self.workers))
        names = {"PYTHONPATH"} if self.is_mine else set()
        return {
            name: value for name, value in known.items() if name in names or os.environ.get(name) != value
        }


class Actor:
    """An actor as its driver sees it.

    Args:
        ray: the module.
        work: where Ray keeps the `Work`.
        variables: of its environment.
    """

    def __init__(self, ray, work, variables):
        remote = ray.remote(num_cpus=1, max_concurrency=2, runtime_env={"env_vars": variables})(Servant)
        self.ray, self.handle = ray, remote.remote(work)
        self.pulse, self.since = self.handle.pid.remote(), None  # its lease begins when it does

    def tell(self, message):
        """Sends an assignment or an answer; -> where Ray will put what it says next."""
        return self.handle.told.remote(message)

    def is_silent(self, now):
        """Whether it has not answered for longer than its lease."""
        if self.ray.wait([self.pulse], timeout=0)[0]:
            self.since, self.pulse = now, self.handle.pid.remote()
        return self.since is not None and now - self.since > LEASE

    def stop(self):
        """Ends it."""
        self.ray.kill(self.handle)


class Servant:
    """What runs in an actor: a trainer in a thread of its own, so that the actor answers while it trains.

    Args:
        work: a `Work`.
    """

    def __init__(self, work):
        self.work, self.heard, self.said = work, queue.SimpleQueue(), queue.SimpleQueue()
        threading.Thread(target=self._serve, daemon=True).start()

    def told(self, message):
        """Takes an assignment or an answer; -> the next `Progress` or `Outcome`."""
        self.heard.put(message)
        said = self.said.get()
        if isinstance(said, BaseException):
            raise said
        return said

    def pid(self):
        """The id of its process, as a sign of life."""
        return os.getpid()

    def weights(self, trial):
        """The file of the weights of a trial."""
        from kit.search.trainer import weights_path

        return weights_path(self.work.folder, trial).read_bytes()

    def _serve(self):
        try:
            trainer = trainer_of("single")(self.work)
            report = reporter(self.work, self._ask)
            while True:
                self.said.put(trainer.train(self.heard.get(), report))
        except BaseException as error:  # whoever waits is to hear of it
            self.said.put(error)

    def _ask(self, progress):
        self.said.put(progress)
        return self.heard.get()


def _ray():
    try:
        import ray
    except ImportError:
        raise missing_extra("ray", "ray") from None
    return ray


def is_connected():
    """Whether this process is connected to a Ray cluster already; imports nothing."""
    import sys

    ray = sys.modules.get("ray")
    return ray is not None and ray.is_initialized()
