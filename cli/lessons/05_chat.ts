/**
 * How lesson 5 runs: its play, its role, and its options.
 *
 * @module
 */
import { chat, follow, type Partner, type Screen, talk, UTF_8 } from "../../lessons/05_chat.ts";
import { sleep } from "../../lib/clock.ts";
import { encodingNamed, ENCODINGS } from "../../lib/encoding.ts";
import { bind, type Socket } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";

/** Plays two people who talk at the same time, a restart, and two encodings. */
export async function play(diagram: Diagram): Promise<void> {
  using ann = diagram.watch("Ann", bind());
  using bob = diagram.watch("Bob", bind());
  const toAnn: Partner = { address: ann.address, encoding: UTF_8 };
  const toBob: Partner = { address: bob.address, encoding: UTF_8 };

  await Promise.all([
    talk(ann, typing(0, "Hi Bob!", "It rains here.", "And there?"), toBob),
    talk(bob, typing(40, "Hello Ann!", "I have news!"), toAnn),
    receiveAll(ann, 2),
    receiveAll(bob, 3),
  ]);
  diagram.note("Both wrote whenever they wanted: four loops ran at the same time.");

  using restarted = diagram.watch("Bob, restarted", bind());
  await restarted.send("", ann.address);
  const { from } = await ann.receive();
  toBob.address = follow(toBob.address, from);
  await talk(ann, typing(0, "Welcome back!"), toBob);
  await restarted.receive();
  diagram.note("Bob restarted his program and got another port. Ann follows him there.");

  await talk(ann, typing(0, "你好"), toBob);
  await talk(ann, typing(0, "你好"), { ...toBob, encoding: encodingNamed("gb2312") });
  await receiveAll(restarted, 2);
  diagram.note("Ann sent the same text twice: in UTF-8, then in GB2312.");
  diagram.note("Bob reads both as UTF-8. Two sides must use the same encoding.");
}

/** A person who types these lines, 80 ms apart, and sees nothing. */
function typing(firstAfter: number, ...lines: string[]): Screen {
  return {
    print() {},
    async *[Symbol.asyncIterator]() {
      await sleep(firstAfter);
      for (const line of lines) {
        yield line;
        await sleep(80);
      }
    },
  };
}

/** Receives this number of datagrams. */
async function receiveAll(socket: Socket, datagrams: number): Promise<void> {
  for (let received = 0; received < datagrams; received++) await socket.receive();
}

/** What the workbook has to know of lesson 5. */
export const lesson: Lesson = {
  part: 1,
  title: "chat",
  about: "Type and read at the same time.",
  port: 4567,
  play,
  roles: {
    chat: {
      about: "talk to your partner, or wait for one",
      options: { encoding: { value: "NAME", about: "gb2312, big5 ...", default: "utf-8" } },
      run: ({ remote, options, lines }) => {
        const encoding = encodingNamed(options.oneOf("encoding", ENCODINGS));
        const screen = lines("> ");
        return chat(remote, screen, encoding).finally(() => screen[Symbol.dispose]());
      },
    },
  },
  tryNext: ["deno task lesson5 chat", "deno task lesson5 chat"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
