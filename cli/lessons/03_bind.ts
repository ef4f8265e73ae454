/**
 * How lesson 3 runs: its play, its role, and its options.
 *
 * @module
 */
import { receiveWithin } from "../../lessons/02_receive.ts";
import { bindKnown, printDatagrams, whyNot } from "../../lessons/03_bind.ts";
import { bind, type Socket } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";

const PORT = 7781;

/** Returns true if the TCP port of this number is free at the moment. */
export function isTcpFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** Plays a server at a fixed port, a second bind of that port, and datagrams to two addresses. */
export async function play(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  using server = diagram.watch("server", bindKnown("127.0.0.1", PORT));

  await takesPort(diagram, client, server);
  await receivesAnything(diagram, client, server);
  // On Linux and Windows, 127.0.0.2 is another address of this machine. macOS
  // has 127.0.0.1 alone.
  if (Deno.build.os !== "darwin") await receivesAtAddress(diagram, client, server);
}

/** Shows that the server has its UDP port for itself, and only the UDP port of that number. */
async function takesPort(diagram: Diagram, client: Socket, server: Socket): Promise<void> {
  const { port } = server.address;
  if (port !== PORT) diagram.note(`Port ${PORT} is taken, so the server uses port ${port}.`);

  await client.send("Hello, server", server.address);
  await server.receive();
  diagram.note(`A second bind of UDP port ${port}: "${whyNot(server.address)?.message}"`);
  const tcp = isTcpFree(port) ? "is free" : "belongs to another program";
  diagram.note(`TCP port ${port} ${tcp}. UDP and TCP ports are separate: no conflict.`);
}

/** Sends the server bytes that would clear a terminal. */
async function receivesAnything(diagram: Diagram, client: Socket, server: Socket): Promise<void> {
  await client.send("\x1b[2J", server.address);
  await server.receive();
  diagram.note(
    "A terminal that prints these bytes clears its screen. printable() makes them harmless.",
  );
}

/** Shows what a server receives at 127.0.0.2: bound to 127.0.0.1, and bound to 0.0.0.0. */
async function receivesAtAddress(diagram: Diagram, client: Socket, server: Socket): Promise<void> {
  const elsewhere = { hostname: "127.0.0.2", port: server.address.port };
  diagram.nobody("nobody", elsewhere);
  await client.send("Anyone?", elsewhere);
  const heard = await receiveWithin(server, 100);
  if (!heard) diagram.note("127.0.0.2 is this machine, too, but the server is bound to 127.0.0.1.");

  // It needs another port, because the first server still has this one.
  using open = diagram.watch("open server", bind({ hostname: "0.0.0.0" }));
  await client.send("Anyone?", { hostname: "127.0.0.2", port: open.address.port });
  await open.receive();
  diagram.note("This server is bound to 0.0.0.0: it receives at every address of this machine.");
}

/** What the workbook has to know of lesson 3. */
export const lesson: Lesson = {
  part: 1,
  title: "bind",
  about: "Bind a fixed port, and choose who can reach it.",
  port: PORT,
  play,
  roles: {
    bind: {
      about: "print who sent what, until Ctrl-C",
      listens: true,
      run: ({ local, console }) => printDatagrams(local, console.log),
    },
  },
  tryNext: ["deno task lesson3 bind", "deno task lesson1 send --port 7781"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
