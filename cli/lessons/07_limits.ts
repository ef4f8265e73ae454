/**
 * How lesson 7 runs: its play, its roles, and their options.
 *
 * @module
 */
import { receiveWithin } from "../../lessons/02_receive.ts";
import { serve } from "../../lessons/04_echo.ts";
import {
  arrives,
  fragments,
  LEAST_SIZE,
  probe,
  receiveCut,
  server,
  sizeReply,
} from "../../lessons/07_limits.ts";
import { count } from "../../lib/text.ts";
import { type Address, bind, MAX_BYTES, type Socket } from "../../lib/udp.ts";
import { type Knobs, usual } from "../knobs.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";
import { overTcp } from "../tcp.ts";

const TEXTS = ["Hello, world!", "Bye!", ""];

const KNOBS = {
  size: {
    about: "size of the first question",
    least: LEAST_SIZE,
    most: MAX_BYTES,
    default: 1_200,
    step: 1,
    unit: "bytes",
  },
} satisfies Knobs;

/**
 * Plays three whole datagrams, one that is refused, one that is cut, and one that would be split.
 */
export async function play(diagram: Diagram, { size } = usual(KNOBS)): Promise<void> {
  using sender = diagram.watch("sender", bind());
  using receiver = diagram.watch("receiver", bind());

  for (const text of TEXTS) await sender.send(text, receiver.address);
  for (const _ of TEXTS) await receiveWithin(receiver, 1000);
  diagram.note("Three sends are three receives, even if one is empty.");
  diagram.note(`TCP does not keep the three apart. It read: ${await overTcp(TEXTS)}.`);

  serve(receiver, sizeReply);
  const passed = await arrives(sender, receiver.address, size, 1000);
  if (!passed) diagram.note(`A datagram of ${count(size, "byte")} got no reply here.`);
  await arrives(sender, receiver.address, MAX_BYTES, 1000);
  await sendTooMuch(diagram, sender, receiver.address);

  const [first, second] = await cut(8);
  diagram.note(`Two datagrams were read into a buffer of 8 bytes: ${first}, then ${second}.`);
  diagram.note('They were "Hello, world!" and "Bye!". What did not fit is lost.');

  tellOfNetworks(diagram, size);
}

/** Sends a byte more than a datagram can have. */
async function sendTooMuch(diagram: Diagram, sender: Socket, to: Address): Promise<void> {
  try {
    await arrives(sender, to, MAX_BYTES + 1, 1000);
  } catch (error) {
    diagram.note((error as Error).message);
    diagram.note("Over IPv6 the limit is 65,527. By default, macOS refuses more than 9,216.");
  }
}

/** Sends two texts to a socket whose buffer has this much room. Returns what is read, in quotes. */
async function cut(room: number): Promise<string[]> {
  using sender = bind();
  const conn = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const reads: string[] = [];

  for (const text of ["Hello, world!", "Bye!"]) {
    await sender.send(text, conn.addr as Deno.NetAddr);
    try {
      reads.push(`"${await receiveCut(conn, room)}"`);
    } catch (error) {
      reads.push(`the error ${(error as { code?: string }).code}`); // so on Windows
    }
  }

  conn.close();
  return reads;
}

/** Notes how other networks than loopback treat long datagrams, and one of this size. */
function tellOfNetworks(diagram: Diagram, own: number): void {
  diagram.note(
    "On Linux, the MTU of loopback is 65,536 bytes by default. So it splits none of these.",
  );
  for (const size of new Set([own, 1_472, 1_473, MAX_BYTES])) {
    const packets = count(fragments(size), "packet");
    diagram.note(`On Ethernet, a datagram of ${count(size, "byte")} travels in ${packets}.`);
  }

  diagram.note(
    "We measured a network that loses 1 of 100 packets, with 1,000 datagrams of each size:",
  );
  diagram.note("991 arrived of 1,472 bytes, 943 of 8,192 bytes, and 67 of 65,507 bytes.");
  diagram.note(
    "An incomplete datagram waits in the receiver's memory for its missing fragment. When that " +
      "memory is full, complete datagrams are dropped as well.",
  );
}

/** What the workbook has to know of lesson 7. */
export const lesson: Lesson = {
  part: 2,
  title: "limits",
  about: "How much fits into a datagram, and through a network.",
  port: 7070,
  play,
  knobs: KNOBS,
  roles: {
    server: {
      about: "reply to questions of any size",
      listens: true,
      answers: true,
      run: ({ local, console }) => server(local, console.log),
    },
    probe: {
      about: "ask in several sizes, print the results",
      options: { timeout: { value: "SECONDS", about: "how long to wait", default: "0.3" } },
      run: ({ remote, options, console }) => {
        return probe(remote, options.seconds("timeout") / 1000, console.log);
      },
    },
  },
  tryNext: ["deno task lesson7 server", "deno task lesson7 probe"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
