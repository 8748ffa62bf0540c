"""Xapian's own servers on loopback, for an index with remote shards. As a program, for shell tests: `servers.py NAME
DATABASE [option...]` starts one, on the port in NAME.port where there is that file, and writes port and process to NAME.port
and NAME.pid. $SERVER_FILE_BYTES makes its disk fail: no file of its can be larger."""

import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

SERVER = "xapian-tcpsrv"


def installed():
    return shutil.which(SERVER) is not None


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def limit_files():
    most = int(os.environ.get("SERVER_FILE_BYTES", "0"))
    if most:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def start(database, options=("--writable",), port=None):
    """(process, port). A server ends the whole group of its process on SIGTERM, so it gets one of its own."""
    for _ in range(50):
        number = port or random.SystemRandom().randrange(20000, 60000)
        if not port and answers(number):
            continue
        server = subprocess.Popen([SERVER, "--interface", "127.0.0.1", "--port", str(number), "--quiet", *options,
                                   database], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, start_new_session=True, restore_signals=False,
                                  preexec_fn=limit_files)
        for _ in range(1000):
            if server.poll() is not None or answers(number):
                break
            time.sleep(0.01)
        if server.poll() is None:
            return server, number
    raise SystemExit("no port for a server was found")


class Shards:
    """Some servers of new databases below a folder."""

    def __init__(self, folder, count):
        os.makedirs(folder)
        self.folder = folder
        self.servers = [start(os.path.join(folder, "shard%d" % i)) for i in range(count)]

    def options(self):
        return [word for _, port in self.servers for word in ("--shard", "tcp://127.0.0.1:%d" % port)]

    def stop(self):
        for server, _ in self.servers:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    name, database, options = sys.argv[1], sys.argv[2], sys.argv[3:]
    known = int(open(name + ".port").read()) if os.path.exists(name + ".port") else None
    made, used = start(database, options, known)
    with open(name + ".port", "w") as file:
        print(used, file=file)
    with open(name + ".pid", "w") as file:
        print(made.pid, file=file)
