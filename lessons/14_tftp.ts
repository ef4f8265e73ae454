/**
 * # Lesson 14: TFTP
 *
 * TFTP, the Trivial File Transfer Protocol, sends a file over UDP, one block at a time. It waits
 * for an acknowledgement (ACK) after each block: stop-and-wait, as in lesson 9. Telephones, routers
 * and computers without a disk have loaded their programs with it since 1981.
 *
 * A client sends its request to the server's known port. The server opens a new port for each
 * transfer, and the blocks come from there. Each transfer has its own socket, so many of them can
 * go on at the same time. But a firewall that does not understand TFTP drops the blocks: they come
 * from a port that the client never wrote to.
 *
 * ## You learn
 * - how a client learns the transfer's own port, and why it accepts no other port from then on
 * - how each side sends its message again after a loss, and why an old ACK must be ignored
 * - how a receiver knows that a block is the last one
 * - what strangers can do: everybody may ask for the files, because TFTP has no passwords
 *
 * ## The messages
 *
 * Each message begins with its type, a number of two bytes. A text ends with a zero byte:
 *
 *     RRQ     00 01   file name, 00   mode, 00     a request to read (get) a file
 *     WRQ     00 02   file name, 00   mode, 00     a request to write (put) a file
 *     DATA    00 03   block   bytes                0 to 512 bytes of the file
 *     ACK     00 04   block                        this block has arrived
 *     ERROR   00 05   code   text, 00              the transfer is over, or was refused
 *
 * `block` and `code` have two bytes. The first block has the number 1. The receiver answers DATA 1
 * with ACK 1, and so on. A server answers WRQ with ACK 0, and RRQ with DATA 1. All blocks have 512
 * bytes except the last one, which is shorter. It may be empty. The mode `octet` means that the
 * bytes travel as they are.
 *
 * A request may also name options, such as `blksize 1428`. Then the server's first message lists
 * the ones that it agrees to (OACK, type 00 06). This page does not use options.
 *
 * ## Run
 *
 *     deno task lesson14                              show the lesson as a diagram
 *     deno task lesson14 server                       in one terminal: offer the folder files/
 *     deno task lesson14 get --file hello.txt         in a second one: fetch a file and print it
 *     deno task lesson14 put --file new.txt < copy    send a file to a server with --writable
 *
 * The server has port 6969, because TFTP's own port, 69, often needs root. It prints the request,
 * and then `127.0.0.1:53011 has read hello.txt.` The client prints the file and
 * `Received 791 bytes.`
 *
 * The roles run lib/tftp_server.ts and lib/tftp_transfer.ts. With `--simple` they run the code of
 * this page. The files in lib/ do more:
 *
 * - They read and write large files part by part, and refuse blocks that are too long.
 * - They agree on larger blocks, of 1428 bytes unless you give `--blksize`. They agree on a text
 *   mode (`--mode netascii`) and on the file's size, too.
 * - They measure the round trip, and wait accordingly before they send a message again.
 * - They repeat the last ACK if it was lost.
 * - A request that comes twice starts one transfer.
 * - They limit how much a client may write. The server of this page keeps all of it in memory.
 *
 * @module
 */
import { count, printable } from "../lib/text.ts";
import {
  BLOCK,
  decode,
  describe,
  encode,
  joined,
  type Message,
  TftpError,
  tryDecode,
} from "../lib/tftp.ts";
import {
  type Address,
  bind,
  type Datagram,
  formatAddress,
  localFor,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { receiveUntil } from "./02_receive.ts";

/** How long to wait for an answer, in milliseconds. Nearly every round trip is shorter. */
const WAIT = 1000;

/**
 * How many times to send a message. If a request is forged, our blocks go to a victim. So we must
 * not send many.
 */
const TRIES = 6;

/** How many transfers may go on at once. Each needs a socket, and a program has only so many. */
const MOST_TRANSFERS = 100;

/** One side of a transfer: a client's or a server's. */
export interface Transfer {
  /** Our socket. The server opens a new one for each transfer. */
  readonly socket: Socket;

  /** The other side's address. */
  peer: Address;

  /** True in a client until the server's first answer comes. That one may come from any port. */
  anyPort: boolean;
}

/**
 * Sends a message until the answer comes: the DATA or the ACK with this block number. Returns the
 * bytes of the block. An ACK has none.
 */
export async function ask(
  transfer: Transfer,
  message: Message,
  type: "DATA" | "ACK",
  block: number,
): Promise<Uint8Array> {
  for (let tries = 1; tries <= TRIES; tries++) {
    await transfer.socket.send(encode(message), transfer.peer);
    const answer = await receiveUntil(transfer.socket, WAIT, (datagram) => {
      return isFromPeer(transfer, datagram) && isAnswer(datagram.data, type, block);
    });

    // Nothing came. Perhaps our message or its answer was lost. Send it again.
    if (!answer) continue;

    // The first answer tells the client the transfer's own port. From now on,
    // only messages from this port count: others belong to another transfer, or
    // come from a stranger.
    transfer.peer = answer.from;
    transfer.anyPort = false;
    return bytesOf(answer.data); // throws if the answer is an ERROR
  }

  throw new Error(`${formatAddress(transfer.peer)} does not answer. Is there a TFTP server?`);
}

/** Checks whether a datagram comes from the other side. A stranger's message gets an error. */
function isFromPeer({ socket, peer, anyPort }: Transfer, { data, from }: Datagram): boolean {
  // Until the first answer comes, a client compares only the host.
  const expected = anyPort ? { ...peer, port: from.port } : peer;
  if (sameAddress(from, expected)) return true; // a forged address passes, too

  // A stranger gets error 5, and the transfer goes on. But an error must not be
  // answered with an error. Otherwise two programs could go on without end, like
  // the servers of CVE-2024-2169 (lesson 4).
  const heard = tryDecode(data); // undefined if the bytes are not a message
  if (heard && heard.type !== "ERROR") {
    const error = encode({ type: "ERROR", code: 5, text: "Unknown port" });
    socket.send(error, from).catch(() => {}); // if it cannot be sent, nothing is lost
  }
  return false;
}

/** Checks whether these bytes are the DATA or the ACK with this block number, or an ERROR. */
function isAnswer(data: Uint8Array, type: "DATA" | "ACK", block: number): boolean {
  const heard = tryDecode(data);
  if (!heard) return false;

  // An error ends the transfer, so do not wait any longer.
  if (heard.type === "ERROR") return true;

  // Another number means that this is a copy of an old message. Ignore it. If an
  // old ACK made the sender send data, both sides would send everything twice
  // from then on. This fault is called the Sorcerer's Apprentice (RFC 1123).
  return heard.type === type && heard.block === block;
}

/** Returns the bytes of a block. Throws the error that the other side has sent instead. */
function bytesOf(data: Uint8Array): Uint8Array {
  const message = decode(data);
  // The third argument says that the error came from the other side.
  if (message.type === "ERROR") throw new TftpError(message.code, message.text, true);
  return message.type === "DATA" ? message.data : new Uint8Array();
}

/** Sends a file, block by block. Resolves when the last block is acknowledged. */
export async function sendBlocks(transfer: Transfer, file: Uint8Array): Promise<void> {
  let block = 0;

  // `<=`, and not `<`: after a file of exactly 512 bytes, an empty block follows.
  // Otherwise the receiver would wait for more.
  for (let start = 0; start <= file.length; start += BLOCK) {
    block = next(block);
    const data = file.subarray(start, start + BLOCK);
    await ask(transfer, { type: "DATA", block, data }, "ACK", block);
  }
}

/** Receives a file, whose block 1 has come already. */
export async function receiveBlocks(
  transfer: Transfer,
  first: Uint8Array,
): Promise<Uint8Array> {
  const blocks = [first];
  let block = 1;
  let data = first;

  // A block that is shorter than the others is the last one.
  while (data.length === BLOCK) {
    data = await ask(transfer, { type: "ACK", block }, "DATA", next(block));
    block = next(block);
    blocks.push(data);
  }

  // Nobody answers the last ACK, so it is sent once. If it is lost, the sender
  // does not know that we have the whole file.
  await transfer.socket.send(encode({ type: "ACK", block }), transfer.peer);
  return joined(blocks); // all blocks in one array
}

/** Returns the next block number. It has 16 bits, so 0 follows 65,535. */
function next(block: number): number {
  return (block + 1) % 65_536;
}

/**
 * Fetches a file from a server.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using server = bind();
 * serveFiles(server, new Map([["hello.txt", new TextEncoder().encode("Hello!")]]));
 *
 * using client = bind();
 * const file = await getFile(client, server.address, "hello.txt");
 * assertEquals(new TextDecoder().decode(file), "Hello!");
 * ```
 */
export async function getFile(socket: Socket, from: Address, name: string): Promise<Uint8Array> {
  const transfer = { socket, peer: from, anyPort: true };
  const request: Message = { type: "RRQ", file: name, mode: "octet", options: {} };
  const first = await ask(transfer, request, "DATA", 1);
  return await receiveBlocks(transfer, first);
}

/** Leaves a file at a server. */
export async function putFile(
  socket: Socket,
  to: Address,
  name: string,
  file: Uint8Array,
): Promise<void> {
  const transfer = { socket, peer: to, anyPort: true };
  const request: Message = { type: "WRQ", file: name, mode: "octet", options: {} };
  await ask(transfer, request, "ACK", 0);
  await sendBlocks(transfer, file);
}

/**
 * Serves files until the socket is closed. This socket has the known port, and receives the
 * requests only.
 */
export async function serveFiles(
  socket: Socket,
  files: Map<string, Uint8Array>,
  print: (line: string) => void = () => {},
  open = () => bind({ hostname: socket.address.hostname }), // the diagram replaces this
): Promise<void> {
  let transfers = 0; // that go on now

  for await (const { data, from } of socket) {
    const request = requestIn(data, from, print);
    if (!request) continue;

    // A refusal needs no transfer, so it comes from the known port.
    const error = refusal(request, files);
    if (error) {
      await socket.send(encode(error), from).catch(() => {}); // to port 0, for example
    } else if (transfers < MOST_TRANSFERS) {
      // The transfer has a socket of its own, and so a port of its own. It is not
      // awaited: the loop takes the next request while the transfer goes on. If
      // there are too many transfers, the request gets no answer.
      const transfer = { socket: open(), peer: from, anyPort: false };
      transfers++;
      serveTransfer(transfer, request, files, print).finally(() => transfers--);
    }
  }
}

/** A request to read or to write a file: a message of one of these two types. */
type FileRequest = Extract<Message, { type: "RRQ" | "WRQ" }>;

/** Prints what came. Returns the request, or `undefined` for anything else. */
function requestIn(
  data: Uint8Array,
  from: Address,
  print: (line: string) => void,
): FileRequest | undefined {
  const message = tryDecode(data);
  const what = message ? printable(describe(message)) : "not a TFTP message"; // "RRQ hello.txt"
  print(`Received from ${formatAddress(from)}: ${what}.`);

  // Only a request gets an answer. In particular, an error does not.
  return message?.type === "RRQ" || message?.type === "WRQ" ? message : undefined;
}

/** Returns the error for a request that is refused, or `undefined` for one that is not. */
function refusal(
  { type, file, mode }: FileRequest,
  files: Map<string, Uint8Array>,
): Message | undefined {
  if (mode !== "octet") return { type: "ERROR", code: 4, text: "Only mode octet" };

  const exists = files.has(file);
  if (type === "RRQ" && !exists) return { type: "ERROR", code: 1, text: "File not found" };
  if (type === "WRQ" && exists) return { type: "ERROR", code: 6, text: "File exists" };
  return undefined;
}

/** Does what a request asks for, and closes the transfer's socket. */
async function serveTransfer(
  transfer: Transfer,
  { type, file }: FileRequest,
  files: Map<string, Uint8Array>,
  print: (line: string) => void,
): Promise<void> {
  using _ = transfer.socket; // closed at the end of this function
  const who = formatAddress(transfer.peer);

  try {
    if (type === "RRQ") {
      await sendBlocks(transfer, files.get(file)!); // refusal() has seen that it is there
      print(`${who} has read ${printable(file)}.`);
    } else {
      const first = await ask(transfer, { type: "ACK", block: 0 }, "DATA", 1);
      files.set(file, await receiveBlocks(transfer, first));
      print(`${who} has written ${printable(file)}.`);
    }
  } catch (error) {
    print(`${who} and ${printable(file)}: ${printable((error as Error).message)}`);
  }
}

/** `deno task lesson14 server --simple` runs this: one file in memory, and room for others. */
export async function server(at: Address, print = console.log): Promise<void> {
  using socket = bind(at);
  print(`Bind UDP on ${socket.address.port}... (at ${at.hostname}, Ctrl-C stops)`);

  const hello = new TextEncoder().encode("Hello! This file came by TFTP.\n");
  await serveFiles(socket, new Map([["hello.txt", hello]]), print);
}

/** `deno task lesson14 get --simple` runs this: fetches a text file and prints its lines. */
export async function get(name: string, from: Address, print = console.log): Promise<void> {
  using socket = bind({ hostname: localFor(from) });
  const file = await getFile(socket, from, name);

  // Anybody may have written the file, so printable() makes each line safe.
  const text = new TextDecoder().decode(file).trimEnd();
  for (const line of text.split("\n")) print(printable(line));
}

/** `deno task lesson14 put --simple` runs this: sends its input to a server, as a file. */
export async function put(
  name: string,
  input: ReadableStream<Uint8Array>,
  to: Address,
  print = console.log,
): Promise<void> {
  using socket = bind({ hostname: localFor(to) });
  const file = await new Response(input).bytes(); // reads until the end of the input
  await putFile(socket, to, name, file);
  print(`Sent ${count(file.length, "byte")}.`);
}

/*
 * ## Try next
 *
 * 1. Run the server, then Debian's `tftp`: `tftp 127.0.0.1 6969 -c get hello.txt`. You should see
 *    `RRQ hello.txt netascii` at the server. `tftp` asks for the mode *netascii* unless you add
 *    `-m binary`: the file is a text then, and its lines end with CR LF while they travel.
 * 2. Now run the server with `--simple`, and the same `tftp` again. You should see `Error code 4:
 *    Only mode octet`. Add `-m binary` before `-c`, and it works.
 * 3. Run the server, then `curl tftp://127.0.0.1:6969/hello.txt`. You should see the file, and at
 *    the server the options that curl asks for: `tsize 0 blksize 512 timeout 6`. Then ask for a
 *    file that is missing. You should see `getpeername() failed`: curl shows the server's error
 *    only with `-v`. docs/real-programs.md has more of that kind.
 * 4. Run the server, then `deno task lesson14 get --file ../README.md`. You should see `error 2`:
 *    the server gives away only files of its folder.
 * 5. Run the server, then a relay that loses three of ten datagrams each way (lesson 8):
 *    `deno task lesson8 relay --to 127.0.0.1:6969 --drop 0.3`
 *    Then fetch the file through the relay, in small blocks:
 *    `deno task lesson14 get --file hello.txt --port 8888 --blksize 64`
 *    You should see the whole file after 2 to 20 seconds. Without `--blksize 64` it is only one
 *    block, because the client asks for blocks of 1428 bytes.
 * 6. In `sendBlocks`, write `<` in the place of `<=`, and run `deno task lesson14`. You should see
 *    that the diagram does not end: the server waits for block 2 of the file of 512 bytes. Stop it
 *    with Ctrl-C.
 */

if (import.meta.main) import("../cli/lessons/14_tftp.ts").then(({ main }) => main());
