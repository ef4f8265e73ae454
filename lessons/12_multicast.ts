/**
 * # Lesson 12: multicast
 *
 * A broadcast goes to every machine of a network, whether it wants it or not. *Multicast* goes only
 * to those who asked for it: they *join* a *multicast group*. A group is an IP address from
 * 224.0.0.0 to 239.255.255.255. It belongs to no machine. The sender sends one datagram to the
 * group, and the network makes a copy for each machine that has joined. Phones find televisions
 * like this, and routers tell each other their routes (lesson 16).
 *
 * How far does it go? Every IP packet carries a *TTL* (time to live), a number. Each router on the
 * way subtracts 1, and drops the packet at 0. A datagram to a group has a TTL of 1 unless you
 * change it, so no router forwards it. Deno can change it only on a socket that has joined a group
 * (`ttl` in the options of `join`).
 *
 * ## You learn
 * - how to join a group and how to leave it
 * - that a sender does not have to join
 * - that you join on one network, so you have to say which one
 * - which sockets receive a datagram to a group. It depends on the address that they are bound to,
 *   and on Linux also on what other programs have joined
 *
 * ## Run
 *
 *     deno task lesson12                        show the lesson as a diagram
 *     deno task lesson12 listen                 in one terminal, or in several: join 239.255.77.77
 *     deno task lesson12 say --message Hello    in another terminal: send to the group
 *
 * Each listener prints these lines. 53011 stands for the sender's port:
 *
 *     Bind UDP on 239.255.77.77:45454... (interface 127.0.0.1, Ctrl-C stops)
 *     127.0.0.1:53011 sent 5 bytes: Hello
 *
 * @module
 */
import { count } from "../lib/text.ts";
import { type Address, bind, formatAddress, type Socket } from "../lib/udp.ts";
import { whoSentWhat } from "./03_bind.ts";

/**
 * Binds the address of a group, so that the socket can receive this group and no other.
 *
 * The caller still has to join the group. Linux is less strict: there, the socket also receives the
 * group if any other socket on this machine has joined it. On Linux, a socket bound to `0.0.0.0`
 * receives all groups that this machine has joined, at its own port. A socket bound to `127.0.0.1`
 * receives none of them.
 */
export function bindGroup({ hostname, port }: Address): Socket {
  // Windows cannot bind the address of a group. There we bind all addresses of
  // the machine. The socket may then receive other groups, too. Other machines
  // can send to it, so Windows' firewall asks for your permission.
  const all = hostname.includes(":") ? "::" : "0.0.0.0"; // only IPv6 has colons
  const own = Deno.build.os === "windows" ? all : hostname;

  // With reuseAddress, several listeners on this machine share the port. Each
  // of them receives a copy, as with a broadcast (lesson 6).
  return bind({ hostname: own, port, reuseAddress: true });
}

/**
 * Returns a socket that has joined the group. Closing the socket leaves the group.
 *
 * `on` names the network. For an IPv4 group, it is this machine's address there, such as
 * `192.168.1.7`. For an IPv6 group, it is the number of the network interface.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * const hostname = "239.255.77.77";
 * using member = await hearGroup({ hostname, port: 0 }, "127.0.0.1");
 * using sender = bind(); // bound to 127.0.0.1, so its datagrams leave by the loopback interface
 * await sender.send("Hello", { hostname, port: member.address.port });
 * assertEquals((await member.receive()).data.length, 5);
 * ```
 */
export async function hearGroup(group: Address, on: string | number): Promise<Socket> {
  const socket = bindGroup(group);
  try {
    // Does a member receive nothing? Often it has joined on another network than
    // the sender's. So the caller has to name the network.
    await socket.join(group.hostname, { interface: on });
    return socket;
  } catch (error) {
    socket.close(); // the caller does not get it, so nobody else can close it
    throw error;
  }
}

/** `deno task lesson12 listen` runs this: prints what is sent to the group until it is stopped. */
export async function listen(
  group: Address,
  on: string | number,
  print = console.log,
): Promise<void> {
  using socket = await hearGroup(group, on);
  print(`Bind UDP on ${formatAddress(socket.address)}... (interface ${on}, Ctrl-C stops)`);
  for await (const datagram of socket) print(whoSentWhat(datagram));
}

/**
 * `deno task lesson12 say` runs this: sends each line to the group, and ends at an empty line.
 *
 * `from` is this machine's address on the network that the datagrams should go to.
 */
export async function say(
  lines: AsyncIterable<string>,
  group: Address,
  from: string,
  print = console.log,
): Promise<void> {
  // A datagram to a group leaves by the interface whose address is bound. The
  // sender does not join the group.
  using socket = bind({ hostname: from });

  for await (const line of lines) {
    if (line === "") return;
    const bytes = await socket.send(line, group);
    print(`Sent ${count(bytes, "byte")} to ${formatAddress(group)}.`);
  }
}

/** `deno task lesson12 say --message TEXT` runs this: sends one message to the group. */
export async function sayOne(
  message: string,
  group: Address,
  from: string,
  print = console.log,
): Promise<void> {
  using socket = bind({ hostname: from });
  const bytes = await socket.send(message, group);
  print(`Sent ${count(bytes, "byte")} to ${formatAddress(group)}.`);
}

/*
 * ## Try next
 *
 * 1. Run `deno task lesson12 listen` in two terminals, and `say --message Hello` in a third one.
 *    You should see `sent 5 bytes: Hello` in both: they share the port, and each gets a copy.
 * 2. Stop both listeners and run `say --message Hello` again. You should see `Sent 5 bytes` as
 *    before. As in lesson 1, the sender cannot tell whether anybody receives it.
 * 3. Do you have two machines in one network? Give each side `--interface` and the address that its
 *    machine has in this network, such as 192.168.1.7, and answer y when Deno asks. You should see
 *    the message on the other machine. Without `--interface`, everything stays on this machine.
 * 4. IPv6 has groups, too. Their addresses begin with `ff`. Run
 *    `deno task lesson12 listen --host ff15::77 --interface 0` and answer y. On a machine with an
 *    IPv6 network you should see `Bind UDP on [ff15::77]:45454`. 0 lets the system pick the
 *    interface.
 */

if (import.meta.main) import("../cli/lessons/12_multicast.ts").then(({ main }) => main());
