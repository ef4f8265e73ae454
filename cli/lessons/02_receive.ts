/**
 * How lesson 2 runs: its play, its role, and its options.
 *
 * @module
 */
import { receive, receiveWithin, replyOnce, sendAndReceive } from "../../lessons/02_receive.ts";
import { bind } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";

/**
 * The longest wait for a reply that nothing keeps from coming, in milliseconds. The machine may
 * stop this program for some seconds.
 */
const PATIENCE = 5000;

/** Plays a question with a reply, and a question whose reply comes too late. */
export async function play(diagram: Diagram): Promise<void> {
  using asker = diagram.watch("asker", bind());
  using friend = diagram.watch("friend", bind());
  diagram.note(`The system picked port ${asker.address.port} for the asker: an ephemeral port.`);

  const replying = replyOnce(friend, "Fine, thanks!");
  await sendAndReceive(asker, "How are you?", friend.address, PATIENCE);
  await replying;
  diagram.note("The friend did not know the asker's port. It learned the port from the datagram.");

  const wait = 400;
  diagram.note(
    `Now the friend receives a question, but does not reply. The asker waits for ${wait} ms.`,
  );
  const heard = friend.receive();
  const reply = await sendAndReceive(asker, "Is it cold?", friend.address, wait);
  const { from } = await heard;
  if (!reply) diagram.note("No reply. Was the question lost, or the reply? The asker cannot know.");

  await asker.send("Is it dark?", friend.address);
  await friend.send("Yes!", from); // the late reply to the first question
  await friend.receive();
  await receiveWithin(asker, PATIENCE);
  diagram.note(
    'The late "Yes!" was about the cold. The asker took it as the reply to "Is it dark?".',
  );
}

/** What the workbook has to know of lesson 2. */
export const lesson: Lesson = {
  part: 1,
  title: "receive",
  about: "Wait for a reply, which may never come.",
  port: 8080,
  play,
  roles: {
    receive: {
      about: "send a message, wait for the reply",
      options: {
        message: { value: "TEXT", about: "what to send", default: "Hello" },
        timeout: { value: "SECONDS", about: "how long to wait", default: "10" },
      },
      run: ({ remote, options, console }) => {
        const seconds = options.seconds("timeout") / 1000;
        return receive(options.text("message"), remote, seconds, console.log);
      },
    },
  },
  tryNext: ["deno task lesson4 server --port 8080", "deno task lesson2 receive --message Ann"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
