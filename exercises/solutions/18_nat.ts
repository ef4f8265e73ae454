/**
 * One way to solve exercise 18: NAT.
 *
 * @module
 */
import { type Address, sameAddress } from "../../lib/udp.ts";

/** A datagram that went out through the router. */
export interface Sent {
  /** When: a time in milliseconds. */
  readonly time: number;
  /** The computer that sent it. */
  readonly computer: Address;
  /** The port outside that the router used for it. */
  readonly port: number;
  /** Where it went. */
  readonly to: Address;
}

/** A datagram that came from outside. */
export interface Arrived {
  readonly time: number;
  /** Who sent it. */
  readonly from: Address;
  /** The port outside at which it came. */
  readonly port: number;
}

/**
 * A router has the filter of lesson 18. `sent` are the datagrams that went out, in their order.
 * Later, the datagram `arrived` comes from outside. Return the address of the computer that gets
 * it, or `undefined` if the router drops it.
 *
 * A port of the router lets in only senders that it has sent to: the same host and the same port.
 * It forgets such a sender when more than `timeout` milliseconds have passed since the last
 * datagram that went there from this port.
 */
export function letsIn(sent: Sent[], arrived: Arrived, timeout: number): Address | undefined {
  for (const { time, computer, port, to } of sent) {
    const isOpen = arrived.time - time <= timeout;
    if (isOpen && port === arrived.port && sameAddress(to, arrived.from)) return computer;
  }

  return undefined;
}

/**
 * A program sends to its server when it has something to say. `times` are the milliseconds at which
 * it does so, in their order. With the first of them, its router opens a port for the server's
 * replies. The router closes it when more than `timeout` milliseconds pass without a datagram.
 *
 * The port has to be open from the first datagram to the time `end`, without a break. Return the
 * times of the keep-alives that the program must send for that, in their order: as few as possible,
 * and each as late as possible. No datagram is lost, and each reaches the router at once. None of
 * `times` is after `end`. If `times` is empty, there is nothing to keep open.
 */
export function keepAlives(times: number[], end: number, timeout: number): number[] {
  const extra: number[] = [];

  for (let i = 0; i < times.length; i++) {
    let last = times[i]!;
    const next = times[i + 1] ?? end;

    while (next - last > timeout) {
      last += timeout;
      extra.push(last);
    }
  }

  return extra;
}
