/**
 * One way to solve exercise 20: QUIC.
 *
 * @module
 */
import { greeting } from "../../lessons/04_echo.ts";
import { reader } from "../../lessons/20_quic.ts";

/**
 * A client has connected. Reply to each of its datagrams with the `greeting` of lesson 4.
 *
 * If a datagram is not a name, close the connection with the code 3 and the reason `not a name`.
 * The client may close the connection, too. In both cases end without an error, and return how
 * many names you have greeted.
 */
export async function greetNames(client: Deno.QuicConn): Promise<number> {
  let greeted = 0;

  while (true) {
    try {
      const reply = greeting(await client.readDatagram());
      if (reply) {
        await client.sendDatagram(new TextEncoder().encode(reply));
        greeted++;
      } else {
        client.close({ closeCode: 3, reason: "not a name" });
      }
    } catch {
      return greeted; // the connection is over
    }
  }
}

/**
 * The other side sends `count` datagrams. Each one is a number from 1 to `count`, a space, and a
 * text: `2 world`. On their way, some may be lost, doubled, or overtaken by others.
 *
 * Return the texts in the order of their numbers, with `undefined` for each one that is missing.
 * Return as soon as you have all of them. Otherwise, return when `milliseconds` are over.
 *
 * If a number comes twice, keep the first text. Ignore datagrams of any other form. They do not
 * make you wait longer. If the connection ends too early, let the error through.
 */
export async function inOrder(
  connection: Deno.QuicConn,
  count: number,
  milliseconds: number,
): Promise<(string | undefined)[]> {
  const next = reader(connection);
  const end = performance.now() + milliseconds;
  const texts = new Map<number, string>();

  while (texts.size < count) {
    const data = await next(Math.max(0, end - performance.now()));
    if (!data) break;

    // The number has no zeros before it, and the text may be anything.
    const parts = new TextDecoder().decode(data).match(/^([1-9]\d*) (.*)$/s);
    const number = Number(parts?.[1]);
    if (!parts || number > count || texts.has(number)) continue;
    texts.set(number, parts[2]!);
  }

  return Array.from({ length: count }, (_, i) => texts.get(i + 1));
}
