import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { receiveWithin } from "../lessons/02_receive.ts";
import { serve } from "../lessons/04_echo.ts";
import { forecast } from "../cli/lessons/08_loss.ts";
import { answerName, askName, client as simpleClient, resolve } from "../lessons/13_dns.ts";
import {
  decode,
  encodeAnswer,
  encodeQuestion,
  formatMessage,
  formatRecord,
  headerOf,
  MAX_MESSAGE,
  type Message,
  type NameRecord,
  TYPES,
} from "../lib/dns.ts";
import { bindBoth, serveTcp } from "../lib/dns_tcp.ts";
import { relay } from "../lib/relay.ts";
import { askOnce, resolveName } from "../lib/resolver.ts";
import { bind, type Datagram, MAX_BYTES, Socket } from "../lib/udp.ts";
import { bytes, flooded, here, PATIENCE, soon, within } from "./helpers.ts";
import { NO_IPV6, NO_TERMINAL, unless } from "./only.ts";
import { eventually, freePort, inTerminal, lesson, runLesson, type Running } from "./program.ts";
import { waits } from "./waits.ts";

const WWW = { name: "workbook.test", type: "A" };
const TRUE = "workbook.test A 192.0.2.7";
const FALSE = [{ ...WWW, ttl: 300, data: "203.0.113.66" }];

/** The page's client and lib/resolver.ts keep the same promises. */
const ASKS: Record<string, typeof askName> = {
  askName,
  askOnce: (socket, question, server, milliseconds) => {
    return askOnce(socket, question, server, { milliseconds });
  },
};
const RESOLVES = { resolve, resolveName };

/** What the server answers over UDP. */
function answered(name: string, type = "A", extra: (asked: Uint8Array) => Uint8Array = (it) => it) {
  const asked = extra(encodeQuestion(7, { name, type }));
  const answer = answerName(asked);
  assert(answer);
  return { asked, answer, message: decode(answer) };
}

/** The same from a client that says it takes so many bytes, and that may add padding (RFC 7830). */
function withEdns(asked: Uint8Array, size: number, padding = 0): Uint8Array {
  const head = [0, 0, 41, size >> 8, size & 255, 0, 0, 0, 0, 0, 4 + padding, 0, 12, 0, padding];
  const bytes = new Uint8Array([...asked, ...head, ...new Uint8Array(padding)]);
  bytes[11] = 1;
  return bytes;
}

/** An answer to the question in this datagram. */
function answerTo({ data }: Datagram, records: readonly NameRecord[]): Uint8Array {
  return encodeAnswer(decode(data), { code: "NOERROR", records });
}

function lines(message: Message | undefined): string[] | undefined {
  return message?.records.map(formatRecord);
}

async function portOf(program: Running): Promise<number> {
  return Number((await program.prints(/Bind UDP on (\d+)/))[1]);
}

Deno.test("lesson 13: the server answers A, AAAA, TXT, an alias with its address, and several", () => {
  assertEquals(lines(answered("workbook.test").message), [TRUE]);
  assertEquals(lines(answered("workbook.test", "AAAA").message), [
    "workbook.test AAAA 2001:db8::7",
  ]);
  assertEquals(lines(answered("workbook.test", "TXT").message), [
    "workbook.test TXT Every datagram is on its own.",
  ]);
  const alias = "www.workbook.test CNAME workbook.test";
  assertEquals(lines(answered("www.workbook.test").message), [alias, TRUE]);
  assertEquals(lines(answered("www.workbook.test", "CNAME").message), [alias]);
  assertEquals(lines(answered("three.workbook.test").message)?.length, 3);
  const { message } = answered("wOrKbOoK.TEST");
  assertEquals([message.question.name, ...lines(message)!], [
    "wOrKbOoK.TEST",
    "wOrKbOoK.TEST A 192.0.2.7",
  ]);
});

Deno.test("lesson 13: the question and the answer have the bytes that the page draws", () => {
  const question = encodeQuestion(0x1267, WWW);
  const header = "1267" + "0100" + "0001" + "0000" + "0000" + "0000";
  const name = "08" + bytes("workbook").toHex() + "04" + bytes("test").toHex() + "00";
  assertEquals(question.toHex(), header + name + "0001" + "0001");
  const record = "c00c" + "0001" + "0001" + "0000012c" + "0004" + "c0000207";
  const answer = answerName(question)!.toHex();
  assertEquals(answer.slice(2 * 12), name + "0001" + "0001" + record);
});

Deno.test("lesson 13: the server says what there is not, and what it does not do", () => {
  const code = (name: string, type = "A") => answered(name, type).message.code;
  assertEquals(code("nowhere.workbook.test"), "NXDOMAIN");
  assertEquals(code("example.com"), "REFUSED");
  const { message } = answered("workbook.test", "CNAME");
  assertEquals([message.code, message.records], ["NOERROR", []]);
  const notify = answered("workbook.test", "A", (asked) => asked.fill(0x20, 2, 3));
  assertEquals(notify.message.code, "NOTIMP");
});

Deno.test("lesson 13: the server answers whatever DNS question real programs send", () => {
  const hex = (text: string) => Uint8Array.fromHex(text.replaceAll(" ", ""));
  const zone = "08776f726b626f6f6b 0474657374 00";
  const soa = "c00c 0006 0001 00000e10 0016 00 00 00000001 00000e10 00000258 00015180 0000003c";
  const opt = "00 0029 04d0 00000000 0000";
  const questions: Record<string, [string, Uint8Array]> = {
    // nsupdate: a record to add, none to be there
    UPDATE: ["NOTIMP", hex(`1111 2800 0001 0000 0001 0000 ${zone} 0006 0001 ${soa}`)],
    // kdig and other name servers: the SOA record that is new
    NOTIFY: ["NOTIMP", hex(`1111 2400 0001 0001 0000 0000 ${zone} 0006 0001 ${soa}`)],
    IXFR: ["REFUSED", hex(`1111 0000 0001 0000 0001 0000 ${zone} 00fb 0001 ${soa}`)],
    AXFR: ["REFUSED", hex(`1111 0000 0001 0000 0000 0000 ${zone} 00fc 0001`)],
    "two questions": [
      "FORMERR",
      hex(`1111 0100 0002 0000 0000 0000 ${zone} 0001 0001 ${zone} 001c 0001`),
    ],
    "two OPT": [
      "FORMERR",
      hex(`1111 0100 0001 0000 0000 0002 ${zone} 0001 0001 ${opt} ${opt}`),
    ],
    "no question": ["FORMERR", hex("1111 0100 0000 0000 0000 0000")],
  };
  for (const [what, [code, question]] of Object.entries(questions)) {
    for (const overTcp of [false, true]) {
      const answer = answerName(question, overTcp);
      assert(answer, what);
      assertEquals(headerOf(answer)?.code, code, what);
      assertEquals(headerOf(answer)?.id, 0x1111);
      assert(answer.length <= question.length, `${what}: ${answer.length} bytes`);
      assertEquals(answerName(answer, overTcp), undefined, `an answer to the answer to ${what}`);
    }
    question[2]! |= 0x80; // the same as an answer
    assertEquals(answerName(question), undefined, what);
  }
});

Deno.test("lesson 13: a label with a space, a dot, an escape sequence or UTF-8 is a name as others", () => {
  const labels = ["my\\032printer", "a\\046b", "\\027[2J", "b\\195\\188ro", "\\127", "\\000"];
  for (const label of labels) {
    const { answer, message } = answered(`${label}.workbook.test`);
    assertEquals([message.code, message.question.name], [
      "NXDOMAIN",
      `${label}.workbook.test`,
    ]);
    assertEquals(message.authority.map(({ type }) => type), ["SOA"]);
    assertEquals(answerName(answer), undefined);
  }
  // What looks like the zone's name is one label here.
  assertEquals(answered("no\\046workbook.test").message.code, "REFUSED");
});

Deno.test("lesson 13: what is missing may be remembered: the answer says for how long", () => {
  for (const [name, type] of [["no.workbook.test", "A"], ["workbook.test", "CNAME"]] as const) {
    const { asked, answer, message } = answered(name, type);
    assertEquals(message.authority.map(formatRecord), [
      "workbook.test SOA ns.workbook.test hostmaster.workbook.test 1 7200 1800 1209600 300",
    ]);
    assert(answer.length <= 4 * asked.length);
  }
  assertEquals(lines(answered("workbook.test", "NS").message), [
    "workbook.test NS ns.workbook.test",
  ]);
  assertEquals(lines(answered("workbook.test", "SOA").message)?.length, 1);
});

Deno.test("lesson 13: over UDP an answer has four times the bytes of its question at most", () => {
  for (
    const name of [
      "workbook.test",
      "www.workbook.test",
      "three.workbook.test",
      "many.workbook.test",
      "ns.workbook.test",
      "no.workbook.test",
    ]
  ) {
    for (const type of TYPES) {
      for (const size of [0, 512, 1232, 65_535]) {
        const { asked, answer } = answered(name, type, (it) => size ? withEdns(it, size) : it);
        assert(
          answer.length <= 4 * asked.length,
          `${name} ${type}: ${asked.length}, ${answer.length}`,
        );
      }
    }
  }
});

Deno.test("lesson 13: 40 addresses are too many for UDP: TC, and over TCP they all come", () => {
  const { asked, message } = answered("many.workbook.test");
  assertEquals([message.truncated, message.records], [true, []]);
  const whole = decode(answerName(asked, true)!);
  assertEquals([whole.truncated, whole.records.length], [false, 40]);
});

Deno.test("lesson 13: 40 addresses come over UDP to who asks at length, and takes so many", () => {
  const whole = answered("many.workbook.test", "A", (asked) => withEdns(asked, 1232, 200)).answer;
  for (let padding = 0; padding <= 200; padding++) {
    for (const size of [512, 1232]) {
      const padded = (asked: Uint8Array) => withEdns(asked, size, padding);
      const { asked, answer, message } = answered("many.workbook.test", "A", padded);
      const fits = whole.length <= Math.min(size, 4 * asked.length);
      assertEquals([message.truncated, message.records.length], fits ? [false, 40] : [true, 0]);
      assert(answer.length <= 4 * asked.length);
    }
  }
});

Deno.test("lesson 13: an answer is no question, and neither is what is no DNS message", () => {
  const { asked, answer } = answered("workbook.test");
  assertEquals(answerName(answer), undefined);
  assertEquals(answerName(answer, true), undefined);
  for (
    const other of [bytes(""), bytes("Hello"), asked.subarray(0, -1), new Uint8Array(MAX_BYTES)]
  ) {
    assertEquals(answerName(other), undefined);
  }
  const forged = asked.slice();
  forged[2]! |= 0x80; // only the bit QR says what it is
  assertEquals(answerName(forged), undefined);
});

for (const [asks, ask] of Object.entries(ASKS)) {
  Deno.test(`lesson 13, ${asks}: the client takes no answer with another number, question or sender`, async () => {
    using server = bind();
    using stranger = bind();
    using client = bind();
    const asking = ask(client, WWW, server.address, 5000);
    const question = await server.receive({ signal: soon() });
    const { data, from } = question;
    const forged = answerTo(question, FALSE);
    await stranger.send(forged, from); // it knows all, but it is not who was asked
    for (let bit = 0; bit < 16; bit++) {
      const guess = forged.slice();
      guess[bit >> 3]! ^= 1 << (bit & 7);
      await server.send(guess, from);
    }
    const [id] = new Uint16Array([data[0]! << 8 | data[1]!]);
    const other = encodeQuestion(id!, { name: "www.workbook.test", type: "A" });
    await server.send(encodeAnswer(decode(other), { code: "NOERROR", records: FALSE }), from);
    await server.send(data, from); // the question itself, with the right number
    for (const nonsense of ["", "Hello"]) await server.send(nonsense, from);
    await server.send(new Uint8Array(MAX_BYTES), from);
    await server.send(answerName(data)!, from);
    assertEquals(lines(await asking), [TRUE]);
  });
}

for (const [asks, ask] of Object.entries(RESOLVES)) {
  Deno.test(`lesson 13, ${asks}: every question has a number and a port of its own`, async () => {
    using server = bind();
    const seen: { id: number; port: number }[] = [];
    const asking = ask(WWW, server.address, 20);
    for (let tries = 1; tries <= 5; tries++) {
      const { data, from } = await server.receive({ signal: soon() });
      assertEquals(formatMessage(decode(data)), "A workbook.test?");
      seen.push({ id: decode(data).id, port: from.port });
    }
    assertEquals(await asking, undefined);
    assertEquals(await receiveWithin(server, 50), undefined); // five, and no more
    assert(new Set(seen.map(({ id }) => id)).size >= 4, "The numbers are the same.");
    assert(seen.some(({ id }) => id > 255), "The numbers have 8 bits only.");
    assert(new Set(seen.map(({ port }) => port)).size >= 4, "The ports are the same.");
  });
}

for (const [asks, ask] of Object.entries(ASKS)) {
  Deno.test(`lesson 13, ${asks}: what comes all the time, and is no answer, does not keep the client waiting`, async () => {
    using server = bind();
    using client = bind();
    const asking = within(PATIENCE, ask(client, WWW, server.address, 200));
    const { from } = await server.receive({ signal: soon() });
    assertEquals(await flooded(server, from, asking), undefined);
  });
}

for (const [asks, ask] of Object.entries(ASKS)) {
  Deno.test(`lesson 13, ${asks}: the client does not take a failure for a missing answer`, async () => {
    using server = bind();
    const client = bind();
    const asking = ask(client, WWW, server.address, 5000);
    await server.receive({ signal: soon() });
    client.close();
    await assertRejects(() => asking, Deno.errors.Interrupted);
  });
}

for (const [asks, ask] of Object.entries(RESOLVES)) {
  Deno.test(`lesson 13, ${asks}: a lost question is asked again, and the answer to that one counts`, async () => {
    using server = bind();
    const asking = ask(WWW, server.address, 200);
    await server.receive({ signal: soon() });
    const { data, from } = await server.receive({ signal: soon() });
    await server.send(answerName(data)!, from);
    assertEquals(lines(await asking), [TRUE]);
  });
}

for (const [asks, ask] of Object.entries(RESOLVES)) {
  Deno.test(`lesson 13, ${asks}: an answer that was cut is asked for over TCP; without TCP it stays cut`, async () => {
    using both = bindBoth(here(0));
    const serving = serve(both.socket, (data) => answerName(data));
    const many = { name: "many.workbook.test", type: "A" };
    const tcp = serveTcp(both.listener, (data) => answerName(data, true));
    assertEquals((await ask(many, both.socket.address, 5000))?.records.length, 40);
    both.listener.close();
    await tcp;
    const cut = await ask(many, both.socket.address, 5000);
    assertEquals([cut?.truncated, cut?.records], [true, []]);
    both.socket.close();
    await serving;
  });
}

for (const [asks, ask] of Object.entries(RESOLVES)) {
  Deno.test(`lesson 13, ${asks}: over TCP, too, only the answer to the question is one`, async () => {
    const other = encodeAnswer(decode(encodeQuestion(7, WWW)), { code: "NOERROR", records: FALSE });
    const forgeries: ((question: Uint8Array) => Uint8Array)[] = [
      (question) => new Uint8Array([...question.subarray(0, 2), ...other.subarray(2)]), // to another question
      (question) => answerName(question, true)!.fill(question[0]! ^ 1, 0, 1), // with another number
      (question) => question,
      () => bytes("Hello"),
    ];
    for (const forge of forgeries) {
      const both = bindBoth(here(0));
      const serving = serve(both.socket, (data) => answerName(data));
      const tcp = serveTcp(both.listener, forge);
      const cut = await ask({ name: "many.workbook.test", type: "A" }, both.socket.address, 5000);
      assertEquals([cut?.truncated, cut?.records], [true, []]);
      both[Symbol.dispose]();
      await Promise.all([serving, tcp]);
    }
  });
}

Deno.test("lesson 13: a question from port 0 ends no server, and gets no answer", async () => {
  const real = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const sent: number[] = [];
  let first = true;
  const server = new Socket({
    addr: real.addr,
    receive: async (buffer: Uint8Array<ArrayBuffer>) => {
      if (!first) return await real.receive(buffer);
      first = false;
      const question = encodeQuestion(7, WWW);
      buffer.set(question);
      return [buffer.subarray(0, question.length), { transport: "udp", ...here(0) }];
    },
    send: (data: Uint8Array<ArrayBuffer>, to: Deno.NetAddr) => {
      sent.push(to.port);
      return real.send(data, to);
    },
    close: () => real.close(),
  } as unknown as Deno.DatagramConn);
  const log: string[] = [];
  const serving = serve(server, (data) => answerName(data), (line) => log.push(line));
  using client = bind();
  assertEquals(lines(await askName(client, WWW, server.address, 5000)), [TRUE]);
  assertEquals(sent, [client.address.port]);
  assertMatch(log[1]!, /^No reply to 127\.0\.0\.1:0: Port 0 is not a port/);
  server.close();
  await serving;
});

waits(
  "lesson 13: where a network loses three of ten each way, the answer comes all the same",
  async () => {
    using server = bind();
    const serving = serve(server, (data) => answerName(data));
    using middle = bind();
    const patience = Deno.build.os === "windows" ? 2000 : 500; // Wine may stall for half a second
    // Each try is a new client to the relay, with dice of its own.
    const relaying = relay(middle, server.address, forecast({ drop: 0.3 }, 1));
    for (let question = 1; question <= 10; question++) {
      const answer = await resolve(WWW, middle.address, patience);
      assertEquals(lines(answer), [TRUE], `question ${question}`);
    }
    middle.close();
    server.close();
    const { toServer, toClients } = await relaying;
    assert(toServer.dropped > 0 && toClients.dropped > 0, "Nothing was lost.");
    await serving;
  },
);

Deno.test("lesson 13: server and client, each as a program", async () => {
  await using server = lesson(13, "server", "--port", 0);
  const port = await portOf(server);
  const ask = async (...args: string[]) => {
    const { code, stdout, stderr } = await runLesson(13, ["client", "--port", port, ...args]);
    return [code, stdout, stderr];
  };
  const alias = "www.workbook.test CNAME workbook.test\n";
  assertEquals(
    await Promise.all([
      ask(),
      ask("--name", "www.workbook.test.", "--type", "aaaa"),
      ask("--name", "WWW.workbook.test", "--type", "CNAME"),
      ask("--type", "TXT"),
      ask("--name", "no.workbook.test"),
      ask("--name", "example.com"),
      ask("--type", "CNAME"),
    ]),
    [
      [0, `${TRUE}\n`, ""],
      [0, `${alias}workbook.test AAAA 2001:db8::7\n`, ""],
      [0, "WWW.workbook.test CNAME workbook.test\n", ""], // as it was asked
      [0, "workbook.test TXT Every datagram is on its own.\n", ""],
      [1, "", `no.workbook.test NXDOMAIN, says 127.0.0.1:${port}. There is no such name.\n`],
      [1, "", `example.com REFUSED, says 127.0.0.1:${port}. It does not answer for this name.\n`],
      [
        1,
        "",
        `workbook.test has no CNAME, says 127.0.0.1:${port}. The name is there, but it has no record of this type.\n`,
      ],
    ],
  );
  const [code, stdout] = await ask("--name", "many.workbook.test");
  assertEquals(
    [code, String(stdout).match(/^many\.workbook\.test A 198\.51\.100\.\d+$/gm)?.length],
    [0, 40],
  );
  await server.prints(
    /(Received from 127\.0\.0\.1:\d+\.\n)+Connected over TCP: 127\.0\.0\.1:\d+\.\n/,
  );
});

Deno.test("lesson 13: client --simple asks with the page's code: records, or what is wrong", async () => {
  await using server = lesson(13, "server", "--port", 0);
  const port = await portOf(server);
  const ask = async (...args: string[]) => {
    const all = ["client", "--simple", "--port", port, ...args];
    const { code, stdout, stderr } = await runLesson(13, all);
    return [code, stdout, stderr];
  };
  assertEquals(await ask(), [0, `${TRUE}\n`, ""]);
  assertEquals(await ask("--name", "no.workbook.test"), [
    ...[1, "", `no.workbook.test NXDOMAIN, says 127.0.0.1:${port}.\n`],
  ]);
  const [code, stdout] = await ask("--name", "many.workbook.test");
  assertEquals([code, String(stdout).match(/\n/g)?.length], [0, 40]);

  using silent = bind();
  const sentence = `Is there a name server at 127.0.0.1:${silent.address.port}? It never answered.`;
  await assertRejects(() => simpleClient(WWW, silent.address, 0.01), Error, sentence);
});

Deno.test("lesson 13: client --simple prints what a server makes up safely, and cut", async () => {
  using server = bind();
  const printed: string[] = [];
  const asking = simpleClient({ ...WWW, type: "TXT" }, server.address, 5, (line) => {
    printed.push(line);
  });
  const question = await server.receive({ signal: soon() });
  const record = { name: "workbook.test", type: "TXT", ttl: 1 };
  const records = [{ ...record, data: "\x1b[2J\u202e" }, { ...record, data: "x".repeat(5000) }];
  await server.send(answerTo(question, records), question.from);
  await asking;
  assertEquals(printed[0], "workbook.test TXT \\x1b[2J\\u{202e}");
  assertMatch(printed[1]!, /^workbook\.test TXT x{900,1000}… \(5,018 characters\)$/);
});

Deno.test("lesson 13: the server answers questions only, and goes on", async () => {
  await using server = lesson(13, "server", "--port", 0);
  const to = here(await portOf(server));
  using client = bind();
  const answer = answered("workbook.test").answer;
  for (const other of [answer, "", "Hello", new Uint8Array(MAX_BYTES)]) {
    await client.send(other, to);
  }
  assertEquals(lines(await askName(client, WWW, to, 5000)), [TRUE]);
  assertEquals(await receiveWithin(client, 20), undefined);
  await server.prints(/(Received from 127\.0\.0\.1:\d+\. It gets no reply\.\n){4}/);
});

Deno.test("lesson 13: what a server makes up is printed safely, and cut", async () => {
  using server = bind();
  await using client = lesson(13, "client", "--port", server.address.port, "--type", "TXT");
  const question = await server.receive({ signal: soon() });
  const record = { name: "workbook.test", type: "TXT", ttl: 1 };
  const records = [{ ...record, data: "\x1b[2J\u202e" }, { ...record, data: "x".repeat(5000) }];
  await server.send(answerTo(question, records), question.from);
  const { code, stdout } = await client.end();
  assertMatch(
    stdout,
    /^workbook\.test TXT \\x1b\[2J\\u\{202e\}\nworkbook\.test TXT x{900,1000}… \(5,018 characters\)\n$/,
  );
  assertEquals(code, 0);
});

Deno.test("lesson 13: an error of the server is told as what it says", async () => {
  using server = bind();
  await using client = lesson(13, "client", "--port", server.address.port);
  const question = await server.receive({ signal: soon() });
  const answer = answerTo(question, []);
  answer[3]! |= 2;
  await server.send(answer, question.from);
  const { code, stderr } = await client.end();
  assertMatch(stderr, /^workbook\.test SERVFAIL, says 127\.0\.0\.1:\d+\. It could not\.\n$/);
  assertEquals(code, 1);
});

/** What the client says to a server that answers its question with this. */
async function told(
  answer: (question: Uint8Array) => Uint8Array | string,
  ...args: string[]
): Promise<{ port: number; code: number; stdout: string; stderr: string }> {
  using server = bind();
  const { port } = server.address;
  const serving = serve(server, answer);
  const ended = await runLesson(13, ["client", "--port", port, "--timeout", 0.2, ...args]);
  server.close();
  await serving;
  return { port, ...ended };
}

/** A header with the number of this question, and these numbers behind it. */
function header(question: Uint8Array, ...numbers: number[]): Uint8Array {
  return new Uint8Array([...question.subarray(0, 2), ...numbers.flatMap((n) => [n >> 8, n & 255])]);
}

Deno.test("lesson 13: an error of a header only is told as what it says, at once", async () => {
  let asked = 0;
  for (
    const [flags, code, why] of [
      [0x8105, "REFUSED", "It does not answer for this name"],
      [0x8101, "FORMERR", "It could not read the question"],
      [0x8104, "NOTIMP", "It does not do what was asked"],
      [0x8102, "SERVFAIL", "It could not"],
      [0x8109, "NOTAUTH", "It does not have this zone"],
    ] as const
  ) {
    asked = 0;
    const { port, code: exit, stdout, stderr } = await told((question) => {
      asked++;
      return header(question, flags, 0, 0, 0, 0);
    });
    assertEquals([exit, stdout, asked], [1, "", 1]);
    assertEquals(stderr, `workbook.test ${code}, says 127.0.0.1:${port}. ${why}.\n`);
  }
});

Deno.test("lesson 13: zeros behind an answer do no harm", async () => {
  const { code, stdout, stderr } = await told((question) =>
    new Uint8Array([...answerName(question)!, ...new Uint8Array(20)])
  );
  assertEquals([code, stdout, stderr], [0, `${TRUE}\n`, ""]);
});

Deno.test("lesson 13: a referral is told as one, with the servers that it names", async () => {
  const { port, code, stdout, stderr } = await told((question) => {
    const asked = decode(question);
    const authority = ["a", "b"].map((server) => (
      { name: "test", type: "NS", ttl: 1, data: `${server}.nic.test` }
    ));
    const answer = encodeAnswer(asked, { code: "NOERROR", records: [], authority });
    return answer.fill(answer[2]! & ~0x04, 2, 3); // no AA: the zone is not its own
  });
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    `127.0.0.1:${port} does not have A workbook.test. ` +
      "It refers to the name servers of test: a.nic.test, b.nic.test. Ask one of them with --host.\n",
  );
});

waits(
  "lesson 13: what comes and is not the answer is told, with the sender and the reason",
  async () => {
    const other = (question: Uint8Array, name: string, type = "A") => {
      const { id } = decode(question);
      return encodeAnswer(decode(encodeQuestion(id, { name, type })), {
        code: "NOERROR",
        records: [],
      });
    };
    const answers: [string, (question: Uint8Array) => Uint8Array | string][] = [
      ["sent 5 bytes that are not a DNS message", () => "Hello"],
      ["sent 1 byte that is not a DNS message", () => "H"],
      ["sent 0 bytes that are not a DNS message", () => ""],
      ["sent 24 bytes that are not a DNS message", () => "Hello! Is anybody there?"],
      ["sent a question, not an answer", (question) => question],
      [
        "sent an answer with another number",
        (question) => answerName(question)!.fill(question[0]! ^ 1, 0, 1),
      ],
      ["sent an answer without the question", (question) => header(question, 0x8100, 0, 0, 0, 0)],
      [
        "sent an answer that is damaged. A record is cut",
        (question) => answerName(question)!.subarray(0, -3),
      ],
      [
        "sent the answer to another question, A www.workbook.test",
        (question) => other(question, "www.workbook.test"),
      ],
      [
        "sent the answer to another question, TXT workbook.test",
        (question) => other(question, "workbook.test", "TXT"),
      ],
      [
        "sent the answer to another question, A \\027[2J.test",
        (question) => other(question, "\\027[2J.test"),
      ],
    ];
    await Promise.all(answers.map(async ([why, answer]) => {
      const { port, code, stdout, stderr } = await told(answer);
      assertEquals([code, stdout], [1, ""], why);
      const sentence = `Nothing that came answers A workbook.test. 127.0.0.1:${port} ${why}`;
      assert(stderr.startsWith(sentence), stderr);
      assertMatch(stderr, /( \([2-5] times\))?\.\n$/);
      assert(!stderr.includes("\x1b"));
    }));
  },
);

waits("lesson 13: what strangers send is told with who they are, and not without end", async () => {
  using server = bind();
  using one = bind();
  await using client = lesson(13, "client", "--port", server.address.port, "--timeout", 0.2);
  const strangers = Array.from({ length: 20 }, () => bind());
  for (let tries = 1; tries <= 5; tries++) {
    const { data, from } = await server.receive({ signal: soon() });
    await one.send(answerName(data)!, from);
    for (const stranger of strangers) await stranger.send("x", from);
  }
  const { code, stderr } = await client.end();
  for (const stranger of strangers) stranger.close();
  assertEquals(code, 1);
  assert(
    stderr.includes(
      `127.0.0.1:${one.address.port} sent 47 bytes, but 127.0.0.1:${server.address.port} was asked`,
    ),
    stderr,
  );
  assertEquals(stderr.match(/ was asked/g)?.length, 3); // different ones, however many there are
});

/** A server that says TC, and does this over TCP. */
async function toldOverTcp(
  work: (connection: Deno.TcpConn, question: Uint8Array) => Promise<void>,
): Promise<{ port: number; code: number; stdout: string; stderr: string }> {
  using both = bindBoth(here(0));
  const cut = (data: Uint8Array) => encodeAnswer(decode(data), { code: "NOERROR", records: [] }, 0);
  const serving = serve(both.socket, cut);
  const connected = (async () => {
    using connection = await both.listener.accept();
    const question = new Uint8Array(1000);
    const size = await connection.read(question);
    await work(connection, question.subarray(2, size!));
  })();
  const { port } = both.socket.address;
  const ended = await runLesson(13, ["client", "--port", port, "--timeout", 5]);
  await connected;
  both[Symbol.dispose]();
  await serving;
  return { port, ...ended };
}

Deno.test("lesson 13: an answer of 65,535 bytes comes over TCP, and all of it is printed", async () => {
  const record = { ...WWW, type: "A", ttl: 1, data: "192.0.2.7" };
  const { code, stdout, stderr } = await toldOverTcp(async (connection, question) => {
    // The header and the question are 31 bytes, and each record has 16.
    const records = Array(4094).fill(record);
    const answer = encodeAnswer(decode(question), { code: "NOERROR", records });
    assertEquals(answer.length, MAX_MESSAGE);
    const framed = new Uint8Array([255, 255, ...answer]);
    for (let sent = 0; sent < framed.length;) {
      sent += await connection.write(framed.subarray(sent));
    }
  });
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout, `${TRUE}\n`.repeat(4094));
});

Deno.test("lesson 13: what comes over TCP and is not the answer is told, with the reason", async () => {
  const framed = (bytes: Uint8Array, size = bytes.length) =>
    new Uint8Array([size >> 8, size & 255, ...bytes]);
  const answers: [string, (question: Uint8Array) => Uint8Array][] = [
    ["sent 5 bytes that are not a DNS message", () => framed(bytes("Hello"))],
    ["sent 1 byte that is not a DNS message", () => new Uint8Array([0])], // half of a length
    [
      "sent an answer that is damaged. The message is cut",
      (question) => framed(answerName(question)!.subarray(0, 30), 47), // and then it ends
    ],
    [
      "sent an answer with another number",
      (question) => framed(answerName(question)!.fill(question[0]! ^ 1, 0, 1)),
    ],
    [
      "says over TCP, too, that there is more",
      (question) => framed(encodeAnswer(decode(question), { code: "NOERROR", records: [] }, 0)),
    ],
  ];
  await Promise.all(answers.map(async ([why, answer]) => {
    const { port, code, stdout, stderr } = await toldOverTcp(async (connection, question) => {
      await connection.write(answer(question));
    });
    assertEquals([code, stdout], [1, ""], why);
    const server = `127.0.0.1:${port}`;
    const sentence =
      `${server} has more than a datagram holds, and over TCP its answer did not come.`;
    assertEquals(stderr, `${sentence} ${server} ${why}.\n`);
  }));
});

Deno.test("lesson 13: an answer that is cut, and nobody there over TCP", async () => {
  using server = await eventually(() => bind({ port: freePort() }));
  const { port } = server.address;
  await using client = lesson(13, "client", "--port", port);
  const { data, from } = await server.receive({ signal: soon() });
  await server.send(encodeAnswer(decode(data), { code: "NOERROR", records: [] }, 0), from);
  const { code, stdout, stderr } = await client.end();
  const sentence =
    `127.0.0.1:${port} has more than a datagram holds, and over TCP it does not answer.\n`;
  assertEquals([code, stdout, stderr], [1, "", sentence]);
});

waits("lesson 13: without a server the client asks five times, and ends with 1", async () => {
  const port = freePort();
  const { code, stdout, stderr } = await runLesson(13, [
    "client",
    "--port",
    port,
    "--timeout",
    0.05,
  ]);
  assertEquals([code, stdout], [1, ""]);
  assertEquals(stderr, `Is there a name server at 127.0.0.1:${port}? It never answered.\n`);
});

Deno.test("lesson 13: a busy port, of UDP or of TCP, ends the server with 1 and advice", async () => {
  using udp = await eventually(() => bind({ port: freePort() }));
  using tcp = await eventually(() => Deno.listen({ hostname: "127.0.0.1", port: freePort() }));
  for (const { port } of [udp.address, tcp.addr]) {
    const { code, stdout, stderr } = await runLesson(13, ["server", "--port", port]);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(
      stderr,
      /this port is taken\. Stop the program that has it, or choose another port\./,
    );
  }
});

Deno.test("lesson 13: wrong options end with 2, and a sentence that says what is right", async () => {
  const wrong: [string[], RegExp][] = [
    [["--name", "a b"], /^--name a b is not a domain name: it must be labels of 1 to 63 plain/],
    [["--name", "a..b"], /^--name a\.\.b is not a domain name/],
    [["--name", "a\x7f"], /^--name a\\x7f is not a domain name/],
    [["--name", "a\\32b"], /^--name a\\32b is not .* Another character is \\ and three digits/],
    [["--name", "\x1b[2J"], /^--name \\x1b\[2J is not a domain name/],
    [["--type", "MX"], /^--type MX is none of: a, aaaa, cname, txt, ns, soa\./],
    [["--timeout", "0"], /^--timeout 0 is not a time/],
  ];
  await Promise.all(wrong.map(async ([args, sentence]) => {
    const { code, stdout, stderr } = await runLesson(13, ["client", ...args]);
    assertMatch(stderr, sentence);
    assertEquals([code, stdout], [2, ""], args.join(" "));
  }));
});

Deno.test({
  name: "lesson 13: Ctrl-C ends the server, which says what it sent and received",
  async fn() {
    await using server = lesson(13, "server", "--port", 0);
    const to = here(await portOf(server));
    assertEquals(lines(await resolve(WWW, to, 5000)), [TRUE]);
    server.signal("SIGINT");
    const { code, stdout, stderr } = await server.end();
    assertMatch(stdout, /\nStopped\. Sent 1 datagram \(47 bytes\), received 1 \(31 bytes\)\.\n$/);
    assertEquals([code, stderr], [0, ""]);
  },
});

Deno.test("lesson 13: Ctrl-C ends the client while it waits", async () => {
  using silent = bind();
  await using client = lesson(13, "client", "--port", silent.address.port, "--timeout", 60);
  await silent.receive({ signal: soon() });
  client.signal("SIGINT");
  const { code, stdout } = await client.end();
  assertEquals([code, stdout], [0, "Stopped. Sent 1 datagram (31 bytes), received 0 (0 bytes).\n"]);
});

Deno.test(
  { ...unless(NO_IPV6, "lesson 13: over IPv6") },
  async () => {
    await using server = lesson(13, "server", "--host", "::1", "--port", 0);
    const port = await portOf(server);
    const args = ["client", "--host", "::1", "--port", port, "--name", "many.workbook.test"];
    const { code, stdout, stderr } = await runLesson(13, args);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout.match(/\n/g)?.length, 40);
  },
);

Deno.test("lesson 13: played, it shows a late answer and a forged one ignored, and TC", async () => {
  const { code, stdout, stderr } = await runLesson(13);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /client +server +stranger\n( +127\.0\.0\.1:\d+){3}\n/);
  assertEquals(stdout.match(/A workbook\.test\? +│ +│\n +├─+▶│/g)?.length, 2);
  assertMatch(
    stdout,
    /asks again[^]*192\.0\.2\.7 .*\n.*◀─+┤ [^]* A 203\.0\.113\.66 .*\n.*◀─+┼─+┤\n[^]*192\.0\.2\.7 .*\n.*◀─+┤ /,
  );
  assertMatch(
    stdout,
    /A many\.workbook\.test\?[^]*many\.workbook\.test A TC +│[^]*over TCP and got 40 addresses\./,
  );
  assert(!stdout.includes("✗"));
  for (const line of stdout.split("\n")) assert(line.length <= 80, line);
});

Deno.test("lesson 13: --json tells the same, with labels", async () => {
  const { code, stdout } = await runLesson(13, ["--json"]);
  assertEquals(code, 0);
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const labels = events.filter(({ event }) => event === "datagram").map(({ label }) => label);
  assertEquals(labels, [
    ...["A workbook.test?", "A workbook.test?", TRUE, "workbook.test A 203.0.113.66", TRUE],
    ...["A many.workbook.test?", "many.workbook.test A TC"],
  ]);
});

waits(unless(NO_TERMINAL, "lesson 13: in a terminal of 80 columns"), async () => {
  await using played = inTerminal("lesson13");
  await played.prints(/over TCP and got 40 addresses/);
  assertEquals((await played.end()).code, 0);
});
