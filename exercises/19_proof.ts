/**
 * # Exercise 19: proof
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 19            what works, and what does not
 *     deno task exercise 19 --watch    the same again at every save
 *     deno task exercise 19 --hint     when you are stuck
 *
 * Lesson 19 has what you need: lessons/19_proof.ts.
 *
 * @module
 */
import type { Address } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/** A datagram that a server got or sent. */
export interface Seen {
  /** Such as `DNS`. */
  readonly protocol: string;
  /** Whether the server got it or sent it. */
  readonly way: "got" | "sent";
  /** How many bytes of data it has. */
  readonly bytes: number;
}

/**
 * An attacker has forged the address of a victim. `seen` are the datagrams that a server got from
 * this address and sent to it, in several protocols. Return for each protocol its amplification:
 * the bytes that the server sent, divided by those that it got. Round it to one digit after the
 * point.
 *
 * Count what travels on the network: each datagram has 28 bytes more than its data, for the headers
 * of IP and UDP. Leave out a protocol of which the server got nothing. It does not matter in which
 * order the protocols are.
 *
 * A question may have several answers. Some servers even send an answer again, because the victim
 * does not acknowledge it: TFTP (lesson 14) does.
 */
export function amplification(seen: Seen[]): Record<string, number> {
  return todo();
}

/** Makes cookies, and recognizes them. */
export interface Cookies {
  /** Returns a cookie for this client, which is valid for so many milliseconds from now on. */
  make(client: Address, milliseconds: number): string;
  /** Whether this is such a cookie for this client, and is valid now. Throws nothing. */
  accepts(client: Address, cookie: string): boolean;
}

/**
 * Some clients need a cookie for a longer time than others. So here the cookie itself says when it
 * ends. It is the time of its end in milliseconds, a point, and a checksum: `1796000060000.9f3c…`.
 * At the time of its end it is still valid.
 *
 * `mac` is an HMAC: it returns the checksum of a text, and only the server knows its secret. A
 * client may send any text as its cookie, for example one with a later end. `now` returns the time
 * in milliseconds.
 *
 * Remember nothing: another server with the same `mac` has to accept your cookies.
 */
export function cookies(mac: (text: string) => string, now: () => number): Cookies {
  return todo();
}
