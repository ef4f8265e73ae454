import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { NO_TERMINAL } from "../../only.ts";
import { answer } from "../../program.ts";
import { client, type Host, network, python } from "../hosts.ts";

const NAMES = ["Michael", "Tracy", "Sarah"];

network("lesson 4: a server answers clients on other hosts", async ([one, two, three]) => {
  await using server = two.lesson(4, "server", "--host", "0.0.0.0");
  await server.prints(/Bind UDP on 9999/);
  for (const host of [one, three]) {
    const { code, stdout, stderr } = await host.lesson(4, "client", "--host", two.address).end();
    assertEquals(stderr, "");
    assertEquals(stdout, "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n");
    assertEquals(code, 0);
    await server.prints(new RegExp(`(Received from ${host.address}:\\d+\\.\n){3}`));
  }
});

network(
  "lesson 4: started as its task, the server asks for the network once, and answers everyone",
  async ([one, two, three]) => {
    await using server = two.terminal("lesson4 server --host 0.0.0.0");
    await answer(server, "y", /Granted net access/);
    await server.prints(/Bind UDP on 9999/);
    for (const host of [one, three]) {
      const { stdout } = await host.lesson(4, ...client(two, 5)).end();
      assertEquals(stdout, "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n");
    }
    assertEquals(server.stdout.match(/Allow\?/g)?.length, 1);
  },
  NO_TERMINAL !== "",
);

network("lesson 4: on 127.0.0.1 a server is out of the other hosts' reach", async ([one, two]) => {
  await using server = two.lesson(4, "server");
  await server.prints(/Bind UDP on 9999/);
  const { code, stderr } = await one.lesson(4, ...client(two, 0.2)).end();
  assertStringIncludes(stderr, "Is a server running at 10.9.0.2:9999? There was no reply.");
  assertEquals(code, 1);
  assertEquals(server.stdout, "Bind UDP on 9999... (at 127.0.0.1, Ctrl-C stops)\n");
});

network(
  "lesson 4: 20 % are lost at the server's door, and the numbers add up",
  async ([one, two]) => {
    await two.nft(`table inet door {
    counter seen {}
    counter lost {}
    chain input {
      type filter hook input priority 0
      udp dport 9999 counter name seen
      udp dport 9999 numgen random mod 100 < 20 counter name lost drop
    }
  }`);
    await using server = two.lesson(4, "server", "--host", "0.0.0.0");
    await server.prints(/Bind UDP on 9999/);

    let answered = 0, unanswered = 0;
    for (let turn = 0; turn < 5; turn++) {
      const clients = Array.from({ length: 5 }, () => one.lesson(4, ...client(two, 1)).end());
      for (const { code, stdout } of await Promise.all(clients)) {
        const lines = stdout.trim().split("\n");
        assertEquals(lines.length, NAMES.length);
        lines.forEach((line, i) => {
          if (line === `Hello, ${NAMES[i]}!`) answered++;
          else if (line === `No reply for ${NAMES[i]} within 1 s.`) unanswered++;
          else throw new Error(`The client printed: ${line}`);
        });
        assertEquals(code, stdout.includes("Hello") ? 0 : 1);
      }
    }

    const { seen, lost } = await two.counters();
    server.signal("SIGINT");
    const { stdout } = await server.end();
    console.log(`${seen} sent = ${answered} answered + ${unanswered} unanswered, ${lost} dropped`);
    assert(lost! > 0, "The network lost nothing: nothing was tested.");
    assertEquals({ seen, lost }, { seen: answered + unanswered, lost: unanswered });
    assertEquals(stdout.match(/^Received from 10\.9\.0\.1:/gm)?.length, answered);
    assertMatch(
      stdout,
      new RegExp(`Stopped\\. Sent ${answered} datagrams .*received ${answered} \\(`),
    );
  },
);

network(
  "lesson 4: a door that lets nothing in looks like a server that is not there",
  async ([one, two]) => {
    await two.nft(`table inet door {
    counter lost {}
    chain input { type filter hook input priority 0; udp dport 9999 counter name lost drop; }
  }`);
    await using server = two.lesson(4, "server", "--host", "0.0.0.0");
    await server.prints(/Bind UDP on 9999/);
    const dropped = await one.lesson(4, ...client(two, 0.2)).end();
    assertEquals((await two.counters()).lost, 3);
    server.signal("SIGINT");
    assertEquals(
      (await server.end()).stdout,
      "Bind UDP on 9999... (at 0.0.0.0, Ctrl-C stops)\nStopped. Sent 0 datagrams (0 bytes), received 0 (0 bytes).\n",
    );

    await two.nft("flush ruleset");
    const nobody = await one.lesson(4, ...client(two, 0.2)).end();
    assertEquals(nobody, dropped);
    assertStringIncludes(nobody.stdout, "No reply for Sarah within 0.2 s.");
    assertStringIncludes(
      nobody.stderr,
      "Is a server running at 10.9.0.2:9999? There was no reply.",
    );
    assertEquals(nobody.code, 1);
  },
);

network(
  "lesson 4: a firewall on the client's own host refuses the send, and the client says so",
  async ([one, two]) => {
    await one.nft(`table inet door {
    chain output { type filter hook output priority 0; udp dport 9999 drop; }
  }`);
    const { code, stderr } = await one.lesson(4, ...client(two, 0.2)).end();
    assertMatch(stderr, /^Cannot send to 10\.9\.0\.2:9999: .*a firewall may refuse a send\.\n$/);
    assertEquals(code, 1);
  },
);

network(
  "lesson 4: a firewall that refuses the answers does not end the server",
  async ([one, two]) => {
    await two.nft(`table inet door {
    chain output { type filter hook output priority 0; udp sport 9999 drop; }
  }`);
    await using server = two.lesson(4, "server", "--host", "0.0.0.0");
    await server.prints(/Bind UDP on 9999/);
    await one.lesson(4, ...client(two, 0.2)).end();
    await server.prints(/(Received from .*\nNo reply to .*a firewall may refuse a send\.\n){3}/);
    await two.nft("flush ruleset");
    assertEquals((await one.lesson(4, ...client(two, 2)).end()).code, 0);
  },
);

network("lesson 4: no route to the server is told as that", async ([one]) => {
  const { code, stderr } = await one.lesson(4, "client", "--host", "10.77.0.1").end();
  assertEquals(
    stderr,
    "Cannot send to 10.77.0.1:9999: no route leads there from this machine. Check the address and the network.\n",
  );
  assertEquals(code, 1);
});

network("lesson 2: a reply comes from a link-local IPv6 address", async ([one, two]) => {
  await using server = two.lesson(4, "server", "--host", "::");
  await server.prints(/Bind UDP on 9999/);
  // The part after % says on which of the host's links that address is: all links have such addresses.
  const to = ["--host", `${two.linkLocal}%eth0`, "--port", "9999"];
  const { stdout, stderr } = await one.lesson(2, "receive", ...to).end();
  assertEquals(stderr, "");
  assertMatch(stdout, /Received from \[fe80::9:2(%eth0)?\]:9999: Hello, Hello!\n$/);
  await server.prints(/Received from \[fe80::9:1(%eth0)?\]:\d+\./);
});

network("lesson 4: a server and a client on link-local IPv6 addresses", async ([one, two]) => {
  await using server = two.lesson(4, "server", "--host", `${two.linkLocal}%eth0`);
  await server.prints(/Bind UDP on 9999/);
  const to = ["--host", `${two.linkLocal}%eth0`];
  const { stdout, stderr } = await one.lesson(4, "client", ...to).end();
  assertEquals(stdout + stderr, "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n");
});

network("lessons 1, 3 and 5: link-local IPv6 addresses", async ([one, two]) => {
  const at = (host: Host) => ["--host", `${host.linkLocal}%eth0`];
  await using listener = two.lesson(3, "bind", ...at(two));
  await listener.prints(/Bind UDP on \[fe80::9:2(%eth0)?\]:7781/);
  const sent = await one.lesson(1, "send", ...at(two), "--port", "7781", "--message", "Hi").end();
  assertEquals(sent.stdout + sent.stderr, "Sent 2 bytes to [fe80::9:2%eth0]:7781.\n");
  await listener.prints(/\[fe80::9:1\]:\d+ sent 2 bytes: Hi\n/);

  await using ann = one.lesson(5, "chat", ...at(two));
  await using bob = two.lesson(5, "chat", ...at(one));
  for (const program of [ann, bob]) await program.prints(/You are \[::\]:4567/);
  await ann.type("Hello Bob\n");
  await bob.prints(/^\[fe80::9:1\]:4567: Hello Bob$/m);
  await bob.type("Hello Ann\n");
  await ann.prints(/^\[fe80::9:2\]:4567: Hello Ann$/m);
});

network("lesson 5: people on two hosts talk, whoever comes first", async ([one, two]) => {
  await using ann = one.lesson(5, "chat", "--host", two.address);
  await ann.prints(/You are 0\.0\.0\.0:4567\. You write to 10\.9\.0\.2:4567\./);
  await using bob = two.lesson(5, "chat", "--host", one.address);
  await bob.prints(/You write to 10\.9\.0\.1:4567/);
  await ann.type("你好 Bob\n");
  await bob.type("Hello Ann\n");
  await bob.prints(/^10\.9\.0\.1:4567: 你好 Bob$/m);
  await ann.prints(/^10\.9\.0\.2:4567: Hello Ann$/m);
  for (const program of [ann, bob]) assertEquals((await program.end()).code, 0);
});

network(
  "lesson 6: a client finds the servers on two other hosts with one shout",
  async ([one, two, three]) => {
    const start = async (host: Host) => {
      const server = host.lesson(6, "server", "--host", "0.0.0.0");
      await server.prints(/Bind UDP on 10000/);
      return server;
    };
    await using a = await start(two);
    await using b = await start(three);
    const { code, stdout, stderr } = await one.lesson(6, "client", "--host", "10.9.0.255").end();
    assertEquals(stderr, "");
    assertMatch(stdout, /^ {2}10\.9\.0\.255 +eth0$/m); // it told which address that would be
    const answers = stdout.match(/^Received from .*/gm)?.sort();
    assertEquals(
      answers,
      [two, three].map(({ address }) => `Received from ${address}:10000: broadcasting`),
    );
    assertMatch(stdout, /Replies: 2\.\n$/);
    assertEquals(code, 0);
    for (const server of [a, b]) await server.prints(/Received from 10\.9\.0\.1:\d+/);
  },
);

network("lesson 6: 255.255.255.255 without a default route is told as that", async ([one]) => {
  const { code, stderr } = await one.lesson(6, "client", "--host", "255.255.255.255").end();
  assertMatch(stderr, /^Cannot send to 255\.255\.255\.255:10000: no route leads there .*\n$/);
  assertEquals(code, 1);

  await one.ip("route", "add", "default", "via", "10.9.0.3");
  const nobody = await one.lesson(6, "client", "--host", "255.255.255.255").end();
  assertStringIncludes(nobody.stderr, "No reply.");
  assertEquals(nobody.code, 1);
});

network(
  "lesson 4: Python's server and Python's client on other hosts",
  async ([one, two, three]) => {
    await using pythonServer = two.python(`
s.bind(("0.0.0.0", 9999))
print("Bind UDP on 9999...", flush=True)
while True:
    data, addr = s.recvfrom(1024)
    print("Received from %s:%s." % addr, flush=True)
    s.sendto(b"Hello, %s!" % data, addr)`);
    await pythonServer.prints(/Bind/);
    const ours = await one.lesson(4, "client", "--host", two.address).end();
    assertEquals(ours.stdout, "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n");
    await pythonServer.prints(/(Received from 10\.9\.0\.1:\d+\.\n){3}/);

    await using server = three.lesson(4, "server", "--host", "0.0.0.0");
    await server.prints(/Bind UDP on 9999/);
    const theirs = await one.python(`
for data in [b"Michael", b"Tracy", b"Sarah"]:
    s.sendto(data, ("10.9.0.3", 9999))
    print(s.recv(1024).decode("utf-8"))`).end();
    assertEquals(theirs.stdout, "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n");
  },
  !python,
);

network(
  "lesson 6: Python's server and Python's client on other hosts",
  async ([one, two, three]) => {
    await using ours = two.lesson(6, "server", "--host", "0.0.0.0");
    await ours.prints(/Bind UDP on 10000/);
    await using theirs = three.python(`
s.bind(("", 10000))
print("Listening", flush=True)
while True:
    data, address = s.recvfrom(65535)
    print("Server received from {}:{}".format(address, data.decode("utf-8")), flush=True)
    s.sendto("broadcasting".encode("utf-8"), address)`);
    await theirs.prints(/Listening/);
    const { stdout } = await one.lesson(6, "client", "--host", "10.9.0.255").end();
    assertMatch(stdout, /Replies: 2\.\n$/);
    await theirs.prints(/'10\.9\.0\.1', \d+\):hello from client/);

    const client = await one.python(`
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.sendto("hello from client".encode("utf-8"), ("10.9.0.255", 10000))
print(*sorted("%s from %s:%s" % (data.decode("utf-8"), *address)
    for data, address in [s.recvfrom(65535), s.recvfrom(65535)]), sep="\\n")`).end();
    assertEquals(
      client.stdout,
      "broadcasting from 10.9.0.2:10000\nbroadcasting from 10.9.0.3:10000\n",
    );
  },
  !python,
);
