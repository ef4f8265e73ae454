/**
 * How lesson 1 runs: its play, its role, and its options.
 *
 * @module
 */
import { send, sendMessage, sendOne } from "../../lessons/01_send.ts";
import { type Address, bind } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";

/**
 * Plays a datagram that arrives, one that nobody receives, two in a row, and one with more bytes
 * than characters.
 */
export async function play(diagram: Diagram): Promise<void> {
  using listener = diagram.watch("listener", bind());
  using sender = diagram.watch("sender", bind());
  const sendOnce = (text: string, to: Address) =>
    diagram.watchOpened("sender", () => sendMessage(text, to));

  // Nobody listens at this address: its socket is closed again.
  const closed = bind();
  closed.close();
  diagram.nobody("nobody", closed.address);

  const bytes = await sendOnce("Hello", listener.address);
  await listener.receive();
  diagram.note(`It arrived. send() returned ${bytes}, the number of bytes.`);

  const lost = await sendOnce("Hello", closed.address);
  diagram.note(
    `Nobody was listening. send() still returned ${lost}. The sender cannot see a difference.`,
  );

  await sender.send("Good ", listener.address);
  await sender.send("night", listener.address);
  await listener.receive();
  await listener.receive();
  diagram.note("Two sends were two datagrams. TCP could have joined them, UDP never does.");

  const size = await sendOnce("你好", listener.address);
  await listener.receive();
  diagram.note(`Two characters, ${size} bytes: UTF-8 uses three bytes for each of them.`);
}

/** What the workbook has to know of lesson 1. */
export const lesson: Lesson = {
  part: 1,
  title: "send",
  about: "Send a datagram: no connection, no confirmation.",
  port: 8080,
  play,
  roles: {
    send: {
      about: "send each line that you type",
      options: { message: { value: "TEXT", about: "send only this, and end" } },
      run: ({ remote, options, lines, console }) => {
        if (options.has("message")) return sendOne(options.text("message"), remote, console.log);
        const typed = lines("Message (empty to end): ");
        return send(typed, remote, typed.print);
      },
    },
  },
  tryNext: ["deno task lesson3 bind --port 8080", "deno task lesson1 send"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
