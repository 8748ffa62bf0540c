"""A disk that is played back from the record of a run, and what a power failure may leave of it.

What is known to last: of a file, what it held when it was last synced; of a folder, the names it had when it was last
synced. Everything later may be there or not: of a file's unsynced bytes none, all, zeros in their place, or some blocks;
of the unsynced changes of folders any number of the first ones, all but one, or the last alone. That is less than today's
file systems promise."""

import os
import random

BLOCK = 512  # what a disk keeps or loses as one; smaller than any real one's, so that small files have several


class Call:
    """A call on files, as the shim recorded it."""

    def __init__(self, number, name, site, fields):
        self.number, self.name, self.site, self.fields, self.data = number, name, site, fields, b""
        self.path = None

    def writes(self):
        """Whether a file system is another one after it."""
        if self.name == "open":
            return self.fields[2][1] == "c"
        return self.name in ("write", "ftruncate", "rename", "mkdir", "unlink", "rmdir")


def read_record(path):
    """(calls on files, [(number, site) of each allocation])."""
    calls, allocations, names = [], [], {}
    folder = None
    with open(path, "rb") as record:
        for line in record:
            seam, number, name, site, *fields = line.rstrip(b"\n").decode().split("\t")
            if seam == "memory":
                allocations.append((int(number), site))
                continue
            call = Call(int(number), name, site, fields)
            if name == "write":
                call.data = record.read(max(0, int(fields[1])))
            if name == "open":
                call.path = fields[1]
                names[fields[0]] = call.path
            elif name in ("close", "read", "write", "fsync", "flock", "fstat", "ftruncate", "lseek"):
                call.path = names.get(fields[0])
            elif name in ("rename", "mkdir", "unlink", "rmdir"):
                call.path = fields[1]
            elif name in ("stat", "lstat", "opendir", "realpath"):
                call.path = fields[0]
                folder = call.path if name == "opendir" else folder
            elif name == "readdir":
                call.path = folder
            elif name == "mmap":
                call.path = calls[-1].path if calls else None
            calls.append(call)
    return calls, allocations


class File:
    def __init__(self, data=b""):
        self.data, self.synced = bytearray(data), bytes(data)

    def variants(self, seed):
        """What its bytes may be after the power failed."""
        now, old = bytes(self.data), self.synced
        if now == old:
            return [old]
        # A disk knows files by blocks: the unsynced ones may have been written, or not.
        zeros, some = bytearray(now), bytearray(now)
        chance = random.Random(seed)
        for at in range(0, len(now), BLOCK):
            block = slice(at, min(at + BLOCK, len(now)))
            if now[block] == old[block]:
                continue
            before = old[block].ljust(block.stop - at, b"\0")
            zeros[block] = before
            if chance.random() < 0.5:
                some[block] = before
        cut = now[: chance.randrange(len(old), len(now))] if len(now) > len(old) else now
        return [old, bytes(zeros), bytes(some), bytes(cut), now]


class Disk:
    """The files below one folder. Names are paths; a folder is a name whose file is None."""

    def __init__(self, root):
        self.now, self.changes, self.opened = {}, [], {}
        for place, _, files in os.walk(root):
            self.now[os.path.normpath(os.path.relpath(place, root))] = None
            for name in files:
                with open(os.path.join(place, name), "rb") as file:
                    self.now[os.path.normpath(os.path.relpath(os.path.join(place, name), root))] = File(file.read())
        self.kept = dict(self.now)

    def change(self, kind, *names):
        self.changes.append((kind, *names))
        apply(self.now, self.changes[-1])

    def play(self, call):
        fields = call.fields
        path = os.path.normpath(call.path) if call.path else None
        if call.name == "open" and int(fields[0]) >= 0:
            # Files of the corpus lie elsewhere; they are only read.
            if fields[2][1] == "c" and path not in self.now:
                self.change("link", path, File())
            elif fields[2][2] == "t":
                self.now[path].data = bytearray()
            self.opened[fields[0]] = [path, self.now.get(path)]
        elif call.name == "close":
            self.opened.pop(fields[0], None)
        elif call.name == "write":
            self.opened[fields[0]][1].data += call.data
        elif call.name == "ftruncate" and int(fields[1]) == 0:
            file = self.opened[fields[0]][1]
            file.data = file.data[: int(fields[2])].ljust(int(fields[2]), b"\0")
        elif call.name == "fsync" and int(fields[1]) == 0:
            path, file = self.opened[fields[0]]
            if file:
                file.synced = bytes(file.data)
            else:
                self.sync_folder(path)
        elif call.name == "rename" and int(fields[0]) == 0:
            self.change("rename", path, os.path.normpath(fields[2]), self.now[path])
        elif call.name == "mkdir" and int(fields[0]) == 0:
            self.change("link", path, None)
        elif call.name in ("unlink", "rmdir") and int(fields[0]) == 0:
            self.change("unlink", path)

    def sync_folder(self, path):
        own = [change for change in self.changes if os.path.dirname(change[1]) == ("" if path == "." else path)]
        for change in own:
            apply(self.kept, change)
        self.changes = [change for change in self.changes if change not in own]

    def after_kill(self):
        return {name: None if file is None else bytes(file.data) for name, file in self.now.items()}

    def after_power_failure(self, seed):
        """Yields states: {name: bytes, or None for a folder}."""
        changes, variants = self.changes, {}
        chosen = [changes[:count] for count in range(len(changes) + 1)]
        chosen += [changes[:i] + changes[i + 1 :] for i in range(len(changes) - 1)] + [changes[-1:]]
        for some in chosen:
            names = dict(self.kept)
            for change in some:
                apply(names, change)
            lost = [name for name in names if name != "." and missing_folder(names, name)]
            for name in lost:
                del names[name]
            for variant in range(5):
                state = {}
                for name, file in names.items():
                    if file is not None:
                        if id(file) not in variants:
                            variants[id(file)] = file.variants(seed)
                        some_of_it = variants[id(file)]
                        file = some_of_it[min(variant, len(some_of_it) - 1)]
                    state[name] = file
                yield state


def missing_folder(names, name):
    while name := os.path.dirname(name):
        if name not in names:
            return True
    return False


def apply(names, change):
    if change[0] == "link":
        names[change[1]] = change[2]
    elif change[0] == "unlink":
        names.pop(change[1], None)
    else:
        names.pop(change[1], None)
        names[change[2]] = change[3]


def write_state(state, place):
    """Lays a state out in a new folder."""
    os.makedirs(place)
    for name in sorted(state):
        if state[name] is None:
            os.makedirs(os.path.join(place, name), exist_ok=True)
    for name, data in state.items():
        if data is not None:
            with open(os.path.join(place, name), "wb") as file:
                file.write(data)


def read_state(place):
    """The state of a folder, as after_kill() gives it."""
    return Disk(place).after_kill()
