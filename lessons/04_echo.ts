/**
 * # Lesson 4: echo server
 *
 * A server is a loop: wait for a datagram, answer whoever sent it, wait for the next. It accepts no
 * connections and keeps no list of clients. Each datagram brings its sender's address along, and
 * that is all a server needs for an answer. So one socket serves any number of clients at once.
 * An echo server sends back what it got; this one puts "Hello" before it.
 *
 * You learn
 * - how to answer: send to where the datagram came from
 * - why one bad datagram must not end a server
 * - what a client does when no answer comes: it says so and goes on
 *
 * Run
 *
 *     deno task lesson4           watch it happen
 *     deno task lesson4 server    greet everyone who sends a name to port 9999
 *     deno task lesson4 client    send three names, print the answers
 *
 * Try next
 * - Start the server, then clients in several terminals.
 * - Start a client first. What does it say about the server that is not there?
 * - `nc -u 127.0.0.1 9999` is a client too: type your name.
 *
 * @module
 */
import { type Given, run, seconds } from "../cli/run.ts";
import type { Diagram } from "../cli/diagram.ts";
import { printable } from "../lib/text.ts";
import { type Address, bind, formatAddress, sameAddress, type Socket } from "../lib/udp.ts";

const NAMES = ["Michael", "Tracy", "Sarah"];

/**
 * A server: answers every datagram, until the socket is closed.
 *
 * ```ts
 * import { bind } from "../lib/udp.ts";
 *
 * using server = bind({ port: 0 });
 * serve(server, greeting);
 *
 * using client = bind();
 * console.log(await ask(client, "Michael", server.address, 1000)); // Hello, Michael!
 * ```
 */
export async function serve(
  socket: Socket,
  answer: (data: Uint8Array) => string | Uint8Array,
  log: (line: string) => void = () => {},
): Promise<void> {
  for await (const { data, from } of socket) {
    log(`Received from ${formatAddress(from)}.`);
    try {
      await socket.send(answer(data), from);
    } catch (error) {
      // The answer fits into no datagram, or there is no way back to the sender: bad luck for that
      // client, but the others still want their answers.
      log(`No answer to ${formatAddress(from)}: ${(error as Error).message}`);
    }
  }
}

/** `Hello, NAME!`, in bytes: a name that is not valid text comes back just as it came. */
export function greeting(name: Uint8Array): Uint8Array {
  const text = new TextEncoder();
  // netcat sends a line with its line break, \n or \r\n: that is not part of the name.
  let end = name.length;
  while (name[end - 1] === 10 || name[end - 1] === 13) end--;
  return new Uint8Array([...text.encode("Hello, "), ...name.subarray(0, end), ...text.encode("!")]);
}

/** Sends a name and waits for the answer. Returns `undefined` if none comes in time. */
export async function ask(
  socket: Socket,
  name: string,
  server: Address,
  milliseconds: number,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(milliseconds);
  await socket.send(name, server);
  try {
    while (true) {
      const { data, from } = await socket.receive({ signal });
      const answer = new TextDecoder().decode(data);

      // Anyone may send to our port, so look who it is. And an answer without this name is to an
      // earlier question, on which we gave up. (DNS puts a number into each question for this.)
      if (sameAddress(from, server) && answer.includes(name)) return answer;
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Two clients ask the same server at the same time. */
export async function play(diagram: Diagram): Promise<void> {
  using one = diagram.watch("client 1", bind());
  using server = diagram.watch("server", bind());
  using two = diagram.watch("client 2", bind());

  const serving = serve(server, greeting); // no await: it runs until the socket is closed
  await Promise.all([
    ask(one, "Michael", server.address, 1000),
    ask(two, "Tracy", server.address, 1000),
  ]);
  await ask(one, "Sarah", server.address, 1000);
  server.close();
  await serving;
}

async function serverRole({ host, port, watch }: Given): Promise<void> {
  using socket = watch(bind({ hostname: host, port }));
  console.log(`Bind UDP on ${socket.address.port}...`);
  await serve(socket, greeting, console.log);
}

async function clientRole({ host, port, local, options, watch }: Given): Promise<void> {
  const to = { hostname: host, port };
  const wait = seconds(options.timeout, "timeout");
  let answered = 0;
  using socket = watch(bind({ hostname: local }));
  for (const name of NAMES) {
    const answer = await ask(socket, name, to, wait);
    console.log(answer ? printable(answer) : `No answer for ${name} within ${wait / 1000} s.`);
    if (answer) answered++;
  }
  if (!answered) throw new Error(`Is there a server at ${formatAddress(to)}? It never answered.`);
}

if (import.meta.main) {
  await run({
    file: import.meta.url,
    about: "An echo server: answer whoever sent the datagram.",
    port: 9999,
    play,
    roles: {
      server: { about: "greet whoever writes", listens: true, answers: true, run: serverRole },
      client: {
        about: "send three names, print the answers",
        options: { timeout: { value: "SECONDS", about: "how long to wait", default: "2" } },
        run: clientRole,
      },
    },
    tryNext: ["deno task lesson4 server", "deno task lesson4 client"],
  });
}
