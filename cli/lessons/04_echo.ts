/**
 * How lesson 4 runs: its play, its roles, and their options.
 *
 * @module
 */
import { receiveWithin } from "../../lessons/02_receive.ts";
import { askFor, client, greeting, serve, server } from "../../lessons/04_echo.ts";
import { type Address, bind, type Socket } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";

/** Plays two clients who ask at the same time. Then one of them sends a reply to the server. */
export async function play(diagram: Diagram): Promise<void> {
  using one = diagram.watch("client 1", bind());
  using server = diagram.watch("server", bind());
  using two = diagram.watch("client 2", bind());
  let received = 0;
  serve(server, greeting, () => received++); // without await: it runs until the socket is closed

  const to = server.address;
  await Promise.all([ask(one, "Michael", to), ask(two, "Tracy", to)]);
  await ask(one, "Sarah", to);

  // As if client 2 were a server like this one.
  await two.send(greeting(new TextEncoder().encode("Tracy")) ?? "Hello, Tracy!", to);
  let reply = await receiveWithin(two, 200);
  // If the machine has stopped this program, the server reads only now.
  if (received < 4) reply = await receiveWithin(two, 200);
  if (!reply) {
    diagram.note("The server does not reply to a reply. Two servers would go on and on.");
  }
}

/** Asks. If the machine stops this program for some seconds, the reply may be read only later. */
async function ask(client: Socket, name: string, server: Address): Promise<void> {
  const reply = await askFor(client, name, server, 1000);
  if (reply === undefined) await receiveWithin(client, 100);
}

/** What the workbook has to know of lesson 4. */
export const lesson: Lesson = {
  part: 1,
  title: "echo server",
  about: "A server that replies to every sender.",
  port: 9999,
  play,
  roles: {
    server: {
      about: "greet everyone who sends a name",
      listens: true,
      answers: true,
      run: ({ local, console }) => server(local, console.log),
    },
    client: {
      about: "send three names, print the replies",
      options: { timeout: { value: "SECONDS", about: "how long to wait", default: "2" } },
      run: ({ remote, options, console }) => {
        return client(remote, options.seconds("timeout") / 1000, console.log);
      },
    },
  },
  tryNext: ["deno task lesson4 server", "deno task lesson4 client"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
