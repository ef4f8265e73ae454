/**
 * How lesson 6 runs: its play, its roles, and their options.
 *
 * @module
 */
import { receiveWithin } from "../../lessons/02_receive.ts";
import { serve } from "../../lessons/04_echo.ts";
import { client, discover, replyToBroadcast, server } from "../../lessons/06_broadcast.ts";
import { bind, formatAddress } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";

const LOOPBACK = "127.255.255.255";

/** Plays one question, two servers that receive it, and a socket that does not. */
export async function play(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  using third = bind();

  // All three have the same port. The servers can share it with reuseAddress.
  const shared = { hostname: LOOPBACK, port: third.address.port, reuseAddress: true };
  using one = diagram.watch("server 1", bind(shared));
  using two = diagram.watch("server 2", bind(shared));
  serve(one, replyToBroadcast);
  serve(two, replyToBroadcast);

  const wait = 500;
  diagram.note(`The client sends one datagram and collects replies for ${wait} ms.`);
  const replies = await discover(client, one.address, wait);
  while (true) {
    // If the machine has stopped this program, replies may come only now.
    const late = await receiveWithin(client, 50);
    if (!late) break;
    replies.push(late);
  }

  const addresses = new Set(replies.map(({ from }) => formatAddress(from)));
  for (const address of addresses) {
    diagram.note(`One datagram brought ${replies.length} replies from ${address}.`);
    diagram.note("A broadcast address cannot be a sender, so they come from 127.0.0.1.");
  }

  const heard = await receiveWithin(third, 10);
  if (!heard) diagram.note("A third socket had the same port at 127.0.0.1. It received nothing.");
}

/** What the workbook has to know of lesson 6. */
export const lesson: Lesson = {
  part: 1,
  title: "broadcast",
  about: "One datagram reaches everyone on a network.",
  host: LOOPBACK,
  port: 10000,
  play,
  roles: {
    server: {
      about: "reply to the question",
      listens: true,
      answers: true,
      run: ({ local, console }) => server(local, console.log),
    },
    client: {
      about: "send one question, print the replies",
      options: { timeout: { value: "SECONDS", about: "how long to collect", default: "1" } },
      run: ({ remote, options, console }) => {
        return client(remote, options.seconds("timeout") / 1000, console.log);
      },
    },
  },
  tryNext: ["deno task lesson6 server", "deno task lesson6 client"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
