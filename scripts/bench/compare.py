#!/usr/bin/env python3
"""Ringtrace beside Kamailio A, B and C: the tables of docs/performance.md. Called by ./compare, which installs and builds."""
import argparse
import csv
import os
import re
import signal
import statistics
import subprocess
import sys
import time

import machine
from servers import HERE, NUMBERS, Bench, Kamailio, PeerDatabase, Ringtrace

HOME = os.path.dirname(os.path.dirname(HERE))
GATEWAY_CORE = "1"
SERVER_CORE = "0"
SATURATED_SECONDS = 6
HELD_SECONDS = 12
# A turn in which a hypervisor gave more of the machine's time to other guests says more about them than about us, and is made again.
MOST_STOLEN = 2
TURNS_FOR_ONE = 2


def say(text):
    print(time.strftime("%H:%M:%S ") + text, flush=True)


class Generators:
    """SIPp, and our own generator, against one server."""

    def __init__(self, bench):
        self.bench = bench
        self.gateway = None

    def sipp(self, name, scenario, words, port):
        folder = self.bench.path(name)
        os.makedirs(folder, exist_ok=True)
        for old in os.listdir(folder):
            os.remove(f"{folder}/{old}")
        return folder, self.bench.processes.start(
            ["sipp", *words, "-sf", f"{HERE}/sipp/{scenario}.xml", "-i", "127.0.0.1", "-p", str(port), "-nostdin", "-buff_size", "4194304",
             "-default_behaviors", "all,-abortunexp", "-l", "19000", "-trace_stat", "-stf", folder + "/stat", "-fd", "1"],
            folder + "/out", cwd=folder, env=dict(os.environ, LD_PRELOAD=self.bench.clock, TERM="xterm"))

    def open_gateway(self):
        _, self.gateway = self.sipp("sipp-gateway", "gateway", ["-timeout", "3600"], self.bench.gateway_port)
        machine.wait_until(lambda: machine.bound(self.bench.gateway_port), 10, "the start of the gateway")

    def close_gateway(self):
        self.bench.processes.stop(self.gateway)

    def call(self, server, rate, seconds):
        """Calls by SIPp. Returns what it counted, and the CPU time that the server's and the database's processes took for it."""
        pids, database = server.pids(), server.database_pids()
        cores = machine.CoreTime()
        before, database_before = machine.cpu_micros(pids), machine.cpu_micros(database)
        others = pids + database + [self.gateway.pid] + (self.bench.awake.pids() if self.bench.awake else [])
        ours_before = machine.cpu_micros(others)
        calls = int(rate * seconds)
        folder, caller = self.sipp(
            "sipp-caller", "caller", [f"127.0.0.1:{server.port}", "-inf", self.bench.numbers, "-r", str(rate), "-m", str(calls),
                                      "-recv_timeout", "20000", "-timeout", str(int(seconds * 2 + 20))], self.bench.caller_port)
        caller_cpu = 0
        while caller.poll() is None:
            caller_cpu = machine.cpu_micros([caller.pid]) or caller_cpu
            time.sleep(0.1)
        self.bench.processes.stop(caller)
        time.sleep(1.5)  # records that are gathered for a second
        spent = cores.so_far()
        mine = (machine.cpu_micros(others) - ours_before + caller_cpu) / 1_000_000 * machine.TICKS
        with open(folder + "/stat") as file:
            rows = list(csv.reader(file, delimiter=";"))
        counted = dict(zip(rows[0], rows[-1]))
        done = int(counted["SuccessfulCall(C)"])
        return {
            "done": done, "failed": calls - done, "again": int(counted["Retransmissions(C)"]),
            "server": (machine.cpu_micros(pids) - before) / max(done, 1),
            "database": (machine.cpu_micros(database) - database_before) / max(done, 1),
            "others": spent.share(max(0, spent.busy - mine)), "stolen": spent.share(spent.stolen)}

    def own(self, port, pace, amount, seconds, core=None):
        """Calls by our generator; port 0 calls the gateway itself. Returns its totals, and how many were done in each second."""
        command = [self.bench.generator, str(port or self.bench.gateway_port), str(self.bench.caller_port), str(self.bench.gateway_port),
                   self.bench.numbers, pace, str(amount), str(seconds)]
        if core is not None:
            command = ["taskset", "-c", core, *command]
        cores = machine.CoreTime()
        out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
        words = out.splitlines()[-1].split()[1:]
        totals = {words[i]: float(words[i + 1]) for i in range(0, len(words), 2)}
        spent = cores.so_far()
        totals["stolen"] = spent.share(spent.stolen)
        totals["seconds"] = [int(n) for n in re.findall(r"second \d+ done (\d+)", out)]
        return totals


class Table:
    def __init__(self, title, *columns):
        self.title, self.columns, self.rows = title, columns, []

    def row(self, *cells):
        self.rows.append([str(c) for c in cells])
        say("   " + " | ".join(self.rows[-1]))

    def text(self):
        lines = [f"**{self.title}**", "", "| " + " | ".join(self.columns) + " |", "|" + " --- |" * len(self.columns)]
        return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in self.rows])


def met(value, goal, at_least=False):
    return "yes" if (value >= goal if at_least else value <= goal) else "**no**"


class Turns:
    """Ours and its peers one after the other, again and again: the machine's speed changes from minute to minute, so what counts is what ours
    was to the peer's of the same turn. Turns are made until there are enough that were left alone, or twice as many; the least disturbed
    ones count, whatever they say."""

    def __init__(self, rounds, once):
        """once: makes a turn, and returns by name what was measured, each with its share of stolen time."""
        self.made = []
        while len(self.made) < TURNS_FOR_ONE * rounds and sum(self.stolen(turn) <= MOST_STOLEN for turn in self.made) < rounds:
            self.made.append(once())
            say(f"   turn {len(self.made)}, {self.stolen(self.made[-1]):.1f} % taken by other guests")
        self.counting = sorted(self.made, key=self.stolen)[:rounds]

    @staticmethod
    def stolen(turn):
        return max(measured["stolen"] for measured in turn.values())

    def of(self, name):
        return [turn[name] for turn in self.counting]

    def goal(self, goals, what, limit, ratio_of):
        """ratio_of: the ratio that some turns have."""
        ratio = ratio_of(self.counting)
        everything = f" ({ratio_of(self.made):.2f} in all {len(self.made)} turns)" if len(self.made) > len(self.counting) else ""
        goals.row(what, f"{ratio:.2f}{everything}", f"≤ {limit}", met(ratio, limit))


def of_neighbours(peer, of_ours, of_peer):
    return lambda turns: statistics.median(of_ours(turn["Ringtrace"]) / of_peer(turn[peer]) for turn in turns)


def together(measured):
    return measured["server"] + measured["database"]


def alone(measured):
    return measured["server"]


def middle(results, key):
    return statistics.median(result[key] for result in results)


def cost_of_a_call(options, peers, ours, generators, goals):
    table = Table(f"CPU of a call at {options.rate} calls/s by SIPp, µs (medians of {options.rounds}, taken in turn; range)",
                  "server", "proxy", "database", "together", "sent again", "other load on the machine", "taken by other guests")

    def measure(server, rate):
        written = server.written()
        result = generators.call(server, rate, options.seconds)
        if written is not None:
            if not machine.happened(lambda: server.written() - written >= result["done"], 10):
                missing = f"{server.name} has no record of {result['done'] - (server.written() - written)} of {result['done']} calls"
                if server is ours:
                    raise SystemExit(missing)
                say(missing)
        return result

    def peer(name, rate):
        peers[name].start()
        generators.call(peers[name], options.rate / 2, 2)
        result = measure(peers[name], rate)
        peers[name].stop()
        return result

    def turn(name):
        return {"Ringtrace": measure(ours, options.rate), name: peer(name, options.rate)}

    generators.open_gateway()
    turns = {"B": Turns(options.rounds, lambda: turn("B")), "C": Turns(options.rounds, lambda: turn("C")),
             "A": Turns(1, lambda: {"A": peer("A", options.rate * 0.6)})}
    generators.close_gateway()
    results = {"Ringtrace": turns["B"].of("Ringtrace") + turns["C"].of("Ringtrace"), **{name: turns[name].of(name) for name in turns}}
    for name, measured in results.items():
        sums = [together(result) for result in measured]
        table.row(name + (f" (at {options.rate * 0.6:.0f}/s)" if name == "A" else ""), f"{middle(measured, 'server'):.0f}",
                  f"{middle(measured, 'database'):.0f}", f"{statistics.median(sums):.0f} ({min(sums):.0f}–{max(sums):.0f})",
                  sum(result["again"] for result in measured), f"{middle(measured, 'others'):.0f} %", f"{middle(measured, 'stolen'):.1f} %")
    turns["B"].goal(goals, "CPU per call, with database ÷ Kamailio B, with database", 0.7, of_neighbours("B", together, together))
    turns["C"].goal(goals, "CPU per call, proxy ÷ Kamailio C", 0.9, of_neighbours("C", alone, alone))
    turns["C"].goal(goals, "the same with the database", 0.9, of_neighbours("C", together, together))
    return table


def delay(options, peers, ours, generators, goals):
    table = Table(f"INVITE to 200 at {options.rate} calls/s, µs (own generator, medians of {options.rounds})", "way", "p50", "p99", "longest",
                  "added p99", "taken by other guests")

    def turn():
        measured = {"direct": generators.own(0, "rate", options.rate, 5), "Ringtrace": generators.own(ours.port, "rate", options.rate, 5)}
        peers["B"].start()
        generators.own(peers["B"].port, "rate", options.rate, 1)
        measured["B"] = generators.own(peers["B"].port, "rate", options.rate, 5)
        peers["B"].stop()
        return measured

    def added(name, turns):
        return middle([turn[name] for turn in turns], "p99") - middle([turn["direct"] for turn in turns], "p99")

    turns = Turns(options.rounds, turn)
    for name in ["direct", "Ringtrace", "B"]:
        results = turns.of(name)
        table.row(name, f"{middle(results, 'p50'):.0f}", f"{middle(results, 'p99'):.0f}", f"{max(r['longest'] for r in results):.0f}",
                  f"{added(name, turns.counting):.0f}", f"{middle(results, 'stolen'):.1f} %")
    turns.goal(goals, "added delay, p99 ÷ Kamailio B's", 0.7, lambda some: added("Ringtrace", some) / max(1, added("B", some)))
    return table


def one_core(options, peers, ours, generators, goals):
    table = Table("Saturated: server and its database on one core, the generator on the other, 64 calls at once (medians)", "server", "calls/s",
                  "proxy, µs a call", "database, µs a call", "taken by other guests")

    def measure(server):
        pids, database = server.pids(), server.database_pids()
        machine.pin(pids + database, SERVER_CORE)
        generators.own(server.port, "window", 64, 2, GATEWAY_CORE)
        server.settle()
        before, database_before = machine.cpu_micros(pids), machine.cpu_micros(database)
        totals = generators.own(server.port, "window", 64, SATURATED_SECONDS, GATEWAY_CORE)
        server.settle()
        machine.pin(pids + database, "0-%d" % (os.cpu_count() - 1))
        return {"rate": totals["done"] / SATURATED_SECONDS, "server": (machine.cpu_micros(pids) - before) / totals["done"],
                "database": (machine.cpu_micros(database) - database_before) / totals["done"], "stolen": totals["stolen"]}

    def turn():
        measured = {"Ringtrace": measure(ours)}
        for name in ["C", "B"]:
            peers[name].start()
            measured[name] = measure(peers[name])
            peers[name].stop()
        return measured

    turns = Turns(options.rounds, turn)
    for name in ["Ringtrace", "C", "B"]:
        results = turns.of(name)
        table.row(name, *(f"{middle(results, key):.0f}" for key in ["rate", "server", "database"]), f"{middle(results, 'stolen'):.1f} %")
    turns.goal(goals, "saturated CPU per call, proxy ÷ Kamailio C, one core", 0.6, of_neighbours("C", alone, alone))
    turns.goal(goals, "the same with records written to the database", 0.6, of_neighbours("C", together, alone))
    return table, middle(turns.of("Ringtrace"), "rate")


def overload(options, ours, generators, goals, saturated):
    table = Table(f"Overload: server and database on one core, {HELD_SECONDS} s of calls begun evenly whatever comes back, nothing sent again",
                  "calls/s begun", "done/s", "refused/s", "lost", "datagrams dropped by sockets", "INVITEs admitted", "records of them")
    machine.pin(ours.pids() + ours.database_pids(), SERVER_CORE)

    def run(rate):
        drops, begun, written = machine.udp_drops(), ours.metric("ringtrace_sip_calls_begun_total"), ours.written()
        totals = generators.own(ours.port, "rate", int(rate), HELD_SECONDS, GATEWAY_CORE)
        deadline = time.monotonic() + 40
        admitted = int(ours.metric("ringtrace_sip_calls_begun_total") - begun)
        while ours.written() - written < admitted and time.monotonic() < deadline:
            time.sleep(0.5)
        records = ours.written() - written
        table.row(*(f"{totals[what] / HELD_SECONDS:.0f}" for what in ["begun", "done", "refused"]),
                  f"{totals['begun'] - totals['done'] - totals['refused']:.0f}", machine.udp_drops() - drops, admitted, records)
        return totals, admitted == records

    held = 0
    for share in [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]:
        totals, _ = run(saturated * share)
        if totals["done"] < totals["begun"] * 0.999:
            break
        held = totals["done"] / HELD_SECONDS
    totals, all_recorded = run(max(held, saturated * 0.5) * 2)
    ratio = totals["done"] / HELD_SECONDS / held if held else 0
    goals.row("at 2 × the highest rate held on one core: done/s ÷ held", f"{ratio:.2f}" if held else "no rate was held", "≥ 0.9",
              met(ratio, 0.9, True))
    goals.row("there, INVITEs admitted without a record", "0" if all_recorded else "some", "0", "yes" if all_recorded else "**no**")
    machine.pin(ours.pids() + ours.database_pids(), "0-%d" % (os.cpu_count() - 1))
    return table


def highest_rate(options, peers, ours, generators, goals):
    table = Table(f"Highest rate held for {HELD_SECONDS} s by SIPp without a message sent again, all on the same cores", "server", "held", "not held")
    held = {}
    generators.open_gateway()
    for server in [ours, peers["B"]]:
        if server is not ours:
            server.start()
        held[server.name], failed = 0, "none tried"
        for rate in options.ladder:
            result = None
            for _ in range(2):
                result = generators.call(server, rate, HELD_SECONDS)
                if result["failed"] == 0 and result["again"] == 0:
                    break
                time.sleep(2)
            if result["failed"] or result["again"]:
                failed = f"{rate}/s ({result['failed']} failed, {result['again']} sent again)"
                break
            held[server.name] = rate
        if server is not ours:
            server.stop()
        table.row(server.name, f"{held[server.name]}/s", failed)
    generators.close_gateway()
    ratio = held["Ringtrace"] / max(held["B"], 1)
    goals.row("highest rate held ÷ Kamailio B's", f"{ratio:.2f}", "≥ 1.2", met(ratio, 1.2, True))
    return table


def garbage(options, ours, generators, goals):
    shards, everything = ours.allocated_bytes()
    calls = sum(generators.own(ours.port, "rate", options.rate, 10)["done"] for _ in range(2))
    time.sleep(2)
    shards_now, everything_now = ours.allocated_bytes()
    a_call = (shards_now - shards) / calls
    goals.row("garbage per call, the shards' threads", f"{a_call / 1024:.1f} KB", "≤ 4 KB", met(a_call, 4096))
    goals.row("garbage per call, all threads, its record included", f"{(everything_now - everything) / calls / 1024:.1f} KB", "", "")


def first_second(options, ours, generators, goals):
    steady = generators.own(ours.port, "window", 64, 6)["seconds"][2:5]
    firsts, to_bound = [], []
    for _ in range(options.rounds):
        ours.stop()
        time.sleep(1)
        ours.start()
        to_bound.append(ours.seconds_to_bound)
        firsts.append(generators.own(ours.port, "window", 64, 2)["seconds"][0])
    ratio, bound = statistics.median(firsts) / statistics.mean(steady), statistics.median(to_bound)
    goals.row("calls in the first second after bind ÷ steady", f"{ratio:.2f}", "≥ 0.3", met(ratio, 0.3, True))
    goals.row("exec to bound", f"{bound:.1f} s", "≤ 5 s", met(bound, 5))


def warm(options, ours, generators):
    """A server runs for months: what its compiler does in the first minutes is no cost of a call. Methods are compiled by how often they run."""
    say(f"warming Ringtrace for {options.warm} s")
    generators.own(ours.port, "rate", 3 * options.rate, options.warm * 0.4)
    generators.open_gateway()
    generators.call(ours, options.rate, options.warm * 0.6)
    generators.close_gateway()


def write(page, command, awake, parts):
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.*)", file.read()).group(1)
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) >> 20
    text = "\n\n".join([
        f"Made by `{command}` on {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC: {os.cpu_count()} cores of {model}, {memory} GB, "
        f"Linux {os.uname().release}, loopback; the processors {'kept awake' if awake else 'may sleep'}.", *(part.text() for part in parts)])
    begin, end = "<!-- begin: written by ./dev bench kamailio -->", "<!-- end: written by ./dev bench kamailio -->"
    with open(page) as file:
        old = file.read()
    before, rest = old.split(begin)
    with open(page, "w") as file:
        file.write(before + begin + "\n" + text + "\n" + end + rest.split(end)[1])


def main():
    reader = argparse.ArgumentParser(prog="./dev bench kamailio", description=__doc__)
    reader.add_argument("--rate", type=int, default=1000, help="calls a second by SIPp")
    reader.add_argument("--seconds", type=int, default=10, help="of one measured run of SIPp; the others take five or six")
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--warm", type=int, default=180, help="seconds of calls before anything is measured")
    reader.add_argument("--ladder", type=lambda t: [int(r) for r in t.split(",")], default=[3000, 4000, 5000, 6000, 7000, 8000])
    reader.add_argument("--only", default="cost,delay,core,overload,ladder,garbage,start", help="parts, with commas between them")
    reader.add_argument("--folder", default=HOME + "/target/bench", help="for data, logs and what is compiled")
    reader.add_argument("--may-sleep", action="store_true", help="do not keep the machine's processors awake")
    reader.add_argument("--no-page", action="store_true", help="print the tables, leave docs/performance.md as it is")
    options = reader.parse_args()
    parts_wanted = options.only.split(",")
    bench = Bench(options.folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    goals = Table("Goals", "what", "measured", "goal", "met")
    tables = []
    try:
        awake = not options.may_sleep and bench.keep_awake()
        say("the processors are kept awake" if awake else "the processors may sleep")
        database = PeerDatabase(bench)
        say("preparing the peer's database")
        database.start()
        peers = {name: Kamailio(bench, name, database) for name in "ABC"}
        ours = Ringtrace(bench, HOME)
        say(f"lending {NUMBERS} numbers")
        ours.lend()
        generators = Generators(bench)
        warm(options, ours, generators)
        for part, name in [("cost", cost_of_a_call), ("delay", delay)]:
            if part in parts_wanted:
                say(part)
                tables.append(name(options, peers, ours, generators, goals))
        if "ladder" in parts_wanted:
            say("highest rate")
            tables.append(highest_rate(options, peers, ours, generators, goals))
        if "garbage" in parts_wanted:
            garbage(options, ours, generators, goals)
        if "core" in parts_wanted:
            say("one core")
            table, saturated = one_core(options, peers, ours, generators, goals)
            tables.append(table)
            if "overload" in parts_wanted:
                say("overload")
                tables.append(overload(options, ours, generators, goals, saturated))
        if "start" in parts_wanted:
            first_second(options, ours, generators, goals)
    finally:
        bench.end()
    print("\n" + "\n\n".join(t.text() for t in [goals, *tables]))
    if not options.no_page:
        write(HOME + "/docs/performance.md", "./dev bench kamailio " + " ".join(sys.argv[1:]), awake, [goals, *tables])


main()
