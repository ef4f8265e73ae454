/**
 * # Lesson 3: bind
 *
 * A client may use any port, because it speaks first. A server is spoken to, so it needs a port that
 * people know. To take a port is to bind it. There are 65,535 of them at each address of a machine,
 * and each belongs to one UDP socket at a time, unless sockets agree to share it (lesson 6).
 *
 * ## You learn
 * - how to bind a port that you choose, and what it looks like when somebody has it already
 * - that UDP and TCP count their ports apart: the same number twice, and no conflict
 * - who can reach you: on `127.0.0.1` only this machine, on `0.0.0.0` everyone who has a way to it
 *
 * ## Run
 *
 *     deno task lesson3         watch it happen
 *     deno task lesson3 bind    print who sent what to port 7781, until Ctrl-C
 *
 * ## Try next
 * - Send something to it: `deno task lesson1 send --port 7781`.
 * - Run `deno task lesson3 bind` in two terminals at once. What does the second one say?
 * - Send to another address of this machine: `deno task lesson1 send --port 7781 --host 127.0.0.2`
 *   (not on macOS, which has 127.0.0.1 alone). Deno asks first: answer y. It is sent, but `bind` shows
 *   nothing. Stop `bind`, start `deno task lesson3 bind --host 0.0.0.0`, and send again: now it arrives.
 *   Here Deno is right to ask: from now on other machines can send to this program.
 * - `--host ::` is all addresses in IPv6. On Linux and macOS it hears IPv4 too, as `::ffff:127.0.0.1`.
 *   And `localhost` may mean `::1`: if only one side uses the name, they may never meet.
 *
 * @module
 */
import type { Diagram, Given, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import { count, printable } from "../lib/text.ts";
import { type Address, bind, formatAddress, type Socket } from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";

const PORT = 7781;

/**
 * Who sent what: a line for each datagram, until the socket is closed.
 *
 * ```ts
 * import { assertMatch } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using socket = bind({ port: 0 });
 * await socket.send("Hello", socket.address); // a socket may write to itself
 * for await (const line of whoSentWhat(socket)) {
 *   assertMatch(line, /^127\.0\.0\.1:\d+ sent 5 bytes: Hello$/);
 *   break;
 * }
 * ```
 */
export async function* whoSentWhat(socket: Socket): AsyncGenerator<string> {
  for await (const { data, from } of socket) {
    // Never print what came from the network as it is, nor all of it: see lib/text.ts.
    yield `${formatAddress(from)} sent ${count(data.length, "byte")}: ${printable(data)}`;
  }
}

/**
 * Why this address cannot be bound just now: a sentence, or `undefined` if it can. A moment later that
 * may be wrong: to have a port, bind it and see.
 */
export function whyNot(address: Address): string | undefined {
  try {
    bind(address).close();
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether nobody listened just now on the TCP port of this number. */
export function isTcpFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** Binds the port that people know or, if somebody has it already, one that the system picks. */
export function bindKnown(hostname: string, port: number): Socket {
  try {
    return bind({ hostname, port });
  } catch (error) {
    // Somebody has it now. (It is not TCP's TIME_WAIT: UDP keeps no port after its socket is closed.)
    if (error instanceof Deno.errors.AddrInUse) return bind({ hostname });
    throw error;
  }
}

/** A known port; the same port again; the same number in TCP; and who can reach which address. */
export async function play(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  using server = diagram.watch("server", bindKnown("127.0.0.1", PORT));
  const { port } = server.address;
  if (port !== PORT) diagram.note(`Port ${PORT} is in use here: ${port} will do as well.`);
  await client.send("Hello, server", server.address);
  await server.receive();

  diagram.note(`A second bind of UDP port ${port}: "${whyNot(server.address)}"`);
  const whose = isTcpFree(port) ? "" : ", which another program has,";
  diagram.note(`TCP port ${port}${whose} is no conflict: it is a different port.`);

  // Linux and Windows answer to all of 127.0.0.0/8, so 127.0.0.2 can stand for "another address of
  // this machine". macOS knows 127.0.0.1 alone.
  if (Deno.build.os === "darwin") return;
  const hostname = "127.0.0.2";
  diagram.note(`Now to another address of this machine, ${hostname}, at the same port:`);
  diagram.nobody("nobody", { hostname, port });
  await client.send("Anyone?", { hostname, port });
  if (!await receiveWithin(server, 100)) {
    diagram.note("The server is bound to 127.0.0.1: it did not get this.");
  }

  // 0.0.0.0 means all addresses of this machine. It is there to be bound, not to be sent to. (The port is
  // another one, since at 127.0.0.1 the server still has the first. That changes nothing else.)
  using open = diagram.watch("open server", bind({ hostname: "0.0.0.0" }));
  await client.send("Anyone?", { hostname, port: open.address.port });
  await open.receive();
  diagram.note(
    `The same to a server that is bound to 0.0.0.0: it hears ${hostname}, and every other address of this machine.`,
  );
}

async function bindRole({ local, console }: Given): Promise<void> {
  using socket = bind(local);
  console.log(`Bind UDP on ${formatAddress(socket.address)}... (Ctrl-C stops)`);
  for await (const line of whoSentWhat(socket)) console.log(line);
}

export const lesson: Lesson = {
  part: 1,
  title: "bind",
  about: "Bind a port that people know.",
  port: PORT,
  play,
  roles: { bind: { about: "print who sent what, until Ctrl-C", listens: true, run: bindRole } },
  tryNext: ["deno task lesson3 bind", "deno task lesson1 send --port 7781"],
};

if (import.meta.main) await run(lesson);
