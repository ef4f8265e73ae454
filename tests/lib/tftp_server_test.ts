/**
 * The TFTP server and the transfers of lib/: what lesson 14's roles run.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { receiveWithin } from "../../lessons/02_receive.ts";
import type { Patient } from "../../lib/patient.ts";
import {
  decode,
  describe,
  encode,
  is,
  type Message,
  TftpError,
  Unanswered,
} from "../../lib/tftp.ts";
import { type Files, inMemory, type Sink } from "../../lib/tftp_files.ts";
import { downloadFile, Exchange, receiveParts, sendParts } from "../../lib/tftp_transfer.ts";
import {
  type Address,
  bind,
  type Datagram,
  formatAddress,
  MAX_BYTES,
  type Socket,
} from "../../lib/udp.ts";
import { bytes, here, soon, text, until } from "../helpers.ts";
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
  ON_THE_WIRE,
  SERVERS,
  serving,
  stop,
  takesOnePort,
  unknownPort,
  write,
} from "../tftp.ts";
import { waits } from "../waits.ts";

waits("tftp server: files of all sizes go over and come back, byte for byte", async () => {
  await using server = serving();
  for (const options of [{}, { blksize: "8" }, { blksize: "1428", tsize: "0" }]) {
    const size = Number((options as { blksize?: string }).blksize ?? 512);
    for (const length of [0, 1, size - 1, size, size + 1, 3 * size, 3 * size + 5]) {
      const name = `${size}.${length}`;
      await left(server.address, name, noise(length), options);
      assertEquals(server.files.get(name), noise(length), name);
      assertEquals(await fetched(server.address, name, options), noise(length), name);
    }
  }
});

Deno.test("tftp server: the largest blocks, and more than there are", async () => {
  await using server = serving();
  const data = noise(200_000);
  await left(server.address, "long", data, { blksize: "65464" });
  assertEquals(server.files.get("long"), data);
  assertEquals(await fetched(server.address, "long", { blksize: "65464" }), data);
});

/** Two sides that hand each other their messages, and what the second one hears first. */
function sides(): [Exchange, Exchange, first: () => Promise<Message>] {
  const coming = [Promise.withResolvers<Message>(), Promise.withResolvers<Message>()];
  const hear = async (own: number) => {
    const message = await coming[own]!.promise;
    coming[own] = Promise.withResolvers();
    return message;
  };
  const side = (own: number) => ({
    ask: async (message: Message, fits: (answer: Message) => boolean) => {
      coming[1 - own]!.resolve(message);
      const answer = await hear(own);
      assert(fits(answer), describe(answer));
      return answer;
    },
    last: (message: Message) => Promise.resolve(coming[1 - own]!.resolve(message)),
  });
  const [one, two] = [side(0), side(1)] as unknown[] as [Exchange, Exchange];
  return [one, two, () => hear(1)];
}

/**
 * Asks until nothing comes any more. The answers take so many milliseconds, and where there is no number,
 * none comes. Returns how long it waited where none came.
 */
async function waitsOf(...trips: (number | undefined)[]): Promise<number[]> {
  const { now } = performance;
  let time = 0;
  const waits: number[] = [];
  const peer = here(9);
  const socket = {
    send: () => Promise.resolve(4),
    receive(milliseconds: number) {
      const trip = trips.shift();
      if (trip === undefined) waits.push(milliseconds);
      time += trip ?? milliseconds;
      return Promise.resolve(trip === undefined ? undefined : { data: ack(1), from: peer });
    },
  } as unknown as Patient;
  performance.now = () => time;
  try {
    const exchange = new Exchange(socket, peer);
    const block: Message = { type: "DATA", block: 1, data: new Uint8Array() };
    while (trips.length > 0) await exchange.ask(block, is("ACK", 1));
    await assertRejects(() => exchange.ask(block, is("ACK", 1)), Unanswered);
  } finally {
    performance.now = now;
  }
  return waits;
}

Deno.test("tftp: a wait never becomes shorter when a message is sent again", async () => {
  const waits = await waitsOf(...Array(20).fill(700));
  assert(waits[0]! > 2000 && waits.every((wait) => wait >= waits[0]!), `${waits}`);
});

Deno.test("tftp: the answer to a message that was sent again measures no round trip", async () => {
  for (const trip of [100, 700]) {
    const [before, after] = await waitsOf(...Array(20).fill(trip), undefined, 1);
    assertEquals(after, before);
  }
});

Deno.test("tftp server: after block 65,535 comes block 0", async () => {
  const data = noise(65_538 * 8 + 3);
  const files = new Map<string, Uint8Array>();
  const sink = await inMemory(files).create("copy");
  const [sender, receiver, first] = sides();
  const parts = (async function* () {
    yield data;
  })();
  const receiving = first().then((heard) => receiveParts(receiver, heard, 8, sink));
  await Promise.all([sendParts(sender, parts, 8), receiving]);
  assertEquals(files.get("copy"), data);
});

Deno.test("tftp files: of two in memory that get one name at the same time, the first one keeps it", async () => {
  const files = new Map<string, Uint8Array>();
  const sinks = [1, 2].map((byte) =>
    inMemory(files).create("new").then(async (sink) => {
      await sink.write(Uint8Array.of(byte));
      return sink;
    })
  );
  const ends = await Promise.allSettled(
    (await Promise.all(sinks)).map((sink) => sink.finish()),
  );
  assertEquals(ends.map(({ status }) => status), ["fulfilled", "rejected"]);
  assertEquals(files.get("new"), Uint8Array.of(1));
});

Deno.test("tftp files: memory is full when all files have so many bytes, and what is given up makes room", async () => {
  const held = inMemory(new Map(), 10);
  using first = await held.create("first");
  await first.write(new Uint8Array(6));
  await first.finish();
  const second = await held.create("second");
  await second.write(new Uint8Array(4));
  const full = await assertRejects(() => second.write(new Uint8Array(1)), TftpError);
  assertEquals(full.code, 3);
  second[Symbol.dispose]();
  using third = await held.create("third");
  await third.write(new Uint8Array(4));
  await assertRejects(() => third.write(new Uint8Array(1)), TftpError, "Disk full");
});

Deno.test("tftp server: each transfer has a port of its own, and twenty go on at once", async () => {
  const ports = new Set<number>();
  const open = () => {
    const own = bind();
    ports.add(own.address.port);
    return own;
  };
  await using server = serving({ open }, new Map([["file", noise(5000)]]));
  const all = await Promise.all(
    Array.from({ length: 20 }, () => fetched(server.address, "file")),
  );
  for (const one of all) assertEquals(one, noise(5000));
  assertEquals(ports.size, 20);
  assert(!ports.has(server.address.port));
});

Deno.test("tftp server: options are agreed on before the first block; timeout and strange ones are not", async () => {
  await using server = serving({}, new Map([["file", noise(1000)]]));
  using client = bind();
  const options = { blksize: "65535", tsize: "0", timeout: "6", windowsize: "4" };
  await client.send(encode(octet("file", options)), server.address);
  const [what, from] = await heard(client);
  assertEquals(what, "OACK blksize 65464 tsize 1000");
  await client.send(ack(0), from);
  assertEquals((await heard(client))[0], "DATA 1 (1000)");
  await client.send(ack(1), from);
});

for (const [does, tested] of Object.entries(SERVERS)) {
  Deno.test(`tftp server: ${does}`, () => tested((files) => serving({}, files)));
}

Deno.test("tftp server: a client takes messages only from the port of the first answer", async () => {
  await takesOnePort(fetched);
});

Deno.test("tftp server: the receiver acknowledges old data again, since its ACK was lost", async () => {
  await using server = serving();
  using client = bind();
  await client.send(encode({ ...octet("new"), type: "WRQ" } as Message), server.address);
  const [what, from] = await heard(client);
  assertEquals(what, "ACK 0");
  const leave = (block: number, size: number) => client.send(data(block, size), from);
  await leave(1, 512);
  assertEquals((await heard(client))[0], "ACK 1");
  await leave(1, 512);
  assertEquals((await heard(client))[0], "ACK 1");
  await leave(2, 0);
  assertEquals((await heard(client))[0], "ACK 2");
  assertEquals(server.files.get("new")?.length, 512);
  await leave(2, 0); // the file is there, but the last ACK may be lost, too
  assertEquals((await heard(client))[0], "ACK 2");
  assertEquals(server.log.filter((line) => line.includes("has written new")).length, 1);
});

Deno.test("tftp server: the same request twice is one transfer; another one from the same port ends it", async () => {
  let opened = 0;
  const open = () => {
    opened++;
    return bind();
  };
  const files = new Map([["file", noise(600)], ["other", noise(5)]]);
  await using server = serving({ open }, files);
  using client = bind();
  for (let copy = 0; copy < 3; copy++) await client.send(encode(octet("file")), server.address);
  assertEquals((await heard(client))[0], "DATA 1 (512)");
  await until(() => server.log.length === 3);
  assertEquals(opened, 1);
  await client.send(encode(octet("other")), server.address); // tftp's prompt asks from one port
  const [what, from] = await heard(client);
  assertEquals(what, "DATA 1 (5)");
  await client.send(ack(1), from);
  assertEquals(opened, 2);
});

Deno.test("tftp server: after its transfer's first ACK, the same request is a new one, from the same port too", async () => {
  await using server = serving({}, new Map([["file", noise(600)]]));
  using client = bind();
  await client.send(encode(octet("file")), server.address);
  const old = await hears(client, "DATA 1 (512)");
  await client.send(ack(1), old);
  await hears(client, "DATA 2 (88)");
  // The client starts anew, and its port is always the same: so does the program that starts a computer.
  await client.send(encode(octet("file")), server.address);
  const own = await hears(client, "DATA 1 (512)");
  assert(own.port !== old.port);
  await client.send(ack(1), own);
  assertEquals((await hears(client, "DATA 2 (88)")).port, own.port);
  await client.send(ack(2), own);
  await until(() => server.log.some((line) => line.endsWith("has read file.")));
  const who = formatAddress(client.address);
  assert(server.log.includes(`${who} and file: It has asked again.`), server.log.join("\n"));
});

Deno.test("tftp server: a late copy of a request, or a forged one, does not end the transfer", async () => {
  await using server = serving({}, new Map([["file", noise(600)], ["other", noise(5)]]));
  using client = bind();
  await client.send(encode(octet("file")), server.address);
  const own = await hears(client, "DATA 1 (512)");
  await client.send(ack(1), own);
  await hears(client, "DATA 2 (88)");
  const copies = { file: "DATA 1 (512)", other: "DATA 1 (5)" };
  for (const [name, first] of Object.entries(copies)) {
    await client.send(encode(octet(name)), server.address);
    await client.send(unknownPort, await hears(client, first));
    await until(() =>
      server.log.some((line) => line.endsWith(`and ${name}: It says: Unknown port`))
    );
  }
  await client.send(ack(2), own);
  await until(() => server.log.some((line) => line.endsWith("has read file.")));
});

Deno.test("tftp server: a name that exists is refused at once, also to the port that has just written it", async () => {
  await using server = serving();
  using client = bind();
  await client.send(encode(write("new")), server.address);
  const own = await hears(client, "ACK 0");
  await client.send(data(1, 5), own);
  await hears(client, "ACK 1");
  for (const options of [{}, { blksize: "8" }]) {
    await client.send(encode(write("new", options)), server.address);
    const [what, from] = await heard(client);
    assertEquals(what, "ERROR 6 File exists");
    assertEquals(from, server.address);
  }
  await client.send(data(1, 5), own); // its last ACK may be lost all the same
  assertEquals((await heard(client))[0], "ACK 1");
});

Deno.test("tftp server: half a file is dropped when its client begins again from the same port", async () => {
  await using server = serving();
  using client = bind();
  await client.send(encode(write("new")), server.address);
  const old = await hears(client, "ACK 0");
  await client.send(data(1, 512), old);
  await hears(client, "ACK 1");
  await client.send(encode(write("new")), server.address);
  const own = await hears(client, "ACK 0");
  assert(own.port !== old.port);
  await client.send(data(1, 5), own);
  await hears(client, "ACK 1");
  assertEquals(server.files.get("new"), noise(5));
});

Deno.test("tftp server: a client that asks forty times from one port is answered forty times", async () => {
  await using server = serving({}, new Map([["small", noise(5)], ["large", noise(600)]]));
  using client = bind();
  for (let turn = 0; turn < 40; turn++) {
    await client.send(encode(octet("small")), server.address);
    await client.send(ack(1), await hears(client, "DATA 1 (5)"));
    await client.send(encode(octet("large")), server.address);
    const own = await hears(client, "DATA 1 (512)");
    await client.send(ack(1), own);
    await hears(client, "DATA 2 (88)");
    await client.send(ack(2), own);
  }
  await until(() => server.log.filter((line) => line.includes(" has read ")).length === 80);
});

Deno.test("tftp server: what the machine stops for a minute is no silence of the client", async () => {
  await using server = serving({}, new Map([["file", noise(600)]]));
  using client = bind();
  await client.send(encode(octet("file")), server.address);
  const own = await hears(client, "DATA 1 (512)");
  const { now } = performance;
  performance.now = () => now.call(performance) + 60_000;
  try {
    assertEquals((await heard(client))[0], "DATA 1 (512)"); // and no error: the file would be cut
    await client.send(ack(1), own);
    await hears(client, "DATA 2 (88)");
    await client.send(ack(2), own);
  } finally {
    performance.now = now;
  }
  await until(() => server.log.some((line) => line.endsWith("has read file.")));
});

Deno.test("tftp server: the next request for a file of one block may be read before the ACK of the first", async () => {
  await using server = serving({}, new Map([["file", noise(5)]]));
  using client = bind();
  await client.send(encode(octet("file")), server.address);
  const own = await hears(client, "DATA 1 (5)");
  await client.send(encode(octet("file")), server.address);
  await until(() => server.log.length === 2);
  await client.send(ack(1), own);
  const next = await hears(client, "DATA 1 (5)");
  assert(next.port !== own.port);
  await client.send(ack(1), next);
  await until(() => server.log.filter((line) => line.endsWith("has read file.")).length === 2);
});

Deno.test("tftp server: a request that was repeated before the first block is one transfer", async () => {
  await using server = serving({}, new Map([["file", noise(600)]]));
  using client = bind();
  for (let copy = 1; copy <= 3; copy++) {
    await client.send(encode(octet("file")), server.address);
    await until(() => server.log.length === copy);
  }
  const own = await hears(client, "DATA 1 (512)");
  await client.send(ack(1), own);
  await hears(client, "DATA 2 (88)");
  await client.send(ack(2), own);
  await until(() => server.log.some((line) => line.endsWith("has read file.")));
  await client.send(encode(octet("nothing")), server.address);
  assertEquals((await heard(client))[0], "ERROR 1 File not found"); // and no DATA 1 before it
});

Deno.test("tftp server: requests that begin alike are not the same", async () => {
  const [one, two] = ["1", "2"].map((end) => "a".repeat(200) + end);
  await using server = serving({}, new Map([[one!, noise(5)], [two!, noise(6)]]));
  using client = bind();
  await client.send(encode(octet(one!)), server.address);
  await hears(client, "DATA 1 (5)");
  await client.send(encode(octet(two!)), server.address);
  await client.send(ack(1), await hears(client, "DATA 1 (6)"));
});

Deno.test("tftp server: zeros behind a request, and an option without a value, are no reason for silence", async () => {
  await using server = serving({}, new Map([["file", noise(5)]]));
  const request = encode(octet("file"));
  const asked = encode(octet("file", { blksize: "8" }));
  const odd: [Uint8Array, string][] = [
    [padded(request, 1), "DATA 1 (5)"],
    [padded(request, 500), "DATA 1 (5)"],
    [padded(request, 2000), "DATA 1 (5)"],
    [padded(asked, 100), "OACK blksize 8"],
    [joined(request, bytes("blksize\0")), "DATA 1 (5)"],
    [joined(request, bytes("blksize")), "DATA 1 (5)"],
    [joined(asked, bytes("tsize\0")), "OACK blksize 8"],
  ];
  for (const [data, answer] of odd) {
    using client = bind();
    await client.send(data, server.address);
    await client.send(stop, await hears(client, answer));
  }
});

Deno.test("tftp server: a request that cannot be read is refused with error 4", async () => {
  await using server = serving();
  using client = bind();
  const broken = [
    "\0\x01",
    "\0\x02file",
    "\0\x01file\0octet",
    `\0\x01${"a".repeat(60_000)}\0octet\0`,
  ];
  for (const request of broken) {
    await client.send(request, server.address);
    const [what, from] = await heard(client);
    assertEquals(what, "ERROR 4 Broken request");
    assertEquals(from, server.address);
  }
});

Deno.test("tftp server: a server may send zeros behind what it agrees to, and behind its ACKs", async () => {
  using server = bind();
  const fetching = fetched(server.address, "file", { blksize: "1428", tsize: "0" });
  const { from } = await server.receive({ signal: soon() });
  const agrees = encode({ type: "OACK", options: { blksize: "1000" } });
  await server.send(padded(joined(agrees, bytes("tsize\0")), 300), from);
  assertEquals((await heard(server))[0], "ACK 0");
  await server.send(data(1, 999), from);
  assertEquals((await heard(server))[0], "ACK 1");
  assertEquals(await fetching, noise(999));

  const leaving = left(server.address, "file", noise(5));
  const { from: other } = await server.receive({ signal: soon() });
  await server.send(padded(ack(0), 50), other);
  assertEquals((await heard(server))[0], "DATA 1 (5)");
  await server.send(padded(ack(1), 50), other);
  await leaving;
});

/** So many zeros behind it. */
function padded(message: Uint8Array, zeros: number): Uint8Array {
  return joined(message, new Uint8Array(zeros));
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Files that count how many of them are open. */
function counted(files: Files): { files: Files; open: () => number } {
  let open = 0;
  const count = <T extends Disposable>(file: T): T => {
    const { [Symbol.dispose]: close } = file;
    open++;
    return Object.assign(file, {
      [Symbol.dispose]() {
        open--;
        close.call(file);
      },
    });
  };
  return {
    files: {
      open: async (name) => count(await files.open(name)),
      create: async (name) => count(await files.create(name)),
    },
    open: () => open,
  };
}

Deno.test("tftp server: whatever becomes of a request, no file stays open", async () => {
  const held = new Map([["file", noise(600)]]);
  const { files, open } = counted(inMemory(held));
  await using server = serving({}, held, files);
  const refused = [
    { ...octet("file"), mode: "mail" } as Message,
    { ...write("new"), mode: "mail" } as Message,
    octet("nothing"),
    write("file"),
  ];
  for (const request of refused) {
    for (let copy = 0; copy < 3; copy++) {
      using client = bind();
      await client.send(encode(request), server.address);
      assertMatch((await heard(client))[0], /^ERROR/);
      assertEquals(open(), 0, describe(request));
    }
  }
  for (const request of [octet("file"), octet("file", { blksize: "8" }), write("new")]) {
    using client = bind();
    await client.send(encode(request), server.address);
    const [, own] = await heard(client);
    assertEquals(open(), 1, describe(request));
    await client.send(stop, own);
    await until(() => open() === 0, describe(request));
  }
  await fetched(server.address, "file");
  await until(() => open() === 0);
});

Deno.test("tftp server: refusals come from the known port", async () => {
  await using server = serving({}, new Map([["file", noise(5)]]));
  using client = bind();
  const refused: [Message, string][] = [
    [octet("nothing"), "ERROR 1 File not found"],
    [{ ...octet("file"), type: "WRQ" } as Message, "ERROR 6 File exists"],
    [{ ...octet("file"), mode: "mail" } as Message, "ERROR 4 Only modes octet and netascii"],
    [{ ...write("new"), mode: "mail" } as Message, "ERROR 4 Only modes octet and netascii"],
  ];
  for (const [request, answer] of refused) {
    await client.send(encode(request), server.address);
    const [what, from] = await heard(client);
    assertEquals(what, answer);
    assertEquals(from, server.address);
  }
  assertEquals([...server.files.keys()], ["file"]);
  const who = formatAddress(client.address);
  assert(server.log.includes(`Refused ${who}: File not found (error 1).`), server.log.join("\n"));
  assertEquals(server.log.filter((line) => line.startsWith("Refused ")).length, refused.length);
});

Deno.test("tftp server: a request that comes right after its refusal is refused as well", async () => {
  await using server = serving();
  using client = bind();
  const { socket } = server;
  const send = socket.send.bind(socket);
  // The client has its refusal, and asks again, before the server's send has returned.
  socket.send = async (data, to) => {
    socket.send = send;
    const sent = await send(data, to);
    assertEquals((await heard(client))[0], "ERROR 1 File not found");
    await client.send(encode(octet("nothing")), server.address);
    await until(() => server.log.filter((line) => line.startsWith("Received ")).length === 2);
    return sent;
  };
  await client.send(encode(octet("nothing")), server.address);
  await until(() => server.log.filter((line) => line.startsWith("Refused ")).length === 2);
  assertEquals((await heard(client))[0], "ERROR 1 File not found");
});

Deno.test("tftp server: when it is closed, its transfers end, and nothing is sent again", async () => {
  const server = serving({}, new Map([["file", noise(600)]]));
  using client = bind();
  await client.send(encode(octet("file")), server.address);
  await client.receive({ signal: soon() });
  await server[Symbol.asyncDispose]();
  let more = 0;
  while (await receiveWithin(client, 20)) more++;
  assert(more < 5, `${more} more blocks`); // after five more, it gives up anyway
});

Deno.test("tftp server: so many transfers at a time, and no more", async () => {
  await using server = serving({ most: 2 }, new Map([["file", noise(600)]]));
  using one = bind();
  using two = bind();
  using three = bind();
  const froms = [];
  for (const client of [one, two]) {
    await client.send(encode(octet("file")), server.address);
    const from = await hears(client, "DATA 1 (512)");
    await client.send(ack(1), from);
    await hears(client, "DATA 2 (88)");
    froms.push(from);
  }
  await three.send(encode(octet("file")), server.address);
  assertEquals((await heard(three))[0], "ERROR 0 Too many transfers: try again later");
  await one.send(ack(2), froms[0]!);
  await until(() => server.log.some((line) => line.includes("has read")));
  assertEquals(text(await fetched(server.address, "file")), text(noise(600)));
  await two.send(ack(2), froms[1]!); // which nothing has disturbed
  await until(() => server.log.includes(`${formatAddress(two.address)} has read file.`));
});

Deno.test("tftp server: a new client gets the place of the oldest request without an ACK, which may be forged", async () => {
  await using server = serving({ most: 2, grace: 0 }, new Map([["file", noise(600)]]));
  using proven = bind();
  await proven.send(encode(octet("file")), server.address);
  const own = await hears(proven, "DATA 1 (512)");
  await proven.send(ack(1), own);
  await hears(proven, "DATA 2 (88)");

  let last: [Socket, Address] | undefined;
  for (let turn = 0; turn < 50; turn++) {
    const forged = bind();
    await forged.send(encode(octet("file")), server.address);
    const from = await hears(forged, "DATA 1 (512)");
    if (last) {
      const [silent, before] = last;
      assertEquals(await hears(silent, "ERROR 0 Too many transfers: try again later"), before);
      const said = "and file: It has not answered, and another client has its place.";
      await until(() => server.log.includes(`${formatAddress(silent.address)} ${said}`));
      silent.close();
    }
    last = [forged, from];
  }
  last![0].close();
  assertEquals(text(await fetched(server.address, "file")), text(noise(600)));
  await proven.send(ack(2), own);
  await until(() => server.log.includes(`${formatAddress(proven.address)} has read file.`));
});

Deno.test("tftp server: in the grace of forged requests, nobody gets their places", async () => {
  const files = new Map([["file", noise(600)]]);
  await using server = serving({ most: 2, grace: 60_000 }, files);
  const forged = [bind(), bind()];
  for (const one of forged) {
    await one.send(encode(octet("file")), server.address);
    await hears(one, "DATA 1 (512)");
  }
  using late = bind();
  for (let turn = 0; turn < 20; turn++) {
    await late.send(encode(octet("file")), server.address);
    const from = await hears(late, "ERROR 0 Too many transfers: try again later");
    assertEquals(from, server.address);
  }
  for (const one of forged) one.close();
});

/** Files of which one, `slow`, opens only when it may, and how many of them were asked for. */
function slowly(files: Map<string, Uint8Array>) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const held = inMemory(files);
  let asked = 0;
  const open = async (name: string) => {
    asked++;
    if (name === "slow") await promise;
    return await held.open(name);
  };
  return { files: { ...held, open }, asked: () => asked, resolve, [Symbol.dispose]: resolve };
}

Deno.test("tftp server: while a file opens slowly, its client may change its mind, and others are served", async () => {
  const files = new Map([["slow", noise(3)], ["file", noise(5)], ["other", noise(600)]]);
  const slow = slowly(files);
  await using server = serving({}, files, slow.files);
  using _opens = slow; // so that the server can end
  using client = bind();
  for (const name of ["slow", "file", "file", "slow", "other"]) {
    await client.send(encode(octet(name)), server.address);
  }
  assertEquals(text(await fetched(server.address, "file")), text(noise(5)));
  assertEquals(slow.asked(), 2);
  slow.resolve();
  // It gets what it has asked for last, and nothing else before it.
  const [what, from] = await heard(client);
  assertEquals(what, "DATA 1 (512)");
  await client.send(ack(1), from);
  await client.send(ack(2), await hears(client, "DATA 2 (88)"));
  await until(() => server.log.includes(`${formatAddress(client.address)} has read other.`));
  assertEquals(slow.asked(), 3);
});

Deno.test("tftp server: a request that was given up while its file opened gets no refusal", async () => {
  const files = new Map([["file", noise(5)]]);
  const slow = slowly(files);
  await using server = serving({}, files, slow.files);
  using _opens = slow; // so that the server can end
  using client = bind();
  await client.send(encode(octet("slow")), server.address);
  await client.send(encode(octet("file")), server.address);
  await until(() => server.log.length === 2);
  slow.resolve(); // there is no such file
  const [what, from] = await heard(client);
  assertEquals(what, "DATA 1 (5)");
  await client.send(ack(1), from);
  assertEquals(server.log[2], `${formatAddress(client.address)} and slow: It has asked again.`);
});

Deno.test("tftp server: no more files open at the same time than there are places, however slowly", async () => {
  const files = new Map([["slow", noise(5)]]);
  const slow = slowly(files);
  const sockets = new Set<Socket>();
  const open = () => {
    const own = bind();
    sockets.add(own);
    return own;
  };
  await using server = serving({ most: 2, grace: 0, open }, files, slow.files);
  using _opens = slow; // so that the server can end
  const clients = Array.from({ length: 5 }, () => bind());
  const ask = (client?: Socket) => client!.send(encode(octet("slow")), server.address);
  const [one, two, three, four, five] = clients;
  await ask(one);
  await ask(two);
  await ask(three);
  await hears(one!, "ERROR 0 Too many transfers: try again later");
  await ask(four);
  await hears(two!, "ERROR 0 Too many transfers: try again later");
  for (let copy = 0; copy < 3; copy++) {
    await ask(three);
    await ask(four);
  }
  for (const client of [five, one, two]) {
    await ask(client);
    const [what, from] = await heard(client!);
    assertEquals(what, "ERROR 0 Too many transfers: try again later");
    assertEquals(from, server.address);
  }
  assertEquals([slow.asked(), sockets.size], [2, 2]);
  slow.resolve();
  for (const client of [three!, four!]) {
    await client.send(ack(1), await hears(client, "DATA 1 (5)"));
    await until(() => server.log.includes(`${formatAddress(client.address)} has read slow.`));
  }
  assertEquals([slow.asked(), sockets.size], [4, 4]);
  for (const client of clients) client.close();
});

Deno.test("tftp server: where there is no room, a client that begins again keeps its own place, and takes one", async () => {
  const sockets = new Set<Socket>();
  const open = () => {
    const own = bind();
    const close = own.close.bind(own);
    sockets.add(own);
    own.close = () => {
      sockets.delete(own);
      close();
    };
    return own;
  };
  await using server = serving({ most: 1, open }, new Map([["file", noise(600)]]));
  using client = bind();
  using other = bind();
  await client.send(encode(octet("file")), server.address);
  await client.send(ack(1), await hears(client, "DATA 1 (512)"));
  await hears(client, "DATA 2 (88)");
  // It asks for something else again and again, and answers nothing: one more socket at a time.
  for (let turn = 1; turn <= 10; turn++) {
    await client.send(encode(octet("file", { tsize: `${turn}` })), server.address);
    await hears(client, "OACK tsize 600");
    assertEquals(sockets.size, 2);
  }
  await other.send(encode(octet("file")), server.address);
  assertEquals((await heard(other))[0], "ERROR 0 Too many transfers: try again later");
});

Deno.test("tftp server: what is no request gets no answer, and the server goes on", async () => {
  await using server = serving({}, new Map([["file", noise(5)]]));
  using client = bind();
  const none = [ack(1), encode({ type: "ERROR", code: 1, text: "x" }), noise(0), noise(MAX_BYTES)];
  none.push(encode({ type: "DATA", block: 1, data: noise(5) }), bytes("Hello!"));
  for (const data of none) await client.send(data, server.address);
  assertEquals(await fetched(server.address, "file"), noise(5));
  assertEquals(
    server.log.filter((line) => line.endsWith("It is not a request, and gets no answer.")).length,
    6,
  );
  assertEquals(await receiveWithin(client, 20), undefined);
});

Deno.test("tftp server: netascii is served: LF as CR LF, CR as CR NUL, also across the edges of blocks", async () => {
  await using server = serving({}, new Map([["file", bytes(LINES)]]));
  using client = bind();
  const request = { ...octet("file", { blksize: "8", tsize: "0" }), mode: "netascii" } as Message;
  await client.send(encode(request), server.address);
  const [what, from] = await heard(client);
  assertEquals(what, "OACK blksize 8"); // how long it is as text, nobody knows yet
  let came = "";
  for (let block = 0, size = 8; size === 8; block++) {
    await client.send(ack(block), from);
    const { data } = await client.receive({ signal: soon() });
    const message = decode(data);
    if (message.type !== "DATA") throw new Error(describe(message));
    assertEquals(message.block, block + 1);
    came += text(message.data);
    size = message.data.length;
    if (size < 8) await client.send(ack(block + 1), from);
  }
  assertEquals(came, ON_THE_WIRE);
});

Deno.test("tftp server: netascii is written as the text that it was", async () => {
  await using server = serving();
  using client = bind();
  const sent = bytes(ON_THE_WIRE);
  const request = { ...write("new", { blksize: "8", tsize: `${sent.length}` }), mode: "NETASCII" };
  await client.send(encode(request as Message), server.address);
  const [what, from] = await heard(client);
  assertEquals(what, `OACK blksize 8 tsize ${sent.length}`);
  for (let block = 1; 8 * (block - 1) <= sent.length; block++) {
    const data = sent.subarray(8 * (block - 1), 8 * block);
    await client.send(encode({ type: "DATA", block, data }), from);
    assertEquals((await heard(client))[0], `ACK ${block}`);
  }
  assertEquals(text(server.files.get("new")), LINES);
});

waits("tftp server: netascii goes over and comes back, in blocks of any size", async () => {
  await using server = serving();
  const long = bytes(LINES.repeat(100));
  for (const blksize of ["8", "9", "512", "65464"]) {
    await left(server.address, blksize, long, { blksize }, "netascii");
    assertEquals(server.files.get(blksize), long);
    assertEquals(await fetched(server.address, blksize, { blksize }, "netascii"), long);
    const raw = await fetched(server.address, blksize, { blksize });
    assertEquals(raw, long); // and what is not asked for as text is not changed
  }
  assert(server.log.some((line) => line.endsWith(": RRQ 512 netascii blksize 512.")));
});

Deno.test("tftp server: half a file is no file, and the other side's error is told", async () => {
  await using server = serving();
  using client = bind();
  await client.send(encode({ ...octet("new"), type: "WRQ" } as Message), server.address);
  const [, from] = await heard(client);
  await client.send(encode({ type: "DATA", block: 1, data: noise(512) }), from);
  await heard(client);
  await client.send(encode({ type: "ERROR", code: 3, text: "\x1b[2JFull" }), from);
  await until(() => server.log.length === 2);
  assertMatch(server.log[1]!, /^127\.0\.0\.1:\d+ and new: It says: \\x1b\[2JFull$/);
  assertEquals(server.files.size, 0);
});

Deno.test("tftp server: a block that is too long is refused", async () => {
  await using server = serving();
  using client = bind();
  await client.send(encode({ ...octet("new"), type: "WRQ" } as Message), server.address);
  const [, from] = await heard(client);
  await client.send(encode({ type: "DATA", block: 1, data: noise(513) }), from);
  assertEquals((await heard(client))[0], "ERROR 4 This block is too long");
  assertEquals(server.files.size, 0);
});

Deno.test("tftp server: who cannot write says so to the other side", async () => {
  await using server = serving({}, new Map([["file", noise(600)]]));
  using socket = bind();
  const full: Sink = {
    write: () => Promise.reject(new Error("/home/ann/secret is full")),
    finish: () => Promise.resolve(),
    [Symbol.dispose]() {},
  };
  const remote = { server: server.address, name: "file" };
  await assertRejects(() => downloadFile(socket, remote, full), Error, "is full");
  await until(() => server.log.some((line) => line.endsWith("and file: It says: It failed")));
});

Deno.test("tftp server: a transfer ends when the client closes its socket", async () => {
  using silent = bind();
  for (const served of [false, true]) {
    using socket = bind();
    using sink = await inMemory(new Map()).create("copy");
    const loading = downloadFile(socket, { server: silent.address, name: "file" }, sink);
    const rejected = assertRejects(() => loading, Error, "closed");
    const { from } = await silent.receive({ signal: soon() });
    if (served) {
      await silent.send(data(1, 512), from);
      assertEquals((await heard(silent))[0], "ACK 1");
    }
    socket.close();
    const { Interrupted, BadResource } = Deno.errors;
    const error = await rejected;
    assert(error instanceof Interrupted || error instanceof BadResource, `${error}`);
  }
});

Deno.test("tftp server: a server that agrees to more than was asked for is refused", async () => {
  using server = bind();
  const fetching = fetched(server.address, "file", { blksize: "1428" });
  const rejected = assertRejects(() => fetching, TftpError);
  const { from } = await server.receive({ signal: soon() });
  await server.send(encode({ type: "OACK", options: { blksize: "9000" } }), from);
  assertEquals((await heard(server))[0], "ERROR 8 That is more than I asked for");
  await rejected;
});

Deno.test("tftp server: a server that knows no options is understood", async () => {
  using server = bind();
  const fetching = fetched(server.address, "file", { blksize: "1428", tsize: "0" });
  const { from } = await server.receive({ signal: soon() });
  await server.send(encode({ type: "DATA", block: 1, data: noise(512) }), from);
  assertEquals((await heard(server))[0], "ACK 1");
  await server.send(encode({ type: "DATA", block: 2, data: noise(0) }), from);
  assertEquals(await fetching, noise(512));
});

/** An exchange whose clock goes forward while it waits, since nobody wants to wait. */
async function quickly(
  work: (
    exchange: Exchange,
    sent: Message[],
    answers: Datagram[],
    waits: number[],
  ) => Promise<void>,
  anyPort = false,
): Promise<void> {
  const { now } = performance;
  const sent: Message[] = [];
  const answers: Datagram[] = [];
  /** How long it waited where nothing came. */
  const waits: number[] = [];
  const patient = {
    send: (data: Uint8Array) => Promise.resolve(sent.push(decode(data))),
    receive: (milliseconds: number) => {
      const answer = answers.shift();
      if (!answer) {
        waits.push(milliseconds);
        time += milliseconds;
      }
      return Promise.resolve(answer);
    },
  };
  let time = now.call(performance);
  performance.now = () => time;
  try {
    await work(new Exchange(patient as unknown as Patient, here(9), anyPort), sent, answers, waits);
  } finally {
    performance.now = now;
  }
}

Deno.test("tftp server: a client's name may be forged: six datagrams go there, and then no more", () =>
  quickly(async (exchange, sent, answers) => {
    const data = { type: "DATA", block: 1, data: noise(5) } as const;
    const asked = () => exchange.ask(data, is("ACK", 1));
    await assertRejects(asked, Unanswered, "127.0.0.1:9 is silent.");
    assertEquals(sent.length, 6);
    // Who has answered once is waited for longer, and then it is another thing to say.
    answers.push({ data: ack(1), from: here(9) });
    await exchange.ask(data, is("ACK", 1));
    const more = () => exchange.ask(data, is("ACK", 2));
    await assertRejects(more, Unanswered, "127.0.0.1:9 went silent.");
    assert(sent.length > 6 + 15, `${sent.length} datagrams`);
  }));

Deno.test("tftp server: what is not answered is said again, later and later", () =>
  quickly(async (exchange, sent, _, waits) => {
    const data = { type: "DATA", block: 1, data: noise(10) } as const;
    await assertRejects(() => exchange.ask(data, is("ACK", 1)), Unanswered);
    assertEquals(sent, Array(6).fill(data));
    assertEquals(waits.map(Math.round).slice(0, 4), [1000, 2000, 2000, 2000]);
  }));

Deno.test("tftp server: a time for which the machine stops the program is no round trip", () =>
  quickly(async (exchange, _, answers, waits) => {
    const data = { type: "DATA", block: 1, data: noise(10) } as const;
    const { now } = performance;
    exchange.onAnswer = () => performance.now = () => now.call(performance) + 60_000;
    answers.push({ data: ack(1), from: here(9) });
    await exchange.ask(data, is("ACK", 1));
    await assertRejects(() => exchange.ask(data, is("ACK", 2)), Unanswered);
    assertEquals(waits.map(Math.round)[0], 1750); // as after a trip of 1 s
  }));

Deno.test("tftp server: old data is acknowledged again at once, and not after a timeout", () =>
  quickly(async (exchange, sent, answers, waits) => {
    answers.push({ data: data(1, 512), from: here(9) }, { data: data(2, 5), from: here(9) });
    const first = { type: "ACK", block: 1 } as const;
    const next = await exchange.ask(first, is("DATA", 2), is("DATA", 1));
    assertEquals(describe(next), "DATA 2 (5)");
    assertEquals(sent, [first, first]);
    assertEquals(waits, []);
  }));

/** What an exchange says that has asked 127.0.0.1:9 for a file, or for block 2, and gets this instead. */
async function saidOf(met: boolean, ...came: Datagram[]): Promise<string> {
  let said = "";
  await quickly(async (exchange, _, answers) => {
    if (met) {
      answers.push({ data: data(1, 512), from: here(7) });
      await exchange.ask(octet("file"), is("DATA", 1));
    }
    answers.push(...came);
    const asked = met
      ? () => exchange.ask({ type: "ACK", block: 1 }, is("DATA", 2), is("DATA", 1))
      : () => exchange.ask(octet("file"), is("DATA", 1));
    const error = await assertRejects(asked, Unanswered);
    assertEquals([error.met, error.silent], [met, came.length === 0]);
    said = error.message;
  }, true);
  return said;
}

Deno.test("tftp server: silence is told where nothing came, and otherwise what came, from whom, and why not", async () => {
  const [other, stranger] = [here(7), { hostname: "127.0.0.2", port: 7 }];
  const not = (who: string) => `This is not accepted as an answer, because ${who} was asked.`;
  const said: [string, boolean, ...Datagram[]][] = [
    ["127.0.0.1:9 is silent.", false],
    ["127.0.0.1:7 went silent.", true],
    ["127.0.0.1:7 sent 6 bytes, which are not a TFTP message.", false, {
      data: bytes("Hello!"),
      from: other,
    }],
    ["127.0.0.1:7 sent 0 bytes, which are not a TFTP message.", true, {
      data: bytes(""),
      from: other,
    }],
    ["127.0.0.1:7 sent ACK 0, which does not answer RRQ file.", false, {
      data: ack(0),
      from: other,
    }],
    ["127.0.0.1:7 sent DATA 2 (5), which does not answer RRQ file.", false, {
      data: data(2, 5),
      from: other,
    }],
    ["127.0.0.1:7 sent DATA 9 (5), which does not answer ACK 1.", true, {
      data: data(9, 5),
      from: other,
    }],
    // The other side repeats its block: it does not get our ACK.
    ["127.0.0.1:7 sent DATA 1 (5), which does not answer ACK 1.", true, {
      data: data(1, 5),
      from: other,
    }],
    [`127.0.0.2:7 sent DATA 1 (5). ${not("127.0.0.1:9")}`, false, {
      data: data(1, 5),
      from: stranger,
    }],
    [`127.0.0.2:7 sent ERROR 0 Stop. ${not("127.0.0.1:9")}`, false, { data: stop, from: stranger }],
    [`127.0.0.1:8 sent DATA 2 (5). ${not("127.0.0.1:7")}`, true, {
      data: data(2, 5),
      from: here(8),
    }],
    // What the server itself sent says more than what a stranger sent.
    [
      "127.0.0.1:7 sent ACK 3, which does not answer RRQ file.",
      false,
      { data: bytes("a"), from: stranger },
      { data: ack(3), from: other },
      { data: bytes("b"), from: stranger },
    ],
    // Nothing is printed raw.
    [
      "127.0.0.1:7 sent RRQ \\x1b[2J, which does not answer RRQ file.",
      false,
      { data: encode(octet("\x1b[2J")), from: other },
    ],
  ];
  for (const [sentence, met, ...came] of said) assertEquals(await saidOf(met, ...came), sentence);
});
