/**
 * One way to solve exercise 19: proof.
 *
 * @module
 */
import type { Address } from "../../lib/udp.ts";

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
  const totals = new Map<string, { got: number; sent: number }>();

  for (const { protocol, way, bytes } of seen) {
    const total = totals.get(protocol) ?? { got: 0, sent: 0 };
    total[way] += bytes + 28;
    totals.set(protocol, total);
  }

  const factors: Record<string, number> = {};
  for (const [protocol, { got, sent }] of totals) {
    if (got > 0) factors[protocol] = Math.round((10 * sent) / got) / 10;
  }
  return factors;
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
  // Without the spaces, two different clients and times could make the same text.
  const checksum = ({ hostname, port }: Address, end: string) => mac(`${end} ${hostname} ${port}`);

  return {
    make(client, milliseconds) {
      const end = `${now() + milliseconds}`;
      return `${end}.${checksum(client, end)}`;
    },

    accepts(client, cookie) {
      const point = cookie.indexOf(".");
      const end = cookie.slice(0, point);
      if (!/^\d+$/.test(end) || now() > Number(end)) return false;
      return cookie.slice(point + 1) === checksum(client, end);
    },
  };
}
