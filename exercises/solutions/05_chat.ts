/**
 * One way to solve exercise 5: chat.
 *
 * @module
 */
import { printable } from "../../lib/text.ts";
import { type Address, formatAddress, type Socket } from "../../lib/udp.ts";

/**
 * Nicknames. Whoever sends `/nick Ann` is called Ann from then on; every other datagram is a message.
 * Receive until there are `count` messages, and return a line for each: `Ann: Hello`.
 *
 * Anyone without a name is shown by address and port: `127.0.0.1:41234: Hello`. Names and
 * messages come from the network, so make both safe to print with `printable`.
 */
export async function listenWithNames(socket: Socket, count: number): Promise<string[]> {
  // A name belongs to an address, and is as little to be trusted as a message.
  const names = new Map<string, string>();
  const lines: string[] = [];
  while (lines.length < count) {
    const { data, from } = await socket.receive();
    const text = new TextDecoder().decode(data);
    const sender = formatAddress(from);
    if (text.startsWith("/nick ")) names.set(sender, printable(text.slice("/nick ".length)));
    else lines.push(`${names.get(sender) ?? sender}: ${printable(text)}`);
  }
  return lines;
}

/**
 * Send each line that is typed to a friend, at once, until there are no more. She may start her program
 * again meanwhile. Then it has a new port, and sends a datagram from there, often an empty one: "I am
 * here". So always send to the port from which her host was heard last; at first, to `friend`.
 *
 * Another host changes nothing. Neither does port 0: a sender may give it to say that nobody can answer
 * (RFC 768), and to send to it fails.
 *
 * When the last line is sent, end, and do not go on receiving: what comes later is for the next
 * `socket.receive()`. Every failure is thrown.
 */
export async function talkAndFollow(
  socket: Socket,
  friend: Address,
  typed: AsyncIterable<string>,
): Promise<void> {
  let to = friend;
  const end = new AbortController();
  const follow = async () => {
    try {
      while (true) {
        const { from } = await socket.receive({ signal: end.signal });
        if (from.hostname === friend.hostname && from.port !== 0) to = from;
      }
    } catch (error) {
      if (!end.signal.aborted) throw error;
    }
  };
  const talk = async () => {
    try {
      for await (const line of typed) await socket.send(line, to);
    } finally {
      end.abort();
    }
  };
  // Two loops at once, and a failure of either is a failure of both.
  await Promise.all([follow(), talk()]);
}
