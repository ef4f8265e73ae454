/**
 * How lesson 10 runs: its play, its roles, and their options.
 *
 * @module
 */
import { collectInOrder, GoBackN, missing } from "../../lessons/10_window.ts";
import { printable } from "../../lib/text.ts";
import { describe, receiveFile, sendFile } from "../../lib/transfer.ts";
import { bind } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { losing, says } from "../losing.ts";
import { run } from "../run.ts";
import { cut, receiveRole, sendRole } from "../transfer.ts";

/** Plays go-back-N, and then a transfer with selective ACKs. Both lose a part. */
export async function play(diagram: Diagram): Promise<void> {
  await playGoBackN(diagram);
  await playSelective(diagram);
}

async function playGoBackN(diagram: Diagram): Promise<void> {
  const texts = ["all", "of", "this", "comes", "in order"];
  using sender = losing(diagram, "sender", says("PART 2 this"));
  using receiver = losing(diagram, "receiver", says("ACK 0"));
  const collecting = Array.fromAsync(collectInOrder(receiver));
  diagram.note("Go-back-N, with a window of 3: up to three parts are under way at once.");

  const sending = new GoBackN(sender, texts, receiver.address, 3);
  await sending.run();
  receiver.close();
  diagram.note("ACK 0 was lost. That did no harm: ACK 1 says that part 0 has arrived, too.");
  diagram.note(
    "Part 2 was lost. The receiver keeps no part that comes too early, so part 2 and all parts " +
      `after it were sent again. That took ${sending.datagrams} datagrams for 5 parts.`,
  );

  const again = missing(2, [3, 4]).join(", ");
  diagram.note(
    "If it had kept the parts 3 and 4 and named them in its ACK, " +
      `only part ${again} would be missing.`,
  );
  diagram.note(`The receiver got all of it: ${(await collecting).join(" ")}.`);
}

async function playSelective(diagram: Diagram): Promise<void> {
  diagram.note("Now the file transfer of this lesson's roles. Its ACKs are selective.");
  using sender = losing(diagram, "sender", (data) => describe(data) === "part 1, 5 bytes");
  const receiver = diagram.watch("receiver", bind());
  const file = cut(new TextEncoder().encode("a file in four parts"), 5);

  const sending = sendFile(sender, file, receiver.address, { window: 3 });
  for await (const _ of receiveFile(receiver));
  const { resent } = await sending;
  const again = resent === 1 ? "1 datagram was" : `${resent} datagrams were`;
  diagram.note(`Part 1 was lost. The receiver kept the parts after it. ${again} sent again.`);
}

/** What the workbook has to know of lesson 10. */
export const lesson: Lesson = {
  part: 2,
  title: "window",
  about: "A window: many parts under way at once, and what to send again.",
  port: 9191,
  play,
  label: (data) => describe(data) ?? printable(data),
  roles: { send: sendRole, receive: receiveRole },
  tryNext: ["deno task lesson10 receive > copy", "deno task lesson10 send < README.md"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
