/**
 * # Exercise 20: QUIC
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 20            what works, and what does not
 *     deno task exercise 20 --watch    the same again at every save
 *     deno task exercise 20 --hint     when you are stuck
 *
 * Lesson 20 has what you need: lessons/20_quic.ts.
 *
 * @module
 */
import { greeting } from "../lessons/04_echo.ts";
import { reader } from "../lessons/20_quic.ts";
import { todo } from "./todo.ts";

/**
 * A client has connected. Reply to each of its datagrams with the `greeting` of lesson 4.
 *
 * If a datagram is not a name, close the connection with the code 3 and the reason `not a name`.
 * The client may close the connection, too. In both cases end without an error, and return how
 * many names you have greeted.
 */
export async function greetNames(client: Deno.QuicConn): Promise<number> {
  return todo();
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
  return todo();
}
