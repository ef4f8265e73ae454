/**
 * How lesson 4 runs: its play, its roles, and their options.
 *
 * @module
 */
import { receiveWithin } from "../../lessons/02_receive.ts";
import { askFor, client, greeting, serve, server } from "../../lessons/04_echo.ts";
import { bind } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";

/**
 * The longest wait for a reply that nothing keeps from coming, in milliseconds. The machine may
 * stop this program for some seconds.
 */
const PATIENCE = 30_000;

/** Plays two clients who ask at the same time. Then one of them sends a reply to the server. */
export async function play(diagram: Diagram): Promise<void> {
  using one = diagram.watch("client 1", bind());
  using server = diagram.watch("server", bind());
  using two = diagram.watch("client 2", bind());
  const silent = Promise.withResolvers<void>();
  serve(server, greeting, (line) => { // without await: it runs until the socket is closed
    if (line.endsWith("It gets no reply.")) silent.resolve();
  });

  const to = server.address;
  await Promise.all([askFor(one, "Michael", to, PATIENCE), askFor(two, "Tracy", to, PATIENCE)]);
  await askFor(one, "Sarah", to, PATIENCE);

  await two.send("Hello, Tracy!", to); // as if client 2 were a server like this one
  await silent.promise; // the server has received it
  const reply = await receiveWithin(two, 200);
  if (!reply) {
    diagram.note("The server does not reply to a reply. Two servers would go on and on.");
  }
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
