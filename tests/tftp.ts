/**
 * What the tests of TFTP share: lesson 14's, and those of its server and transfers in lib/.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { receiveWithin } from "../lessons/02_receive.ts";
import { dice } from "../lib/relay.ts";
import { decode, describe, encode, type Message } from "../lib/tftp.ts";
import { type Files, inMemory } from "../lib/tftp_files.ts";
import { type ServeOptions, serveTftp } from "../lib/tftp_server.ts";
import { downloadFile, type Mode, uploadFile } from "../lib/tftp_transfer.ts";
import { type Address, bind, type Socket } from "../lib/udp.ts";
import { soon, until } from "./helpers.ts";

/** Returns bytes of which no two blocks are the same. */
export function noise(size: number): Uint8Array {
  const random = dice(size);
  return Uint8Array.from({ length: size }, () => Math.floor(256 * random()));
}

/** Starts lib/tftp_server.ts with files in memory, and keeps what it logs. */
export function serving(
  options: ServeOptions = {},
  files = new Map<string, Uint8Array>(),
  held: Files = inMemory(files),
) {
  const socket = bind();
  const log: string[] = [];
  const end = serveTftp(socket, held, { log: (line) => log.push(line), ...options });
  return {
    socket,
    address: socket.address,
    files,
    log,
    async [Symbol.asyncDispose]() {
      socket.close();
      await end;
    },
  };
}

/** Fetches a file with lib/tftp_transfer.ts, and returns what came. */
export async function fetched(
  server: Address,
  name: string,
  options = {},
  mode: Mode = "octet",
): Promise<Uint8Array> {
  using socket = bind();
  const files = new Map<string, Uint8Array>();
  using sink = await inMemory(files).create("copy");
  const remote = { server, name, options, mode };
  await downloadFile(socket, remote, Object.assign(sink, { linger: 20 }));
  return files.get("copy")!;
}

/** Leaves a file with lib/tftp_transfer.ts. */
export async function left(
  server: Address,
  name: string,
  data: Uint8Array,
  options = {},
  mode: Mode = "octet",
): Promise<void> {
  using socket = bind();
  const file = async function* () {
    for (let at = 0; at < data.length; at += 1000) yield data.subarray(at, at + 1000);
  };
  await uploadFile(socket, { server, name, options, mode }, file());
}

export const octet = (file: string, options = {}): Message => ({
  type: "RRQ",
  file,
  mode: "octet",
  options,
});

/** Returns the next message in few words, and its sender. */
export async function heard(socket: Socket): Promise<[what: string, from: Address]> {
  const { data, from } = await socket.receive({ signal: soon() });
  return [describe(decode(data)), from];
}

/** Waits for this message; others may come before it. Returns who sent it. */
export async function hears(socket: Socket, message: string): Promise<Address> {
  while (true) {
    const [what, from] = await heard(socket);
    if (what === message) return from;
  }
}

export const ack = (block: number) => encode({ type: "ACK", block });
export const data = (block: number, size: number) =>
  encode({ type: "DATA", block, data: noise(size) });
export const stop = encode({ type: "ERROR", code: 0, text: "Stop" });
export const unknownPort = encode({ type: "ERROR", code: 5, text: "Unknown port" });
export const write = (file: string, options = {}): Message => ({
  type: "WRQ",
  file,
  mode: "octet",
  options,
});

/** A text whose ends of lines, as netascii has them, stand at the edges of blocks of 8 bytes, too. */
export const LINES = "a\nb\r\nc\rd\n1234567\n123456\r1234567\r\n\n\r\r\0end\r";
/** The same text as it travels. */
export const ON_THE_WIRE = LINES.replace(/[\r\n]/g, (end) => end === "\n" ? "\r\n" : "\r\0");

/** Starts a server with these files, and keeps what it prints. */
type Start = (files: Map<string, Uint8Array>) => AsyncDisposable & {
  address: Address;
  log: string[];
};

/** What every TFTP server has to do: the page's, and that of lib/. */
export const SERVERS: Record<string, (start: Start) => Promise<void>> = {
  "a stranger is told error 5, and changes nothing": async (start) => {
    await using server = start(new Map([["file", noise(600)]]));
    using client = bind();
    using stranger = bind();
    await client.send(encode(octet("file")), server.address);
    const own = await hears(client, "DATA 1 (512)");
    for (const message of [ack(1), data(1, 5), encode(octet("file")), encode(octet("x"))]) {
      await stranger.send(message, own);
      assertEquals((await heard(stranger))[0], "ERROR 5 Unknown port");
    }

    // An error gets no answer, and neither do bytes that are not a message: otherwise two
    // strangers might go on without end.
    await stranger.send(stop, own);
    await stranger.send("Hello!", own);
    assertEquals(await receiveWithin(stranger, 50), undefined);
    await client.send(ack(1), own);
    await client.send(ack(2), await hears(client, "DATA 2 (88)"));
    await until(() => server.log.some((line) => line.endsWith("has read file.")));
  },

  "an old ACK is not answered with data": async (start) => {
    await using server = start(new Map([["file", noise(1500)]]));
    using client = bind();
    await client.send(encode(octet("file")), server.address);
    const own = await hears(client, "DATA 1 (512)");
    for (let copy = 0; copy < 3; copy++) await client.send(ack(1), own);
    assertEquals((await heard(client))[0], "DATA 2 (512)");
    await client.send(ack(1), own);
    await client.send(ack(2), own);
    assertEquals((await heard(client))[0], "DATA 3 (476)"); // without a second DATA 2 before it
    await client.send(ack(3), own);
    assertEquals(await receiveWithin(client, 50), undefined);
  },
};

/** A client takes messages only from the port of the first answer: the page's, and that of lib/. */
export async function takesOnePort(
  fetch: (server: Address, name: string) => Promise<Uint8Array>,
): Promise<void> {
  using server = bind();
  using own = bind();
  using stranger = bind();
  const fetching = fetch(server.address, "file");
  const { from } = await server.receive({ signal: soon() });
  await own.send(data(1, 512), from);
  assertEquals((await heard(own))[0], "ACK 1");
  await stranger.send(data(2, 7), from);
  assertEquals((await heard(stranger))[0], "ERROR 5 Unknown port");
  await server.send(data(2, 8), from); // not from the known port either
  assertEquals((await heard(server))[0], "ERROR 5 Unknown port");
  await server.send(stop, from);
  await own.send(data(2, 9), from);
  assertEquals(await fetching, new Uint8Array([...noise(512), ...noise(9)]));
}
