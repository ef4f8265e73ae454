/**
 * One way to solve exercise 5.
 *
 * @module
 */
import { printable } from "../../lib/text.ts";
import { formatAddress, type Socket } from "../../lib/udp.ts";

/** A name belongs to an address, and is as little to be trusted as a message. */
export async function listenWithNames(socket: Socket, count: number): Promise<string[]> {
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

/** A new signal for every wait. */
export async function untilSilent(socket: Socket, milliseconds: number): Promise<string[]> {
  const texts: string[] = [];
  while (true) {
    const signal = AbortSignal.timeout(milliseconds);
    try {
      const { data } = await socket.receive({ signal });
      texts.push(new TextDecoder().decode(data));
    } catch (error) {
      if (signal.aborted) return texts;
      throw error;
    }
  }
}
