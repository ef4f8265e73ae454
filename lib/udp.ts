/**
 * UDP sockets for Deno, in one file without imports: copy it into your project.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * using server = bind({ port: 0 }); // 0: the system picks a free port
 * using client = bind();
 *
 * await client.send("Hello", server.address);
 * const { data, from } = await server.receive({ signal: AbortSignal.timeout(1000) });
 * assertEquals(new TextDecoder().decode(data), "Hello");
 * assertEquals(from, client.address); // such as { hostname: "127.0.0.1", port: 53124 }
 * ```
 *
 * Deno still calls its UDP API unstable. So write `"unstable": ["net"]` into deno.json, or run with
 * `--unstable-net`. Your program also needs a permission, such as `--allow-net=127.0.0.1`.
 *
 * @module
 */

/** The most bytes in a datagram over IPv4: 65,535, less 20 for the IP header and 8 for UDP's. */
export const MAX_BYTES = 65_507;

/** The most bytes over IPv6, whose length field does not count the IP header (RFC 8200). */
export const MAX_BYTES_IPV6 = 65_527;

/** Where a socket is: the address of its host, and its port there. */
export interface Address {
  /** An IP address, such as `127.0.0.1` or `::1`. `send` also takes a host name. */
  readonly hostname: string;
  /** A whole number from 1 to 65535. */
  readonly port: number;
}

/** A datagram that was received. */
export interface Datagram {
  /** The bytes, from 0 to 65,527 of them. They are yours: no later datagram changes them. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** The sender's address. It may be forged, because UDP does not prove it. */
  readonly from: Address;
}

/** Where {@linkcode bind} puts the socket. */
export interface BindOptions {
  /**
   * The address of this machine on which to receive. Only this machine reaches the default,
   * `127.0.0.1`. `0.0.0.0` stands for all IPv4 addresses of this machine, and `::` for those of
   * IPv6. On Linux and macOS, a socket at `::` receives IPv4, too.
   */
  readonly hostname?: string;
  /** From 1 to 65535, or 0, the default: the system picks a free port (an *ephemeral port*). */
  readonly port?: number;
  /**
   * Whether to share the port with other sockets that ask for it (`SO_REUSEADDR`). Broadcasts, and
   * datagrams to a multicast group, reach each of them. Others reach only one. Default: false.
   */
  readonly reuseAddress?: boolean;
  /**
   * Whether this machine also receives what this socket sends to a multicast group. On Windows, the
   * receiving socket needs this option. `127.0.0.1` works with both values. Default: true, as in
   * every operating system (`IP_MULTICAST_LOOP`); `Deno.listenDatagram` has false.
   */
  readonly loopback?: boolean;
}

/** How {@linkcode Socket.join} joins a multicast group. */
export interface JoinOptions {
  /**
   * The network on which to join. For an IPv4 group, it is this machine's address there, such as
   * `192.168.1.7`, or `127.0.0.1` for this machine only. For an IPv6 group, it is the number of the
   * network interface, as `ip link` shows it. With `0.0.0.0` or 0, the system picks one.
   */
  readonly interface: string | number;
  /**
   * How many networks far this socket's datagrams to IPv4 groups travel from now on: 0 to 255 (TTL,
   * RFC 1112). 1, the default, reaches only the first network, and 0 only this machine. The number
   * stays when the socket leaves the group. Deno cannot set it for IPv6.
   */
  readonly ttl?: number;
}

/** A socket's place in a multicast group. `await using` leaves it at the end of the block. */
export interface Membership extends AsyncDisposable {
  /**
   * Leaves the group, or does nothing if the socket has left it or is closed.
   *
   * On Linux, the socket still receives the group's datagrams while another socket on this machine
   * is a member (ip(7), `IP_MULTICAST_ALL`).
   */
  leave(): Promise<void>;
}

/**
 * Opens a UDP socket on a port of this machine.
 *
 * ```ts
 * import { assert } from "@std/assert";
 * using socket = bind({ hostname: "127.0.0.1", port: 0 });
 * assert(socket.address.port > 0); // such as 41234
 * ```
 *
 * An error of the system keeps its class and `code`, such as `EADDRINUSE`. It says what to do.
 *
 * @throws {RangeError} The port is not a whole number from 0 to 65535.
 * @throws {TypeError} The host is not a string.
 * @throws {Deno.errors.AddrInUse} Another socket has this port.
 * @throws {Deno.errors.AddrNotAvailable} This machine does not have the address.
 * @throws {Deno.errors.PermissionDenied} The system reserves this port, often those below 1024.
 * @throws {Deno.errors.NotCapable} Deno was not given the permission.
 * @throws {Deno.errors.NotSupported} `"unstable": ["net"]` is missing.
 */
export function bind(options: BindOptions = {}): Socket {
  // Without a hostname, Deno would bind all addresses of this machine.
  const hostname = options.hostname ?? "127.0.0.1";
  const { port = 0, reuseAddress = false, loopback = true } = options;
  checkHost(hostname);
  checkPort(port, 0);
  if (typeof Deno.listenDatagram !== "function") {
    throw new Deno.errors.NotSupported(
      'Deno.listenDatagram is not there: add "unstable": ["net"] to deno.json, ' +
        "or run with --unstable-net.",
    );
  }
  try {
    const udp = { transport: "udp", hostname, port, reuseAddress, loopback } as const;
    return new Socket(Deno.listenDatagram(udp));
  } catch (error) {
    const address = { hostname, port };
    throw explained(error, "bind", formatAddress(address), adviceOn(address, error));
  }
}

/** A bound UDP socket. {@linkcode bind} makes it, and `using` closes it. */
export class Socket implements AsyncIterable<Datagram>, Disposable, AsyncDisposable {
  /** Where this socket is bound. Its port is the one that the system picked, if you gave 0. */
  readonly address: Address;

  readonly #conn: Deno.DatagramConn;
  #closed = false;

  // Deno keeps the order neither of several sends at once nor of several receives. So this socket
  // does one of each at a time, and the others wait in line.
  readonly #senders = new Line<void>();
  readonly #receivers = new Line<Datagram>();
  #sending = false;
  #lastAddress = ""; // of the last send that took a turn
  #reading: Promise<Datagram> | undefined;
  #serving = false; // while #serve runs
  #arrived: Datagram | undefined; // for a `receive` that was aborted
  #heard = false; // at least one datagram
  #buffer: Uint8Array | undefined;

  /** Use {@linkcode bind} instead. This takes what `Deno.listenDatagram` returns. */
  constructor(conn: Deno.DatagramConn) {
    this.#conn = conn;
    const { hostname, port } = conn.addr as Deno.NetAddr;
    this.address = { hostname, port };
  }

  /**
   * Sends one datagram: bytes, or text as UTF-8. Resolves to the number of bytes that the system
   * took. They may still be lost. Do not change the bytes before `send` resolves.
   *
   * Several calls at once send in the order of the calls, even if one of them fails. Calls with a
   * host name are not part of that order, because to look up a name may take long.
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   * using alice = bind();
   * using bob = bind();
   * assertEquals(await alice.send("Hello", bob.address), 5);
   * assertEquals(await alice.send(new Uint8Array([1, 2, 3]), bob.address), 3);
   * ```
   *
   * @throws {RangeError} The port is not a whole number from 1 to 65535, or the bytes are more than
   * {@linkcode MAX_BYTES} ({@linkcode MAX_BYTES_IPV6} to an IPv6 address).
   * @throws {TypeError} The host is not a string, or the data is neither text nor bytes.
   * @throws {Deno.errors.NetworkUnreachable} No route leads to this address.
   * @throws {Deno.errors.NotCapable} Deno was not given the permission.
   * @throws {Deno.errors.Interrupted} The socket was closed before this call's turn.
   * @throws {Deno.errors.BadResource} The socket was closed before the call, or during the look-up
   * of a name.
   * @throws {Error} The system refuses for another reason. The `code` tells it, such as `EMSGSIZE`.
   */
  async send(data: string | Uint8Array, to: Address): Promise<number> {
    const { hostname, port } = to;
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    checkHost(hostname);
    checkPort(port, 1);
    checkBytes(bytes, hostname);
    if (this.#closed) throw new Deno.errors.BadResource("This socket is closed.");

    // To look up a name may take long. So names take no turns, and nobody waits for them.
    // Most sends go to the same address as the last one, and comparing is faster than isName().
    const takesTurns = hostname === this.#lastAddress || !isName(hostname);
    if (takesTurns) {
      this.#lastAddress = hostname;
      if (this.#sending) await this.#senders.wait();
      this.#sending = true;
    }
    try {
      return await this.#conn.send(bytes, { transport: "udp", hostname, port });
    } catch (error) {
      throw explained(error, "send to", formatAddress(to), adviceOn(to, error, this.address));
    } finally {
      if (takesTurns) this.#sending = this.#senders.serve();
    }
  }

  /**
   * Waits for the next datagram. Several calls at once receive in the order of the calls.
   *
   * If the signal aborts a call, no datagram is lost: the next call gets it. The socket still
   * listens, and so the program runs until the socket is closed.
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   * using socket = bind();
   * const signal = AbortSignal.timeout(50); // milliseconds
   * const reply = await socket.receive({ signal }).catch((error) => error.name);
   * assertEquals(reply, "TimeoutError"); // nobody sent anything
   * ```
   *
   * @throws The signal's reason. `AbortSignal.timeout` has a `DOMException` named `TimeoutError`.
   * @throws {Deno.errors.Interrupted} The socket was closed during the wait.
   * @throws {Deno.errors.BadResource} The socket was closed before the call.
   */
  receive(options: { signal?: AbortSignal } = {}): Promise<Datagram> {
    // Usually no other call waits, and there is no signal. Then the next datagram is for this call.
    // (If the options are null, the last line rejects.)
    const alone = !this.#reading && !this.#serving && !this.#arrived && !this.#closed;
    if (alone && options && !options.signal) return this.#read();
    return this.#receiveInLine(options);
  }

  /**
   * Receives every datagram until the socket is closed. Leaving the loop does not close the socket.
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   * using socket = bind();
   * await socket.send("Hello", socket.address);
   * for await (const { data } of socket) {
   *   assertEquals(data.length, 5);
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
   * Joins a multicast group (RFC 1112, RFC 4291): this socket then receives what is sent on that
   * network to the group's address and this socket's port. A sender need not join.
   *
   * It also matters where the socket is bound. On Linux, a socket at the group's address receives
   * that group only. At `0.0.0.0` or `::`, it receives every group that a socket on this machine
   * joined. At another address, such as `127.0.0.1`, it receives no group. Windows cannot bind a
   * group's address.
   *
   * ```ts
   * import { assertEquals } from "@std/assert";
   * using member = bind({ hostname: "239.255.77.77", reuseAddress: true });
   * await using membership = await member.join("239.255.77.77", { interface: "127.0.0.1" });
   *
   * using anyone = bind();
   * await anyone.send("Hello, group", member.address);
   * assertEquals((await member.receive()).data.length, 12);
   * ```
   *
   * @throws {RangeError} The group is not a multicast address, or the TTL is not from 0 to 255.
   * @throws {TypeError} The socket or the interface is not of the group's version of IP, or there
   * is a TTL for IPv6.
   * @throws {Deno.errors.AddrInUse} This socket has joined the group on this interface already.
   * @throws {Deno.errors.BadResource} The socket is closed.
   * @throws {Error} The system refuses for another reason, such as an unknown interface. The `code`
   * `ENOBUFS` means too many groups for one socket: on Linux, the 21st.
   */
  async join(group: string, options: JoinOptions): Promise<Membership> {
    const { interface: on, ttl } = options;
    checkGroup(group, this.address);
    const six = group.includes(":");
    checkInterface(on, six);
    checkTtl(ttl, six);

    const what = `${group} on interface ${on}`;
    let member: Deno.MulticastV4Membership | Deno.MulticastV6Membership;
    if (six) {
      const address = group.replace(/%.*/, ""); // without a zone: `on` is the interface already
      member = await explaining("join", what, this.#conn.joinMulticastV6(address, Number(on)));
    } else {
      const four = await explaining("join", what, this.#conn.joinMulticastV4(group, String(on)));
      if (ttl !== undefined) await explaining("join", what, four.setTTL(ttl));
      member = four;
    }

    let left: Promise<void> | undefined;
    const leave = () => {
      if (!this.#closed) left ??= explaining("leave", what, member.leave());
      return left ?? Promise.resolve();
    };
    return { leave, [Symbol.asyncDispose]: leave };
  }

  /**
   * Ends every `receive`, and every `send` whose turn has not come. Leaves every group. The port is
   * free at once, or a turn of the event loop later if a `send` or a `receive` is under way.
   * Closing again does nothing.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
    this.#senders.end(new Deno.errors.Interrupted("The socket was closed meanwhile."));
  }

  /** Closes the socket at the end of the block that has `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Closes the socket at the end of the block that has `await using`. The port is free then, or a
   * moment later if a `send` to a host name is under way: nobody waits for the look-up.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    // Only other calls of this function are in the line: close() has ended the rest.
    await Promise.allSettled([this.#reading, this.#sending && this.#senders.wait()]);
    this.#sending = this.#senders.serve();
  }

  async #receiveInLine({ signal }: { signal?: AbortSignal }): Promise<Datagram> {
    signal?.throwIfAborted();
    if (this.#closed) throw new Deno.errors.BadResource("This socket is closed.");
    const turn = this.#receivers.wait(signal);
    if (!this.#serving) this.#serve();
    return await turn;
  }

  /** Gives what arrives to the calls in line, until none is left. */
  async #serve(): Promise<void> {
    this.#serving = true;
    if (this.#reading) await this.#reading.catch(() => {}); // for a `receive` that was alone
    while (this.#receivers.first) {
      try {
        const datagram = this.#arrived ?? await this.#read();
        const served = this.#receivers.serve(datagram);
        this.#arrived = served ? undefined : datagram;
      } catch (error) {
        this.#receivers.fail(error);
      }
    }
    this.#serving = false;
  }

  /** Reads one datagram. Callbacks are faster here than `await`. */
  #read(): Promise<Datagram> {
    this.#reading = this.#conn.receive(this.#room()).then(this.#came, this.#failed);
    return this.#reading;
  }

  /** Returns room for any datagram, whose length is a 16-bit number. */
  #room(): Uint8Array {
    const length = 65_535;
    // A resizable buffer takes up memory only where it is written to. So it costs nothing to wait
    // for the first datagram. For the others, a plain buffer is faster.
    if (!this.#heard) return new Uint8Array(new ArrayBuffer(length, { maxByteLength: length }));
    return this.#buffer ??= new Uint8Array(length);
  }

  readonly #came = ([bytes, from]: [Uint8Array, Deno.Addr]): Datagram => {
    this.#reading = undefined;
    this.#heard = true;
    const { hostname, port } = from as Deno.NetAddr;
    // Copies the bytes, since the next datagram overwrites the buffer.
    return { data: new Uint8Array(bytes), from: { hostname, port } };
  };

  readonly #failed = async (error: unknown): Promise<Datagram> => {
    // A loop, because #read() would leave a promise in memory for each of these errors.
    while (isAboutAnEarlierSend(error)) {
      try {
        return this.#came(await this.#conn.receive(this.#room()));
      } catch (reason) {
        error = reason;
      }
    }
    this.#reading = undefined;
    if (!this.#closed) throw error;
    const closed = new Deno.errors.Interrupted("The socket was closed meanwhile.");
    this.#receivers.end(closed);
    throw closed;
  };
}

/** Calls that wait for a T, in a linked list: to join or leave a long line takes no longer. */
class Line<T> {
  first: Waiter<T> | undefined;
  #last: Waiter<T> | undefined;

  /** Joins at the end, and waits. An abort leaves the line. */
  wait(signal?: AbortSignal): Promise<T> {
    const waiter: Waiter<T> = { ...Promise.withResolvers<T>(), before: this.#last };
    if (this.#last) this.#last.after = waiter;
    else this.first = waiter;
    this.#last = waiter;
    if (signal) {
      const giveUp = () => {
        this.#leave(waiter);
        waiter.reject(signal.reason);
      };
      signal.addEventListener("abort", giveUp);
      waiter.forget = () => signal.removeEventListener("abort", giveUp);
    }
    return waiter.promise;
  }

  /** Gives the value to the first one. Returns whether there was one. */
  serve(value: T): boolean {
    const first = this.first;
    if (first) this.#leave(first);
    first?.resolve(value);
    return first !== undefined;
  }

  /** Ends the wait of the first one with this error. */
  fail(reason: unknown): void {
    const first = this.first;
    if (first) this.#leave(first);
    first?.reject(reason);
  }

  /** Ends every wait with this error. */
  end(reason: unknown): void {
    while (this.first) this.fail(reason);
  }

  #leave({ before, after, forget }: Waiter<T>): void {
    if (before) before.after = after;
    else this.first = after;
    if (after) after.before = before;
    else this.#last = before;
    forget?.();
  }
}

/** A call in a {@linkcode Line}. */
interface Waiter<T> extends PromiseWithResolvers<T> {
  before: Waiter<T> | undefined;
  after?: Waiter<T> | undefined;
  forget?: () => void; // stops listening to the signal
}

/**
 * Whether a receive failed because of a datagram that was sent before. On Windows this happens if
 * nobody has the port there (10054), or if the TTL ends on the way (10052, for which Deno has no
 * class). The socket still works.
 */
function isAboutAnEarlierSend(error: unknown): boolean {
  const { ConnectionReset, ConnectionRefused } = Deno.errors;
  return error instanceof ConnectionReset || error instanceof ConnectionRefused ||
    error instanceof Error && error.message.includes("(os error 10052)");
}

/**
 * Returns the usual form of an address: `127.0.0.1:9999`, or for IPv6 `[::1]:9999` (RFC 3986).
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
 * Whether two addresses are the same. Use it to check that a datagram comes from your peer.
 *
 * A zone, such as `%eth0`, does not count, because a received address has none (RFC 4007). An IPv4
 * address is the same as its form on an IPv6 socket, `::ffff:127.0.0.1` (RFC 4291). Write any other
 * IPv6 address as the system does: `::1`, not `0:0:0:0:0:0:0:1`.
 *
 * ```ts
 * import { assert } from "@std/assert";
 * const peer = { hostname: "127.0.0.1", port: 9999 };
 * assert(sameAddress(peer, { hostname: "::ffff:127.0.0.1", port: 9999 }));
 * assert(!sameAddress(peer, { hostname: "127.0.0.1", port: 9998 }));
 * ```
 *
 * @throws {TypeError} One of them has a host name: look it up first.
 */
export function sameAddress(a: Address, b: Address): boolean {
  // Most addresses are IPv4, which has one spelling only.
  if (a.hostname === b.hostname && /^[\d.]+$/.test(a.hostname)) return a.port === b.port;
  // Both hosts are looked at, so that a name is refused whatever the ports are.
  const one = comparable(a.hostname);
  const other = comparable(b.hostname);
  return a.port === b.port && one === other;
}

function comparable(hostname: string): string {
  checkHost(hostname);
  if (isName(hostname)) {
    throw new TypeError(
      `${Deno.inspect(hostname)} is a name, and only IP addresses can be compared. ` +
        "Look it up first: lookup() in lib/hosts.ts does.",
    );
  }
  return hostname.toLowerCase().replace(/%.*/, "").replace(/^::ffff:(?=\d+\.)/, "");
}

/**
 * Returns the address to bind for sending to a peer. If the peer is on this machine, that is
 * `127.0.0.1` or `::1`, which no other machine reaches. Otherwise it is `0.0.0.0` or `::`, all
 * addresses of this machine, because a loopback address reaches no other machine.
 *
 * The name `localhost` is this machine. Any other name counts as another machine with IPv4.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const to = { hostname: "127.0.0.1", port: 9999 };
 * using socket = bind({ hostname: localFor(to) });
 * assertEquals(socket.address.hostname, "127.0.0.1");
 * assertEquals(localFor({ hostname: "2001:db8::7", port: 9999 }), "::");
 * ```
 */
export function localFor({ hostname }: Address): string {
  checkHost(hostname);
  if (hostname.includes(":")) return isLoopback(hostname) ? "::1" : "::";
  return isLoopback(hostname) ? "127.0.0.1" : "0.0.0.0";
}

/**
 * Whether this is the address of a multicast group: 224.0.0.0 to 239.255.255.255 (RFC 5771), or an
 * IPv6 address that begins with `ff` (RFC 4291).
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

/** Whether datagrams to it go over IPv6. Those to `::ffff:127.0.0.1` go over IPv4. */
function isIPv6(hostname: string): boolean {
  return hostname.includes(":") &&
    !/^[0:]+:ffff:(\d+(\.\d+){3}|[\da-f]{1,4}:[\da-f]{1,4})$/i.test(hostname);
}

function isLoopback(hostname: string): boolean {
  return /^(127(\.\d+){3}|localhost|\[?[0:]+:0*1\]?)$/i.test(hostname);
}

function checkHost(hostname: unknown): void {
  // For undefined, Deno would bind 0.0.0.0, and send to 127.0.0.1.
  if (typeof hostname === "string" && hostname !== "") return;
  throw new TypeError(
    `Host ${Deno.inspect(hostname)} is not a host: it must be a string such as "127.0.0.1".`,
  );
}

function checkPort(port: number, least: 0 | 1): void {
  // Deno would send to port 65535 instead of 70000, without an error.
  if (Number.isInteger(port) && port >= least && port <= 65_535) return;
  throw new RangeError(
    `Port ${Deno.inspect(port)} is not a port: it must be a whole number from ${least} to 65535.`,
  );
}

function checkBytes(bytes: unknown, hostname: string): void {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`Only a string or a Uint8Array can be sent, not ${Deno.inspect(bytes)}.`);
  }
  const limit = isIPv6(hostname) ? MAX_BYTES_IPV6 : MAX_BYTES;
  if (bytes.length <= limit) return;
  throw new RangeError(
    `${bytes.length} bytes do not fit: a datagram to ${hostname} carries at most ${limit}.`,
  );
}

function checkGroup(group: string, { hostname }: Address): void {
  if (!isMulticast(group)) {
    throw new RangeError(
      `Group ${Deno.inspect(group)} is not a multicast address: ` +
        "those of IPv4 are 224.0.0.0 to 239.255.255.255, those of IPv6 begin with ff.",
    );
  }
  if (group.includes(":") === isIPv6(hostname)) return;
  const any = group.includes(":") ? "::" : "0.0.0.0";
  throw new TypeError(
    `A socket at ${hostname} cannot join ${group}, which is of the other version of IP. ` +
      `Bind ${any} or the group's address.`,
  );
}

function checkInterface(on: unknown, six: boolean): void {
  if (six && Number.isInteger(on) && Number(on) >= 0 && Number(on) < 2 ** 31) return;
  if (!six && typeof on === "string" && /^\d{1,3}(\.\d{1,3}){3}$/.test(on)) return;
  const wanted = six
    ? "For an IPv6 group it must be its number, such as 2, or 0: the system picks."
    : 'For an IPv4 group it must be an address of this machine, such as "127.0.0.1", ' +
      'or "0.0.0.0": the system picks.';
  throw new TypeError(`Interface ${Deno.inspect(on)} is not a network interface. ${wanted}`);
}

function checkTtl(ttl: unknown, six: boolean): void {
  if (ttl === undefined) return;
  if (six) throw new TypeError("Deno cannot set the hop limit, which is the TTL of IPv6.");
  if (Number.isInteger(ttl) && Number(ttl) >= 0 && Number(ttl) <= 255) return;
  throw new RangeError(
    `TTL ${Deno.inspect(ttl)} is not a TTL: it must be a whole number from 0 to 255.`,
  );
}

/** Returns an error of the same class and code that says what to do. The system's is its cause. */
function explained(error: unknown, doing: string, what: string, advice?: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code = "" } = error as { code?: string };
  const closed = error instanceof Deno.errors.BadResource ? "this socket is closed." : undefined;
  const byCode = ADVICE[`${doing} ${code}`] ?? ADVICE[code];
  const message = `Cannot ${doing} ${what}: ${closed ?? advice ?? byCode ?? error.message}`;
  const SameError = error.constructor as ErrorConstructor;
  return Object.assign(new SameError(message, { cause: error }), code && { code });
}

/** Waits for a join or a leave. An error of the system becomes one that says what to do. */
async function explaining<T>(doing: "join" | "leave", what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // To 19 on Linux (ENODEV), and to 10022 on Windows, Deno gives no code that says so.
    const none = /\(os error (19|10022)\)/.test(String(error));
    throw explained(error, doing, what, none ? ADVICE["join EADDRNOTAVAIL"] : undefined);
  }
}

/** Returns what to do if the code alone does not tell. A sender is bound to `own`. */
function adviceOn({ hostname, port }: Address, error: unknown, own?: Address): string | undefined {
  const code = (error as { code?: string } | undefined)?.code ?? "";
  if (error instanceof Deno.errors.NotCapable) {
    // A port that the system picks changes with every run. So it is left out.
    return adviceOnPermission(hostname, own ? 0 : port);
  }
  if (isName(hostname) && (code === "" || code === "ENOENT")) {
    return "no address was found for this name. Check its spelling, and the network.";
  }

  // Where no route leads, each system has another of these codes.
  const noRoute = /^(EINVAL|EADDRNOTAVAIL|ENETUNREACH|EHOSTUNREACH)$/.test(code);
  if (noRoute && /^(fe[89ab].|ff.[12]):[^%]*$/i.test(hostname)) {
    return "such an IPv6 address needs the name of a network interface, as in fe80::1%eth0.";
  }
  const onlyOne = own && own.hostname !== "::" && !isName(hostname);
  if (onlyOne && isIPv6(own.hostname) !== isIPv6(hostname)) return ADVICE["send to EAFNOSUPPORT"];
  if (isMulticast(hostname) && code === "ENETUNREACH") return ADVICE["send to a group"];
  if (isMulticast(hostname) && code === "EADDRNOTAVAIL" && !own) return ADVICE["bind a group"];
  if (own && isLoopback(own.hostname) && (code === "EINVAL" || code === "EADDRNOTAVAIL")) {
    const all = isIPv6(own.hostname) ? "::" : "0.0.0.0";
    return `a socket bound to ${own.hostname} reaches this machine only. ` +
      `Bind ${all} to reach others.`;
  }
  return undefined;
}

function adviceOnPermission(hostname: string, port: number): string {
  const host = inBrackets(hostname.replace(/%.*/, ""));
  return "Deno has no permission for it. Run again and answer y when Deno asks, " +
    `or give it --allow-net=${port === 0 ? host : `${host}:${port}`}.`;
}

/** What to do, by what failed and by the code of the error. */
const ADVICE: Record<string, string> = {
  "bind EADDRINUSE": "this port is taken. Stop the program that has it, or choose another port.",
  "bind EADDRNOTAVAIL": "this machine has no such address. " +
    "Use 127.0.0.1 (this machine only), 0.0.0.0 (all its addresses) or one of its own.",
  "bind EACCES": "the system does not allow it. Ports below 1024 often need an administrator, " +
    "and Windows keeps some others: choose another port.",
  "bind EAFNOSUPPORT": "this machine does not speak this version of IP. " +
    "Use an address of the other, such as 127.0.0.1.",
  "send to EACCES": "the system does not allow it: a firewall may refuse a send.",
  "send to EAFNOSUPPORT": "this socket speaks the other version of IP. " +
    "Bind 127.0.0.1 or 0.0.0.0 for IPv4, ::1 or :: for IPv6.",
  "send to EHOSTUNREACH": "this host cannot be reached. Check the address and the network. On " +
    "macOS, allow the program under System Settings > Privacy & Security > Local Network.",
  "send to EMSGSIZE": "these are too many bytes for one datagram here. macOS takes 9,216 by " +
    "default (sysctl net.inet.udp.maxdgram), other systems 65,507.",
  "send to ENETUNREACH": "no route leads there from this machine. " +
    "Check the address and the network.",
  "send to ENOBUFS": "the system has no room left for what is to be sent. " +
    "Wait a moment, and send again.",
  "send to a group": "no route leads to groups from here. " +
    "Bind this machine's address on that network.",
  "bind a group": "this system, such as Windows, binds no group's address. " +
    "Bind 0.0.0.0 (or ::), and join the group.",
  "join EADDRINUSE": "this socket has joined it there already.",
  "join EADDRNOTAVAIL": "this machine has no such network interface. " +
    "Name one by its address for IPv4, by its number for IPv6.",
  "join ENOBUFS": "it is one group too many for this socket (Linux takes 20: " +
    "sysctl net.ipv4.igmp_max_memberships). Use another socket, or leave a group.",
  EINVAL: "the system does not accept this address here. Check its spelling.",
  EMFILE: "too many sockets and files are open. Close those that are done with (`using` does), " +
    "or raise the limit (`ulimit -n`).",
};
ADVICE["bind EPERM"] = ADVICE["bind EACCES"]!;
ADVICE["send to EPERM"] = ADVICE["send to EACCES"]!;
ADVICE["send to EADDRNOTAVAIL"] = ADVICE["send to ENETUNREACH"]!;
ADVICE.ENFILE = ADVICE.EMFILE!;
