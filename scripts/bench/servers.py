"""The servers that are compared: each can be started, stopped, and tells which processes its calls cost."""
import glob
import json
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import machine

HERE = os.path.dirname(os.path.abspath(__file__))
NUMBERS = 100_000
FIRST_NUMBER = 18882000000
DESTINATION = "14155550111"


class Bench:
    """What all servers share: the folder of this comparison, its ports, its processes."""

    def __init__(self, folder):
        self.folder = folder
        self.processes = machine.Processes()
        self.gateway_port = machine.free_port()
        self.caller_port = machine.free_port()
        self.numbers = folder + "/numbers.csv"
        os.makedirs(folder, exist_ok=True)
        # In an order of their own, so that neighbours in a table are not called one after the other.
        order = sorted(range(NUMBERS), key=lambda i: i * 2654435761 % 4294967296)
        with open(self.numbers, "w") as file:
            file.write("SEQUENTIAL\n")
            file.writelines(f"{FIRST_NUMBER + 1 + i};{14155000000 + i};\n" for i in order)
        self.generator = self.compiled("calls.c", "calls", [])
        self.clock = self.compiled("sipp/exact-clock.c", "exact-clock.so", ["-fPIC", "-shared"])
        self.awake = None

    def keep_awake(self):
        """Until the end. False where this machine's processors cannot be kept from sleeping."""
        self.awake = machine.Awake(self.processes, self.compiled("awake.c", "awake", []))
        return bool(self.awake.pids())

    def end(self):
        if self.awake:
            self.awake.end()
        self.processes.stop_all()

    def compiled(self, source, name, options):
        made = f"{self.folder}/{name}"
        subprocess.run(["gcc", "-O2", *options, "-o", made, f"{HERE}/{source}", "-ldl"], check=True)
        return made

    def path(self, name):
        return f"{self.folder}/{name}"


class PeerDatabase:
    """A MariaDB of Kamailio's own, as durable as the embedded one, but without a binlog."""

    def __init__(self, bench):
        self.bench = bench
        self.port = machine.free_port()
        self.process = None

    def start(self):
        data = self.bench.path("peer-database")
        shutil.rmtree(data, ignore_errors=True)
        os.makedirs(data)
        user = ["--user=root"] if os.getuid() == 0 else []
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db", *user],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server = shutil.which("mariadbd", path=os.environ["PATH"] + ":/usr/sbin")
        self.socket = data + "/sock"
        self.process = self.bench.processes.start(
            [server, "--no-defaults", f"--datadir={data}", f"--socket={self.socket}", f"--port={self.port}", "--bind-address=127.0.0.1",
             "--skip-name-resolve", "--innodb-buffer-pool-size=512M", "--innodb-flush-log-at-trx-commit=1", *user], data + "/log")
        machine.wait_until(lambda: self.sql("SELECT 1", quiet=True) == "1", 60, "the start of the peer's database")
        with open(HERE + "/kamailio/bench.sql") as file:
            self.sql(file.read().replace("@FIRST@", str(FIRST_NUMBER)))

    def sql(self, text, quiet=False):
        done = subprocess.run(["mariadb", "-N", "-B", "-S", self.socket, "-uroot"], input=text, capture_output=True, text=True)
        if done.returncode != 0 and not quiet:
            raise SystemExit("the peer's database: " + done.stderr)
        return done.stdout.strip()

    def records(self):
        return int(self.sql("SELECT COUNT(*) FROM bench.call_record WHERE end_at IS NOT NULL"))


class Kamailio:
    def __init__(self, bench, name, database):
        self.bench = bench
        self.name = name
        self.database = database if name != "C" else None
        self.port = machine.free_port()
        self.process = None

    def start(self, children=2):
        folder = self.bench.path("kamailio-" + self.name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        modules = os.path.dirname(glob.glob("/usr/lib/*/kamailio/modules/tm.so")[0]) + "/"
        words = {"PORT": self.port, "CHILDREN": children, "MODULES": modules, "GATEWAY": self.bench.gateway_port,
                 "DATABASE": self.database.port if self.database else 0}
        for source in glob.glob(HERE + "/kamailio/*.cfg"):
            with open(source) as file:
                text = file.read()
            for word, value in words.items():
                text = text.replace(f"@{word}@", str(value))
            with open(f"{folder}/{os.path.basename(source)}", "w") as file:
                file.write(text)
        if self.database:
            self.database.sql("TRUNCATE bench.call_record")
        # Debian's default memory manager, qm, is three times slower and would flatter us.
        self.process = self.bench.processes.start(
            ["kamailio", "-DD", "-E", "-f", f"{folder}/{self.name.lower()}.cfg", "-m", "1024", "-M", "32", "-x", "tlsf", "-X", "tlsf",
             "-Y", folder, "-P", folder + "/pid", "-w", folder], folder + "/log")
        machine.wait_until(lambda: machine.bound(self.port), 20, "the start of Kamailio " + self.name)
        time.sleep(2.5)

    def stop(self):
        self.bench.processes.stop(self.process)

    def pids(self):
        return machine.family(self.process.pid)

    def database_pids(self):
        return [self.database.process.pid] if self.database else []

    def written(self):
        return self.database.records() if self.database else None

    def settle(self):
        """Its batches of records are written each 100 ms."""
        time.sleep(1)


class Ringtrace:
    name = "Ringtrace"

    def __init__(self, bench, home):
        self.bench = bench
        self.home = home
        self.port = machine.free_port()
        self.http = machine.free_port(machine.socket.SOCK_STREAM)
        self.data = bench.path("ringtrace")
        self.config = bench.path("ringtrace.yaml")
        self.process = None
        self.seconds_to_bound = None

    def start(self):
        with open(self.config, "w") as file:
            file.write(f"""sip:
  stop-grace: 0s
  processors: [{machine.undisturbed_processor()}]
  listeners: [{{transport: udp, address: 127.0.0.1, port: {self.port}}}]
trunks:
  carrier:
    source-networks: [127.0.0.1/32]
    numbers: {{format: nanp}}
gateways:
  office: {{host: 127.0.0.1, port: {self.bench.gateway_port}}}
routes:
  - {{prefix: "1", gateways: [office]}}
store: {{data-directory: {self.data}}}
http: {{address: 127.0.0.1, port: {self.http}}}
""")
        began = time.monotonic()
        self.process = self.bench.processes.start(
            [self.home + "/ringtrace", "serve", "--config", self.config], self.bench.path("ringtrace.log"))
        machine.wait_until(lambda: machine.bound(self.port) or self.ended(), 60, "the start of Ringtrace")
        self.seconds_to_bound = time.monotonic() - began

    def ended(self):
        if self.process.poll() is not None:
            with open(self.bench.path("ringtrace.log")) as log:
                raise SystemExit("Ringtrace ended: " + log.read()[-2000:])
        return False

    def stop(self):
        self.bench.processes.stop(self.process)

    def lend(self):
        """Starts with an empty store, as the others' database is emptied too, imports the numbers into one pool and leases each to a visitor."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.start()
        machine.wait_until(lambda: os.path.exists(self.data + "/http-address"), 20, "the start of the HTTP interface")
        numbers = self.bench.path("numbers-to-import.csv")
        with open(numbers, "w") as file:
            file.write("number\n" + "".join(f"{FIRST_NUMBER + 1 + i}\n" for i in range(NUMBERS)))
        here = ["--data-directory", self.data, "--network", "bench"]
        self.command(["account", "create", *here, "--advertiser", "adv", "--campaign", "camp"])
        self.command(["numbers", "import", *here, numbers])
        self.token = self.command(["account", "token", *here]).strip()
        self.post("/api/2026-11-01/bench/advertisers/adv/advertiser_campaigns/camp/ring_pools.json", {
            "id_from_network": "all", "name": "all", "number_type": "toll_free", "max_pool_size": NUMBERS, "fill_immediately": True,
            "allow_overflow": False, "destination_phone_number": "+" + DESTINATION})

        def lease(i):
            answer = self.post("/v1/leases", {"requests": [
                {"pool": "all", "visitor_id": f"visitor-{i * 100 + j}", "destination": "+" + DESTINATION,
                 "marketing_data": {"utm_source": "google", "gclid": f"g{i * 100 + j}"}} for j in range(100)]})
            return sum("lease_id" in one for one in answer["responses"])

        with ThreadPoolExecutor(8) as workers:
            leased = sum(workers.map(lease, range(NUMBERS // 100)))
        if leased != NUMBERS:
            raise SystemExit(f"only {leased} of {NUMBERS} numbers could be leased")

    def command(self, words):
        done = subprocess.run([self.home + "/ringtrace", *words], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(" ".join(words) + ": " + done.stderr + done.stdout)
        return done.stdout

    def post(self, path, body):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http}{path}", json.dumps(body).encode(),
            {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        try:
            return json.load(urllib.request.urlopen(request, timeout=120))
        except urllib.error.HTTPError as refused:
            raise SystemExit(f"{path}: {refused.code} {refused.read()[:500]}")

    def pids(self):
        return [self.process.pid]

    def database_pids(self):
        with open(self.data + "/mariadb/pid") as file:
            return [int(file.read())]

    def metric(self, name):
        with open(self.data + "/operator-token") as file:
            token = file.read().strip()
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}/metrics", headers={"Authorization": "Bearer " + token})
        with urllib.request.urlopen(request, timeout=30) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(name + " "):
                    return float(line.split()[1])
        raise SystemExit("no metric " + name)

    def written(self):
        return self.count("SELECT COUNT(*) FROM call_record")

    def settle(self):
        """Returns when all records are in the database: while they come, no two batches are further apart than a second. Counting rows
        would cost the database what is being measured, and asking for the metrics would cost the server as much."""
        drained = -1
        for _ in range(60):
            before, drained = drained, self.count("SELECT SUM(segment + offset_) FROM journal_position")
            if drained == before:
                return
            time.sleep(1.3)
        raise SystemExit("records still wait in the journal a minute after the calls")

    def count(self, sql):
        with open(self.data + "/mariadb/password") as file:
            password = file.read().strip()
        with open(self.data + "/mariadb/port") as file:
            port = file.read().strip()
        done = subprocess.run(
            ["mariadb", "-N", "-B", "-h127.0.0.1", "-P" + port, "-uringtrace", "ringtrace"], input=sql, capture_output=True, text=True,
            env=dict(os.environ, MYSQL_PWD=password), check=True)
        return int(done.stdout)

    def allocated_bytes(self):
        """What the JVM's living threads have allocated since they began: those of the shards, and all."""
        jcmd = os.environ["JAVA_HOME"] + "/bin/jcmd"
        dump = subprocess.run([jcmd, str(self.process.pid), "Thread.print", "-e"], capture_output=True, text=True, check=True).stdout
        units = {"": 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
        shards = all_threads = 0
        for name, amount, unit in re.findall(r'^"([^"]+)".*?allocated=([\d.]+)([KMGB]?)', dump, re.MULTILINE):
            size = float(amount) * units[unit]
            all_threads += size
            shards += size if name.startswith("sip-shard") else 0
        return shards, all_threads
