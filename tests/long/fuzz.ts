/**
 * What happens to a server on a bad network: every lesson's server, as the real program, is sent 20,000
 * datagrams of nonsense. `deno task fuzz`; give FUZZ_SEED to send the same ones again.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import config from "../../deno.json" with { type: "json" };
import { askFor } from "../../lessons/04_echo.ts";
import { arrives } from "../../lessons/07_limits.ts";
import { passOn } from "../../lessons/08_loss.ts";
import { deliver, RoundTripTimer } from "../../lessons/09_retransmission.ts";
import { resolve } from "../../lessons/13_dns.ts";
import { askAgent } from "../../lessons/15_snmp.ts";
import { askByStream, connect, endpoint } from "../../lessons/20_quic.ts";
import { bindBehind, pack } from "../../lib/behind.ts";
import { request } from "../../lib/snmp.ts";
import { askForTrains, NO_COOKIE, TIMETABLE } from "../../lessons/19_proof.ts";
import * as rip from "../../lib/rip.ts";
import { inMemory } from "../../lib/tftp_files.ts";
import { downloadFile } from "../../lib/tftp_transfer.ts";
import { cut, melody } from "../../cli/voice.ts";
import { speakTo } from "../../lib/voice.ts";
import * as rtp from "../../lib/rtp.ts";
import { type Address, bind, MAX_BYTES, type Socket } from "../../lib/udp.ts";
import { dice } from "../../lib/relay.ts";
import { sendFile } from "../../lib/transfer.ts";
import { bytes, later, until } from "../helpers.ts";
import { freePort, Program } from "../program.ts";

const DATAGRAMS = 20_000;
const WARM_UP = DATAGRAMS / 2;
const AT_ONCE = 40;
const SENDERS = 4;
/** How much more memory than after the warm-up is still no growth: half of what is sent in that time. */
const TOLERANCE_MB = 30;
/** Little room for V8's objects, so that its collector does not let them pile up. */
const FLAGS = "--max-old-space-size=48";
const PATIENCE = 20_000;

const seed = Number(Deno.env.get("FUZZ_SEED") ?? Date.now() % 2 ** 32);

fuzz("lesson 3, bind", "lesson3", ["bind"], / sent [\d,]+ bytes?: /, async (server, to) => {
  using client = bind();
  await client.send("still \x1b there?", to);
  await server.prints(`127.0.0.1:${client.address.port} sent 14 bytes: still \\x1b there?`);
});

fuzz("lesson 4, server", "lesson4", ["server"], /^Received from /, async (_, to) => {
  using client = bind();
  assertEquals(await askFor(client, "Michael", to, PATIENCE), "Hello, Michael!");
});

fuzz(
  "lesson 5, chat",
  "lesson5",
  ["chat"],
  /^127\.0\.0\.1:\d+(: | is here)/,
  async (server, to) => {
    using client = bind();
    await client.send("still there?", to);
    await server.prints(`127.0.0.1:${client.address.port}: still there?`);
    // It talks to the newest port of that host.
    await server.prints(`What you type goes to 127.0.0.1:${client.address.port} now.`);
    await server.type("I am.\n");
    await hears(client, "I am.");
  },
);

fuzz(
  "lesson 6, server",
  "lesson6",
  ["server", "--host", "127.0.0.1"],
  /^Received from /,
  async (_, to) => {
    using client = bind();
    await client.send("hello from client", to);
    await hears(client, "broadcasting");
  },
);

fuzz(
  "lesson 7, server",
  "lesson7",
  ["server"],
  /^Received from /,
  async (_, to) => {
    using client = bind();
    assertEquals(await arrives(client, to, 1_472, PATIENCE), true);
  },
);

fuzz("lesson 8, server", "lesson8", ["server"], /^Received from /, async (_, to) => {
  using client = bind();
  await client.send("ping 8", to);
  await hears(client, "pong 8");
});

Deno.test(`lesson 8, relay: ${DATAGRAMS} datagrams of nonsense pass in both directions, each as it came`, async () => {
  console.log(`The seed is ${seed}.`);
  using target = bind();
  const args = ["relay", "--port", "0", "--to", `127.0.0.1:${target.address.port}`];
  await using relay = new Server("lesson8", args, /^(?!)/);
  const to = { hostname: "127.0.0.1", port: Number((await relay.prints(/Bind UDP on (\d+)/))[1]) };
  const random = dice(seed);
  using client = bind();
  let signal: AbortSignal;
  const passes = async (from: Socket, to: Address, hearer: Socket) => {
    const data = nonsense(random).subarray(0, MAX_BYTES);
    await from.send(data, to);
    const heard = await hearer.receive({ signal });
    assert(Buffer.compare(data, heard.data) === 0);
    return heard.from;
  };

  let memory = NaN;
  for (let turn = 0; turn < DATAGRAMS / 4; turn++) {
    if (turn % 50 === 0) signal = AbortSignal.timeout(PATIENCE); // one for each takes longer than all else
    const upstream = await passes(client, to, target);
    assertEquals(await passes(target, upstream, client), to);
    // A server that answers from another port each time, as TFTP does, and a client that follows it.
    using other = bind();
    const back = await passes(other, upstream, client);
    assertEquals(await passes(client, back, other), upstream);
    if (turn === DATAGRAMS / 8) memory = relay.memory();
  }
  const grown = relay.memory() - memory;
  console.log(`memory ${memory} MB after half of it, then ${grown} MB more`);
  if (Deno.build.os === "linux") assert(grown < TOLERANCE_MB, `It has grown by ${grown} MB.`);
  assertEquals(relay.unsafe, undefined);
  relay.stop();
  const each = DATAGRAMS / 2;
  assertMatch(
    await relay.end(),
    new RegExp(`^Stopped\\. Sent ${(2 * each).toLocaleString("en")} datagrams`),
  );
});

fuzz(
  "lesson 9, receive",
  "lesson9",
  ["receive"],
  /^127\.0\.0\.1:\d+ sent [\d,]+ bytes?: not the next part\.$/,
  async (server, to) => {
    using client = bind();
    const part = { number: 0, text: "still \x1b there?" };
    await deliver(client, part, to, new RoundTripTimer());
    await server.prints(`127.0.0.1:${client.address.port}: still \\x1b there?`);
  },
);

Deno.test(`lesson 10, receive: ${DATAGRAMS} datagrams of nonsense before and during a file, and it is whole`, async () => {
  console.log(`The seed is ${seed}.`);
  const port = freePort();
  const command = config.tasks.lesson10.command.split(" ").slice(1);
  await using receiver = new Program(
    Deno.execPath(),
    [...command, "receive", "--port", `${port}`],
    { env: { DENO_V8_FLAGS: FLAGS } },
  );
  await until(() => receiver.stderr.includes("Bind UDP on"));
  const to = { hostname: "127.0.0.1", port };
  const random = dice(seed);
  const strangers = Array.from({ length: SENDERS }, () => bind());
  const answered = strangers.map(count);
  let sent = 0;
  const bother = async (datagrams: number) => {
    for (let i = 0; i < datagrams; i++) {
      const data = nonsense(random).subarray(0, MAX_BYTES);
      if (data.length > 0 && i % 3 === 0) data[0] = "HDEAX".charCodeAt(i % 5);
      await strangers[sent++ % SENDERS]!.send(data, to);
      if (i % AT_ONCE === 0) await later(2); // what the kernel drops tests nothing
    }
  };
  await bother(DATAGRAMS / 2);

  const text = "A line of the file.\n".repeat(100);
  const parts = async function* () {
    for (let i = 0; i < 100; i++) {
      yield new TextEncoder().encode(text);
      await bother(DATAGRAMS / 200);
    }
  };
  const { resent } = await sendFile(bind(), parts(), to);
  const { code, stdout, stderr } = await receiver.end();
  console.log(
    `${await total(answered, strangers)} answers to ${sent} datagrams; ${resent} sent again`,
  );
  assert(stdout === text.repeat(100), "It is another text.");
  assertMatch(stderr, /\nReceived 200,000 bytes in /);
  assertEquals(code, 0);
});

fuzz("lesson 12, listen", "lesson12", ["listen"], / sent [\d,]+ bytes?: /, async (server, to) => {
  using client = bind();
  await client.send("still there?", to);
  await server.prints(`127.0.0.1:${client.address.port} sent 12 bytes: still there?`);
}, { hostname: "239.255.77.77" });

/** DNS messages: a name with EDNS, two questions, an UPDATE, and IXFR with a SOA record. */
const DNS = [
  "12670120000100000000000108776f726b626f6f6b0474657374000001000100002904d000008000000c000a0008" +
  "0102030405060708",
  "12670100000200000000000008776f726b626f6f6b047465737400000100010161c00c00010001",
  "12672800000100000001000008776f726b626f6f6b04746573740000060001016ec00c0001000100000e100004" +
  "c0000201",
  "12670000000100000001000008776f726b626f6f6b04746573740000fb0001c00c0006000100000000001600000000" +
  "000100000002000000030000000400000005",
].map((hex) => Uint8Array.fromHex(hex));

fuzz(
  "lesson 13, server",
  "lesson13",
  ["server"],
  /^Received from /,
  async (_, to) => {
    const answer = await resolve({ name: "workbook.test", type: "A" }, to, PATIENCE);
    assertEquals(answer?.records[0]?.data, "192.0.2.7");
  },
  { messages: DNS },
);

fuzz("lesson 14, server", "lesson14", ["server"], /^Received from /, async (_, to) => {
  using client = bind();
  const files = new Map<string, Uint8Array>();
  using copy = await inMemory(files).create("copy");
  await downloadFile(client, { server: to, name: "hello.txt" }, copy);
  assertMatch(new TextDecoder().decode(files.get("copy")), /^Hello!/);
});

fuzz("lesson 15, agent", "lesson15", ["agent"], /^Received from /, async (_, to) => {
  using client = bind();
  const asked = request("GETNEXT", ["1.3"]);
  const answer = await askAgent(client, asked, to, { milliseconds: PATIENCE });
  assertEquals(answer?.bindings[0]?.oid, "1.3.6.1.2.1.1.1.0");
});

fuzz("lesson 16, router", "lesson16", ["router"], /^Received from /, async (_, to) => {
  using client = bind();
  await client.send(rip.encode({ type: "REQUEST" }), to);
  const { data } = await client.receive({ signal: AbortSignal.timeout(PATIENCE) });
  assertEquals(rip.decode(data), {
    type: "RESPONSE",
    routes: [{ network: "10.1.0.0/16", metric: 1 }],
  });
});

Deno.test(`lesson 17, listen: ${DATAGRAMS} datagrams of nonsense before and during a talk, and it is heard`, async () => {
  console.log(`The seed is ${seed}.`);
  const port = freePort();
  const command = config.tasks.lesson17.command.split(" ").slice(1);
  const args = [...command, "listen", "--port", `${port}`];
  const shell = ["-c", 'exec "$0" "$@" >/dev/null', Deno.execPath(), ...args];
  await using listener = new Program("sh", shell, { env: { DENO_V8_FLAGS: FLAGS } });
  await until(() => listener.stderr.includes("Bind UDP on"));
  const to = { hostname: "127.0.0.1", port };
  const random = dice(seed);
  const strangers = Array.from({ length: SENDERS }, () => bind());
  const answered = strangers.map(count);
  using speaker = bind();
  let sent = 0;
  const bother = async (datagrams: number, voices: boolean) => {
    for (let i = 0; i < datagrams; i++) {
      const payload = nonsense(random).subarray(0, 1400);
      // Others who speak meanwhile, and as the speaker's own address what is no voice.
      const data = voices && i % 3 ? rtp.encode({ timestamp: sent, source: i, payload }) : payload;
      const from = voices && i % 4 === 0 ? speaker : strangers[sent % SENDERS]!;
      await from.send(from === speaker ? payload.fill(65) : data, to);
      sent++;
      if (i % AT_ONCE === 0) await later(2);
    }
  };
  await bother(DATAGRAMS / 2, false);
  async function* sound() {
    const parts = await Array.fromAsync(cut([melody()]));
    for (const part of parts) {
      yield part;
      await bother(Math.ceil(DATAGRAMS / 2 / parts.length), true);
    }
  }
  await later(1500); // for the talk to end that some nonsense may have begun
  const datagrams = await speakTo(speaker, sound(), to);
  await later(1500);
  listener.signal();
  const { code, stderr } = await listener.end();
  const lines = stderr.split("\n");
  console.log(`${sent} of nonsense; ${await total(answered, strangers)} answers; ${lines.at(-3)}`);
  assertEquals(code, 0);
  assert(lines.length < 40, stderr); // a line a second about strangers
  assert(!/[^ -~\n]/.test(stderr), stderr);
  const [, came] = lines.at(-3)!.match(/^(\d+) datagrams came/) ?? [];
  assert(Number(came) >= datagrams * 0.95, stderr);
});

fuzz("lesson 18, meet", "lesson18", ["meet"], /^Received from /, async (_, to) => {
  using client = bind();
  await client.send("meet ann bob".padEnd(128), to);
  await hears(client, `you 127.0.0.1:${client.address.port}\nbob ?`);
}, { messages: [new TextEncoder().encode("meet ann bob".padEnd(128))] });

// What is passed on goes to a port of this machine where nobody is, or that its sender may have.
const PACKETS = ["", "Hello"].map((text) => pack({ hostname: "127.0.0.1", port: 9 }, bytes(text)));

fuzz("lesson 18, router", "lesson18", ["router"], /^(Out|In|Dropped): /, async (_, to) => {
  using server = bind();
  using computer = bindBehind(to);
  await computer.send("Hello", server.address);
  const { from } = await server.receive({ signal: AbortSignal.timeout(PATIENCE) });
  await server.send("still there", from);
  await hears(computer, "still there");
}, { messages: PACKETS });

const COOKIES = [NO_COOKIE, (1_796_000_000).toString(16) + "f".repeat(64)];

fuzz("lesson 19, server", "lesson19", ["server"], /^Received from /, async (_, to) => {
  using client = bind();
  assertEquals(await askForTrains(client, to, PATIENCE), TIMETABLE);
}, { messages: COOKIES.map((cookie) => bytes(`trains ${cookie}`)) });

Deno.test(`lesson 20, server: ${DATAGRAMS} datagrams of nonsense, and it still greets`, async () => {
  console.log(`The seed is ${seed}.`);
  await using server = new Server("lesson20", ["server", "--port", "0"], /^A connection is over/);
  const port = Number((await server.prints(/Bind UDP on (\d+)\.\.\./))[1]);
  const to = { hostname: "127.0.0.1", port };
  const cert = await Deno.readTextFile("files/lesson20.pem");

  // What two sides really say: it comes again, whole, cut and changed, from others.
  using middle = bind();
  const messages: Uint8Array[] = [];
  passOn(middle, to, (data, send) => {
    messages.push(data.slice());
    send();
  });
  const greeted = async (at: Address) => {
    using client = endpoint({ hostname: "127.0.0.1", port: 0 });
    const connection = await connect(client, at, cert, PATIENCE);
    assertEquals(await askByStream(connection, "Michael"), "Hello, Michael!");
    connection.close();
    await connection.closed;
  };
  await greeted(middle.address);

  const random = dice(seed);
  const senders = Array.from({ length: SENDERS }, () => bind());
  const answers = senders.map(count);
  let memory = NaN;
  for (let sent = 1; sent <= DATAGRAMS; sent++) {
    const data = random() < 0.5 ? nearly(messages, random) : nonsense(random);
    await senders[sent % SENDERS]!.send(data, to);
    if (sent % AT_ONCE === 0) await later(1);
    if (sent === WARM_UP) memory = server.memory();
  }
  await greeted(to);

  const summary =
    `${await total(answers, senders)} answers heard, ${server.bytes} bytes printed; ` +
    `memory ${memory} MB after ${WARM_UP}, ${server.memory()} MB at the end`;
  console.log(summary);
  if (Deno.build.os === "linux") assert(server.memory() - memory < TOLERANCE_MB, summary);
  assertEquals(server.unsafe, undefined);
  assert(server.bytes < 100_000, summary);
  server.stop();
  assertEquals(await server.end(), "Stopped.");
});

/**
 * Declares the test of one server: `logged` is what each line begins with that it prints for a datagram. Half
 * of what it is sent is made of its protocol's `messages`, if there are any.
 */
function fuzz(
  name: string,
  task: keyof typeof config.tasks,
  args: string[],
  logged: RegExp,
  stillAnswers: (server: Server, to: Address) => Promise<void>,
  { hostname = "127.0.0.1", messages = [] }: { hostname?: string; messages?: Uint8Array[] } = {},
): void {
  Deno.test(`${name}: ${DATAGRAMS} datagrams of nonsense, and it still answers`, async () => {
    console.log(`The seed is ${seed}.`);
    await using server = new Server(task, [...args, "--port", String(freePort())], logged);
    const port = Number((await server.prints(/Bind UDP on \S*?(\d+)\.\.\./))[1]);
    const to = { hostname, port };
    const senders = Array.from({ length: SENDERS }, () => bind());
    const first = senders[0]!;
    await first.send("the first one", to);
    await server.logs(1);
    const answers = senders.slice(1).map(count); // the first one listens for itself

    const random = dice(seed);
    let sent = 1;
    let bytes = 0;
    let after = { bytes, memory: NaN };
    while (sent <= DATAGRAMS) {
      // Not more at once than its buffer holds: what the kernel drops tests nothing.
      const expected = server.logged;
      const enough = bytes + 80_000;
      let inFlight = 0;
      for (; inFlight < AT_ONCE && bytes < enough && sent <= DATAGRAMS; inFlight++) {
        const wrong = messages.length > 0 && random() < 0.5;
        const data = wrong ? nearly(messages, random) : nonsense(random);
        await senders[sent++ % SENDERS]!.send(data, to);
        bytes += data.length;
      }
      await server.logs(expected + inFlight);
      if (!after.bytes && sent > WARM_UP) after = { bytes, memory: server.memory() };
    }
    await stillAnswers(server, to);

    const memory = server.memory();
    const grown = memory - after.memory;
    const summary = `${server.logged} datagrams logged of ${sent} and one, ` +
      `${await total(answers, senders)} answers heard, ${server.bytes} bytes printed; ` +
      `memory ${after.memory} MB after ${WARM_UP}, ${
        megabytes(bytes - after.bytes)
      } MB later ${memory} MB`;
    console.log(summary);
    assert(server.logged >= DATAGRAMS * 0.99, summary);
    if (Deno.build.os === "linux") assert(grown < TOLERANCE_MB, summary);
    assertEquals(server.unsafe, undefined);

    server.stop();
    assertMatch(await server.end(), /^Stopped\. Sent [\d,]+ datagrams? .* received [\d,]+ /);
  });
}

/** Random bytes of random size; some are text, some nearly, some as long as a datagram can be. */
function nonsense(random: () => number): Uint8Array {
  const up = (limit: number) => Math.floor(random() * limit);
  const sizes = [1, 20, 20, 200, 200, 1500, 1500, MAX_BYTES + 1, MAX_BYTES + 1];
  const size = up(sizes[up(sizes.length)]!) || (random() < 0.5 ? 0 : 8);
  const kind = up(5);
  if (kind === 0) return words(size, random);
  if (kind === 1) return words(size, random, 0x1f1f1f1f); // nothing but control characters
  if (kind === 2) { // text, cut in the middle of a character
    return new TextEncoder().encode("é好👋🏽\u202e\u2066\u009b".repeat(size / 18 + 1)).subarray(
      0,
      size,
    );
  }
  if (kind === 3) { // a name as long as can be, and sometimes one with no room for an answer
    return new Uint8Array(random() < 0.02 ? MAX_BYTES - up(12) : size).fill(65);
  }
  const terrible = [
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\r\n",
    "\0",
    "\x7f",
    "\u2028",
    "\u200f",
    "\ufeff",
  ];
  const some = Array.from({ length: Math.min(size, 50) }, () => terrible[up(terrible.length)]!);
  return new TextEncoder().encode(some.join("x"));
}

/** So many random bytes, made of words of four bytes. Only these bits of a word are set. */
function words(size: number, random: () => number, bits = 0xffffffff): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let i = 0; i < words.length; i++) words[i] = random() * 2 ** 32 & bits;
  return new Uint8Array(words.buffer, 0, size);
}

/** One of these messages with some of its bits turned, and sometimes with its end cut off. */
function nearly(messages: Uint8Array[], random: () => number): Uint8Array {
  const up = (limit: number) => Math.floor(random() * limit);
  const bytes = messages[up(messages.length)]!.slice();
  for (let bits = up(4); bits > 0; bits--) bytes[up(bytes.length)]! ^= 1 << up(8);
  return up(4) === 0 ? bytes.subarray(0, up(bytes.length)) : bytes;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

async function hears(socket: Socket, text: string): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE);
  while (new TextDecoder().decode((await socket.receive({ signal })).data) !== text);
}

async function count(socket: Socket): Promise<number> {
  let heard = 0;
  for await (const _ of socket) heard++;
  return heard;
}

async function total(counting: Promise<number>[], sockets: Socket[]): Promise<number> {
  for (const socket of sockets) socket.close();
  return (await Promise.all(counting)).reduce((sum, heard) => sum + heard);
}

/** A lesson's own command, without `deno task` around it: so its process is the one that is measured. */
class Server implements AsyncDisposable {
  /** How many datagrams it said that it got, and how many bytes it printed. */
  logged = 0;
  bytes = 0;
  /** The first line that a terminal might obey. */
  unsafe: string | undefined;
  #recent: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #changed = Promise.withResolvers<void>();

  constructor(task: keyof typeof config.tasks, args: string[], logged: RegExp) {
    const command = config.tasks[task].command.split(" ").slice(1);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...command, ...args],
      cwd: new URL("../..", import.meta.url),
      env: { NO_COLOR: "1", DENO_V8_FLAGS: FLAGS },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#reading = this.#read(logged);
  }

  async #read(logged: RegExp): Promise<void> {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
    let rest = "";
    for await (const bytes of this.#child.stdout) {
      this.bytes += bytes.length;
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (logged.test(line)) this.logged++;
        // Control characters, bidirectional controls and line separators.
        if (/[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/u.test(line)) this.unsafe ??= line;
      }
      this.#recent = [...this.#recent, ...lines].slice(-100);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
    this.unsafe ??= rest || undefined; // nothing may follow the last line
  }

  /** Waits until it has printed such a line, and it is not long ago. */
  async prints(pattern: string | RegExp): Promise<RegExpMatchArray> {
    const deadline = Date.now() + PATIENCE;
    while (true) {
      for (const line of this.#recent) {
        const match = typeof pattern === "string"
          ? line === pattern && [line]
          : line.match(pattern);
        if (match) return match as RegExpMatchArray;
      }
      assert(await this.#more(deadline - Date.now()), `It did not print ${pattern}.`);
    }
  }

  /** Waits until it has logged so many datagrams. A few may be lost, but not all. */
  async logs(datagrams: number): Promise<void> {
    const before = this.logged;
    const patience = () => this.logged > before ? 2000 : PATIENCE;
    while (this.logged < datagrams && await this.#more(patience()));
    assert(this.logged > before, "It has stopped logging what it is sent.");
  }

  /** False if it prints nothing for so long. */
  async #more(milliseconds: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), milliseconds);
    const more = await Promise.race([this.#changed.promise.then(() => true), late.promise]);
    clearTimeout(timer);
    return more;
  }

  async type(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text));
  }

  /** The memory that it holds just now, in MB, where the system tells. */
  memory(): number {
    if (Deno.build.os !== "linux") return NaN;
    // Deno reads nothing in /proc without --allow-all, so another program does.
    const args = [`/proc/${this.#child.pid}/status`];
    const { stdout } = new Deno.Command("cat", { args }).outputSync();
    const status = new TextDecoder().decode(stdout);
    return megabytes(Number(status.match(/VmRSS:\s+(\d+) kB/)![1]) * 1024);
  }

  stop(): void {
    this.#child.kill("SIGTERM");
  }

  /** The last line that it printed. */
  async end(): Promise<string> {
    await this.#reading;
    assertEquals((await this.#child.status).code, 0);
    return this.#recent.at(-1)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.stop();
    } catch {
      // It has ended already.
    }
    await this.#input.close().catch(() => {});
    await this.#reading;
    await this.#child.status;
  }
}
