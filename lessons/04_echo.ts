/**
 * # Lesson 4: echo server
 *
 * A server is a loop: wait for a datagram, answer whoever sent it, wait for the next. It accepts no
 * connections, keeps no list of clients, and never notices that one is gone: each datagram brings its
 * sender's address along. An echo server sends back what it got; this one puts "Hello" before it.
 *
 * ## You learn
 * - how to answer: send to where the datagram came from
 * - why one bad datagram must not end a server, and why an answer must never be answered
 *
 * ## Run
 *
 *     deno task lesson4           watch it happen
 *     deno task lesson4 server    greet everyone who sends a name to port 9999
 *     deno task lesson4 client    send three names, print the answers
 *
 * ## Try next
 * - Start a client: what does it say without a server? Then start the server, and more clients.
 * - `nc -u 127.0.0.1 9999` is a client too: type your name, then `Hello, you!`.
 *
 * @module
 */
import type { Diagram, Given, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import { lookup } from "../lib/hosts.ts";
import { printable } from "../lib/text.ts";
import { type Address, bind, formatAddress, sameAddress, type Socket } from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";

/**
 * A server: answers until the socket is closed. To what is no question, `answer` says `undefined`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using server = bind();
 * using client = bind();
 * serve(server, greeting);
 * assertEquals(await ask(client, "Michael", server.address, 1000), "Hello, Michael!");
 * ```
 */
export async function serve(
  socket: Socket,
  answer: (data: Uint8Array) => string | Uint8Array | undefined,
  log: (line: string) => void = () => {},
): Promise<void> {
  for await (const { data, from } of socket) {
    const text = answer(data);
    const remark = text === undefined ? " That was no question." : "";
    log(`Received from ${formatAddress(from)}.${remark}`);
    if (text === undefined) continue;
    try {
      await socket.send(text, from);
    } catch (error) {
      // Port 0, say: bad luck for one client, the others want answers. (lib/udp.ts hides Windows' 10054.)
      log(`No answer to ${formatAddress(from)}: ${(error as Error).message}`);
    }
  }
}

/** What servers say here, and in lessons 6 to 8: `Hello, Ann!`, `broadcasting`, `26 bytes`, `pong 7`. */
const ANSWER = /^(Hello,|broadcasting$|\d+ bytes$|pong \d)/;

/** `Hello, NAME!`, or `undefined` for what is no name: text of 1 to 100 characters, and no answer. */
export function greeting(data: Uint8Array): string | undefined {
  const name = new TextDecoder().decode(data).trim(); // netcat's line break is not part of it
  // Anyone can forge a sender's address. If servers also answered answers, one datagram in the name of
  // another server would keep the two busy for ever, as it did with real ones (CVE-2024-2169).
  if (ANSWER.test(name) || !/^[^\p{Cc}\ufffd]{1,100}$/u.test(name)) return undefined;
  return `Hello, ${name}!`;
}

/** Sends a name and waits for the answer. Returns `undefined` if none comes in time. */
export async function ask(
  socket: Socket,
  name: string,
  server: Address,
  milliseconds: number,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(milliseconds);
  const to = { ...server, hostname: await lookup(server.hostname) }; // an answer comes from an address
  await socket.send(name, to);
  try {
    while (true) {
      const { data, from } = await socket.receive({ signal });
      const answer = new TextDecoder().decode(data);
      // Anyone may send to our port: look who it is. (A server at 0.0.0.0 that has two addresses may
      // answer from the other one, and is not heard here.) An answer without this name is to an earlier
      // question. Both can be forged: what protects is a random number in each question, as in DNS.
      if (sameAddress(from, to) && answer.includes(name)) return answer;
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Two clients ask at the same time. Then one of them sends what is no question. */
export async function play(diagram: Diagram): Promise<void> {
  using one = diagram.watch("client 1", bind());
  using server = diagram.watch("server", bind());
  using two = diagram.watch("client 2", bind());
  serve(server, greeting); // no await: it runs until the socket is closed
  const to = server.address;
  await Promise.all([ask(one, "Michael", to, 1000), ask(two, "Tracy", to, 1000)]);
  await ask(one, "Sarah", to, 1000);
  await two.send("Hello, Tracy!", to); // as if client 2 were a server like this one
  const answer = await receiveWithin(two, 200);
  if (!answer) diagram.note("No answer to an answer: two servers might greet each other for ever.");
}

async function server({ local, console }: Given): Promise<void> {
  using socket = bind(local);
  console.log(`Bind UDP on ${socket.address.port}... (at ${local.hostname}, Ctrl-C stops)`);
  await serve(socket, greeting, console.log);
}

async function client({ local, remote, options, console }: Given): Promise<void> {
  const wait = options.seconds("timeout");
  using socket = bind(local);
  let answered = false;
  for (const name of ["Michael", "Tracy", "Sarah"]) {
    const answer = await ask(socket, name, remote, wait);
    console.log(answer ? printable(answer) : `No answer for ${name} within ${wait / 1000} s.`);
    answered ||= answer !== undefined;
  }
  if (answered) return;
  throw new Error(`Is there a server at ${formatAddress(remote)}? It never answered.`);
}

export const lesson: Lesson = {
  part: 1,
  title: "echo server",
  about: "An echo server: answer whoever sent the datagram.",
  port: 9999,
  play,
  roles: {
    server: { about: "greet whoever writes", listens: true, answers: true, run: server },
    client: {
      about: "send three names, print the answers",
      options: { timeout: { value: "SECONDS", about: "how long to wait", default: "2" } },
      run: client,
    },
  },
  tryNext: ["deno task lesson4 server", "deno task lesson4 client"],
};

if (import.meta.main) await run(lesson);
