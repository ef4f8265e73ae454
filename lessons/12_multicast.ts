/**
 * # Lesson 12: multicast
 *
 * A broadcast goes to everyone on a network, whether they care or not. A multicast goes to those who
 * asked for it: they join a group. A group is an address that belongs to no machine, from 224.0.0.0 to
 * 239.255.255.255. Whoever sends to it sends once, however many have joined: the network makes the
 * copies. Phones find televisions like this, and routers tell each other what they know (lesson 16).
 * How far? Each datagram has a TTL (time to live): each router takes one off, and at 0 it is dropped. To a
 * group it is 1 by default: no router passes it on. In Deno, only a member can ask for more (`ttl` of `join`).
 *
 * ## You learn
 * - how to join a group and to leave it, and that nobody has to join it to send to it
 * - that a join is for one network, so one has to say which
 * - who hears what: it depends on the address that is bound, and on who else here has joined
 *
 * ## Run
 *
 *     deno task lesson12                        watch it happen
 *     deno task lesson12 listen                 join the group 239.255.77.77, print who says what
 *     deno task lesson12 say --message Hello    say it to whoever has joined
 *
 * ## Try next
 * - Start two listeners, and say something: they share the port, and each gets a copy.
 * - On a real network, give each side `--interface` and the address that its machine has there. Else all
 *   stays on 127.0.0.1. A machine with a cable and Wi-Fi is on two networks, and needs two listeners.
 * - IPv6 groups begin with `ff`: `listen --host ff15::77 --interface 0` and `say --host ff15::77`. To listen,
 *   an interface is a number there (`ip link` tells; 0: the system picks). The digit after `ff1` says how far
 *   it goes: 1 is this machine, 2 this network, 5 this site. 1 and 2 need a name, too: `ff12::77%eth0`. Not on
 *   loopback, though: there, Linux has groups of IPv4 only.
 *
 * @module
 */
import type { Diagram, Given, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import { count } from "../lib/text.ts";
import { type Address, bind, formatAddress, type Socket } from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";
import { whoSentWhat } from "./03_bind.ts";

/**
 * Binds a group's address, where only this group is heard, and not yet: one has to join it.
 *
 * Windows binds no group's address. There the socket is bound to all addresses of the machine. It may hear
 * other groups as well, and other machines can send to it: Windows' firewall asks whether they may.
 */
export function bindGroup({ hostname, port }: Address): Socket {
  const all = hostname.includes(":") ? "::" : "0.0.0.0";
  const own = Deno.build.os === "windows" ? all : hostname;
  // Those who listen here share the port, and each gets a copy, as with a broadcast (lesson 6).
  return bind({ hostname: own, port, reuseAddress: true });
}

/**
 * A socket that hears a group on one network: the one where this machine has the address `on`, such as
 * 192.168.1.7. (For an IPv6 group it is the interface's number.) To close the socket is to leave.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * const hostname = "239.255.77.77";
 * using member = await hearGroup({ hostname, port: 0 }, "127.0.0.1");
 * using anyone = bind(); // at 127.0.0.1: so what it sends to a group leaves by that interface
 * await anyone.send("Hello", { hostname, port: member.address.port });
 * assertEquals((await member.receive()).data.length, 5);
 * ```
 */
export async function hearGroup(group: Address, on: string | number): Promise<Socket> {
  const socket = bindGroup(group);
  // "I joined, and hear nothing": then it was on another network, perhaps one that the system picked.
  await socket.join(group.hostname, { interface: on }).catch((error) => {
    socket.close();
    throw error;
  });
  return socket;
}

/** Two groups, and who hears what: at which address, before joining, and after leaving. */
export async function play(diagram: Diagram): Promise<void> {
  using open = bind({ hostname: "0.0.0.0", reuseAddress: true });
  const { port } = open.address;
  using sender = bind();
  // Groups that nobody else here is in: the last two numbers are the bytes of a port that only we have.
  const group = (own: number) => ({ hostname: `239.255.${own >> 8}.${own & 255}`, port });
  const [toRed, toBlue] = [group(port), group(sender.address.port)];
  using red = diagram.watch("red", bindGroup(toRed));
  diagram.watch("sender", sender);
  using blue = diagram.watch("blue", bindGroup(toBlue));
  diagram.watch("open", open);
  using deaf = bind({ port, reuseAddress: true }); // at 127.0.0.1

  await sender.send("Anyone?", toRed);
  if (!await receiveWithin(red, 100)) diagram.unheard("Nobody heard it: red has not joined yet.");

  const on = { interface: "127.0.0.1" }; // the network interface with this address: loopback
  await using first = await red.join(toRed.hostname, on);
  await using second = await deaf.join(toRed.hostname, on);
  await blue.join(toBlue.hostname, on); // until the socket is closed
  diagram.note("Red and blue join, each its own group. The sender joins none.");
  await sender.send("Hi, red", toRed);
  await hears(red, "Hi, red");
  await hears(open, "Hi, red");
  await sender.send("Hi, blue", toBlue);
  await hears(blue, "Hi, blue");
  const stray = await hears(open, "Hi, blue");
  if (stray) diagram.note("Open joined none: at 0.0.0.0 it hears what anyone here has joined.");
  const never = !await receiveWithin(deaf, 10);
  if (never) diagram.note("A fifth socket, at 127.0.0.1, joined red's, and hears no group there.");

  await first.leave();
  await sender.send("Bye?", toRed);
  const still = await hears(red, "Bye?");
  await hears(open, "Bye?");
  // To Linux the machine is the member, and what comes goes to each socket whose address fits.
  if (still) diagram.note("Red has left, and hears: the fifth keeps this machine in the group.");
  await second.leave();
  await sender.send("Bye!", toRed);
  if (!await receiveWithin(red, 100)) diagram.unheard("Nobody heard it: the last one has left.");
}

/** Whether the socket hears this text. On Windows, red and blue may hear each other's group before it. */
async function hears(socket: Socket, text: string): Promise<boolean> {
  while (true) {
    const datagram = await receiveWithin(socket, 1000);
    if (!datagram) return false;
    if (new TextDecoder().decode(datagram.data) === text) return true;
  }
}

async function listen({ local, options, console }: Given): Promise<void> {
  const on = options.text("interface");
  using socket = await hearGroup(local, /^\d+$/.test(on) ? Number(on) : on);
  console.log(`Bind UDP on ${formatAddress(socket.address)}... (interface ${on}, Ctrl-C stops)`);
  for await (const datagram of socket) console.log(whoSentWhat(datagram));
}

// What is sent leaves by the interface whose address is bound.
async function say({ local, remote, options, lines, console }: Given): Promise<void> {
  using socket = bind(local);
  const report = (bytes: number) => `Sent ${count(bytes, "byte")} to ${formatAddress(remote)}.`;
  if (options.has("message")) {
    return console.log(report(await socket.send(options.text("message"), remote)));
  }
  using typed = lines("Message (empty to end): ");
  for await (const line of typed) {
    if (line === "") return;
    typed.print(report(await socket.send(line, remote)));
  }
}

const ON = { value: "ADDRESS", about: "ours, on that network", default: "127.0.0.1", own: true };

export const lesson: Lesson = {
  part: 2,
  title: "multicast",
  about: "Multicast: one datagram, whoever joined hears it.",
  host: "239.255.77.77",
  port: 45454,
  play,
  roles: {
    listen: {
      about: "join the group, print who says what",
      listens: true,
      group: true,
      options: { interface: ON },
      run: listen,
    },
    say: {
      about: "say each line that you type",
      group: true,
      options: { message: { value: "TEXT", about: "send only this, and end" }, interface: ON },
      run: say,
    },
  },
  tryNext: ["deno task lesson12 listen", "deno task lesson12 say"],
};

if (import.meta.main) await run(lesson);
