/**
 * # Lesson 9: retransmission
 *
 * How do you make it reliable? Number what you send, let the other side acknowledge it (ACK), and send
 * again what is not acknowledged in time. That is all there is; the rest is patience. Is UDP faster than
 * TCP, then? No. It is as fast as you make it, and as fair: docs/is-udp-faster.md has measured it.
 *
 * ## You learn
 * - stop-and-wait: numbers, ACKs, timeouts; and a sliding window: many parts under way at once
 * - why sending again without slowing down makes a full network worse, and what TCP does about it
 *
 * ## Run
 *
 *     deno task lesson9                                 watch it happen
 *     deno task lesson9 receive > copy                  wait for a file on port 9090
 *     deno task lesson9 send < file                     send one
 *     deno task lesson9 send --window 32 < file         32 parts under way, whatever the network says
 *
 * ## Try next
 * - Put lesson 8 between:
 *   `deno task lesson8 relay --to 127.0.0.1:9090 --drop 0.2 --delay 20 --seed 1`. Then use
 *   `send --port 8888 < file`, with a file of some 400 kB. Start the relay again before each
 *   transfer. You should see: `--window 32` takes about 1 s, `auto` some 20 s, and `--window 1`
 *   more than a minute. Each time the copy is the same as the file (`cmp file copy`). Here 32 is
 *   faster because the losses are random: slowing down does not help against them. In a full
 *   network it would.
 * - Stop one of the two with Ctrl-C, or with `kill -9`. What does the other one say, and when?
 * - For work, take it ready made: TCP; QUIC, when one loss must not hold up all the rest; ENet or KCP in
 *   games. And a position that is old is not worth sending again: there, the newest state wins.
 *
 * @module
 */
import type { Diagram, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import { cut, losing, receiveRole, sendRole } from "../cli/transfer.ts";
import { printable } from "../lib/text.ts";
import { describe, receiveFile, sendFile } from "../lib/transfer.ts";
import { type Address, bind, sameAddress, type Socket } from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";

/** Stop-and-wait: sends a part until its ACK is here. Returns how often it had to; waits in milliseconds. */
export async function deliver(socket: Socket, number: number, text: string, to: Address) {
  for (let times = 1, wait = 100; times <= 8; times++, wait *= 2) { // the network may be full: be patient
    await socket.send(`${number} ${text}`, to);
    const end = performance.now() + wait;
    for (let left = wait; left > 0; left = end - performance.now()) {
      const answer = await receiveWithin(socket, left);
      if (!answer || !sameAddress(answer.from, to)) continue;
      // An ACK for an earlier part is late, or a second one. Whoever sends again because of it doubles all
      // that follows, for good (RFC 1123, 4.2.3.1): only time is a reason.
      if (new TextDecoder().decode(answer.data) === `ACK ${number}`) return times;
    }
  }
  // Perhaps all of it arrived, and only the ACKs did not. No last word can make both sides certain.
  throw new Error(`No ACK for part ${number}: nobody knows whether it arrived.`);
}

/** The other side: acknowledges whatever comes, and yields each part once, in order. */
export async function* collect(socket: Socket): AsyncGenerator<string> {
  let expected = 0;
  for await (const { data, from } of socket) {
    const [, number, text] = new TextDecoder().decode(data).match(/^(\d{1,9}) ([^]*)/) ?? [];
    if (text === undefined || Number(number) > expected) continue;
    await socket.send(`ACK ${number}`, from).catch(() => {}); // of a duplicate, too: that ACK was lost
    if (Number(number) < expected) continue;
    expected++;
    yield text;
  }
}

/** Stop-and-wait loses a part, and then an ACK. A window loses a part, too. */
export async function play(diagram: Diagram): Promise<void> {
  const sender = losing(diagram, "sender", "1 world");
  const receiver = losing(diagram, "receiver", "ACK 1");
  const collecting = Array.fromAsync(collect(receiver));
  await deliver(sender, 0, "Hello", receiver.address);
  const times = await deliver(sender, 1, "world", receiver.address);
  for (const socket of [sender, receiver]) socket.close();
  // At least three times. On a busy machine an ACK may come too late: then it is sent once more.
  diagram.note(`Part 1 was sent ${times} times: first the part was lost, then its ACK.`);
  const text = (await collecting).join(" ");
  diagram.note(`It arrived more than once, and the receiver took it once: ${text}.`);

  diagram.note("Now another protocol, with a window. Its ACK says up to where all has arrived.");
  const file = cut(new TextEncoder().encode("a file in four parts"), 5);
  const other = diagram.watch("receiver", bind());
  const lossy = losing(diagram, "sender", "part 1, 5 bytes");
  const sending = sendFile(lossy, file, other.address, { window: 3 });
  for await (const _ of receiveFile(other));
  const { resent } = await sending;
  const again = resent === 1 ? "1 datagram was" : `${resent} datagrams were`;
  diagram.note(`Part 1 was lost, and part 2 did not wait for it. ${again} sent again.`);
}

export const lesson: Lesson = {
  part: 2,
  title: "retransmission",
  about: "Retransmission: numbers, ACKs, timeouts and patience. Then a window.",
  port: 9090,
  play,
  label: (data) => describe(data) ?? printable(data),
  roles: { send: sendRole, receive: receiveRole },
  tryNext: ["deno task lesson9 receive > copy", "deno task lesson9 send < README.md"],
};

if (import.meta.main) await run(lesson);
