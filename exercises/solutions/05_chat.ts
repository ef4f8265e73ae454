/**
 * One way to solve exercise 5: chat.
 *
 * @module
 */
import { printable } from "../../lib/text.ts";
import { type Address, formatAddress, type Socket } from "../../lib/udp.ts";

/**
 * Show nicknames. A datagram `/nick Ann` sets the name of its sender to Ann from then on. Every
 * other datagram is a message.
 *
 * Receive until there are `count` messages. Return one line for each message, such as `Ann: Hello`.
 * For a sender who has not set a name, use the address and port: `127.0.0.1:41234: Hello`.
 *
 * Names and messages come from the network, so make both safe to print with `printable`.
 */
export async function listenWithNames(socket: Socket, count: number): Promise<string[]> {
  // The key is the address as text, because two address objects are never equal.
  const names = new Map<string, string>();
  const lines: string[] = [];

  while (lines.length < count) {
    const { data, from } = await socket.receive();
    const text = new TextDecoder().decode(data);
    const sender = formatAddress(from);

    if (text.startsWith("/nick ")) {
      names.set(sender, printable(text.slice("/nick ".length)));
    } else {
      lines.push(`${names.get(sender) ?? sender}: ${printable(text)}`);
    }
  }

  return lines;
}

/**
 * Send each typed line to a friend, as soon as it is typed. At first, send to `friend`.
 *
 * Your friend may restart her program at any time. Then it has a new port, and it sends you a
 * datagram from there, which is often empty. So receive at the same time. When a datagram comes
 * from your friend's host, send to its port from then on. Ignore datagrams from other hosts, and
 * those from port 0: nothing can be sent to port 0.
 *
 * When there are no more lines, close the socket and return. If a line cannot be sent, close the
 * socket, too, and let the error through.
 */
export async function talkAndFollow(
  socket: Socket,
  friend: Address,
  typed: AsyncIterable<string>,
): Promise<void> {
  // Both loops use this variable: one reads it, the other one changes it.
  let to = friend;

  const talk = async () => {
    try {
      for await (const line of typed) await socket.send(line, to);
    } finally {
      socket.close(); // this ends the other loop, too
    }
  };

  const follow = async () => {
    for await (const { from } of socket) {
      if (from.hostname === friend.hostname && from.port !== 0) to = from;
    }
  };

  // The error of either loop is the error of both.
  await Promise.all([talk(), follow()]);
}
