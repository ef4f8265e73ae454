/**
 * How lesson 14 runs: its play, its roles, and their options.
 *
 * @module
 */
import { receiveWithin } from "../../lessons/02_receive.ts";
import {
  ask,
  get,
  getFile,
  put,
  putFile,
  receiveBlocks,
  serveFiles,
  server,
} from "../../lessons/14_tftp.ts";
import { encode, type Message, TftpError } from "../../lib/tftp.ts";
import { type Address, bind, type Socket } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";
import { CLIENT, download, label, serveFolder, SERVER, upload } from "../tftp.ts";

/**
 * Plays a transfer with a stranger and an old ACK. Then a file is left there, and one is missing.
 */
export async function play(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  using stranger = diagram.watch("stranger", bind());
  using known = diagram.watch("server", bind());
  const to = known.address;

  const log = new Log();
  const files = new Map([["hello.txt", new Uint8Array(600)]]);
  let transfers = 0;
  const open = () => diagram.watch(`transfer ${++transfers}`, bind());
  serveFiles(known, files, log.print, open);

  await getDisturbed(diagram, client, to, stranger);
  await log.until("has read hello.txt");
  diagram.note("The second ACK 1 was old. The server did not send DATA 2 again.");

  await putFile(client, to, "new.txt", new Uint8Array(512));
  await log.until("has written new.txt");
  diagram.note("This file has exactly 512 bytes. So an empty block has to end it.");

  try {
    await getFile(client, to, "nothing.txt");
  } catch (error) {
    if (!(error instanceof TftpError)) throw error;
    diagram.note("A refusal comes from the known port. There is no transfer.");
  }
}

/** Fetches a file, as getFile() does. Meanwhile a stranger and the client send an ACK too many. */
async function getDisturbed(
  diagram: Diagram,
  client: Socket,
  to: Address,
  stranger: Socket,
): Promise<void> {
  const transfer = { socket: client, peer: to, anyPort: true };
  const request: Message = { type: "RRQ", file: "hello.txt", mode: "octet", options: {} };
  const first = await ask(transfer, request, "DATA", 1);
  diagram.note(`DATA 1 comes from port ${transfer.peer.port}: the transfer's own port.`);

  const ack = encode({ type: "ACK", block: 1 });
  await stranger.send(ack, transfer.peer);
  await receiveWithin(stranger, 1000);
  diagram.note("The stranger's ACK does not count, because it comes from another port.");

  await client.send(ack, transfer.peer); // receiveBlocks() sends the same once more
  await receiveBlocks(transfer, first);
}

/** The lines that the server prints. The play waits for some of them. */
class Log {
  #lines: string[] = [];
  #printed = Promise.withResolvers<void>();

  readonly print = (line: string): void => {
    this.#lines.push(line);
    this.#printed.resolve();
    this.#printed = Promise.withResolvers();
  };

  /** Waits until the server has printed a line with this text. */
  async until(text: string): Promise<void> {
    while (!this.#lines.some((line) => line.includes(text))) await this.#printed.promise;
  }
}

/** What the workbook has to know of lesson 14. */
export const lesson: Lesson = {
  part: 3,
  title: "TFTP",
  about: "TFTP: a file, one block at a time, and a port for each transfer.",
  port: 6969,
  play,
  label,
  roles: {
    server: {
      about: "let others fetch the files of a folder",
      listens: true,
      answers: true,
      options: SERVER,
      run: ({ local, options, signal, console, stdin }) => {
        if (!options.flag("simple")) return serveFolder({ local, options, signal, console, stdin });
        return server(local, console.log);
      },
    },
    get: {
      about: "fetch a file, to standard output",
      writes: true,
      options: CLIENT,
      run: ({ local, remote, options, console, stdout }) => {
        if (!options.flag("simple")) return download({ local, remote, options, console, stdout });
        return get(options.text("file"), remote, console.log);
      },
    },
    put: {
      about: "leave standard input as a file",
      options: CLIENT,
      run: ({ local, remote, options, console, stdin }) => {
        if (!options.flag("simple")) return upload({ local, remote, options, console, stdin });
        return put(options.text("file"), stdin.readable, remote, console.log);
      },
    },
  },
  tryNext: ["deno task lesson14 server", "deno task lesson14 get --file hello.txt"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
