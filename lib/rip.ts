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

/** A route to a network, as one router tells it to another. */
export interface Route {
  /** The network and its length in bits: `10.9.0.0/16`. `0.0.0.0/0` means all other networks. */
  readonly network: string;
  /**
   * The distance, usually in hops: 1 to 15, or {@linkcode INFINITY} for a network that cannot be
   * reached.
   */
  readonly metric: number;
  /** The address of a better next hop than the sender, in the same network. This is rare. */
  readonly nextHop?: string;
  /**
   * A number for other routing protocols, which RIP passes on unchanged: 1 to 65535. This is rare.
   */
  readonly tag?: number | undefined;
}

/** Any message. A request without networks asks for the whole table. */
export type Message =
  | { type: "REQUEST"; networks?: string[] }
  | { type: "RESPONSE"; routes: Route[] };

/** This metric means that a network cannot be reached. So a path has at most 15 hops. */
export const INFINITY = 16;
/** The most routes in a message. It has 504 bytes then, which every host can receive. */
export const MOST_ROUTES = 25;

/**
 * These bytes are not a message that we can use. The error's message says why, as half a sentence.
 */
export class NoRip extends Error {
  /** The name of the class, as with every error. */
  override name = "NoRip";
}

const HEADER = 4;
const ENTRY = 20;
const CODES = { REQUEST: 1, RESPONSE: 2 } as const;
const VERSION = 2;
/** The family of an entry for a network of IPv4. */
const IP = 2;
/** The family of the entry in a request for the whole table. */
const ALL = 0;
/** The family of an entry with a password. */
const PASSWORD = 0xffff;

/**
 * Returns a message as bytes.
 *
 * @throws {RangeError} There are more than 25 routes. Or a metric is not a whole number from 1 to
 * 16. Or a tag has more than 16 bits. Or a network is not valid (see {@linkcode isNetwork}).
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
  const family = message.type === "REQUEST" && !message.networks ? ALL : IP;
  for (const [i, route] of routes.entries()) {
    writeEntry(view, HEADER + ENTRY * i, family, route);
  }
  return bytes;
}

/** Writes a route at this position. */
function writeEntry(view: DataView, at: number, family: number, route: Route): void {
  const { network, metric, nextHop = "0.0.0.0", tag = 0 } = route;
  if (!isWhole(metric, 1, INFINITY)) {
    throw new RangeError(`Metric ${metric} is not a whole number from 1 to ${INFINITY}.`);
  }
  if (!isWhole(tag, 0, 0xffff)) {
    throw new RangeError(`Tag ${tag} is not a whole number from 0 to 65535.`);
  }
  const [address, length] = parts(network);
  if (!isDestination(address, length)) {
    throw new RangeError(`There can be no route to ${network}.`);
  }

  view.setUint16(at, family);
  view.setUint16(at + 2, tag);
  view.setUint32(at + 4, address);
  view.setUint32(at + 8, maskOf(length));
  view.setUint32(at + 12, toNumber(nextHop));
  view.setUint32(at + 16, metric);
}

/**
 * Returns responses with these routes, as bytes. Each has at most 25 routes. Without routes, the
 * list is empty.
 */
export function responses(routes: readonly Route[]): Uint8Array<ArrayBuffer>[] {
  const messages: Uint8Array<ArrayBuffer>[] = [];
  for (let i = 0; i < routes.length; i += MOST_ROUTES) {
    messages.push(encode({ type: "RESPONSE", routes: routes.slice(i, i + MOST_ROUTES) }));
  }
  return messages;
}

/**
 * Reads bytes as a message. They may be any bytes, of any length. It leaves out an entry that makes
 * no sense, such as a metric of 0 or 17, and keeps the others (RFC 2453, 3.9.2).
 *
 * @throws {NoRip} They are not a message of version 2. Or they begin with a password, which we
 * cannot check.
 */
export function decode(bytes: Uint8Array): Message {
  const [code, version] = bytes;
  const count = (bytes.length - HEADER) / ENTRY;
  if (!isWhole(count, 0, MOST_ROUTES)) {
    throw new NoRip("its size is not 4 bytes plus 20 for each of at most 25 routes");
  }
  if (version !== VERSION) throw new NoRip("its version is not 2");
  if (code !== CODES.REQUEST && code !== CODES.RESPONSE) {
    throw new NoRip("its command is neither request nor response");
  }

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const family = count > 0 ? view.getUint16(HEADER) : IP;
  if (family === PASSWORD) throw new NoRip("it has a password, which we cannot check");
  const isRequest = code === CODES.REQUEST;
  const asksForAll = family === ALL && count === 1 && view.getUint32(HEADER + 16) === INFINITY;
  if (isRequest && asksForAll) return { type: "REQUEST" };

  const routes: Route[] = [];
  for (let at = HEADER; at < bytes.length; at += ENTRY) {
    const route = readEntry(view, at);
    if (route && (isRequest || isWhole(route.metric, 1, INFINITY))) routes.push(route);
  }
  if (!isRequest) return { type: "RESPONSE", routes };
  return { type: "REQUEST", networks: routes.map(({ network }) => network) };
}

/** Reads the route at this position. Returns `undefined` if its network makes no sense. */
function readEntry(view: DataView, at: number): Route | undefined {
  const address = view.getUint32(at + 4);
  const mask = view.getUint32(at + 8);
  const length = Math.clz32(~mask);
  if (view.getUint16(at) !== IP || maskOf(length) !== mask) return undefined;
  if (!isDestination(address, length)) return undefined;

  const tag = view.getUint16(at + 2);
  const nextHop = view.getUint32(at + 12);
  return {
    network: `${toText(address)}/${length}`,
    metric: view.getUint32(at + 16),
    ...(nextHop !== 0 && { nextHop: toText(nextHop) }),
    ...(tag !== 0 && { tag }),
  };
}

/** Does the same as {@linkcode decode}, but returns `undefined` in the place of an error. */
export function tryDecode(bytes: Uint8Array): Message | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof NoRip) return undefined;
    throw error;
  }
}

/**
 * Returns a message in a few words for people: `10.9/16: 2, 10.8/16: 16 (tag 7)`. `all?` is a
 * request for the whole table.
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

/** Returns the same as {@linkcode describe}, or says why the bytes are not a message. */
export function summary(bytes: Uint8Array): string {
  try {
    return describe(decode(bytes));
  } catch (error) {
    return `not a RIP message (${(error as Error).message})`;
  }
}

/** Returns a network without the zeros that its length implies: `10.9/16`. */
export function short(network: string): string {
  const [address = "", length = ""] = network.split("/");
  const bytes = Math.max(1, Math.ceil(Number(length) / 8));
  return `${address.split(".").slice(0, bytes).join(".")}/${length}`;
}

/**
 * Returns whether there can be a route to this network. `10.9.0.0/16` is a network. `10.9.1.0/16`
 * is not, because it has bits beyond its length. Addresses that begin with 0, 127, or 224 and more
 * are not networks of routers, except `0.0.0.0/0`.
 */
export function isNetwork(text: string): boolean {
  try {
    return isDestination(...parts(text));
  } catch {
    return false;
  }
}

/**
 * Returns the network of a host with this netmask.
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

/**
 * Returns the network that this machine's address is in: `127.0.0.0/8` for 127.0.0.1. Needs the
 * permission `--allow-sys=networkInterfaces`.
 *
 * @throws {RangeError} This machine does not have an IPv4 network with that address.
 */
export function networkHere(hostname: string): string {
  for (const { family, address, netmask } of Deno.networkInterfaces()) {
    if (family !== "IPv4") continue;
    const network = networkOf(address, netmask);
    if (isWithin(hostname, network)) return network;
  }
  throw new RangeError(
    `${hostname} is not in a network of this machine. It must be an IPv4 address of this ` +
      "machine, such as 127.0.0.1. (IPv6 has another protocol, RIPng.)",
  );
}

/** Returns whether an IPv4 address is in this network. An IPv6 address never is. */
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
  throw new RangeError(`${network} is not a network, such as 10.9.0.0/16.`);
}

function isDestination(address: number, length: number): boolean {
  const first = address >>> 24;
  if ((address & maskOf(length)) >>> 0 !== address) return false;
  return address === 0 && length === 0 || first > 0 && first !== 127 && first < 224;
}

/** Returns a netmask: `length` bits of 1, then zeros. */
function maskOf(length: number): number {
  return length === 0 ? 0 : (-1 << (32 - length)) >>> 0;
}

function toNumber(address: string): number {
  if (!ADDRESS.test(address)) throw new RangeError(`${address} is not an IPv4 address.`);
  return address.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

function isWhole(number: number, least: number, most: number): boolean {
  return Number.isInteger(number) && number >= least && number <= most;
}
