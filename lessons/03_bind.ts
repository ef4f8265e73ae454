/**
 * # Lesson 3: bind
 *
 * A client may use any port, because it speaks first. A server is spoken to, so it needs a port that
 * people know. To take a port is to bind it. There are 65,535 of them at each address of a machine,
 * and each belongs to one UDP socket at a time, unless sockets agree to share it (lesson 6).
 *
 * You learn
 * - how to bind a port that you choose, and what it looks like when somebody has it already
 * - that UDP and TCP count their ports apart: the same number twice, and no conflict
 * - who can reach you: on `127.0.0.1` only this machine, on `0.0.0.0` everyone who has a way to it
 *
 * Run
 *
 *     deno task lesson3         watch it happen
 *     deno task lesson3 bind    print who sent what to port 7781, until Ctrl-C
 *
 * Try next
 * - Send something to it: `deno task lesson1 send --port 7781`.
 * - Run `deno task lesson3 bind` in two terminals at once. What does the second one say?
 * - Send to another address of this machine: `deno task lesson1 send --port 7781 --host 127.0.0.2`
 *   (Deno asks first: answer y). Then start `deno task lesson3 bind --host 0.0.0.0`, and send again.
 *   Here Deno is right to ask: from now on other machines can send to this program.
 *
 * @module
 */
import { type Given, run } from "../cli/run.ts";
import type { Diagram } from "../cli/diagram.ts";
import { count, printable } from "../lib/text.ts";
import { type Address, bind, formatAddress, type Socket } from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";

const PORT = 7781;

/**
 * Who sent what: a line for each datagram, until the socket is closed.
 *
 * ```ts
 * import { bind } from "../lib/udp.ts";
 *
 * using socket = bind({ port: 0 });
 * await socket.send("Hello", socket.address); // a socket may write to itself
 * for await (const line of listen(socket)) {
 *   console.log(line); // 127.0.0.1:41234 sent 5 bytes: Hello
 *   break;
 * }
 * ```
 */
export async function* listen(socket: Socket): AsyncGenerator<string> {
  for await (const { data, from } of socket) {
    // Never print what came from the network as it is: see lib/text.ts.
    yield `${formatAddress(from)} sent ${count(data.length, "byte")}: ${printable(data)}`;
  }
}

/** Why this address cannot be bound just now: a sentence, or `undefined` if it can. */
export function whyNot(address: Address): string | undefined {
  try {
    bind(address).close();
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether nobody listens on the TCP port of this number. */
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
    if (error instanceof Deno.errors.AddrInUse) return bind({ hostname });
    throw error;
  }
}

/** A known port; the same port again; the same number in TCP; and who can reach which address. */
export async function play(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  using server = diagram.watch("server", bindKnown("127.0.0.1", PORT));
  using open = diagram.watch("open server", bind({ hostname: "0.0.0.0" }));
  const { port } = server.address;
  if (port !== PORT) {
    diagram.note(`Port ${PORT} is in use on this machine: ${port} will do as well.`);
  }

  await client.send("Hello, server", server.address);
  await server.receive();

  diagram.note(`A second bind of UDP port ${port}:`);
  diagram.note(`"${whyNot(server.address)}"`);
  const whose = isTcpFree(port) ? "" : ", for another program";
  diagram.note(`TCP port ${port} at the same time${whose}: no conflict, it is a different port.`);

  // Linux and Windows answer to all of 127.0.0.0/8, so 127.0.0.2 can stand for "another address of
  // this machine". macOS knows 127.0.0.1 alone.
  if (Deno.build.os === "darwin") return;
  const hostname = "127.0.0.2";
  diagram.note("Now to another address of this machine, 127.0.0.2, at the port of each server:");
  diagram.nobody("server?", { hostname, port });
  await client.send("Anyone?", { hostname, port });
  const missed = await receiveWithin(server, 100);
  if (!missed) diagram.note("The server is bound to 127.0.0.1: it did not get this.");
  await client.send("Anyone?", { hostname, port: open.address.port });
  await open.receive();
  diagram.note(
    `Sent to ${hostname}:${open.address.port}. The open server is bound to 0.0.0.0, which means all addresses of this machine: it got this.`,
  );
}

async function bindRole({ host, port, watch }: Given): Promise<void> {
  using socket = watch(bind({ hostname: host, port }));
  console.log(`Bind UDP on ${formatAddress(socket.address)}... (Ctrl-C stops)`);
  for await (const line of listen(socket)) console.log(line);
}

if (import.meta.main) {
  await run({
    file: import.meta.url,
    about: "Bind a port that people know.",
    port: PORT,
    play,
    roles: {
      bind: { about: "print who sent what, until Ctrl-C", listens: true, run: bindRole },
    },
    tryNext: ["deno task lesson3 bind", "deno task lesson1 send --port 7781"],
  });
}
