/**
 * # Lesson 7: limits
 *
 * A datagram is all or nothing: it arrives whole, or not at all. It travels in a packet, and each network
 * has a largest one: its MTU (maximum transmission unit), 1,500 bytes on Ethernet and Wi-Fi. IP takes 20 for
 * its header, UDP takes 8, and 1,472 are yours. A longer datagram is not cropped, but split into fragments,
 * each in a packet of its own, and the receiver's system puts them together. One lost fragment loses all,
 * and some firewalls let none pass. IP ends at 65,535 bytes: so a datagram does at 65,535 - 20 - 8 = 65,507.
 *
 * So keep to some 1,200 bytes: every network with IPv6 carries packets of 1,280, and QUIC and DNS settled
 * there. It is no promise. Nor are 508, 512, 576 and 1,472, which are often named: a tunnel (a VPN) or
 * another network on the way may carry less, and no size is sure to arrive.
 *
 * ## You learn
 * - that two sends are two receives, and that TCP does not keep them apart
 * - what becomes of what is too long: for a datagram, for a buffer, for a network
 * - how to find out which sizes get through, and why there need not be a largest
 *
 * ## Run
 *
 *     deno task lesson7           watch it happen
 *     deno task lesson7 server    answer questions of any size, on port 7070
 *     deno task lesson7 probe     ask in many sizes: which are answered?
 *
 * ## Try next
 * - Probe a server on another machine (`server --host 0.0.0.0` there), through a VPN or a phone, too.
 * - See fragments: `sudo tcpdump -ni any 'port 7070 or ip[6:2] & 8191 > 0'`. Only the first one of
 *   each datagram has a port.
 * - See them on one Linux machine: `sudo env "PATH=$PATH" unshare -n` opens a shell with a loopback
 *   of its own. Give it the MTU of Ethernet: `ip link set lo up mtu 1500`. Then type
 *   `tcpdump -ni lo &` and `deno task lesson7`. You should see 45 packets for the largest datagram.
 *
 * @module
 */
import type { Diagram, Given, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import { overTcp } from "../cli/tcp.ts";
import { answeredSize, LEAST_SIZE, sizeAnswer, sizeQuestion } from "../lib/size.ts";
import { survey } from "../lib/survey.ts";
import { count, printable } from "../lib/text.ts";
import { type Address, bind, formatAddress, MAX_BYTES, MAX_BYTES_IPV6 } from "../lib/udp.ts";
import { sameAddress, type Socket } from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";
import { serve } from "./04_echo.ts";

/**
 * How many packets a datagram of so many bytes takes over IPv4: 1, or that many fragments.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals([fragments(1_472), fragments(1_473), fragments(65_507)], [1, 2, 45]);
 * ```
 */
export function fragments(bytes: number, mtu = 1_500): number {
  const [room, all] = [mtu - 20, bytes + 8]; // each has IP's header, but only the first has UDP's
  return all <= room ? 1 : 1 + Math.ceil((all - room) / (room - room % 8)); // they begin at 8, 16, 24 ...
}

/** Whether a datagram of that size gets there: whether the server answers in so many milliseconds. */
export async function arrives(socket: Socket, server: Address, size: number, wait: number) {
  const signal = AbortSignal.timeout(wait);
  try {
    await socket.send(sizeQuestion(size), server);
    while (true) { // until the answer to this size comes; a late one to another says nothing
      const { data, from } = await socket.receive({ signal });
      if (sameAddress(from, server) && answeredSize(data) === size) return true;
    }
  } catch (error) {
    // EMSGSIZE, "message too long": this system lets none out. macOS stops at 9,216 bytes by default.
    if (signal.aborted || (error as { code?: string }).code === "EMSGSIZE") return false;
    throw error;
  }
}

/** What arrives as it was sent, what is refused, what is cut, and what networks make of it. */
export async function play(diagram: Diagram): Promise<void> {
  using sender = diagram.watch("sender", bind());
  using receiver = diagram.watch("receiver", bind());
  const texts = ["Hello, world!", "Bye!", ""];
  for (const text of texts) await sender.send(text, receiver.address);
  for (const _ of texts) await receiveWithin(receiver, 1000);
  diagram.note(`Three sends, three receives. TCP keeps no edges: ${await overTcp(texts)}.`);

  serve(receiver, sizeAnswer);
  for (const size of [1_200, MAX_BYTES, MAX_BYTES + 1]) {
    const refused = ({ message }: Error) => diagram.note(`${message} (IPv6: 65527, macOS: 9216.)`);
    await arrives(sender, receiver.address, size, 1000).catch(refused);
  }
  // lib/udp.ts always has room for the largest. This buffer has not. Then Windows reports an error (10040,
  // which Deno calls EMSGSIZE), and nothing of the datagram is left.
  const small = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  for (const text of texts) await sender.send(text, small.addr as Deno.NetAddr);
  const read = () =>
    small.receive(new Uint8Array(8)).then(
      ([data]) => `"${printable(data)}"`,
      ({ code }) => `the error ${code}`,
    );
  diagram.note(`With room for 8 bytes: ${await read()}, ${await read()}. The rest is gone.`);
  small.close();
  const packets = (size: number) => `${count(size, "byte")} in ${count(fragments(size), "packet")}`;
  const travel = [1_472, 1_473, MAX_BYTES].map(packets).join(", ");
  diagram.note(
    `On Linux, loopback's MTU is 65,536: it splits only 65,527 bytes over IPv6. On Ethernet: ${travel}.`,
  );
  diagram.note(
    "Measured where 1 of 100 packets was lost, with 1,000 datagrams of each size: of 1,472 bytes 991 arrived, \
of 8,192 bytes 943, of 65,507 bytes 67. Those that lack a fragment wait for it, and fill the memory that \
the receiver has for this: then whole ones are dropped, too.",
  );
}

async function server({ local, console }: Given): Promise<void> {
  using socket = bind(local);
  console.log(`Bind UDP on ${formatAddress(socket.address)}... (Ctrl-C stops)`);
  let size = 0;
  const answer = (data: Uint8Array) => {
    size = data.length;
    return sizeAnswer(data);
  };
  await serve(socket, answer, (line) => console.log(`${line} (${count(size, "byte")})`));
}

async function probe({ local, remote, options, console }: Given): Promise<void> {
  const wait = options.seconds("timeout");
  using socket = bind(local);
  const told = (answered: boolean) => answered ? "answered" : "no answer";
  const isAnswered = async (size: number) => {
    let yes = false; // one that was lost says nothing about its size: so each size has five tries
    for (let i = 0; i < 5 && !yes; i++) yes = await arrives(socket, remote, size, wait);
    console.log(`${count(size, "byte").padStart(12)}: ${told(yes)}`);
    if (yes || size > LEAST_SIZE) return yes;
    throw new Error(`No answer from ${formatAddress(remote)}. Is a server running there?`);
  };
  // A larger one may get through where a smaller one does not. What fits into the first network's
  // packets is sent whole. Linux, unless told otherwise, marks it "don't fragment". Where it does
  // not fit into the next one's, it is dropped, and a message says so (ICMP), which many firewalls
  // drop as well. What is split from the start has no such mark.
  const most = remote.hostname.includes(":") ? MAX_BYTES_IPV6 : MAX_BYTES;
  const ranges = await survey([LEAST_SIZE, 1_200, 1_472, 1_473, most], isAnswered);
  await isAnswered(LEAST_SIZE); // or was the server gone meanwhile?
  for (const { from, to, passes } of ranges) console.log(`${from} to ${to} bytes: ${told(passes)}`);
  console.log("Sizes in between are a guess, and another path is another story.");
}

export const lesson: Lesson = {
  part: 2,
  title: "limits",
  about: "Limits: how much fits into a datagram, and through a network.",
  port: 7070,
  play,
  roles: {
    server: { about: "answer questions of any size", listens: true, answers: true, run: server },
    probe: {
      about: "ask in many sizes, tell which are answered",
      options: { timeout: { value: "SECONDS", about: "how long to wait", default: "0.3" } },
      run: probe,
    },
  },
  tryNext: ["deno task lesson7 server", "deno task lesson7 probe"],
};

if (import.meta.main) await run(lesson);
