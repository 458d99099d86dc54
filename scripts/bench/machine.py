"""What the kernel tells of processes and ports, and how they are started and ended: always by their own pid."""
import glob
import os
import signal
import socket
import subprocess
import time
import typing

TICKS = os.sysconf("SC_CLK_TCK")


def free_port(kind=socket.SOCK_DGRAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bound(port):
    """True when some UDP socket has the port."""
    ending = ":%04X" % port
    with open("/proc/net/udp") as sockets:
        return any(line.split()[1].endswith(ending) for line in sockets.readlines()[1:])


def happened(true, seconds):
    """False when it has not become true by then."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def wait_until(true, seconds, what):
    if not happened(true, seconds):
        raise SystemExit(f"{what} did not happen within {seconds} s")


def family(pid):
    """The process and all its descendants."""
    found = [pid]
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            with open(path) as children:
                for child in children.read().split():
                    found += family(int(child))
        except OSError:
            pass
    return found


def cpu_micros(pids):
    """User and system time of the processes, all their threads included, in microseconds."""
    ticks = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return ticks * 1_000_000 // TICKS


def undisturbed_processor():
    """Of the processors that we may use, the one that takes the fewest interrupts of disks and network cards; the last of equals."""
    usable = os.sched_getaffinity(0)
    taken = dict.fromkeys(usable, 0)
    with open("/proc/interrupts") as interrupts:
        columns = [int(word[3:]) for word in interrupts.readline().split()]
        for line in interrupts:
            name, *counts = line.split()
            if name[:-1].isdigit():
                for processor, count in zip(columns, counts):
                    if processor in taken:
                        taken[processor] += int(count)
    return max(usable, key=lambda processor: (-taken[processor], processor))


class Spent(typing.NamedTuple):
    """Of the machine's cores, in ticks: all time, busy time, and stolen time, which is what a hypervisor gave to other guests (proc(5))."""
    whole: int
    busy: int
    stolen: int

    def share(self, ticks):
        """In percent."""
        return 100 * ticks / max(1, self.whole)


class CoreTime:
    """What the machine's cores have spent since it was made."""

    def __init__(self):
        self.begun = self.fields()

    @staticmethod
    def fields():
        with open("/proc/stat") as stat:
            return [int(f) for f in stat.readline().split()[1:9]]

    def so_far(self):
        passed = [now - then for now, then in zip(self.fields(), self.begun)]
        idle, waits, stolen = passed[3], passed[4], passed[7]
        return Spent(sum(passed), sum(passed) - idle - waits - stolen, stolen)


def udp_drops():
    with open("/proc/net/snmp") as snmp:
        names, values = [line.split() for line in snmp if line.startswith("Udp:")]
    return int(values[names.index("RcvbufErrors")])


def pin(pids, cores):
    for pid in pids:
        subprocess.run(["taskset", "-acp", cores, str(pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def group_of_idlers():
    """A control group whose processes run when nobody else wants to (cpu.idle, cgroups(7)); None where we may make none."""
    for root in ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup"]:
        group = root + "/ringtrace-bench"
        try:
            os.makedirs(group, exist_ok=True)
        except OSError:
            continue
        try:
            with open(group + "/cpu.idle", "r+") as idle:
                idle.write("1")
            return group
        except OSError:
            os.rmdir(group)
    return None


class Awake:
    """
    Keeps the processors from sleeping, by a program for each that runs when nothing else wants to. A virtual machine's processor that sleeps is
    lent to other guests, and who wakes it pays for that and waits until it is given back.
    """

    def __init__(self, processes, program):
        self.processes = processes
        self.group = group_of_idlers()
        self.running = [self.kept(processor, program) for processor in sorted(os.sched_getaffinity(0))] if self.group else []

    def kept(self, processor, program):
        def become_idler():
            os.sched_setaffinity(0, {processor})
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            with open(self.group + "/cgroup.procs", "w") as members:
                members.write(str(os.getpid()))

        return self.processes.start([program], os.devnull, preexec_fn=become_idler)

    def pids(self):
        return [process.pid for process in self.running]

    def end(self):
        for process in self.running:
            self.processes.stop(process)
        if self.group:
            os.rmdir(self.group)


class Processes:
    """Everything that was started here; ended in the opposite order."""

    def __init__(self):
        self.running = []

    def start(self, command, log, **options):
        out = open(log, "w")
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **options)
        self.running.append(process)
        return process

    def stop(self, process, seconds=20):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                for pid in reversed(family(process.pid)):
                    os.kill(pid, signal.SIGKILL)
                process.wait()
        if process in self.running:
            self.running.remove(process)

    def stop_all(self):
        for process in reversed(list(self.running)):
            self.stop(process)
