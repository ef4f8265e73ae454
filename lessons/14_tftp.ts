/**
 * # Lesson 14: TFTP
 *
 * A file by UDP, a block at a time: that is lesson 9's stop-and-wait. Telephones, routers and computers without
 * a disk have used it since 1981 (RFC 783; RFC 1350, of 1992, replaced it). The request goes to the server's
 * known port, 69. The file comes from another port, a new one for each transfer. So a firewall that does not
 * understand TFTP drops the file.
 *
 * ## You learn
 * - An answer is what has the right number, and comes from the port that answered first.
 * - Loss: both sides say their last word again, when time is up. But no data in answer to an old ACK!
 * - Size: 512 bytes, or what both agree on. A block that is shorter is the last; so the last may be empty.
 * - Strangers are told that they are wrong (error 5), and change nothing. There is no password.
 *
 * ## Run
 *
 *     deno task lesson14                              watch it happen
 *     deno task lesson14 server                       offer the folder files/ on port 6969
 *     deno task lesson14 get --file hello.txt         fetch a file, print it (or keep it: > copy)
 *     deno task lesson14 put --file new.txt < copy    leave one there, if the server is --writable
 *
 * ## Try next
 * - Other clients: `tftp 127.0.0.1 6969 -c get hello.txt`, and `curl tftp://127.0.0.1:6969/hello.txt`. You
 *   should see `RRQ hello.txt netascii` at the server for the first one. `tftp` asks for the mode *netascii*
 *   unless you add `-m binary`. In this mode a file is a text, and its lines end with CR LF on the way. Our own
 *   client asks for the mode *octet*, the bytes as they are, unless you add `--mode netascii`.
 * - `get --file ../README.md`. You should see error 2: only files of the folder are served.
 * - Put lesson 8's relay before it (`--drop 0.3`): `get --file hello.txt --port 8888 --blksize 64`. Is it whole?
 *
 * @module
 */
import { inMemory, type Sink } from "../cli/files.ts";
import type { Diagram, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import { getFile, getRole, label, putRole, serveFiles, serverRole } from "../cli/tftp.ts";
import type { Patient } from "../lib/patient.ts";
import {
  blocks,
  encode,
  is,
  like,
  type Message,
  TftpError,
  Unanswered,
  understood,
} from "../lib/tftp.ts";
import { type Address, bind, type Datagram, sameAddress } from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";

/** One side of a transfer. All that it does is this: say something until the answer fits. */
export class Exchange {
  /** Whether the other side has answered once. */
  met = false;
  /** The last datagram that came while an answer was awaited. */
  #came: Datagram | undefined;
  /** Called whenever an answer is accepted. */
  onAnswer: () => void = () => {};
  #wait = 1000; // milliseconds, until it is known how long an answer takes (RFC 8085, 3.1.1)

  /** `Patient` is a socket that waits so long, and no longer. The first answer from `anyPort` says which one. */
  constructor(readonly socket: Patient, public peer: Address, public anyPort = false) {}

  /** Says it again at a timeout, and when the other side says `again` what came before: that ACK was lost. */
  async ask(message: Message, fits: (answer: Message) => boolean, again = is("none")) {
    const bytes = encode(message);
    this.#came = undefined;
    // Who asked in somebody else's name has our blocks sent there: so at first six of them must be enough.
    const end = performance.now() + (this.met ? 40_000 : 10_000);
    for (let wait = this.#wait; performance.now() < end; wait = Math.min(2 * wait, 2000)) {
      const sent = performance.now();
      await this.socket.send(bytes, this.peer);
      const answer = await this.#hear(wait, (heard) => fits(heard) || again(heard));
      if (!answer || !fits(answer)) continue;
      // Four round trips, in the end. What was said twice tells none: which of the two was answered (Karn)?
      if (wait === this.#wait) this.#wait = Math.max(50, 0.75 * wait + performance.now() - sent);
      return answer;
    }
    throw new Unanswered(message, this, this.#came);
  }

  /** The last word has no answer, but if it is lost, the other side says its own once more. */
  async last(message: Message, again: (heard: Message) => boolean, wait: number) {
    const bytes = encode(message);
    do await this.socket.send(bytes, this.peer); while (await this.#hear(wait, again));
  }

  async #hear(milliseconds: number, fits: (heard: Message) => boolean) {
    const end = performance.now() + milliseconds;
    for (let left = milliseconds; left > 0; left = end - performance.now()) {
      const datagram = await this.socket.receive(left);
      if (!datagram) continue;
      const { data, from } = datagram;
      const heard = understood(data);
      const peer = this.anyPort ? { ...this.peer, port: from.port } : this.peer;
      const stranger = !sameAddress(from, peer);
      if (!stranger || !this.#came) this.#came = datagram; // for the error, if no answer comes
      if (!heard) continue;
      if (stranger) {
        const error = encode({ type: "ERROR", code: 5, text: "Unknown port" });
        if (heard.type !== "ERROR") await this.socket.send(error, from).catch(() => {});
      } else if (heard.type === "ERROR") {
        throw new TftpError(heard.code, heard.text, true);
      } else if (fits(heard)) {
        [this.peer, this.anyPort, this.met] = [from, false, true];
        this.onAnswer();
        return heard;
      } // Else it is old. Whoever answers an old ACK with data sends all that follows twice, and so does the
      // other side: the Sorcerer's Apprentice (RFC 1123, 4.2.3.1).
    }
  }
}

/** Sends a file: the next block when the one before is acknowledged. After block 65,535 comes block 0. */
export async function sendBlocks(to: Exchange, file: AsyncIterable<Uint8Array>, size: number) {
  let number = 0;
  for await (const data of blocks(file, size)) {
    const block = ++number & 0xffff;
    await to.ask({ type: "DATA", block, data }, is("ACK", block));
  }
}

/** Receives a file. `heard` is the first block, or what came in its place: the sender's word on options. */
export async function receiveBlocks(from: Exchange, heard: Message, size: number, file: Sink) {
  let block = 0;
  while (true) {
    if (heard.type === "DATA") {
      if (heard.data.length > size) throw new TftpError(4, "This block is too long");
      await file.write(heard.data);
      block = heard.block;
      if (heard.data.length < size) break;
    }
    heard = await from.ask({ type: "ACK", block }, is("DATA", (block + 1) & 0xffff), like(heard));
  }
  await file.finish(); // before the last ACK, which says that all is well
  await from.last({ type: "ACK", block }, like(heard), file.linger ?? 500);
}

const steps = { Exchange, sendBlocks, receiveBlocks }; // cli/tftp.ts has the requests

/** A stranger and a doubled ACK change nothing. With an option one block is enough. Then a refusal. */
export async function play(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  using server = diagram.watch("server", bind());
  using stranger = diagram.watch("stranger", bind());
  let own = server;
  const open = () => own = diagram.watch("server", bind());
  serveFiles(steps, server, inMemory(new Map([["hello.txt", new Uint8Array(600)]])), { open });
  const [to, ack] = [server.address, encode({ type: "ACK", block: 1 })];
  const write = async ({ length }: Uint8Array) => {
    if (length !== 512) return;
    await stranger.send(ack, own.address);
    await receiveWithin(stranger, 500);
    await client.send(ack, own.address); // and another one follows
  };
  const file: Sink = { write, finish: async () => {}, [Symbol.dispose]() {} };
  const get = (name: string, options = {}) => getFile(steps, client, to, name, file, options);
  await get("hello.txt");
  diagram.note(`A port of its own: ${own.address.port}. The second ACK 1 was old: no data again.`);
  await get("hello.txt", { blksize: "1428" });
  diagram.note("Both agreed on 1,428 bytes (OACK): one block was enough, and it was the last.");
  await get("nothing.txt").catch(() => diagram.note("What is refused needs no port."));
}

export const lesson: Lesson = {
  part: 3,
  title: "TFTP",
  about: "TFTP: a file, one block at a time, and a port for each transfer.",
  port: 6969,
  play,
  label,
  roles: { server: serverRole(steps), get: getRole(steps), put: putRole(steps) },
  tryNext: ["deno task lesson14 server", "deno task lesson14 get --file hello.txt"],
};

if (import.meta.main) await run(lesson);
