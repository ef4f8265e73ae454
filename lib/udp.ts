/**
 * UDP sockets: one file, no imports. Copy it into your project and it works.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * using server = bind({ port: 0 }); // 0: the system picks a free port
 * using client = bind();
 *
 * await client.send("Hello", server.address);
 * const { data, from } = await server.receive({ signal: AbortSignal.timeout(1000) });
 * assertEquals(new TextDecoder().decode(data), "Hello");
 * assertEquals(from, client.address); // such as { hostname: "127.0.0.1", port: 53124 }
 * ```
 *
 * It needs two things from you: `"unstable": ["net"]` in deno.json (or the flag `--unstable-net`),
 * because Deno still calls its UDP API unstable, and a permission such as `--allow-net=127.0.0.1`.
 *
 * @module
 */

/** The most bytes one datagram carries over IPv4: 65,535 less 20 for the IP header and 8 for UDP's. */
export const MAX_BYTES = 65_507;

/** The same over IPv6, whose length field does not count the IP header (RFC 8200, RFC 768). */
export const MAX_BYTES_IPV6 = 65_527;

/** One end of a conversation: a host's address, and a port from 1 to 65535 on that host. */
export interface Address {
  /** An IP address, such as `127.0.0.1` or `::1`. To send to, a host name will do as well. */
  readonly hostname: string;
  /** Which socket on that host. */
  readonly port: number;
}

/** One datagram as it came in. */
export interface Datagram {
  /** The bytes. They are yours: no later datagram changes them. May be empty. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Who sent them, or says so: nothing in UDP proves a sender's address. */
  readonly from: Address;
}

/** Where {@linkcode bind} puts the socket. */
export interface BindOptions {
  /**
   * The address of this machine to receive on. `127.0.0.1`, the default, hears this machine only;
   * `0.0.0.0` hears whoever can reach any of its addresses.
   */
  readonly hostname?: string;
  /** 1 to 65535, or 0, the default: the system picks a free one (an ephemeral port). */
  readonly port?: number;
  /**
   * Share the port with other sockets that ask for the same (`SO_REUSEADDR`): each of them hears a
   * broadcast, and what is sent to a group. Anything sent to one address reaches only one of them.
   * Default: false.
   */
  readonly reuseAddress?: boolean;
  /**
   * Whether this machine hears, too, what this socket sends to a multicast group (`IP_MULTICAST_LOOP`;
   * on Windows it is the listening socket that must have it). It has nothing to do with 127.0.0.1, where
   * all is heard anyway. Default: true, as in every system; `Deno.listenDatagram` alone says false.
   */
  readonly loopback?: boolean;
}

/** How {@linkcode Socket.join} joins a multicast group. */
export interface JoinOptions {
  /**
   * The network on which to listen: to join is to join there, and nowhere else. For an IPv4 group, the
   * address that this machine has on it, such as `192.168.1.7`; `127.0.0.1` is this machine alone. For
   * an IPv6 group, the number of the network interface (`ip link` tells). `0.0.0.0`, or 0: the system
   * picks one, as a rule the one of the default route.
   */
  readonly interface: string | number;
  /**
   * From now on, how far reaches what this socket sends to IPv4 groups, in networks: 1, the default,
   * stays in its own; each router takes one off, and 0 does not leave the machine (TTL, RFC 1112). A
   * number from 0 to 255. It stays when the group is left. For IPv6, Deno has no such thing.
   */
  readonly ttl?: number;
}

/** A socket's place in a multicast group. `await using` leaves it at the end of the block. */
export interface Membership extends AsyncDisposable {
  /**
   * Leaves the group. To leave again, or a socket that is closed, does nothing.
   *
   * The network no longer sends it here if nobody else on this machine is in the group. On Linux the socket
   * hears it as long as somebody is: membership belongs to the machine, and what comes to the port goes
   * to every socket whose address fits (ip(7), `IP_MULTICAST_ALL`).
   */
  leave(): Promise<void>;
}

/**
 * Opens a UDP socket on a port of this machine.
 *
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 *
 * using socket = bind({ hostname: "127.0.0.1", port: 0 });
 * assertEquals(socket.address.hostname, "127.0.0.1");
 * assert(socket.address.port > 0); // such as 41234
 * ```
 *
 * Every error that the system made keeps its class and its `code`, such as `EADDRINUSE`; the message says
 * what to do.
 *
 * @throws {RangeError} The port is not a whole number from 0 to 65535.
 * @throws {TypeError} The host is no string.
 * @throws {Deno.errors.AddrInUse} Another socket has this port.
 * @throws {Deno.errors.AddrNotAvailable} The address is not one of this machine.
 * @throws {Deno.errors.PermissionDenied} The system keeps this port (on many, those below 1024).
 * @throws {Deno.errors.NotCapable} Deno was not given the permission.
 * @throws {Deno.errors.NotSupported} `"unstable": ["net"]` is missing.
 */
export function bind(options: BindOptions = {}): Socket {
  // ??, since without a hostname Deno would bind all addresses of this machine.
  const hostname = options.hostname ?? "127.0.0.1";
  const { port = 0, reuseAddress = false, loopback = true } = options;
  checkHost(hostname);
  checkPort(port, 0);
  if (typeof Deno.listenDatagram !== "function") {
    throw new Deno.errors.NotSupported(
      'Deno.listenDatagram is not there: add "unstable": ["net"] to deno.json, or run with --unstable-net.',
    );
  }
  try {
    return new Socket(
      Deno.listenDatagram({ transport: "udp", hostname, port, reuseAddress, loopback }),
    );
  } catch (error) {
    const address = { hostname, port };
    throw explained(error, "bind", formatAddress(address), advice(error, address));
  }
}

/** A bound UDP socket. {@linkcode bind} makes one; `using` closes it. */
export class Socket implements AsyncIterable<Datagram>, Disposable, AsyncDisposable {
  /** Where this socket is bound, with the port that the system picked if it did. */
  readonly address: Address;

  readonly #conn: Deno.DatagramConn;
  #closed = false;

  // The system takes several sends at once in no order, and answers several reads in no order. So there
  // is one of each at a time, and a line of those who wait for it.
  readonly #senders = new Line<void>();
  readonly #receivers = new Line<Datagram>();
  #sending = false; // to an address, not to a name
  #reading = false;
  #buffer: Uint8Array | undefined; // only a socket that receives has one
  #arrived: Datagram | undefined; // while nobody waits for it any more

  /** Use {@linkcode bind}. This takes what `Deno.listenDatagram` returned. */
  constructor(conn: Deno.DatagramConn) {
    this.#conn = conn;
    const { hostname, port } = conn.addr as Deno.NetAddr;
    this.address = { hostname, port };
  }

  /**
   * Sends one datagram, text as UTF-8. Resolves to the number of bytes that were handed to the system:
   * not to a word about whether anyone received them.
   *
   * Several calls at once leave in the order they were made, and one that fails holds up no other. Only
   * a host name is no part of that order, since to look it up may take long. Leave the bytes alone
   * until `send` resolves: they are read when their turn has come.
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   *
   * using alice = bind();
   * using bob = bind();
   * assertEquals(await alice.send("Hello", bob.address), 5);
   * assertEquals(await alice.send(new Uint8Array([1, 2, 3]), bob.address), 3);
   * ```
   *
   * @throws {RangeError} The port is not a whole number from 1 to 65535, or there are more bytes than
   * {@linkcode MAX_BYTES} ({@linkcode MAX_BYTES_IPV6} to an IPv6 address).
   * @throws {TypeError} The host is no string, or what to send is neither text nor bytes.
   * @throws {Deno.errors.NetworkUnreachable} No route leads to this address.
   * @throws {Deno.errors.NotCapable} Deno was not given the permission.
   * @throws {Deno.errors.Interrupted} The socket was closed before this datagram's turn came.
   * @throws {Deno.errors.BadResource} The socket was closed before.
   * @throws {Error} Anything else that the system refuses; its `code`, such as `EMSGSIZE`, says what.
   */
  async send(data: string | Uint8Array, to: Address): Promise<number> {
    const { hostname, port } = to;
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    checkHost(hostname);
    checkPort(port, 1);
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError(`Only a string or a Uint8Array can be sent, not ${shown(data)}.`);
    }
    const limit = isIPv6(hostname) ? MAX_BYTES_IPV6 : MAX_BYTES;
    if (bytes.length > limit) {
      throw new RangeError(
        `${bytes.length} bytes do not fit: a datagram to ${hostname} carries at most ${limit}.`,
      );
    }
    if (this.#closed) throw new Deno.errors.BadResource("This socket is closed.");

    const inLine = !isName(hostname); // to look a name up may take long: nobody waits for that
    if (inLine && this.#sending) await this.#senders.wait();
    if (inLine) this.#sending = true;
    try {
      return await this.#conn.send(bytes, { transport: "udp", hostname, port });
    } catch (error) {
      throw explained(error, "send to", formatAddress(to), advice(error, to, this.address));
    } finally {
      if (inLine) this.#sending = this.#senders.serve();
    }
  }

  /**
   * Waits for the next datagram. Several calls at once are answered in the order they were made.
   *
   * Giving up costs nothing: a datagram that comes after the abort goes to the next `receive`. Only
   * closing the socket ends its listening, and lets a program end that has nothing else to do.
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   *
   * using socket = bind();
   * const signal = AbortSignal.timeout(50); // milliseconds
   * const reply = await socket.receive({ signal }).catch((error) => error.name);
   * assertEquals(reply, "TimeoutError"); // nobody sent anything
   * ```
   *
   * @throws The signal's reason (after `AbortSignal.timeout`, a `DOMException` named `TimeoutError`).
   * @throws {Deno.errors.Interrupted} The socket was closed during the wait.
   * @throws {Deno.errors.BadResource} The socket was closed before.
   */
  receive(options: { signal?: AbortSignal } = {}): Promise<Datagram> {
    return new Promise((resolve, reject) => {
      const { signal } = options;
      signal?.throwIfAborted();
      if (this.#closed) throw new Deno.errors.BadResource("This socket is closed.");
      this.#receivers.join(resolve, reject, signal);
      if (!this.#reading) this.#serve();
    });
  }

  /**
   * Every datagram from now on, until the socket is closed. To leave the loop leaves the socket open.
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   *
   * using socket = bind();
   * await socket.send("Hello", socket.address);
   * for await (const { data, from } of socket) {
   *   assertEquals(data.length, 5);
   *   assertEquals(from, socket.address);
   *   socket.close();
   * }
   * ```
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Datagram, undefined> {
    return {
      next: () =>
        this.receive().then(
          (value) => ({ done: false as const, value }),
          (error) => {
            if (!this.#closed) throw error;
            return { done: true as const, value: undefined };
          },
        ),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /**
   * Joins a multicast group (RFC 1112, RFC 4291): from now on this socket hears what anyone on that network
   * sends to the group's address and this socket's port. To send to a group, nobody needs to join.
   *
   * What it hears depends on where it is bound, too: at the group's address, this group only; at
   * `0.0.0.0` or `::`, what is sent to any group that anyone on this machine joined; at an address of
   * this machine, such as `127.0.0.1`, no group at all. (So on Linux; Windows cannot bind a group's address.)
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   *
   * using member = bind({ hostname: "239.255.77.77", reuseAddress: true });
   * await using membership = await member.join("239.255.77.77", { interface: "127.0.0.1" });
   *
   * using anyone = bind();
   * await anyone.send("Hello, group", member.address);
   * assertEquals((await member.receive()).data.length, 12);
   * ```
   *
   * @throws {RangeError} The group is not from 224.0.0.0 to 239.255.255.255, nor from `ff00::` on; or
   * the TTL is not a whole number from 0 to 255.
   * @throws {TypeError} The socket, or the interface, is of the other version of IP; or a TTL for IPv6.
   * @throws {Deno.errors.AddrInUse} This socket has joined the group on this interface.
   * @throws {Deno.errors.BadResource} The socket is closed.
   * @throws {Error} Anything else that the system refuses: no interface has this address or number;
   * or, with the `code` `ENOBUFS`, there are too many groups for one socket (Linux: the 21st).
   */
  async join(group: string, options: JoinOptions): Promise<Membership> {
    const { interface: on, ttl } = options;
    checkGroup(group, this.address);
    const six = group.includes(":");
    checkInterface(on, six);
    checkTtl(ttl, six);
    const address = group.replace(/%.*/, ""); // its zone is what the interface's number says
    const done = async <T>(doing: "join" | "leave", promise: Promise<T>) => {
      try {
        return await promise;
      } catch (error) {
        throw explained(error, doing, `${group} on interface ${on}`, joinAdvice(error));
      }
    };
    let member: { leave(): Promise<void>; setTTL?(ttl: number): Promise<void> };
    if (six) member = await done("join", this.#conn.joinMulticastV6(address, Number(on)));
    else member = await done("join", this.#conn.joinMulticastV4(address, String(on)));
    if (ttl !== undefined) await done("join", member.setTTL!(ttl));
    let left: Promise<void> | undefined;
    const leave = () => left ??= this.#closed ? Promise.resolve() : done("leave", member.leave());
    return { leave, [Symbol.asyncDispose]: leave };
  }

  /**
   * Ends every wait, of `receive` and of a `send` whose turn has not come, and leaves every group.
   * Closing again does nothing.
   *
   * The port is free at once, or, if a `send` or a `receive` is under way, as soon as the system has
   * ended that: a turn of the event loop later. `await using` waits for it.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
    this.#senders.end(new Deno.errors.Interrupted("The socket was closed meanwhile."));
  }

  /** Closes at the end of the block that says `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Closes at the end of the block that says `await using`, and waits until the port is free.
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   *
   * let port: number;
   * {
   *   await using socket = bind();
   *   port = socket.address.port;
   *   socket.receive().catch(() => {}); // closed meanwhile
   * }
   * using again = bind({ port });
   * assertEquals(again.address.port, port);
   * ```
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    // Whoever is last in both lines has seen the end of all that was under way.
    await Promise.allSettled([
      this.#sending && this.#senders.wait(),
      this.#reading && this.#receivers.wait(),
    ]);
    this.#sending = this.#senders.serve();
  }

  // Callbacks, and no loop that awaits: that would make a round trip 2 % slower.

  /** Gives the first in line what has arrived, and reads on as long as somebody waits. */
  #serve(): void {
    if (this.#arrived && this.#receivers.serve(this.#arrived)) this.#arrived = undefined;
    this.#reading = this.#receivers.length > 0;
    if (!this.#reading) return;
    // A datagram's length is a 16-bit number, so none is larger than this, and none is ever cut. Of a
    // resizable buffer, the system gives only what datagrams have touched: 4 KB of 64 while they are small.
    const length = 65_535;
    this.#buffer ??= new Uint8Array(new ArrayBuffer(length, { maxByteLength: length }), 0, length);
    this.#conn.receive(this.#buffer).then(this.#came, this.#failed);
  }

  readonly #came = (got: [Uint8Array, Deno.Addr]): void => {
    this.#arrived = copied(got);
    this.#serve();
  };

  readonly #failed = (error: unknown): void => {
    if (this.#closed) {
      this.#receivers.end(new Deno.errors.Interrupted("The socket was closed meanwhile."));
    } else if (!isAboutAnEarlierSend(error)) {
      this.#receivers.fail(error);
    }
    this.#serve();
  };
}

/**
 * Those who wait for a T, first come, first served. To join and to leave take no longer in a long line (a
 * Set, which keeps its order as well, would look for its first among all that it has deleted).
 */
class Line<T> {
  length = 0;
  #first: Waiter<T> | undefined;
  #last: Waiter<T> | undefined;

  /** Joins at the end; the signal makes one leave. */
  join(resolve: (value: T) => void, reject: (reason: unknown) => void, signal?: AbortSignal): void {
    const waiter: Waiter<T> = {
      resolve,
      reject,
      before: this.#last,
      after: undefined,
      forget: undefined,
    };
    if (this.#last) this.#last.after = waiter;
    else this.#first = waiter;
    this.#last = waiter;
    this.length++;
    if (!signal) return;
    const giveUp = () => {
      this.#leave(waiter);
      reject(signal.reason);
    };
    signal.addEventListener("abort", giveUp);
    waiter.forget = () => signal.removeEventListener("abort", giveUp);
  }

  /** Joins at the end, and waits. */
  wait(): Promise<T> {
    return new Promise((resolve, reject) => this.join(resolve, reject));
  }

  /** Gives the first one what it waits for. False: nobody waits. */
  serve(value: T): boolean {
    const first = this.#first;
    if (!first) return false;
    this.#leave(first);
    first.resolve(value);
    return true;
  }

  /** Tells the first one that it waits in vain. False: nobody waits. */
  fail(reason: unknown): boolean {
    const first = this.#first;
    if (!first) return false;
    this.#leave(first);
    first.reject(reason);
    return true;
  }

  /** Tells everybody that they wait in vain. */
  end(reason: unknown): void {
    while (this.fail(reason));
  }

  #leave(waiter: Waiter<T>): void {
    const { before, after } = waiter;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    this.length--;
    waiter.forget?.();
  }
}

/** One who waits in a {@linkcode Line}, between two others. */
interface Waiter<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
  before: Waiter<T> | undefined;
  after: Waiter<T> | undefined;
  /** Stops listening to the signal. */
  forget: (() => void) | undefined;
}

/** The next datagram overwrites the buffer, and so each gets bytes of its own, and no more than it has. */
function copied([bytes, from]: [Uint8Array, Deno.Addr]): Datagram {
  const { hostname, port } = from as Deno.NetAddr;
  return { data: new Uint8Array(bytes), from: { hostname, port } };
}

/**
 * Some systems report at a receive what became of a datagram sent before. On Windows: that nobody had
 * the port it went to (WSAECONNRESET), or that it passed too many routers (WSAENETRESET, 10052, for
 * which Deno has no class). This socket is all right: it goes on.
 */
function isAboutAnEarlierSend(error: unknown): boolean {
  const { ConnectionReset, ConnectionRefused } = Deno.errors;
  return error instanceof ConnectionReset || error instanceof ConnectionRefused ||
    error instanceof Error && error.message.includes("(os error 10052)");
}

/**
 * The usual way to write an address: `127.0.0.1:9999`, and `[::1]:9999` for IPv6 (RFC 3986).
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(formatAddress({ hostname: "::1", port: 9999 }), "[::1]:9999");
 * ```
 */
export function formatAddress({ hostname, port }: Address): string {
  return `${inBrackets(hostname)}:${port}`;
}

/**
 * Whether two addresses are the same: is this datagram from the one I asked?
 *
 * What was received has no zone (the `%eth0` of a link-local IPv6 address, RFC 4007), so it does not
 * count. An IPv4 address is the same as an IPv6 socket sees it, `::ffff:127.0.0.1` (RFC 4291). An IPv6
 * address has to be spelled as the system spells it: `::1`, not `0:0:0:0:0:0:0:1`.
 *
 * ```ts
 * import { assert } from "@std/assert";
 * const peer = { hostname: "127.0.0.1", port: 9999 };
 * assert(sameAddress(peer, { hostname: "::ffff:127.0.0.1", port: 9999 }));
 * assert(!sameAddress(peer, { hostname: "127.0.0.1", port: 9998 }));
 * ```
 *
 * @throws {TypeError} One of them has a host name: that is never the same as an address.
 */
export function sameAddress(a: Address, b: Address): boolean {
  if (a.hostname === b.hostname && /^[\d.]+$/.test(a.hostname)) return a.port === b.port; // most are so
  const host = ({ hostname }: Address) => {
    checkHost(hostname);
    if (isName(hostname)) {
      throw new TypeError(
        `${
          shown(hostname)
        } is a name, and only IP addresses can be compared. Look it up first: lookup() in lib/hosts.ts does.`,
      );
    }
    return hostname.toLowerCase().replace(/%.*/, "").replace(/^::ffff:(?=\d+\.)/, "");
  };
  const [one, other] = [host(a), host(b)]; // both, so that a name is found out whatever the port
  return a.port === b.port && one === other;
}

/**
 * The address to bind for sending to this peer: a loopback address (`127.0.0.1` or `::1`) if the peer is
 * on this machine, so that nobody else can reach the socket; else all addresses of this machine
 * (`0.0.0.0` or `::`), since from a loopback address nothing reaches another machine.
 *
 * Of names, only `localhost` is known to be this machine, and any other counts as IPv4: better look it up.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const to = { hostname: "127.0.0.1", port: 9999 };
 * using socket = bind({ hostname: localFor(to) });
 * assertEquals(socket.address.hostname, "127.0.0.1");
 * assertEquals(localFor({ hostname: "2001:db8::7", port: 9999 }), "::");
 * ```
 */
export function localFor(peer: Address): string {
  const { hostname } = peer;
  checkHost(hostname);
  if (hostname.includes(":")) return isLoopback(hostname) ? "::1" : "::";
  return isLoopback(hostname) ? "127.0.0.1" : "0.0.0.0";
}

/**
 * Whether this is the address of a multicast group: 224.0.0.0 to 239.255.255.255 (RFC 5771), or one that
 * begins with `ff` (RFC 4291).
 *
 * ```ts
 * import { assert } from "@std/assert";
 * assert(isMulticast("239.255.77.77") && isMulticast("ff15::77"));
 * assert(!isMulticast("192.168.1.255") && !isMulticast("localhost"));
 * ```
 */
export function isMulticast(hostname: string): boolean {
  return /^(22[4-9]|23\d)(\.\d{1,3}){3}$|^ff[\da-f]{2}:/i.test(hostname);
}

function inBrackets(hostname: string): string {
  return hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
}

function isName(hostname: string): boolean {
  return !hostname.includes(":") && !/^\d+(\.\d+){3}$/.test(hostname);
}

/** Whether it goes by IPv6, which an IPv4 address that is written as `::ffff:127.0.0.1` does not. */
function isIPv6(hostname: string): boolean {
  return hostname.includes(":") &&
    !/^[0:]+:ffff:(\d+(\.\d+){3}|[\da-f]{1,4}:[\da-f]{1,4})$/i.test(hostname);
}

function isLoopback(hostname: string): boolean {
  return /^(127(\.\d+){3}|localhost|\[?[0:]+:0*1\]?)$/i.test(hostname);
}

function checkHost(hostname: unknown): void {
  // Deno.listenDatagram and Deno.DatagramConn.send would take 0.0.0.0 and 127.0.0.1 for undefined.
  if (typeof hostname === "string" && hostname !== "") return;
  throw new TypeError(
    `Host ${shown(hostname)} is not a host: it must be a string such as "127.0.0.1".`,
  );
}

function checkPort(port: number, least: 0 | 1): void {
  // Deno.DatagramConn.send takes 70000 for 4464 (70000 - 65536) and says nothing.
  if (Number.isInteger(port) && port >= least && port <= 65_535) return;
  throw new RangeError(
    `Port ${shown(port)} is not a port: it must be a whole number from ${least} to 65535.`,
  );
}

function checkGroup(group: string, { hostname }: Address): void {
  if (!isMulticast(group)) {
    throw new RangeError(
      `Group ${
        shown(group)
      } is no multicast address: those of IPv4 are 224.0.0.0 to 239.255.255.255, those of IPv6 begin with ff.`,
    );
  }
  if (group.includes(":") === isIPv6(hostname)) return;
  const any = group.includes(":") ? "::" : "0.0.0.0";
  throw new TypeError(
    `A socket at ${hostname} cannot join ${group}, which is of the other version of IP. Bind ${any} or the group's address.`,
  );
}

function checkInterface(on: unknown, six: boolean): void {
  const right = six
    ? Number.isInteger(on) && Number(on) >= 0 && Number(on) < 2 ** 31
    : typeof on === "string" && /^\d{1,3}(\.\d{1,3}){3}$/.test(on);
  if (right) return;
  const wanted = six
    ? "For an IPv6 group it must be its number, such as 2, or 0: the system picks."
    : 'For an IPv4 group it must be an address of this machine, such as "127.0.0.1", or "0.0.0.0": the system picks.';
  throw new TypeError(`Interface ${shown(on)} is no network interface. ${wanted}`);
}

function checkTtl(ttl: unknown, six: boolean): void {
  if (ttl === undefined) return;
  if (six) throw new TypeError("Deno cannot set the hop limit, which is the TTL of IPv6.");
  if (Number.isInteger(ttl) && Number(ttl) >= 0 && Number(ttl) <= 255) return;
  throw new RangeError(`TTL ${shown(ttl)} is no TTL: it must be a whole number from 0 to 255.`);
}

function shown(value: unknown): string {
  return Deno.inspect(value);
}

/** The same class of error and the same code, with a message to act on; the system's own is its cause. */
function explained(error: unknown, doing: string, what: string, advice: string): unknown {
  if (!(error instanceof Error)) return error;
  const SameError = error.constructor as ErrorConstructor;
  const code = codeOf(error);
  const explained = new SameError(`Cannot ${doing} ${what}: ${advice}`, { cause: error });
  return Object.assign(explained, code && { code });
}

/** What the system calls it, such as `EADDRINUSE`, in every language; empty where Deno does not say. */
function codeOf(error: unknown): string {
  return (error as { code?: string } | undefined)?.code ?? "";
}

/** Goes by the error's code, since each system has its own words. `own` is where a sender is bound. */
function advice(error: unknown, { hostname, port }: Address, own?: Address): string {
  const code = codeOf(error);
  if (error instanceof Deno.errors.NotCapable) {
    // A port that the system picked, here or at the other end, is another one at the next run.
    const host = inBrackets(hostname.replace(/%.*/, ""));
    const flag = own || port === 0 ? host : `${host}:${port}`;
    return `Deno has no permission for it. Run again and answer y when Deno asks, or give it --allow-net=${flag}.`;
  }
  if (error instanceof Deno.errors.BadResource) return "this socket is closed.";
  if (isName(hostname) && /^(ENOENT)?$/.test(code)) {
    return "no address was found for this name. Check its spelling, and the network.";
  }
  // For the rest, each system has its own codes. The last of them is EINVAL on Linux, EADDRNOTAVAIL on macOS.
  if (/^(EINVAL|EADDRNOTAVAIL|ENETUNREACH|EHOSTUNREACH)$/.test(code)) {
    if (/^(fe[89ab].|ff.[12]):[^%]*$/i.test(hostname)) {
      return "such an IPv6 address needs the name of a network interface, as in fe80::1%eth0.";
    }
  }
  const onlyOne = own && own.hostname !== "::" && !isName(hostname);
  if (onlyOne && isIPv6(own.hostname) !== isIPv6(hostname)) return SENDING.EAFNOSUPPORT!;
  if (isMulticast(hostname) && code === "ENETUNREACH") {
    return "no route leads to groups from here. Bind the address that this machine has on the network that is meant.";
  }
  if (isMulticast(hostname) && code === "EADDRNOTAVAIL" && !own) {
    return "this system, such as Windows, binds no group's address. Bind 0.0.0.0 (or ::), and join the group.";
  }
  if (own && isLoopback(own.hostname) && /^(EINVAL|EADDRNOTAVAIL)$/.test(code)) {
    const all = isIPv6(own.hostname) ? "::" : "0.0.0.0";
    return `a socket bound to ${own.hostname} reaches this machine only. Bind ${all} to reach others.`;
  }
  return (own ? SENDING : BINDING)[code] ?? EITHER[code] ?? (error as Error).message;
}

function joinAdvice(error: unknown): string {
  const code = codeOf(error);
  const { message } = error as Error;
  if (error instanceof Deno.errors.BadResource) return "this socket is closed.";
  if (code === "EADDRINUSE") return "this socket has joined it there already.";
  if (code === "ENOBUFS") {
    return "it is one group too many for this socket (Linux takes 20: sysctl net.ipv4.igmp_max_memberships). Use another socket, or leave a group.";
  }
  // ENODEV on Linux and 10022 on Windows, to which Deno gives no code that says so.
  if (code === "EADDRNOTAVAIL" || /\(os error (19|10022)\)/.test(message)) {
    return "this machine has no such network interface. Name one by its address for IPv4, by its number for IPv6.";
  }
  return message;
}

const BINDING: Record<string, string> = {
  EADDRINUSE: "this port is taken. Stop the program that has it, or choose another port.",
  EADDRNOTAVAIL:
    "this machine has no such address. Use 127.0.0.1 (this machine only), 0.0.0.0 (all its addresses) or one of its own.",
  EACCES:
    "the system does not allow it. Ports below 1024 often need an administrator, and Windows keeps some others: choose another port.",
  EAFNOSUPPORT:
    "this machine does not speak this version of IP. Use an address of the other, such as 127.0.0.1.",
};
BINDING.EPERM = BINDING.EACCES!;

const SENDING: Record<string, string> = {
  EACCES: "the system does not allow it: a firewall may refuse a send.",
  EAFNOSUPPORT:
    "this socket speaks the other version of IP. Bind 127.0.0.1 or 0.0.0.0 for IPv4, ::1 or :: for IPv6.",
  EHOSTUNREACH:
    "no way leads to this host. Check the address and the network. On macOS, allow the program under System Settings > Privacy & Security > Local Network.",
  EMSGSIZE:
    "so many bytes are too many here for one datagram. macOS takes 9,216 by default (sysctl net.inet.udp.maxdgram), other systems 65,507.",
  ENETUNREACH: "no route leads there from this machine. Check the address and the network.",
  ENOBUFS: "the system has no room left for what is to be sent. Wait a moment, and send again.",
};
SENDING.EPERM = SENDING.EACCES!;
SENDING.EADDRNOTAVAIL = SENDING.ENETUNREACH!;

const EITHER: Record<string, string> = {
  EINVAL: "the system does not accept this address here. Check its spelling.",
  EMFILE:
    "too many sockets and files are open. Close those that are done with (`using` does), or raise the limit (`ulimit -n`).",
};
EITHER.ENFILE = EITHER.EMFILE!;
