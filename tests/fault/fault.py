"""Disturbs runs of the program at every call of its seams, and looks at what is left; see docs/testing.md.

  --kill      the process is killed before, in the middle of and after a call
  --power     the power fails at a call: what was not synced is lost, in several ways
  --fail      a call or an allocation fails, once or from then on
  --long      every call of every run; else one of each kind and place in the code, failures once in all runs together
  --only NAME a run"""

import argparse
import hashlib
import os
import re
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import disk
import runs

KILLED, LEFT_OVER, SANITIZER = -9, 98, 99

# What a call can fail with once. EINTR and short are no failures: the run goes on as if nothing had been.
ERRORS = {
    "open": ["EIO", "EMFILE", "EINTR"],
    "read": ["EIO", "EINTR", "short"],
    "write": ["EIO", "ENOSPC", "EINTR", "short"],
    "fsync": ["EIO", "ENOSPC", "EINTR"],
    "close": ["EIO", "EINTR"],
    "rename": ["EIO", "ENOSPC"],
    "mkdir": ["EIO", "ENOSPC"],
    "flock": ["ENOLCK", "EINTR"],
    "mmap": ["ENOMEM"],
}
HARMLESS = ("EINTR", "short")


def steady(text):
    """Without what differs from run to run."""
    return re.sub(r'[0-9.]+ ms|"took_ms": [0-9.e+-]+', "N", text)


def digest(place):
    """Of all that is below a folder."""
    sums = hashlib.sha256()
    for name, data in sorted(disk.read_state(place).items()):
        sums.update(repr((name, data)).encode())
    return sums.digest()


class Failure(Exception):
    """What was promised does not hold."""


class Harness:
    """A run, undisturbed once, and what is known of the states that it may leave."""

    def __init__(self, tools, one):
        self.tools, self.run = tools, one
        self.home = os.path.join(tools.scratch, one.name.replace(" ", "-"))
        self.start = os.path.join(self.home, "start")
        self.verdicts, self.lock, self.places = {}, threading.Lock(), 0
        os.makedirs(self.start)
        for step in one.steps:
            if callable(step):
                step(tools.corpora)
            else:
                self.must(self.start, step)
        end = self.copy(self.start)
        record = os.path.join(self.home, "record")
        self.status, self.output, errors = self.disturbed(end, {"FAULT_LOG": record})
        if self.status not in (0, 5):
            raise Failure(f"undisturbed it ends with {self.status}: {errors}")
        self.calls, self.allocations = disk.read_record(record)
        if one.changes:
            self.know_states(end)

    # ---- Running ----

    def place(self):
        with self.lock:
            self.places += 1
            return os.path.join(self.home, str(self.places))

    def copy(self, place):
        target = self.place()
        shutil.copytree(place, target)
        return target

    def plain(self, place, words):
        return runs.run(self.tools.nsearch, words, place)

    def must(self, place, words):
        """The output of a run that must be good."""
        status, output, errors = self.plain(place, words)
        if status:
            raise Failure(f"nsearch {' '.join(words)} ends with {status}: {errors}{output}")
        return output

    def disturbed(self, place, environment):
        return runs.run(self.tools.disturbed, self.run.words, place, environment)

    # ---- States ----

    def know_states(self, end):
        """What the index may say, at the start, after each commit and at the end; and at last, when it is optimized."""
        self.states = {self.answers(self.start)}
        if self.run.recorded:
            played = disk.Disk(self.start)
            for call in self.calls:
                played.play(call)
                if call.name == "rename":
                    place = self.place()
                    disk.write_state(played.after_kill(), place)
                    self.states.add(self.answers(place))
                    shutil.rmtree(place)
            if played.after_kill() != disk.read_state(end):
                raise Failure("the record played back gives another index than the run left")
        self.end = self.answers(end)
        self.states.add(self.end)
        self.contents = self.export(end)
        self.no_leftovers(end)
        self.must(end, ["optimize"])
        self.scores = self.ask(end)
        shutil.rmtree(end)

    def export(self, place):
        return self.must(place, ["query", "--format", "jsonl", "--sort", "oldest", "-n", "all", "--", "-qqqq"])

    def ask(self, place):
        batch = ["batch", "--syntax", "-n", "5", "../../corpora/questions"]
        return self.must(place, batch) + self.must(place, batch[:2] + ["--count", batch[-1]])

    def answers(self, place):
        """All that an index says; None where there is none."""
        if not os.path.exists(os.path.join(place, runs.INDEX, "manifest")):
            status, output, _ = self.plain(place, ["query", "--count", "cloud"])
            if status != 4 or output:
                raise Failure(f"without a manifest a query ends with {status}: {output}")
            return None
        self.must(place, ["check"])
        return self.export(place) + self.ask(place)

    def no_leftovers(self, place):
        """Every file of an index is the lock, the manifest or named by it."""
        folder = os.path.join(place, runs.INDEX)
        with open(os.path.join(folder, "manifest"), encoding="utf-8") as manifest:
            lines = [line.split() for line in manifest]
        named = {"lock", "manifest"}
        for keyword, *values in lines:
            if keyword == "segment":
                kind = "xapian" if ["engine", "xapian"] in lines else "segment"
                named |= {f"{int(values[0]):06}.{kind}", f"{int(values[3]):06}.tombstones"}
            elif keyword in ("cards", "texts"):
                named.add(f"{int(values[0]):06}.pack")
            elif keyword == "catalogue":
                named.add(f"{int(values[0]):06}.catalogue")
        left = sorted(set(os.listdir(folder)) - named)
        if left:
            raise Failure(f"left over: {' '.join(left)}")

    def look_at(self, place):
        """Holds what is left against the promises; each state of the files once."""
        key = digest(place)
        if key not in self.verdicts:
            try:
                self.verdicts[key] = None
                self.judge(place)
            except Failure as failure:
                self.verdicts[key] = str(failure)
        if self.verdicts[key]:
            raise Failure(self.verdicts[key])

    def judge(self, place):
        if self.answers(place) not in self.states:
            raise Failure("the index is neither at the last commit nor at a new one")
        status, output, errors = self.plain(place, self.run.words)
        if status not in (self.status, 0, 1):
            raise Failure(f"run again it ends with {status}: {errors}{output}")
        self.no_leftovers(place)
        self.must(place, ["check"])
        if self.export(place) != self.contents:
            raise Failure("run again it gives other articles than an undisturbed run")
        self.must(place, ["optimize"])
        if self.ask(place) != self.scores:
            raise Failure("run again it gives other answers than an undisturbed run")

    # ---- Trials: each returns nothing, or raises Failure ----

    def kill(self, how, number):
        place = self.copy(self.start)
        environment = {"FAULT_AT": f"files:{number}", "FAULT_DO": how}
        status, _, errors = self.disturbed(place, environment)
        if status != KILLED and (self.run.ordered or status != self.status):
            raise Failure(f"not killed: {status} {errors}")
        self.look_at(place)
        shutil.rmtree(place)

    def lose(self, state, ended):
        """`ended`: the run had said that all is well, so nothing of it may be lost."""
        place = self.place()
        disk.write_state(state, place)
        if ended and self.answers(place) != self.end:
            raise Failure("the run had ended, and its commit is lost")
        self.look_at(place)
        shutil.rmtree(place)

    def fail(self, at, what, lasts, path):
        place = self.copy(self.start) if self.run.changes else self.start
        environment = {"FAULT_AT": at, "FAULT_DO": what, **({"FAULT_LASTS": "1"} if lasts else {})}
        status, output, errors = self.disturbed(place, environment)
        if status is None:
            raise Failure("it does not end")
        if status < 0 or status in (LEFT_OVER, SANITIZER):
            raise Failure(f"it ends with {status}: {errors}")
        good = status == self.status and steady(output) == steady(self.output)
        if what in HARMLESS and not good:
            raise Failure(f"it ends with {status}, and should not have minded: {errors}")
        if not good:
            self.is_told(status, errors, at, path)
        if self.run.changes:
            if good and self.export(place) != self.contents:
                raise Failure(f"it says that all is well ({status}), and is not: {errors}")
            if status == 5 != self.status:
                self.runs_again(place)
            else:
                self.look_at(place)
            shutil.rmtree(place)

    def runs_again(self, place):
        """After a source that could not be read: what was read is committed, which is a state of its own."""
        if os.path.exists(os.path.join(place, runs.INDEX, "manifest")):
            self.must(place, ["check"])
        self.plain(place, self.run.words)
        if self.export(place) != self.contents:
            raise Failure("a file that could not be read is not read the next time")

    def is_told(self, status, errors, at, path):
        if status in (0, 1):
            raise Failure(f"it ends with {status}, and was disturbed: {errors}")
        if not errors.startswith("nsearch: "):
            raise Failure(f"it ends with {status} and says: {errors!r}")
        if at.startswith("memory"):
            if "memory" not in errors:
                raise Failure(f"memory ran out; it ends with {status} and says: {errors}")
        elif path and self.run.ordered and os.path.basename(path.removesuffix("/..").rstrip("/")) not in errors:
            raise Failure(f"{path} failed; it ends with {status} and says: {errors}")


class Tools:
    def __init__(self):
        build = os.environ["BUILD"]
        self.nsearch, self.disturbed = os.environ["NSEARCH"], os.path.join(build, "fault", "nsearch")
        self.scratch = os.environ["SCRATCH"]
        self.seen = set()  # where in the code failures were tried
        self.corpora = place = os.path.join(self.scratch, "corpora")
        runs.make_corpora(place, os.path.join(os.path.dirname(__file__), "..", "corpus"))
        with open(os.path.join(place, "questions"), "w", encoding="utf-8") as file:
            file.write("\n".join(runs.QUESTIONS) + "\n")


def first_of_each(items, key, every, seen=None):
    """One item of each key, or all; `seen` are the keys that were there before."""
    seen = set() if seen is None else seen
    for item in items:
        if every or key(item) not in seen:
            seen.add(key(item))
            yield item


def kills(harness, every):
    """(what, trial): before each call, within each write, after each call that changes something; without `every` of
    each kind of call on each kind of file the first."""

    def kind(call):
        return (call.name, os.path.splitext(call.path or "")[1] if call.writes() else None)

    for call in first_of_each(harness.calls, kind, every):
        yield f"killed before {call.name} {call.number}", lambda n=call.number: harness.kill("kill-before", n)
        if call.name == "write":
            yield f"killed within write {call.number}", lambda n=call.number: harness.kill("kill-half", n)
        if call.writes() or every:
            yield f"killed after {call.name} {call.number}", lambda n=call.number: harness.kill("kill-after", n)


def losses(harness, every):
    """Power failures behind what changes the disk, and at the end; each state that they may leave once, without `every`
    a third of them."""
    played, seen = disk.Disk(harness.start), set()
    points = [call for call in harness.calls if call.writes() or call.name == "fsync"]
    for call in harness.calls:
        played.play(call)
        ended = call is harness.calls[-1]
        if call not in points and not ended:
            continue
        for seed in range(4 if every else 1):
            for state in played.after_power_failure(seed):
                key = hash((ended, frozenset(state.items())))
                if key in seen:
                    continue
                seen.add(key)
                if not every and not ended and len(seen) % 3:
                    continue
                what = f"power failed {'at the end' if ended else f'after {call.name} {call.number}'}"
                yield what, lambda s=state, e=ended: harness.lose(s, e)


def failures(harness, every):
    seen = harness.tools.seen
    for call in first_of_each(harness.calls, lambda c: (c.name, c.site), every, seen):
        at = f"files:{call.number}"
        for error in ERRORS.get(call.name, ["EIO"]):
            yield f"{error} of {call.name} {call.number}", lambda a=at, e=error, p=call.path: harness.fail(a, e, False, p)
        if call.writes() or every:
            for error in ("EIO", "ENOSPC"):
                yield f"{error} from {call.name} {call.number} on", lambda a=at, e=error: harness.fail(a, e, True, None)
    for number, _ in first_of_each(harness.allocations, lambda a: a[1], every, seen):
        at = f"memory:{number}"
        yield f"no memory at {number}", lambda a=at: harness.fail(a, "ENOMEM", False, None)
        if every:
            yield f"no memory from {number} on", lambda a=at: harness.fail(a, "ENOMEM", True, None)


def attempt(trial):
    try:
        trial()
    except Failure as failure:
        return str(failure)
    return None


def main():
    parser = argparse.ArgumentParser()
    for name in ("kill", "power", "fail", "long"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--only")
    given = parser.parse_args()
    everything = not (given.kill or given.power or given.fail)
    tools, counts = Tools(), {"kill points": 0, "states after a power failure": 0, "faults": 0}
    passed = failed = 0
    with ThreadPoolExecutor(int(os.environ.get("JOBS") or os.cpu_count())) as pool:
        for one in runs.all_runs(os.environ.get("XAPIAN") != "0"):
            if given.only and one.name != given.only:
                continue
            try:
                harness = Harness(tools, one)
            except Failure as failure:
                print(f"{one.name}: {failure}")
                failed += 1
                continue
            trials = []
            if one.changes and (everything or given.kill):
                trials += [("kill points", *trial) for trial in kills(harness, given.long)]
            if one.changes and one.recorded and (everything or given.power):
                trials += [("states after a power failure", *trial) for trial in losses(harness, given.long)]
            if everything or given.fail:
                trials += [("faults", *trial) for trial in failures(harness, given.long)]
            for (kind, what, _), problem in zip(trials, pool.map(lambda t: attempt(t[2]), trials)):
                counts[kind] += 1
                if problem:
                    print(f"{one.name}: {what}: {problem}")
                failed += problem is not None
                passed += problem is None
            if not failed:
                shutil.rmtree(harness.home)
    print("ran: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    print(f"fault: {passed} passed, {failed} failed, 0 skipped")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
