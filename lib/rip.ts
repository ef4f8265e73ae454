/**
 * The messages of RIP, the Routing Information Protocol, version 2 (RFC 2453).
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const routes = [{ network: "10.9.0.0/16", metric: 2 }];
 * const [message] = responses(routes);
 * assertEquals(message!.length, 24); // 4 bytes, and 20 for each route
 * assertEquals(decode(message!), { type: "RESPONSE", routes });
 * ```
 *
 * @module
 */

/** A way to a network, as one router tells it to another. */
export interface Route {
  /** The network and how many bits of its addresses name it: `10.9.0.0/16`. `0.0.0.0/0` is all others. */
  readonly network: string;
  /** How far it is, as a rule in routers: 1 to 15, and {@linkcode INFINITY}: there is no way. */
  readonly metric: number;
  /** Who is nearer than the one who tells it, in the same network: an address. Rare. */
  readonly nextHop?: string;
  /** A mark of whoever brought the route in, to be passed on as it is: 1 to 65535. Rare. */
  readonly tag?: number | undefined;
}

/** A way to a network, as a router remembers it. */
export interface Way {
  /** How far it is: 1 to 16. */
  readonly metric: number;
  /** The neighbour who said so. Without one the network is the router's own. */
  readonly by?: { readonly hostname: string; readonly port: number } | undefined;
  /** When that was said, or when the way was lost: a time in milliseconds. */
  readonly since: number;
  /** The route's tag, which is passed on as it came (RFC 2453, 4.2). */
  readonly tag?: number | undefined;
}

/** All that a router knows: the way to each network, by the network. */
export type Ways = Map<string, Way>;

/** Any message. A request without networks is for all that the other one knows. */
export type Message =
  | { type: "REQUEST"; networks?: string[] }
  | { type: "RESPONSE"; routes: Route[] };

/** 16 is as far as it goes: so no network has more than 15 routers in a row. */
export const INFINITY = 16;
/** A message has at most so many routes: 504 bytes, which every host takes in one piece. */
export const MOST_ROUTES = 25;

/** These bytes are no message, or none that may be believed. The message says why, to go on after a colon. */
export class NoRip extends Error {
  override name = "NoRip";
}

const HEADER = 4;
const ENTRY = 20;
const CODES = { REQUEST: 1, RESPONSE: 2 } as const;
const VERSION = 2;
/** What an entry is about: an address of IP, everything (in a request), or a password. */
const [IP, ALL, PASSWORD] = [2, 0, 0xffff];

/**
 * A message as bytes.
 *
 * @throws {RangeError} There are more than 25 routes; a metric is not a whole number from 1 to 16; a tag
 * has more than 16 bits; or a network is none (see {@linkcode isNetwork}).
 */
export function encode(message: Message): Uint8Array<ArrayBuffer> {
  const routes: readonly Route[] = message.type === "RESPONSE"
    ? message.routes
    : (message.networks ?? ["0.0.0.0/0"]).map((network) => ({ network, metric: INFINITY }));
  if (routes.length > MOST_ROUTES) {
    throw new RangeError(`A message has at most ${MOST_ROUTES} routes, not ${routes.length}.`);
  }
  const bytes = new Uint8Array(HEADER + ENTRY * routes.length);
  const view = new DataView(bytes.buffer);
  bytes.set([CODES[message.type], VERSION]);
  for (const [i, { network, metric, nextHop = "0.0.0.0", tag = 0 }] of routes.entries()) {
    if (!isWhole(metric, 1, INFINITY)) {
      throw new RangeError(`Metric ${metric} is not right: it must be from 1 to ${INFINITY}.`);
    }
    if (!isWhole(tag, 0, 0xffff)) throw new RangeError(`Tag ${tag} is no number of 16 bits.`);
    const [address, length] = parts(network);
    if (!isDestination(address, length)) throw new RangeError(`No route leads to ${network}.`);
    const at = HEADER + ENTRY * i;
    const all = message.type === "REQUEST" && !message.networks;
    view.setUint16(at, all ? ALL : IP);
    view.setUint16(at + 2, tag);
    view.setUint32(at + 4, address);
    view.setUint32(at + 8, maskOf(length));
    view.setUint32(at + 12, toNumber(nextHop));
    view.setUint32(at + 16, metric);
  }
  return bytes;
}

/** Responses with all these routes, as bytes: as many as it takes, each of at most 25. None for no route. */
export function responses(routes: readonly Route[]): Uint8Array<ArrayBuffer>[] {
  const messages: Uint8Array<ArrayBuffer>[] = [];
  for (let i = 0; i < routes.length; i += MOST_ROUTES) {
    messages.push(encode({ type: "RESPONSE", routes: routes.slice(i, i + MOST_ROUTES) }));
  }
  return messages;
}

/**
 * Bytes as a message. Any bytes may be given, of any length. An entry that makes no sense (a network that
 * nobody can be in, a metric of 0 or 17) is left out, and the others count, as RFC 2453 has it.
 *
 * @throws {NoRip} They are no message of version 2, or they hold a password, and we have none to compare.
 */
export function decode(bytes: Uint8Array): Message {
  const [code, version] = bytes;
  const count = (bytes.length - HEADER) / ENTRY;
  if (!isWhole(count, 0, MOST_ROUTES)) {
    throw new NoRip("it is not 4 bytes and 20 for each of up to 25 routes");
  }
  if (version !== VERSION) throw new NoRip("it is not of version 2");
  if (code !== CODES.REQUEST && code !== CODES.RESPONSE) {
    throw new NoRip("it is neither question nor answer");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const routes: Route[] = [];
  for (let at = HEADER; at < bytes.length; at += ENTRY) {
    const [family, metric] = [view.getUint16(at), view.getUint32(at + 16)];
    if (family === PASSWORD && at === HEADER) {
      throw new NoRip("it comes with a password, and I have none");
    }
    if (code === CODES.REQUEST && family === ALL && metric === INFINITY && count === 1) {
      return { type: "REQUEST" };
    }
    const [address, mask] = [view.getUint32(at + 4), view.getUint32(at + 8)];
    const length = Math.clz32(~mask);
    const network = `${toText(address)}/${length}`;
    const nextHop = view.getUint32(at + 12);
    const tag = view.getUint16(at + 2);
    if (family !== IP || maskOf(length) !== mask || !isDestination(address, length)) continue;
    if (code === CODES.RESPONSE && !isWhole(metric, 1, INFINITY)) continue;
    routes.push({
      network,
      metric,
      ...(nextHop !== 0 && { nextHop: toText(nextHop) }),
      ...(tag !== 0 && { tag }),
    });
  }
  if (code === CODES.RESPONSE) return { type: "RESPONSE", routes };
  return { type: "REQUEST", networks: routes.map(({ network }) => network) };
}

/** The same as {@linkcode decode}, and `undefined` for what is no message. */
export function understood(bytes: Uint8Array): Message | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof NoRip) return undefined;
    throw error;
  }
}

/**
 * A message in a few words, for people: `10.9/16: 2, 10.8/16: 16 (tag 7)`, or `all?`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const routes = [{ network: "10.9.0.0/16", metric: 2 }, { network: "192.0.2.0/24", metric: 16 }];
 * assertEquals(describe({ type: "RESPONSE", routes }), "10.9/16: 2, 192.0.2/24: 16");
 * assertEquals(describe({ type: "REQUEST" }), "all?");
 * ```
 */
export function describe(message: Message): string {
  if (message.type === "RESPONSE") {
    const words = message.routes.map(({ network, metric, tag }) =>
      `${short(network)}: ${metric}${tag ? ` (tag ${tag})` : ""}`
    );
    return words.join(", ") || "no routes";
  }
  const { networks } = message;
  return networks ? `${networks.map(short).join(", ") || "nothing"}?` : "all?";
}

/** A network without the zeros that its length implies: `10.9/16`. */
export function short(network: string): string {
  const [address = "", length = ""] = network.split("/");
  const bytes = Math.max(1, Math.ceil(Number(length) / 8));
  return `${address.split(".").slice(0, bytes).join(".")}/${length}`;
}

/**
 * Whether a route may lead there: `10.9.0.0/16` has four bytes and a length, and no bits beyond it, as
 * `10.9.1.0/16` has. This machine (127), groups (224 and more) and nowhere (0, but for `0.0.0.0/0`) are none.
 */
export function isNetwork(text: string): boolean {
  try {
    return isDestination(...parts(text));
  } catch {
    return false;
  }
}

/**
 * The network of a host with this netmask.
 *
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * const network = networkOf("192.168.1.7", "255.255.255.0");
 * assertEquals(network, "192.168.1.0/24");
 * assert(isWithin("192.168.1.8", network) && !isWithin("192.168.2.8", network));
 * ```
 */
export function networkOf(address: string, netmask: string): string {
  const mask = toNumber(netmask);
  return `${toText((toNumber(address) & mask) >>> 0)}/${Math.clz32(~mask)}`;
}

/** Whether an address is of this network. One of IPv6 is of none. */
export function isWithin(address: string, network: string): boolean {
  if (!ADDRESS.test(address)) return false;
  const [start, length] = parts(network);
  return ((toNumber(address) & maskOf(length)) >>> 0) === start;
}

const ADDRESS = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

function parts(network: string): [address: number, length: number] {
  const [address = "", length = "", ...more] = network.split("/");
  if (more.length === 0 && ADDRESS.test(address) && /^(\d|[12]\d|3[0-2])$/.test(length)) {
    const [start, mask] = [toNumber(address), maskOf(Number(length))];
    if ((start & mask) >>> 0 === start) return [start, Number(length)];
  }
  throw new RangeError(`${network} is no network: it must be such as 10.9.0.0/16.`);
}

function isDestination(address: number, length: number): boolean {
  const first = address >>> 24;
  if ((address & maskOf(length)) >>> 0 !== address) return false;
  return address === 0 && length === 0 || first > 0 && first !== 127 && first < 224;
}

/** So many ones, then zeros. */
function maskOf(length: number): number {
  return length === 0 ? 0 : (-1 << (32 - length)) >>> 0;
}

function toNumber(address: string): number {
  if (!ADDRESS.test(address)) throw new RangeError(`${address} is no address of IPv4.`);
  return address.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

function isWhole(number: number, least: number, most: number): boolean {
  return Number.isInteger(number) && number >= least && number <= most;
}
