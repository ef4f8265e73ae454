/**
 * Lesson 8 between other programs: its relay changes nothing but the weather.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { forecast } from "../../cli/lessons/08_loss.ts";
import { installed, netcat, peers, portOf, python, start } from "../peers.ts";
import { freePort, lesson, Program, type Running } from "../program.ts";

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
    const fates = [0, 1].map(forecast({ drop: 0.3 }, 1));
    const arrived = Array.from({ length: 50 }, fates[0]!).flat();
    const answered = arrived.flatMap(fates[1]!);
    const { stdout } = await python(`
for number in range(1, 51):
    s.sendto(b"ping %d" % number, ("127.0.0.1", ${port}))
for came in range(${answered.length}):
    s.recv(100)
s.settimeout(0.3)
try:
    print("more came", s.recv(100))
except socket.timeout:
    print("no more came")`).end();
    assertEquals(stdout, "no more came\n");
  },
);

peers("lesson 8: dig asks dnsmasq through the relay, and asks again", "dig", async () => {
  if (!installed("dnsmasq")) return console.log("Left out: dnsmasq is not installed.");
  const port = freePort();
  await using server = start(
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
      await using server = start(
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

function relayTo(port: number, ...weather: (string | number)[]): Running {
  return lesson(8, "relay", "--port", 0, "--to", `127.0.0.1:${port}`, ...weather);
}
