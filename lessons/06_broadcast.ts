/**
 * # Lesson 6: broadcast
 *
 * How do you find a server whose address you do not know? You shout: one datagram to a broadcast
 * address reaches everyone on the network who listens on that port. Each server answers to you
 * alone, and from the answer you learn where it is. Printers and game servers are found like this.
 *
 * You learn
 * - how one datagram reaches many
 * - how to collect answers when you cannot know how many will come: until the time is up
 * - what a broadcast address is: the last address of a network. Routers do not pass it on to others
 *
 * Run
 *
 *     deno task lesson6           watch it happen
 *     deno task lesson6 server    answer everyone who shouts to port 10000
 *     deno task lesson6 client    shout, and list who answers
 *
 * Both stay on this machine: the server binds 127.255.255.255, the broadcast address of the loopback
 * network, and so hears what is sent to it, and nothing else.
 *
 * Try next
 * - Start two servers, then a client. Both may have the port: they share it. And so the two answers
 *   look alike, for they come from the same address and port. On two machines they would differ.
 * - On a real network: `server --host 0.0.0.0` on one machine. On another one, `client` tells you the
 *   broadcast addresses of that machine's networks; give it one of them with `--host`. Deno asks
 *   before it lets either program leave this machine.
 *
 * @module
 */
import { type Given, run, seconds } from "../cli/run.ts";
import type { Diagram } from "../cli/diagram.ts";
import { broadcastAddresses } from "../lib/networks.ts";
import { printable } from "../lib/text.ts";
import { type Address, bind, type Datagram, formatAddress, type Socket } from "../lib/udp.ts";
import { serve } from "./04_echo.ts";

const LOOPBACK = "127.255.255.255";
const ANSWER = () => "broadcasting";

/**
 * Shouts, then yields the answers as they come, until the time is up.
 *
 * ```ts
 * import { bind } from "../lib/udp.ts";
 *
 * using client = bind();
 * const everyone = { hostname: "127.255.255.255", port: 10000 };
 * for await (const { from } of discover(client, everyone, 100)) {
 *   console.log("There is a server at", from.hostname);
 * }
 * ```
 */
export async function* discover(
  socket: Socket,
  everyone: Address,
  milliseconds: number,
): AsyncGenerator<Datagram> {
  const signal = AbortSignal.timeout(milliseconds);
  // The system lets a socket broadcast once it has the option SO_BROADCAST: in Deno each one has.
  await socket.send("hello from client", everyone);
  try {
    while (true) yield await socket.receive({ signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** One shout, two servers that hear it. */
export async function play(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  // reuseAddress: both may have the port. Each gets what is broadcast; what is sent to one address
  // goes to one of them only.
  using one = diagram.watch("server 1", bind({ hostname: LOOPBACK, reuseAddress: true }));
  using two = diagram.watch("server 2", bind({ ...one.address, reuseAddress: true }));

  const serving = [serve(one, ANSWER), serve(two, ANSWER)]; // to the one who asked, not to everyone
  const wait = 500;
  diagram.note(`The client sends once, and collects answers for ${wait} ms.`);
  const answers = await Array.fromAsync(discover(client, one.address, wait));
  const [where] = answers.map(({ from }) => formatAddress(from));
  diagram.note(
    `One datagram sent, ${answers.length} answers. They came from ${where}: a broadcast address is only sent to, never sent from.`,
  );

  one.close();
  two.close();
  await Promise.all(serving);
}

async function serverRole({ host, port, watch }: Given): Promise<void> {
  using socket = watch(bind({ hostname: host, port, reuseAddress: true }));
  console.log(`Bind UDP on ${socket.address.port}...`);
  await serve(socket, ANSWER, console.log);
}

async function clientRole({ host, port, local, options, watch }: Given): Promise<void> {
  const wait = seconds(options.timeout, "timeout");
  const everyone = { hostname: host, port };
  using socket = watch(bind({ hostname: local }));
  const networks = broadcastAddresses(Deno.networkInterfaces());
  console.log("The broadcast addresses of this machine's networks, for --host:");
  for (const { name, address } of networks) console.log(`  ${address.padEnd(15)}  ${name}`);

  console.log(`Sending to ${formatAddress(everyone)}, collecting answers for ${wait / 1000} s...`);
  let answers = 0;
  for await (const { data, from } of discover(socket, everyone, wait)) {
    console.log(`Received from ${formatAddress(from)}: ${printable(data)}`);
    answers++;
  }
  if (answers > 0) return console.log(`Answers: ${answers}.`);
  throw new Error(`Nobody answered. Is a server running on this network, on port ${port}?`);
}

if (import.meta.main) {
  await run({
    file: import.meta.url,
    about: "Broadcast: one datagram, everyone hears it.",
    host: LOOPBACK,
    port: 10000,
    play,
    roles: {
      server: { about: "answer whoever shouts", listens: true, answers: true, run: serverRole },
      client: {
        about: "shout, and list who answers",
        options: { timeout: { value: "SECONDS", about: "how long to collect", default: "1" } },
        run: clientRole,
      },
    },
    tryNext: ["deno task lesson6 server", "deno task lesson6 client"],
  });
}
