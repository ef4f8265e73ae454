/**
 * Lesson 13 and the programs that people use: dig, kdig, nsupdate, nslookup, host, unbound and
 * Deno's own resolver ask our server, and our client asks dnsmasq and unbound.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { serve } from "../../lessons/04_echo.ts";
import { forecast } from "../../cli/lessons/08_loss.ts";
import { answerName, askName, resolve } from "../../lessons/13_dns.ts";
import { decode, formatRecord } from "../../lib/dns.ts";
import { relay } from "../../lib/relay.ts";
import { bind } from "../../lib/udp.ts";
import { here, soon } from "../helpers.ts";
import { peers, start } from "../peers.ts";
import { eventually, freePort, lesson, runLesson, type Running } from "../program.ts";
import { waits } from "../waits.ts";

const MANY = Array.from({ length: 40 }, (_, i) => `198.51.100.${i + 1}`);

/** Our server, and its port. */
async function serverAndPort(): Promise<[Running, number]> {
  const server = lesson(13, "server", "--port", 0);
  return [server, Number((await server.prints(/Bind UDP on (\d+)/))[1])];
}

/** What dig prints, with everything but what it is told to. */
async function dig(port: number, ...args: string[]): Promise<string> {
  await using program = start("dig", "@127.0.0.1", "-p", port, "+tries=1", "+timeout=5", ...args);
  return (await program.end()).stdout;
}

/**
 * dnsmasq with the records of our server. It says nothing when it is ready: so it is asked until it
 * answers.
 */
async function dnsmasq(): Promise<[Running, number]> {
  const port = freePort();
  const program = start(
    "dnsmasq",
    ...["--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces"],
    ...["--listen-address=127.0.0.1", `--port=${port}`, "--local=/test/"],
    "--host-record=workbook.test,192.0.2.7,2001:db8::7",
    "--cname=www.workbook.test,workbook.test",
    "--txt-record=workbook.test,Every datagram is on its own.",
    ...MANY.slice(0, 3).map((address) => `--host-record=three.workbook.test,${address}`),
    ...MANY.map((address) => `--host-record=many.workbook.test,${address}`),
  );
  for (let tries = 0; tries < 100; tries++) {
    using socket = bind();
    if (await askName(socket, { name: "workbook.test", type: "A" }, here(port), 200)) break;
  }
  return [program, port];
}

peers("lesson 13: dig asks our server for all that it has", "dig", async () => {
  const [server, port] = await serverAndPort();
  await using _ = server;
  const short = async (...args: string[]) =>
    (await dig(port, "+short", ...args)).trim().split("\n");
  assertEquals(
    await Promise.all([
      short("workbook.test"),
      short("workbook.test", "AAAA"),
      short("WWW.workbook.test", "A"),
      short("www.workbook.test", "AAAA"),
      short("workbook.test", "TXT"),
      short("three.workbook.test"),
      short("+tcp", "workbook.test"),
      short("+noedns", "workbook.test"),
      short("+nocookie", "workbook.test"),
      short("+bufsize=4096", "workbook.test"),
    ]),
    [
      ["192.0.2.7"],
      ["2001:db8::7"],
      ["workbook.test.", "192.0.2.7"],
      ["workbook.test.", "2001:db8::7"],
      ['"Every datagram is on its own."'],
      MANY.slice(0, 3),
      ["192.0.2.7"],
      ["192.0.2.7"],
      ["192.0.2.7"],
      ["192.0.2.7"],
    ],
  );
});

peers(
  "lesson 13: dig has nothing to complain of but that there is no recursion",
  "dig",
  async () => {
    const [server, port] = await serverAndPort();
    await using _ = server;
    const said = await dig(port, "workbook.test");
    assertStringIncludes(said, "status: NOERROR");
    assertMatch(said, /flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1\n/);
    assertStringIncludes(said, "EDNS: version: 0, flags:; udp: 1232");
    assertEquals(said.match(/WARNING.*/g), ["WARNING: recursion requested but not available"]);
    assert(!/malformed|mismatch|extra bytes/i.test(said), said);
    const status = async (...args: string[]) =>
      (await dig(port, ...args)).match(/status: (\w+)/)?.[1];
    assertEquals(
      await Promise.all([
        status("no.workbook.test"),
        status("example.com"),
        status("CH", "TXT", "version.bind"),
        status("workbook.test", "MX"),
        status("+edns=1", "+noednsneg", "workbook.test"),
        status("+opcode=notify", "workbook.test"),
      ]),
      ["NXDOMAIN", "REFUSED", "NOTIMP", "NOERROR", "BADVERS", "NOTIMP"],
    );
  },
);

peers(
  "lesson 13: 40 addresses are cut, and dig asks for them over TCP, on the same port",
  "dig",
  async () => {
    const [server, port] = await serverAndPort();
    await using _ = server;
    for (const edns of ["+noedns", "+edns=0"]) {
      const said = await dig(port, edns, "many.workbook.test");
      assertMatch(said, /^;; Truncated, retrying in TCP mode\.$/m);
      assertMatch(said, new RegExp(`SERVER: 127.0.0.1#${port}.*TCP`));
      assertEquals([...said.matchAll(/IN\tA\t(\S+)/g)].map(([, address]) => address), MANY);
      assertMatch(
        await dig(port, edns, "+ignore", "many.workbook.test"),
        /flags: qr aa tc rd; QUERY: 1, ANSWER: 0/,
      );
    }
  },
);

peers("lesson 13: nslookup and host ask our server", "nslookup", async () => {
  const [server, port] = await serverAndPort();
  await using _ = server;
  const nslookup = async (name: string) => {
    await using program = start("nslookup", `-port=${port}`, name, "127.0.0.1");
    return (await program.end()).stdout;
  };
  assertMatch(
    await nslookup("www.workbook.test"),
    /canonical name = workbook\.test\.[^]*192\.0\.2\.7[^]*2001:db8::7/,
  );
  assertMatch(await nslookup("no.workbook.test"), /can't find no\.workbook\.test: NXDOMAIN/);
  await using host = start("host", "-p", port, "www.workbook.test", "127.0.0.1");
  const { stdout } = await host.end();
  assertMatch(
    stdout,
    /is an alias for workbook\.test[^]*has address 192\.0\.2\.7[^]*has IPv6 address 2001:db8::7/,
  );
});

waits("lesson 13: Deno's own resolver asks our server", async () => {
  const [server, port] = await serverAndPort();
  await using _ = server;
  const nameServer = { ipAddr: "127.0.0.1", port };
  const ask = (name: string, type: "A" | "AAAA" | "CNAME") =>
    Deno.resolveDns(name, type, { nameServer });
  assertEquals(await ask("workbook.test", "A"), ["192.0.2.7"]);
  assertEquals(await ask("www.workbook.test", "AAAA"), ["2001:db8::7"]);
  assertEquals(await ask("www.workbook.test", "CNAME"), ["workbook.test."]);
  assertEquals((await ask("many.workbook.test", "A")).toSorted(), MANY.toSorted());
  assertEquals(await Deno.resolveDns("workbook.test", "TXT", { nameServer }), [[
    "Every datagram is on its own.",
  ]]);
  await assertRejects(() => ask("no.workbook.test", "A"), Deno.errors.NotFound);
});

peers("lesson 13: our client asks dnsmasq for all that it has", "dnsmasq", async () => {
  const [server, port] = await dnsmasq();
  await using _ = server;
  const ask = async (name: string, type = "A") => {
    const { code, stdout, stderr } = await runLesson(13, [
      "client",
      "--port",
      port,
      "--name",
      name,
      "--type",
      type,
    ]);
    return [code, stdout.trimEnd().split("\n").toSorted(), stderr];
  };
  const alias = "www.workbook.test CNAME workbook.test";
  assertEquals(
    await Promise.all([
      ask("workbook.test"),
      ask("Workbook.Test", "aaaa"),
      ask("www.workbook.test"),
      ask("workbook.test", "TXT"),
      ask("three.workbook.test"),
      ask("many.workbook.test"), // cut to 512 bytes, then over TCP
      ask("no.workbook.test"),
    ]),
    [
      [0, ["workbook.test A 192.0.2.7"], ""],
      [0, ["Workbook.Test AAAA 2001:db8::7"], ""],
      [0, ["workbook.test A 192.0.2.7", alias], ""],
      [0, ["workbook.test TXT Every datagram is on its own."], ""],
      [0, MANY.slice(0, 3).map((address) => `three.workbook.test A ${address}`), ""],
      [0, MANY.map((address) => `many.workbook.test A ${address}`).toSorted(), ""],
      [1, [""], `no.workbook.test NXDOMAIN, says 127.0.0.1:${port}. There is no such name.\n`],
    ],
  );
});

peers(
  "lesson 13: at 30 % loss each way, our client still hears from dnsmasq",
  "dnsmasq",
  async () => {
    const [server, port] = await dnsmasq();
    await using _ = server;
    using middle = bind();
    const relaying = relay(middle, here(port), forecast({ drop: 0.3 }, 2));
    for (let question = 1; question <= 10; question++) {
      const answer = await eventually(async () => { // on a busy machine, five tries may be few
        const asked = { name: "workbook.test", type: "A" } as const;
        const answer = await resolve(asked, middle.address, 500);
        assert(answer, `question ${question}`);
        return answer;
      });
      assertEquals(answer.records.map(formatRecord), ["workbook.test A 192.0.2.7"]);
    }
    middle.close();
    const { toServer, toClients } = await relaying;
    assert(toServer.dropped > 0 && toClients.dropped > 0, "Nothing was lost.");
  },
);

peers(
  "lesson 13: at 30 % loss each way, dig +tries=10 still hears from our server",
  "dig",
  async () => {
    using server = bind();
    using middle = bind();
    const serving = serve(server, (data) => answerName(data));
    const relaying = relay(middle, server.address, forecast({ drop: 0.3 }, 1));
    for (let question = 1; question <= 5; question++) {
      const said = await dig(
        middle.address.port,
        "+tries=10",
        "+timeout=1",
        "+short",
        "workbook.test",
      );
      assertStringIncludes(said, "192.0.2.7\n");
    }
    middle.close();
    server.close();
    const { toServer, toClients } = await relaying;
    assert(toServer.dropped + toClients.dropped > 0, "Nothing was lost.");
    await serving;
  },
);

peers("lesson 13: kdig gets an answer to whatever it can ask", "kdig", async () => {
  const [server, port] = await serverAndPort();
  await using _ = server;
  const kdig = async (...args: string[]) => {
    await using program = start(
      "kdig",
      "@127.0.0.1",
      "-p",
      port,
      "+retry=0",
      "+timeout=5",
      ...args,
    );
    return (await program.end()).stdout;
  };
  const [missing, none, odd, utf8, any, signed, notify, axfr, ixfr, newer] = await Promise.all([
    kdig("no.workbook.test"),
    kdig("workbook.test", "MX"),
    kdig("my\\032printer.workbook.test"),
    kdig("bücher.workbook.test"),
    kdig("three.workbook.test", "ANY"),
    kdig("+dnssec", "workbook.test"),
    kdig("workbook.test", "NOTIFY=2"),
    kdig("workbook.test", "AXFR"),
    kdig("workbook.test", "IXFR=1"),
    kdig("+edns=1", "workbook.test"),
  ]);
  const soa =
    /AUTHORITY SECTION:\nworkbook\.test\..*SOA\tns\.workbook\.test\. hostmaster\.workbook\.test\. 1 /;
  for (const [said, status] of [[missing, "NXDOMAIN"], [none, "NOERROR"]] as const) {
    assertStringIncludes(said, `status: ${status};`);
    assertMatch(said, soa);
  }
  for (const said of [odd, utf8]) assertStringIncludes(said, "status: NXDOMAIN;");
  assertMatch(any, /ANSWER: 3;/);
  assertMatch(signed, /flags: do;/);
  assertStringIncludes(notify, "opcode: NOTIFY; status: NOTIMPL;");
  for (const said of [axfr, ixfr]) {
    assertStringIncludes(said, "server replied with error 'REFUSED'");
  }
  assertStringIncludes(newer, "status: BADVERS;");
  for (const said of [missing, none, odd, utf8, any, signed, notify]) {
    assert(!/WARNING|malformed/.test(said), said);
  }
});

peers(
  "lesson 13: nsupdate is told at once that nothing can be changed here",
  "nsupdate",
  async () => {
    const [server, port] = await serverAndPort();
    await using _ = server;
    // Without a zone it asks first which zone that is: the SOA record says it.
    for (const zone of ["zone workbook.test\n", ""]) {
      await using program = start("nsupdate");
      const add = "update add new.workbook.test 60 A 192.0.2.1\nsend\n";
      await program.type(`server 127.0.0.1 ${port}\n${zone}${add}`);
      await program.endInput();
      const { code, stdout } = await program.end();
      assertEquals([code, stdout], [2, "update failed: NOTIMP\n"]);
    }
  },
);

peers("lesson 13: dig's question without a question gets an error", "dig", async () => {
  const [server, port] = await serverAndPort();
  await using _ = server;
  const said = await dig(port, "+header-only");
  assertMatch(said, /status: FORMERR.*\n.*QUERY: 0, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1\n/);
  assert(!/malformed|mismatch|extra bytes/i.test(said), said);
});

peers("lesson 13: dig asks again with the same number, from another port", "dig", async () => {
  using silent = bind();
  const { port } = silent.address;
  await using _ = start("dig", "@127.0.0.1", "-p", port, "+tries=2", "+timeout=1", "workbook.test");
  const first = await silent.receive({ signal: soon() });
  const second = await silent.receive({ signal: soon() });
  assertEquals(decode(second.data).id, decode(first.data).id);
  assert(second.from.port !== first.from.port);
});

/**
 * unbound, and its port. It knows a zone with a delegation, and asks the server at that port for
 * ours.
 */
async function unbound(ours: number, access = "allow") {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const zone = [
    "example. 300 IN SOA ns.example. root.example. 1 2 3 4 5",
    "example. 300 IN NS ns.example.",
    "sub.example. 300 IN NS one.sub.example.",
    "sub.example. 300 IN NS two.sub.example.",
  ];
  await Deno.writeTextFile(`${folder}/zone`, zone.join("\n") + "\n");
  const lines = [
    ...["server:", "do-daemonize: no", 'chroot: ""', 'username: ""', 'pidfile: ""'],
    ...[`directory: "${folder}"`, "use-syslog: no", 'module-config: "iterator"', "num-threads: 1"],
    ...[`interface: 127.0.0.1@${port}`, `access-control: 127.0.0.1/32 ${access}`],
    ...["do-not-query-localhost: no", 'local-zone: "test." nodefault'],
    ...["remote-control:", "control-enable: no"],
    ...["stub-zone:", 'name: "workbook.test"', `stub-addr: 127.0.0.1@${ours}`],
    ...["auth-zone:", 'name: "example."', `zonefile: "${folder}/zone"`, "for-upstream: no"],
  ];
  await Deno.writeTextFile(`${folder}/conf`, lines.join("\n") + "\n");
  const program = start("unbound", "-d", "-c", `${folder}/conf`);
  await program.prints(/start of service/);
  const close = async () => {
    await program[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  };
  return { port, [Symbol.asyncDispose]: close };
}

peers(
  "lesson 13: unbound refuses with a header alone, and our client says so",
  "unbound",
  async () => {
    await using resolver = await unbound(freePort(), "refuse");
    const { port } = resolver;
    const { code, stderr } = await runLesson(13, ["client", "--port", port, "--timeout", 5]);
    assertEquals(
      [code, stderr],
      [1, `workbook.test REFUSED, says 127.0.0.1:${port}. It does not answer for this name.\n`],
    );
  },
);

peers(
  "lesson 13: unbound refers our client to other servers, which it names",
  "unbound",
  async () => {
    await using resolver = await unbound(freePort());
    const { port } = resolver;
    const args = ["client", "--port", port, "--name", "www.sub.example", "--timeout", 5];
    const { code, stderr } = await runLesson(13, args);
    assertEquals(code, 1);
    const names = "(one|two)\\.sub\\.example";
    assertMatch(
      stderr,
      new RegExp(`^127\\.0\\.0\\.1:${port} does not have A www\\.sub\\.example\\. `),
    );
    assertMatch(stderr, new RegExp(` the name servers of sub\\.example: ${names}, ${names}\\. `));
  },
);

peers("lesson 13: unbound asks our server, and remembers what is missing", "unbound", async () => {
  using server = bind();
  const questions: string[] = [];
  const serving = serve(server, (data) => {
    questions.push(decode(data).question.name.toLowerCase());
    return answerName(data);
  });
  await using resolver = await unbound(server.address.port);
  const ask = async (name: string) => {
    const answer = await resolve({ name, type: "A" }, here(resolver.port), 5000);
    return [answer?.code, ...answer!.records.map(formatRecord)];
  };
  assertEquals(await ask("workbook.test"), ["NOERROR", "workbook.test A 192.0.2.7"]);
  for (let times = 0; times < 3; times++) {
    assertEquals(await ask("no.workbook.test"), ["NXDOMAIN"]);
  }
  assertEquals(questions.filter((name) => name === "no.workbook.test").length, 1);
  server.close();
  await serving;
});
