/**
 * What the tests of TFTP share: lesson 14's, and those of its server and transfers in lib/.
 *
 * @module
 */
import { dice } from "../lib/relay.ts";
import { decode, describe, encode, type Message } from "../lib/tftp.ts";
import { type Files, inMemory } from "../lib/tftp_files.ts";
import { type ServeOptions, serveTftp } from "../lib/tftp_server.ts";
import { downloadFile, type Mode, uploadFile } from "../lib/tftp_transfer.ts";
import { type Address, bind, type Socket } from "../lib/udp.ts";
import { soon } from "./helpers.ts";

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
