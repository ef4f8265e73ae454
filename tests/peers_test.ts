/**
 * Other programs at the other end: what speaks UDP understands the lessons, and they understand it.
 * What is not installed is left out, and named.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { forecast } from "../lessons/08_loss.ts";
import { freePort, lesson, Program, runLesson } from "./program.ts";

const IMPORT = 'import { createSocket } from "node:dgram"; const s = createSocket("udp4");';
const GROUP = "239.255.77.77";
const ALL = "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n";

peers("lesson 1: netcat hears what is sent", "nc", async () => {
  const port = freePort();
  await using listener = netcat("-v", "-u", "-l", "127.0.0.1", port);
  await listener.prints(/Bound on/);
  await runLesson(1, ["send", "--port", port, "--message", "Hello, nc"]);
  await listener.prints(/Hello, nc$/);
});

peers("lesson 1: socat hears what is sent", "socat", async () => {
  const port = freePort();
  await using listener = socat("-u", `UDP-RECV:${port},bind=127.0.0.1`, "STDOUT");
  await listener.prints(/starting data transfer/);
  await runLesson(1, ["send", "--port", port, "--message", "Hello, socat"]);
  await listener.prints(/Hello, socat$/);
});

peers("lesson 1: Python hears what is sent", "python3", async () => {
  await using listener = python(`
s.bind(("127.0.0.1", 0))
print("port", s.getsockname()[1], flush=True)
print(s.recvfrom(1024)[0].decode("utf-8"))`);
  await runLesson(1, ["send", "--port", await portOf(listener), "--message", "Hello, 蛇"]);
  await listener.prints(/^Hello, 蛇$/m);
});

peers("lesson 2: netcat replies", "nc", async () => {
  const port = freePort();
  await using listener = netcat("-v", "-u", "-l", "127.0.0.1", port);
  await listener.prints(/Bound on/);
  await using asker = lesson(2, "receive", "--port", port);
  await listener.prints(/Hello$/);
  await listener.type("Fine, thanks!\n");
  await asker.prints(new RegExp(`Received from 127.0.0.1:${port}: Fine, thanks!\\\\n\n$`));
});

peers("lesson 2: socat replies", "socat", async () => {
  const port = freePort();
  await using listener = socat(`UDP-RECVFROM:${port},bind=127.0.0.1`, "EXEC:cat");
  await listener.prints(/receiving on/);
  const { stdout } = await runLesson(2, ["receive", "--port", port, "--message", "socat"]);
  assertMatch(stdout, /: socat\n$/);
});

peers("lesson 2: Python replies", "python3", async () => {
  await using listener = python(`
s.bind(("127.0.0.1", 0))
print("port", s.getsockname()[1], flush=True)
data, addr = s.recvfrom(1024)
s.sendto(data.upper(), addr)`);
  const { stdout } = await runLesson(2, ["receive", "--port", await portOf(listener)]);
  assertMatch(stdout, /: HELLO\n$/);
});

for (const [name, command, ...args] of javascript()) {
  peers(`lessons 3 and 4: ${name} sends, and hears the answer`, command, async () => {
    await using listener = lesson(3, "bind", "--port", 0);
    await using server = lesson(4, "server", "--port", 0);
    const known = await portOf(listener, /Bind UDP on 127.0.0.1:(\d+)/);
    const echo = await portOf(server, /Bind UDP on (\d+)/);
    await using sender = new Program(command, [
      ...args,
      `${IMPORT}
      s.on("message", (data) => { console.log(String(data)); s.close(); });
      s.send("Hello from dgram", ${known}, "127.0.0.1", () => s.send("dgram", ${echo}, "127.0.0.1"));`,
    ]);
    await listener.prints(/127\.0\.0\.1:\d+ sent 16 bytes: Hello from dgram\n/);
    assertEquals((await sender.end()).stdout, "Hello, dgram!\n");
  });

  peers(`lesson 4: the client is answered by ${name}`, command, async () => {
    await using server = new Program(command, [
      ...args,
      `${IMPORT}
      s.on("message", (name, from) => s.send("Hello, " + name + "!", from.port, from.address));
      s.bind(0, "127.0.0.1", () => console.log("port", s.address().port));`,
    ]);
    const { stdout } = await runLesson(4, ["client", "--port", await portOf(server)]);
    assertEquals(stdout, ALL);
  });
}

peers("lessons 3 and 4: Python sends, and hears the answers", "python3", async () => {
  await using listener = lesson(3, "bind", "--port", 0);
  await using server = lesson(4, "server", "--port", 0);
  const known = await portOf(listener, /Bind UDP on 127.0.0.1:(\d+)/);
  const echo = await portOf(server, /Bind UDP on (\d+)/);
  await using client = python(`
s.sendto(b"Hello from Python", ("127.0.0.1", ${known}))
for data in [b"Michael", b"Tracy", b"Sarah"]:
    s.sendto(data, ("127.0.0.1", ${echo}))
    print(s.recv(1024).decode("utf-8"))`);
  await listener.prints(/sent 17 bytes: Hello from Python\n/);
  assertEquals((await client.end()).stdout, ALL);
});

peers("lesson 4: the client is answered by Python", "python3", async () => {
  await using server = python(`
s.bind(("127.0.0.1", 0))
print("port", s.getsockname()[1], flush=True)
while True:
    data, addr = s.recvfrom(1024)
    s.sendto(b"Hello, %s!" % data, addr)`);
  const { stdout } = await runLesson(4, ["client", "--port", await portOf(server)]);
  assertEquals(stdout, ALL);
});

peers("lessons 3 and 4: netcat sends, and hears the answer", "nc", async () => {
  await using listener = lesson(3, "bind", "--port", 0);
  await using sender = netcat("-u", "127.0.0.1", await portOf(listener, /127.0.0.1:(\d+)/));
  await sender.type("Hello from nc\n");
  await listener.prints(/sent 14 bytes: Hello from nc\\n\n/);

  await using server = lesson(4, "server", "--port", 0);
  await using client = netcat("-u", "127.0.0.1", await portOf(server, /Bind UDP on (\d+)/));
  await client.type("Michael\n");
  await client.prints(/^Hello, Michael!$/);
  await client.type("Tracy\n");
  await client.prints(/^Hello, Michael!Hello, Tracy!$/);
});

peers("lessons 3 and 4: socat sends, and hears the answer", "socat", async () => {
  await using listener = lesson(3, "bind", "--port", 0);
  await using sender = socat("-", `UDP:127.0.0.1:${await portOf(listener, /127.0.0.1:(\d+)/)}`);
  await sender.type("Hello from socat");
  await listener.prints(/sent 16 bytes: Hello from socat\n/);

  await using server = lesson(4, "server", "--port", 0);
  await using client = socat("-", `UDP:127.0.0.1:${await portOf(server, /Bind UDP on (\d+)/)}`);
  await client.type("Michael");
  await client.prints(/Hello, Michael!$/);
});

peers("lesson 5: a chat with Python, in gb2312", "python3", async () => {
  await using other = python(`
s.bind(("127.0.0.1", 0))
print("port", s.getsockname()[1], flush=True)
hello, addr = s.recvfrom(1024)
data, addr = s.recvfrom(1024)
print(len(hello), data.decode("gb2312"), flush=True)
s.sendto("再见".encode("gb2312"), addr)`);
  const port = await portOf(other);
  await using chat = lesson(5, "chat", "--port", port, "--encoding", "gb2312");
  await chat.prints(/You are /);
  await chat.type("你好\n");
  await other.prints(/^0 你好$/m);
  await chat.prints(new RegExp(`^127.0.0.1:${port}: 再见$`, "m"));
});

peers("lesson 6: Python shouts, and hears the server", "python3", async () => {
  const port = freePort();
  await using server = lesson(6, "server", "--port", port);
  await server.prints(/Bind UDP on/);
  const { stdout } = await python(`
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.sendto("hello from client".encode("utf-8"), ("127.255.255.255", ${port}))
print(s.recvfrom(65535)[0].decode("utf-8"))`).end();
  assertEquals(stdout, "broadcasting\n");
}, Deno.build.os !== "linux");

peers("lesson 6: Python hears the shout, and answers", "python3", async () => {
  await using server = python(`
s.bind(("", 0))
print("port", s.getsockname()[1], flush=True)
data, address = s.recvfrom(65535)
print(data.decode("utf-8"), flush=True)
s.sendto("broadcasting".encode("utf-8"), address)`);
  const port = await portOf(server);
  const client = await runLesson(6, ["client", "--port", port, "--timeout", 0.3]);
  assertMatch(client.stdout, new RegExp(`Received from 127.0.0.1:${port}: broadcasting\n`));
  await server.prints(/^hello from client$/m);
}, Deno.build.os !== "linux");

peers("lesson 8: netcat and a server of Python, with the relay between them", "nc", async () => {
  if (!installed("python3")) return console.log("Left out: python3 is not installed.");
  await using server = python(`
s.bind(("127.0.0.1", 0))
print("port", s.getsockname()[1], flush=True)
while True:
    data, addr = s.recvfrom(1024)
    s.sendto(data.upper(), addr)`);
  await using relay = relayTo(await portOf(server), "--delay", 20);
  await using client = netcat("-u", "127.0.0.1", await portOf(relay, /Bind UDP on (\d+)/));
  await client.type("one\n");
  await client.prints(/^ONE\n$/);
  await client.type("two\n");
  await client.prints(/^ONE\nTWO\n$/);
});

peers(
  "lesson 8: Python numbers what it sends, and misses what the relay dropped",
  "python3",
  async () => {
    await using server = lesson(8, "server", "--port", 0);
    await using relay = relayTo(await portOf(server, /on (\d+)\.\.\./), "--drop", 0.3, "--seed", 1);
    const port = await portOf(relay, /Bind UDP on (\d+)/);
    const { stdout } = await python(`
s.settimeout(1)
came = 0
for number in range(1, 51):
    s.sendto(b"ping %d" % number, ("127.0.0.1", ${port}))
try:
    while True:
        s.recv(100)
        came += 1
except socket.timeout:
    print("came", came)`).end();
    const fates = [0, 1].map(forecast({ drop: 0.3 }, 1));
    const arrived = Array.from({ length: 50 }, fates[0]!).flat();
    const answered = arrived.flatMap(fates[1]!);
    assertEquals(stdout, `came ${answered.length}\n`);
  },
);

peers("lesson 8: dig asks dnsmasq through the relay, and asks again", "dig", async () => {
  if (!installed("dnsmasq")) return console.log("Left out: dnsmasq is not installed.");
  const port = freePort();
  await using server = withErrors(
    "dnsmasq",
    ...["--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null"],
    ...[`--port=${port}`, "--listen-address=127.0.0.1", "--bind-interfaces"],
    "--address=/test/192.0.2.7",
  );
  await server.prints(/started/);
  await using relay = relayTo(port, "--drop", 0.3, "--seed", 7);
  const at = [
    "@127.0.0.1",
    "-p",
    `${await portOf(relay, /Bind UDP on (\d+)/)}`,
    "a.test",
    "+short",
  ];
  let answered = 0;
  for (let question = 0; question < 5; question++) {
    const { stdout } = await new Program("dig", [...at, "+timeout=1", "+tries=10"]).end();
    if (stdout === "192.0.2.7\n" || /\n192\.0\.2\.7\n$/.test(stdout)) answered++;
  }
  assertEquals(answered, 5);
  relay.signal("SIGINT");
  const [, came, dropped] = (await relay.end()).stdout.match(/server: (\d+) .* (\d+) dropped/)!;
  assert(Number(dropped) > 0 && Number(came) > 5, relay.stdout);
});

peers(
  "lesson 8: snmpwalk walks snmpd's tree through the relay, and misses nothing",
  "snmpwalk",
  async () => {
    if (!installed("snmpd")) return console.log("Left out: snmpd is not installed.");
    const port = freePort();
    const config = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(config, "rocommunity public 127.0.0.1\n");
      await using server = withErrors(
        "snmpd",
        "-f",
        "-Lo",
        "-C",
        "-c",
        config,
        `udp:127.0.0.1:${port}`,
      );
      await server.prints(/NET-SNMP version/);
      const weather = ["--drop", 0.1, "--duplicate", 0.2, "--jitter", 20, "--seed", 1];
      await using relay = relayTo(port, ...weather);
      const walk = async (port: number) => {
        const args = ["-v2c", "-c", "public", "-Oqn", `127.0.0.1:${port}`, "1.3.6.1.2.1.1.9.1.2"];
        return (await new Program("snmpwalk", args).end()).stdout;
      };
      const direct = await walk(port);
      assertMatch(direct, /^(\.1\.3\.6\.1\.2\.1\.1\.9\.1\.2\.\d+ \S+\n)+$/);
      assertEquals(await walk(await portOf(relay, /Bind UDP on (\d+)/)), direct);
    } finally {
      await Deno.remove(config);
    }
  },
);

function relayTo(port: number, ...weather: (string | number)[]): Program {
  return lesson(8, "relay", "--port", 0, "--to", `127.0.0.1:${port}`, ...weather);
}

peers("lesson 10: socat says something, and hears the group", "socat", async () => {
  const port = freePort();
  await using listener = lesson(10, "listen", "--port", port);
  await listener.prints(/Bind UDP on/);
  const join = `bind=${GROUP},reuseaddr,ip-add-membership=${GROUP}:127.0.0.1`;
  await using hearing = socat("-u", `UDP4-RECVFROM:${port},${join},fork`, "STDOUT");
  await hearing.prints(/receiving on/);

  await runLesson(10, ["say", "--port", port, "--message", "Hello, socat"]);
  await hearing.prints(/^Hello, socat/m);
  await using saying = socat("-u", "STDIN", `UDP4-DATAGRAM:${GROUP}:${port},bind=127.0.0.1`);
  await saying.type("Hello from socat");
  for (const said of ["12 bytes: Hello, socat", "16 bytes: Hello from socat"]) {
    await listener.prints(new RegExp(`^127\\.0\\.0\\.1:\\d+ sent ${said}$`, "m"));
  }
  await hearing.prints(/Hello from socat/); // it shares the port with the listener
}, Deno.build.os !== "linux");

peers("lesson 10: netcat says something", "nc", async () => {
  await using listener = lesson(10, "listen", "--port", 0);
  const port = await portOf(listener, /239\.255\.77\.77:(\d+)/);
  await using sender = netcat("-u", "-s", "127.0.0.1", GROUP, port);
  await sender.type("Hello from nc\n");
  await listener.prints(/^127\.0\.0\.1:\d+ sent 14 bytes: Hello from nc\\n$/m);
}, Deno.build.os !== "linux");

peers("lesson 10: netcat hears the group while somebody here has joined it", "nc", async () => {
  // It cannot join, but to Linux the machine is the member; and it has to be alone at its port.
  const port = freePort();
  await using hearing = netcat("-v", "-u", "-l", GROUP, port);
  await hearing.prints(/Bound on/);
  await using member = lesson(10, "listen", "--port", 0);
  await member.prints(/Bind UDP on/);
  await runLesson(10, ["say", "--port", port, "--message", "Hello, nc"]);
  await hearing.prints(/Hello, nc$/);
}, Deno.build.os !== "linux");

peers("lesson 10: Python hears the group", "python3", async () => {
  await using hearing = python(`
s.bind(("", 0))
membership = socket.inet_aton("${GROUP}") + socket.inet_aton("127.0.0.1")
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
print("port", s.getsockname()[1], flush=True)
data, addr = s.recvfrom(1024)
print(addr[0], data.decode("utf-8"))`);
  await runLesson(10, ["say", "--port", await portOf(hearing), "--message", "Hello, 蛇"]);
  await hearing.prints(/^127\.0\.0\.1 Hello, 蛇$/m);
});

peers("lesson 10: Python says something", "python3", async () => {
  await using listener = lesson(10, "listen", "--port", 0);
  const port = await portOf(listener, /239\.255\.77\.77:(\d+)/);
  await using _ = python(`
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
s.sendto(b"Hello from Python", ("${GROUP}", ${port}))`);
  await listener.prints(/^127\.0\.0\.1:\d+ sent 17 bytes: Hello from Python$/m);
}, Deno.build.os !== "linux");

for (const [name, command, ...args] of javascript()) {
  peers(`lesson 10: ${name} hears the group, and says something`, command, async () => {
    const port = freePort();
    await using listener = lesson(10, "listen", "--port", port);
    await listener.prints(/Bind UDP on/);
    await using both = new Program(command, [
      ...args,
      `${IMPORT.replace('"udp4"', '{ type: "udp4", reuseAddr: true }')}
      s.on("message", (data) => { console.log(String(data)); if (String(data) === "Bye") s.close(); });
      s.bind(${port}, "${GROUP}", () => {
        s.addMembership("${GROUP}", "127.0.0.1");
        s.setMulticastInterface("127.0.0.1");
        s.send("Hello from dgram", ${port}, "${GROUP}");
        console.log("ready");
      });`,
    ]);
    await both.prints(/ready/);
    await listener.prints(/sent 16 bytes: Hello from dgram\n/);
    await runLesson(10, ["say", "--port", port, "--message", "Bye"]);
    await both.prints(/^Bye$/m);
  }, Deno.build.os !== "linux");
}

/** Declares a test, where the other program is installed. */
function peers(name: string, command: string, fn: () => Promise<void>, ignore = false): void {
  const missing = !installed(command);
  Deno.test({
    name: missing ? `${name} (${command} is not installed)` : name,
    ignore: ignore || missing,
    fn,
  });
}

/** The two runtimes that have `node:dgram`, and how to give each a program. */
function javascript(): [string, string, ...string[]][] {
  return [
    ["Node.js", "node", "--input-type=module", "-e"],
    ["Deno's node:dgram", Deno.execPath(), "eval"],
  ];
}

/** Starts Python with a UDP socket s that does not wait for ever. */
function python(program: string): Program {
  const socket = "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n";
  return new Program("python3", ["-c", `${socket}s.settimeout(10)\n${program}`]);
}

function netcat(...args: (string | number)[]): Program {
  return withErrors("nc", ...args);
}

function socat(...args: string[]): Program {
  return withErrors("socat", "-d", "-d", ...args);
}

/** Starts a program that says on standard error when it is ready: here that is read as well. */
function withErrors(command: string, ...args: (string | number)[]): Program {
  return new Program("sh", ["-c", 'exec "$0" "$@" 2>&1', command, ...args.map(String)]);
}

/** The port that a program says it has. */
async function portOf(program: Program, pattern = /^port (\d+)$/m): Promise<number> {
  return Number((await program.prints(pattern))[1]);
}

function installed(command: string): boolean {
  if (Deno.build.os === "windows") return false; // there is no `sh`, and Python has another name
  // There are several netcats, with options that differ: this speaks to OpenBSD's, which Debian has.
  const script = command === "nc" ? "nc -h 2>&1 | grep OpenBSD" : 'command -v "$0"';
  return new Deno.Command("sh", { args: ["-c", script, command] }).outputSync().success;
}
