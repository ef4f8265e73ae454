import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type Given, Options } from "../cli/lesson.ts";
import { lesson as program14 } from "../cli/lessons/14_tftp.ts";
import { download, upload } from "../cli/tftp.ts";
import { receiveWithin } from "../lessons/02_receive.ts";
import {
  ask,
  getFile,
  putFile,
  receiveBlocks,
  sendBlocks,
  serveFiles,
  type Transfer,
} from "../lessons/14_tftp.ts";
import {
  decode,
  describe,
  encode,
  joined,
  type Message,
  TftpError,
  Unanswered,
} from "../lib/tftp.ts";
import { inMemory } from "../lib/tftp_files.ts";
import { serveTftp } from "../lib/tftp_server.ts";
import { type Address, bind, type Datagram, type Socket } from "../lib/udp.ts";
import { bytes, here, soon, text, until } from "./helpers.ts";
import { NO_127_0_0_2, unless } from "./only.ts";
import { eventually, lesson, Program, runChild, runLesson } from "./program.ts";
import { RunningRole } from "./role.ts";
import {
  ack,
  data,
  fetched,
  heard,
  hears,
  left,
  LINES,
  noise,
  octet,
  SERVERS,
  serving,
  stop,
  takesOnePort,
  write,
} from "./tftp.ts";
import { waits } from "./waits.ts";

/** The page's server with files in memory, and the lines that it prints. */
function simply(files = new Map<string, Uint8Array>(), open?: () => Socket) {
  const socket = bind();
  const printed: string[] = [];
  const end = serveFiles(socket, files, (line) => printed.push(line), open);
  return {
    socket,
    address: socket.address,
    files,
    printed,
    log: printed,
    async [Symbol.asyncDispose]() {
      socket.close();
      await end;
    },
  };
}

/** Fetches a file with the page's client. */
async function got(server: Address, name: string): Promise<Uint8Array> {
  using socket = bind();
  return await getFile(socket, server, name);
}

Deno.test("lesson 14: files of all sizes go over and come back, byte for byte", async () => {
  await using server = simply();
  for (const size of [0, 1, 511, 512, 513, 1024, 5000]) {
    using socket = bind();
    await putFile(socket, server.address, `${size}`, noise(size));
    await until(() => server.files.has(`${size}`));
    assertEquals(server.files.get(`${size}`), noise(size));
    assertEquals(await got(server.address, `${size}`), noise(size));
  }
  await until(() => server.printed.some((line) => line.endsWith(" has read 5000.")));
  assert(server.printed.some((line) => line.endsWith(" has written 5000.")));
  assertMatch(server.printed[0]!, /^Received from 127\.0\.0\.1:\d+: WRQ 0\.$/);
});

Deno.test("lesson 14: the page's clients and lib's server understand each other, and the other way round", async () => {
  await using theirs = serving({}, new Map([["file", noise(1500)]]));
  assertEquals(await got(theirs.address, "file"), noise(1500));
  using socket = bind();
  await putFile(socket, theirs.address, "new", noise(1024));
  await until(() => theirs.files.has("new"));
  assertEquals(theirs.files.get("new"), noise(1024));

  await using ours = simply(new Map([["file", noise(1500)]]));
  assertEquals(await fetched(ours.address, "file", { blksize: "1428" }), noise(1500));
  await left(ours.address, "new", noise(600));
  await until(() => ours.files.has("new"));
});

Deno.test({
  ...unless(NO_127_0_0_2, "lesson 14: the blocks come from the address that was asked"),
  async fn() {
    const files = new Map([["file", noise(600)]]);
    const servers = [
      (socket: Socket) => serveFiles(socket, files),
      (socket: Socket) => serveTftp(socket, inMemory(files)),
    ];
    for (const serve of servers) {
      const socket = bind({ hostname: "127.0.0.2" });
      const end = serve(socket);
      assertEquals(await got(socket.address, "file"), noise(600));
      socket.close();
      await end;
    }
  },
});

Deno.test("lesson 14: each transfer has a port of its own, and closes it", async () => {
  const opened: Socket[] = [];
  const open = () => {
    opened.push(bind());
    return opened.at(-1)!;
  };
  await using server = simply(new Map([["file", noise(2000)]]), open);
  const all = await Promise.all(Array.from({ length: 10 }, () => got(server.address, "file")));
  for (const one of all) assertEquals(one, noise(2000));
  const ports = new Set(opened.map(({ address }) => address.port));
  assertEquals([ports.size, ports.has(server.address.port)], [10, false]);
  await until(() => server.printed.filter((line) => line.includes(" has read ")).length === 10);
  for (const own of opened) await assertRejects(() => own.receive(), Deno.errors.BadResource);
});

waits(
  "lesson 14: a flood of requests uses up no more than 100 sockets of the page's server",
  async () => {
    const opened: Socket[] = [];
    const open = () => {
      opened.push(bind());
      return opened.at(-1)!;
    };
    await using server = simply(new Map([["file", noise(5)]]), open);
    using client = bind();
    for (let sent = 1; sent <= 150; sent++) {
      await client.send(encode(octet("file")), server.address);
      // All at once would be more than its receive buffer holds.
      if (sent % 25 === 0) await until(() => server.printed.length >= sent);
    }
    assertEquals(opened.length, 100);

    // When a transfer is over, there is room for the next one.
    await client.send(ack(1), opened[0]!.address);
    await until(() => server.printed.some((line) => line.endsWith(" has read file.")));
    assertEquals(await got(server.address, "file"), noise(5));
    for (const own of opened) own.close();
  },
);

for (const [does, tested] of Object.entries(SERVERS)) {
  Deno.test(`lesson 14: ${does}`, () => tested(simply));
}

Deno.test("lesson 14: a client takes messages only from the port of the first answer", async () => {
  await takesOnePort(got);
});

Deno.test("lesson 14: a first answer from another host is not one", async () => {
  using server = bind();
  const getting = got(server.address, "file");
  const { from } = await server.receive({ signal: soon() });
  if (Deno.build.os === "linux") { // elsewhere, loopback has one address
    using other = bind({ hostname: "127.0.0.2" });
    await other.send(data(1, 7), from);
    assertEquals((await heard(other))[0], "ERROR 5 Unknown port");
  }
  await server.send(data(1, 9), from);
  assertEquals((await getting).length, 9);
});

Deno.test("lesson 14: a message that gets no answer is sent six times, and then no more", async () => {
  const sent: string[] = [];
  await quickly(async (transfer) => {
    const asked = () => ask(transfer, { type: "DATA", block: 1, data: noise(5) }, "ACK", 1);
    await assertRejects(asked, Error, "127.0.0.1:9 does not answer. Is there a TFTP server?");
  }, (data) => sent.push(describe(decode(data))));
  assertEquals(sent, Array(6).fill("DATA 1 (5)"));
});

Deno.test("lesson 14: after block 65,535 comes block 0", async () => {
  const blocks = 65_538;
  const file = new Uint8Array(512 * (blocks - 1) + 3);
  const view = new DataView(file.buffer);
  for (let i = 0; i < blocks - 1; i++) view.setUint32(512 * i, i);

  const numbers: number[] = [];
  await quickly((transfer) => sendBlocks(transfer, file), (bytes, answer) => {
    const message = decode(bytes);
    if (message.type !== "DATA") throw new Error(describe(message));
    numbers.push(message.block);
    answer(ack(message.block));
  });
  assertEquals(numbers.length, blocks);
  assertEquals(numbers.slice(-4), [65_535, 0, 1, 2]);

  let index = 0;
  const acked: number[] = [];
  const received = await quickly((transfer) => {
    return receiveBlocks(transfer, file.subarray(0, 512));
  }, (bytes, answer) => {
    acked.push(bytes[2]! << 8 | bytes[3]!);
    index++;
    if (index === blocks) return; // nobody answers the last ACK
    const data = file.subarray(512 * index, 512 * (index + 1));
    answer(encode({ type: "DATA", block: numbers[index]!, data }));
  });
  assertEquals(acked, numbers);
  assertEquals(received.length, file.length);
  const copy = new DataView(received.buffer);
  for (let i = 0; i < blocks - 1; i++) if (copy.getUint32(512 * i) !== i) throw new Error(`${i}`);
});

/** A transfer without a network. Its waits are over at once, if nothing was answered. */
async function quickly<T>(
  work: (transfer: Transfer) => Promise<T>,
  sent: (data: Uint8Array, answer: (data: Uint8Array) => void) => void,
): Promise<T> {
  const answers: Datagram[] = [];
  const { timeout } = AbortSignal;
  const socket = {
    send: (data: Uint8Array) => {
      sent(data, (answer) => answers.push({ data: answer as Datagram["data"], from: here(9) }));
      return Promise.resolve(data.length);
    },
    receive: ({ signal }: { signal: AbortSignal }) => {
      const answer = answers.shift();
      return answer ? Promise.resolve(answer) : Promise.reject(signal.reason);
    },
  } as unknown as Socket;
  const over = AbortSignal.abort();
  AbortSignal.timeout = () => over;
  try {
    return await work({ socket, peer: here(9), anyPort: false });
  } finally {
    AbortSignal.timeout = timeout;
  }
}

Deno.test("lesson 14: a request that comes twice does no harm", async () => {
  await using server = simply(new Map([["file", noise(600)]]));
  using socket = bind();
  // The copy of the request starts a second transfer. Its DATA 1 is a stranger's.
  await socket.send(encode(octet("file")), server.address);
  assertEquals(await getFile(socket, server.address, "file"), noise(600));
  await until(() => server.printed.some((line) => line.endsWith("has read file.")));
});

Deno.test("lesson 14: refusals come from the known port, and what is not a request gets nothing", async () => {
  await using server = simply(new Map([["file", noise(5)]]));
  using client = bind();
  const refused: [Message, string][] = [
    [octet("nothing"), "ERROR 1 File not found"],
    [write("file"), "ERROR 6 File exists"],
    [{ ...octet("file"), mode: "netascii" } as Message, "ERROR 4 Only mode octet"],
  ];
  for (const [request, answer] of refused) {
    await client.send(encode(request), server.address);
    assertEquals(await heard(client), [answer, server.address]);
  }
  const others = [ack(1), data(1, 5), stop, bytes("Hello!"), bytes("")];
  for (const other of others) await client.send(other, server.address);
  assertEquals(await got(server.address, "file"), noise(5));
  assertEquals(await receiveWithin(client, 20), undefined);
  assert(server.printed.some((line) => line.endsWith(": not a TFTP message.")));
});

Deno.test("lesson 14: the other side's error ends a transfer, and is printed safely", async () => {
  await using server = simply(new Map([["file", noise(600)]]));
  using client = bind();
  await client.send(encode(octet("file")), server.address);
  const own = await hears(client, "DATA 1 (512)");
  await client.send(encode({ type: "ERROR", code: 3, text: "\x1b[2JFull" }), own);
  await until(() => server.printed.length === 2);
  assertMatch(server.printed[1]!, /^127\.0\.0\.1:\d+ and file: \\x1b\[2JFull$/);

  await assertRejects(() => got(server.address, "nothing"), TftpError, "File not found");
});

Deno.test("lesson 14: with --simple, server, get and put run the page's code", async () => {
  await using server = lesson(14, "server", "--simple", "--port", 0);
  const port =
    (await server.prints(/Bind UDP on (\d+)\.\.\. \(at 127\.0\.0\.1, Ctrl-C stops\)/))[1]!;
  const run = (role: string, file: string, input = "") =>
    runLesson(14, [role, "--simple", "--port", port, "--file", file], input);
  assertEquals(await run("get", "hello.txt"), {
    code: 0,
    stdout: "Hello! This file came by TFTP.\n",
    stderr: "",
  });
  const put = await run("put", "new.txt", "one\n\x1b[2J\n");
  assertEquals(put, { code: 0, stdout: "Sent 9 bytes.\n", stderr: "" });
  await server.prints(/ has written new\.txt\.\n/);
  assertEquals((await run("get", "new.txt")).stdout, "one\n\\x1b[2J\n");
  assertEquals(await run("get", "nothing"), { code: 1, stdout: "", stderr: "File not found\n" });
});

Deno.test("lesson 14: a request from port 0 ends no server, with --simple either", async () => {
  const forged = ["nothing", "hello.txt"].map((name) => (
    { data: encode(octet(name)), from: here(0) }
  ));
  await using server = await RunningRole.start(program14.roles.server!, here(0), forged, {
    simple: "true",
  });
  assertEquals(text(await got(server.address, "hello.txt")), "Hello! This file came by TFTP.\n");
  assertEquals(server.printed.filter((line) => line.includes("127.0.0.1:0: RRQ ")).length, 2);
  assert(server.printed.some((line) => line.startsWith("127.0.0.1:0 and hello.txt: Port 0 is")));
});

Deno.test("lesson 14: get writes a file that is larger than its buffer, byte for byte", async () => {
  const blocks = Array.from({ length: 300 }, (_, i) => noise(1000 + i));
  const written: number[] = [];
  const write = (part: Uint8Array) => {
    const some = part.subarray(0, 50_000); // a pipe takes less than it is given
    for (const byte of some) written.push(byte);
    return Promise.resolve(some.length);
  };
  const given = {
    local: here(0),
    remote: here(9),
    options: new Options({ file: "a", blksize: "512", mode: "octet" }),
    console: { error: () => {} },
    stdout: { write },
  } as unknown as Given;
  await download(given, async (_, __, file) => {
    for (const block of blocks) await file.write(block);
    await file.finish();
  });
  assertEquals(Uint8Array.from(written), joined(blocks));
});

Deno.test("lesson 14: get and put say what came last, from whom, and how much of the file was there", async () => {
  await using server = serving({}, new Map([["a", noise(5)]]));
  const fails = (role: "get" | "put", error: Error) => {
    const given = {
      local: here(0),
      remote: server.address,
      options: new Options({ file: "a", blksize: "512", mode: "octet" }),
    } as unknown as Given;
    if (role === "put") return upload(given, () => Promise.reject(error));
    return download(
      given,
      (_, __, file) => file.write(noise(512)).then(() => Promise.reject(error)),
    );
  };
  const asked = { peer: here(9), anyPort: false, met: true };
  const silent = new Unanswered(decode(ack(1)), asked);
  const other = new Unanswered(decode(ack(1)), asked, { data: bytes("Hi"), from: here(9) });
  const foreign = { data: bytes("Hi"), from: { hostname: "127.0.0.2", port: 9 } };
  const started = { peer: here(9), anyPort: true, met: false };
  const said: ["get" | "put", Error, string][] = [
    ["get", silent, "127.0.0.1:9 went silent after 512 bytes: this is not the whole file."],
    ["put", silent, "127.0.0.1:9 went silent before it had said that all has arrived."],
    [
      "get",
      other,
      "127.0.0.1:9 sent 2 bytes, which are not a TFTP message. " +
      "That was after 512 bytes: this is not the whole file.",
    ],
    [
      "put",
      other,
      "127.0.0.1:9 sent 2 bytes, which are not a TFTP message. " +
      "That was before it had said that all has arrived.",
    ],
    [
      "get",
      new Unanswered(octet("a"), started),
      "127.0.0.1:9 is silent. Is there a TFTP server?",
    ],
    [
      "get",
      new Unanswered(octet("a"), started, foreign),
      "127.0.0.2:9 sent 2 bytes. This is not accepted as an answer, because 127.0.0.1:9 was asked. " +
      "If both are one machine, ask it with --host 127.0.0.2.",
    ],
    [
      "get",
      new Unanswered(octet("a"), started, { data: ack(1), from: here(8) }),
      "127.0.0.1:8 sent ACK 1, which does not answer RRQ a. Is this a TFTP server?",
    ],
  ];
  for (const [role, error, message] of said) {
    const thrown = await assertRejects(() => fails(role, error), Error);
    assertEquals(thrown.message, message);
  }
});

/** The server as a program, with a folder of its own. */
async function program(args: string[] = [], folder = Deno.makeTempDirSync()) {
  const allow = [`--allow-read=${folder}`, `--allow-write=${folder}`, "--allow-net=127.0.0.1"];
  const file = ["lessons/14_tftp.ts", "server", "--port", "0", "--folder", folder, ...args];
  const server = new Program(Deno.execPath(), ["run", "--no-prompt", ...allow, ...file]);
  const port = Number((await server.prints(/Bind UDP on (\d+)\.\.\. \(at 127/))[1]);
  return {
    server,
    port,
    folder,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true }).catch(() => {}); // two may have the same one
    },
  };
}

waits("lesson 14: the server offers the folder files/, and get prints what is in it", async () => {
  await eventually(async () => { // a client that waits asks again, and more is counted
    await using server = lesson(14, "server", "--port", 0);
    const port = (await server.prints(/Bind UDP on (\d+)/))[1]!;
    const { code, stdout, stderr } = await runLesson(14, [
      ...["get", "--port", port, "--file", "hello.txt"],
    ]);
    assertEquals(stdout, await Deno.readTextFile(new URL("../files/hello.txt", import.meta.url)));
    assertEquals(stderr, `Received ${bytes(stdout).length.toLocaleString("en")} bytes.\n`);
    assertEquals(code, 0);
    await server.prints(/has read hello\.txt\.\n/);
    server.signal();
    const ended = await server.end();
    assertMatch(ended.stdout, /Stopped\. Sent 2 datagrams .*, received 3 /); // OACK and one block
    assertEquals(ended.code, 0);
  });
});

waits(
  "lesson 14: get and put take --mode netascii, and do not ask how long a text is",
  async () => {
    await using server = serving();
    const port = server.address.port;
    const as = ["--port", port, "--file", "text", "--mode", "netascii", "--blksize", 8];
    const put = await runLesson(14, ["put", ...as], LINES);
    assertEquals([put.code, put.stderr], [0, ""]);
    assertEquals(put.stdout, `Sent ${LINES.length} bytes.\n`);
    assertEquals(text(server.files.get("text")), LINES);
    const got = await runLesson(14, ["get", ...as]);
    assertEquals([got.code, got.stdout], [0, LINES]);
    assertEquals(got.stderr, `Received ${LINES.length} bytes.\n`);
    const asked = server.log.filter((line) => line.includes(": RRQ") || line.includes(": WRQ"));
    assertMatch(asked[0]!, /: WRQ text netascii blksize 8\.$/);
    assertMatch(asked.at(-1)!, /: RRQ text netascii blksize 8\.$/); // each perhaps more than once
  },
);

Deno.test("lesson 14: put leaves a file where the server is writable, once", async () => {
  await using our = await program(["--writable"]);
  const put = (input: string) => runLesson(14, ["put", "--port", our.port, "--file", "new"], input);
  assertEquals(await put("Hello!"), { code: 0, stdout: "Sent 6 bytes.\n", stderr: "" });
  assertEquals(await Deno.readTextFile(`${our.folder}/new`), "Hello!");
  const again = await put("Something else");
  assertEquals(again.code, 1);
  assertEquals(again.stderr, `127.0.0.1:${our.port} says about new: File exists (error 6).\n`);
  assertEquals(await Deno.readTextFile(`${our.folder}/new`), "Hello!");
});

/** Writes the first block of a file there, and no more. */
async function putHalf(port: number): Promise<void> {
  using client = bind();
  await client.send(encode({ ...octet("new"), type: "WRQ" } as Message), here(port));
  const [, from] = await heard(client);
  await client.send(encode({ type: "DATA", block: 1, data: noise(512) }), from);
  // On a busy machine the server may have asked for it again.
  while ((await heard(client))[0] !== "ACK 1");
}

Deno.test("lesson 14: a server that is stopped leaves no half file", async () => {
  const folder = await Deno.makeTempDir();
  await using server = lesson(14, "server", "--port", 0, "--folder", folder, "--writable");
  await putHalf(Number((await server.prints(/Bind UDP on (\d+)/))[1]));
  assertEquals([...Deno.readDirSync(folder)].length, 1);
  server.signal();
  assertEquals((await server.end()).code, 0);
  assertEquals([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});

waits("lesson 14: what a server left that was ended by force, the next one removes", async () => {
  await using ended = await program(["--writable"]);
  await putHalf(ended.port);
  ended.server.signal("SIGKILL");
  await ended.server.end();
  assertEquals([...Deno.readDirSync(ended.folder)].length, 1);
  await using next = await program(["--writable"], ended.folder);
  assertEquals([...Deno.readDirSync(next.folder)], []);

  // One that is alive keeps its own.
  await putHalf(next.port);
  await using _third = await program(["--writable"], next.folder);
  assertEquals([...Deno.readDirSync(next.folder)].length, 1);
});

Deno.test("lesson 14: without --writable nothing is written", async () => {
  await using our = await program();
  const { code, stderr } = await runLesson(14, ["put", "--port", our.port, "--file", "new"], "x");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Nothing can be written here (error 2).");
  assertEquals([...Deno.readDirSync(our.folder)], []);
});

Deno.test("lesson 14: what is wrong is said in a sentence", async () => {
  const wrong: [number, RegExp, ...string[]][] = [
    [2, /^--file is missing\.\n/, "get"],
    [2, /^--blksize 7 is not right/, "get", "--file", "a", "--blksize", "7"],
    [2, /^--file is too long/, "put", "--file", "a".repeat(500)],
    [2, /^--mode mail is none of: octet, netascii\./, "get", "--file", "a", "--mode", "mail"],
    [1, /^There is no folder files\/nowhere/, "server", "--folder", "files/nowhere"],
  ];
  await Promise.all(wrong.map(async ([code, message, ...args]) => {
    const ended = await runLesson(14, args);
    assertMatch(ended.stderr, message);
    assertEquals(ended.code, code);
  }));
});

Deno.test("lesson 14: without a terminal to ask in, another folder is refused", async () => {
  const { code, stderr } = await runChild(14, ["server", "--folder", "lib"]);
  assertMatch(stderr, /^Deno lets this program read in the folder "files" only/);
  assertEquals(code, 1);
});

Deno.test("lesson 14: a busy port is told", async () => {
  using taken = bind();
  const { code, stderr } = await runLesson(14, ["server", "--port", taken.address.port]);
  assertMatch(stderr, /this port is taken/);
  assertEquals(code, 1);
});

Deno.test("lesson 14: played", async () => {
  const { code, stdout, stderr } = await runLesson(14);
  assertEquals([code, stderr], [0, ""]);
  const said = [...stdout.matchAll(/(RRQ|WRQ|DATA|ACK|ERROR)[\w .()]*?(?= +│)/g)].map(([text]) =>
    text
  );
  assertEquals(said, [
    ...["RRQ hello.txt", "DATA 1 (512)", "ACK 1", "ERROR 5 Unknown port", "ACK 1", "ACK 1"],
    ...["DATA 2 (88)", "ACK 2", "WRQ new.txt", "ACK 0", "DATA 1 (512)", "ACK 1", "DATA 2 (0)"],
    ...["ACK 2", "RRQ nothing.txt", "ERROR 1 File not found"],
  ]);
  assertMatch(stdout, /DATA 1 comes from port \d+: the transfer's own port\./);
  assertMatch(stdout, /client +stranger +server +transfer 1 +transfer 2\n( +port \d+){5}\n/);
  assert(!stdout.includes("✗"));
});

Deno.test("lesson 14: played as JSON", async () => {
  const { stdout } = await runLesson(14, ["--json"]);
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(events.filter(({ label }) => label === "ACK 1").length, 4);
  const columns = events.filter(({ event }) => event === "column");
  assertEquals(
    columns.map(({ name }) => name),
    ["client", "stranger", "server", "transfer 1", "transfer 2"],
  );
  const told = events.find(({ text }) => text?.startsWith("DATA 1 comes from port"));
  assert(told.text.includes(` ${columns[3].address.port}:`), told.text);
  assertEquals(events.at(-1).event, "end");
});
