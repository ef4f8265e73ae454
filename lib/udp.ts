/**
 * UDP sockets: one file, no imports. Copy it into your project and it works.
 *
 * ```ts
 * using server = bind({ port: 0 }); // 0: the system picks a free port
 * using client = bind();
 *
 * await client.send("Hello", server.address);
 * const { data, from } = await server.receive({ signal: AbortSignal.timeout(1000) });
 * console.log(new TextDecoder().decode(data), "from port", from.port); // Hello from port 53124
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
   * broadcast. Anything sent to one address reaches only one of them. Default: false.
   */
  readonly reuseAddress?: boolean;
}

/**
 * Opens a UDP socket on a port of this machine.
 *
 * ```ts
 * using socket = bind({ hostname: "127.0.0.1", port: 0 });
 * console.log(socket.address); // { hostname: "127.0.0.1", port: 41234 }
 * ```
 *
 * @throws {RangeError} The port is not a whole number from 0 to 65535.
 * @throws {Deno.errors.AddrInUse} Another socket has this port.
 * @throws {Deno.errors.AddrNotAvailable} The address is not one of this machine.
 * @throws {Deno.errors.PermissionDenied} The system keeps this port (on many, those below 1024).
 * @throws {Deno.errors.NotCapable} Deno was not given the permission.
 * @throws {Deno.errors.NotSupported} `"unstable": ["net"]` is missing.
 */
export function bind(options: BindOptions = {}): Socket {
  // ??, since without a hostname Deno would bind all addresses of this machine.
  const hostname = options.hostname ?? "127.0.0.1";
  const { port = 0, reuseAddress = false } = options;
  checkPort(port, 0);
  if (typeof Deno.listenDatagram !== "function") {
    throw new Deno.errors.NotSupported(
      'Deno.listenDatagram is not there: add "unstable": ["net"] to deno.json, or run with --unstable-net.',
    );
  }
  try {
    return new Socket(Deno.listenDatagram({ transport: "udp", hostname, port, reuseAddress }));
  } catch (error) {
    throw explained(error, "bind", { hostname, port });
  }
}

/** A bound UDP socket. {@linkcode bind} makes one; `using` closes it. */
export class Socket implements AsyncIterable<Datagram>, Disposable {
  /** Where this socket is bound, with the port that the system picked if it did. */
  readonly address: Address;

  readonly #conn: Deno.DatagramConn;
  // A datagram's length is a 16-bit number, so none is larger than this, and none is ever cut.
  readonly #buffer = new Uint8Array(65_535);
  readonly #waiting = new Set<PromiseWithResolvers<Datagram>>();
  #arrived: Datagram | undefined;
  #reading = false;
  #serving = false;
  #closed = false;

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
   * ```ts
   * using socket = bind();
   * await socket.send("Hello", { hostname: "127.0.0.1", port: 9999 }); // 5
   * ```
   *
   * @throws {RangeError} The port is not a whole number from 1 to 65535, or there are more bytes than
   * {@linkcode MAX_BYTES} ({@linkcode MAX_BYTES_IPV6} to an IPv6 address).
   * @throws {Deno.errors.NetworkUnreachable} No route leads to this address.
   * @throws {Deno.errors.NotCapable} Deno was not given the permission.
   * @throws {Deno.errors.BadResource} The socket is closed.
   */
  async send(data: string | Uint8Array, to: Address): Promise<number> {
    const { hostname, port } = to;
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    const limit = isIPv4(hostname) ? MAX_BYTES : MAX_BYTES_IPV6;
    checkPort(port, 1);
    if (bytes.length > limit) {
      throw new RangeError(
        `${bytes.length} bytes do not fit: a datagram to ${hostname} carries at most ${limit}.`,
      );
    }
    try {
      return await this.#conn.send(bytes, { transport: "udp", hostname, port });
    } catch (error) {
      throw explained(error, "send to", to, this.address);
    }
  }

  /**
   * Waits for the next datagram. Several calls at once are answered in the order they were made.
   *
   * Giving up costs nothing: a datagram that comes after the abort goes to the next `receive`. Only
   * closing the socket ends its listening, and lets a program end that has nothing else to do.
   *
   * ```ts
   * using socket = bind();
   * try {
   *   await socket.receive({ signal: AbortSignal.timeout(50) });
   * } catch (error) {
   *   if ((error as Error).name !== "TimeoutError") throw error;
   *   console.log("Nothing came.");
   * }
   * ```
   *
   * @throws The signal's reason (after `AbortSignal.timeout`, a `DOMException` named `TimeoutError`).
   * @throws {Deno.errors.Interrupted} The socket was closed during the wait.
   * @throws {Deno.errors.BadResource} The socket was closed before.
   */
  receive(options: { signal?: AbortSignal } = {}): Promise<Datagram> {
    const { signal } = options;
    // With nobody before us and no way to give up, the next datagram is simply ours.
    const alone = !signal && !this.#reading && !this.#serving && !this.#arrived && !this.#closed;
    return alone ? this.#read() : this.#wait(signal);
  }

  /** Every datagram from now on, until the socket is closed: `for await (const { data, from } of socket)`. */
  [Symbol.asyncIterator](): AsyncIterator<Datagram, undefined> {
    return {
      next: async () => {
        try {
          return { done: false, value: await this.receive() };
        } catch (error) {
          if (!this.#closed) throw error;
          return { done: true, value: undefined };
        }
      },
    };
  }

  /** Frees the port and ends every wait. Closing again does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  /** Closes at the end of the block that says `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #wait(signal?: AbortSignal): Promise<Datagram> {
    signal?.throwIfAborted();
    if (this.#closed) throw new Deno.errors.BadResource("This socket is closed.");
    const arrived = this.#arrived;
    if (arrived) {
      this.#arrived = undefined;
      return arrived;
    }

    const waiter = Promise.withResolvers<Datagram>();
    this.#waiting.add(waiter);
    this.#serve();
    if (!signal) return await waiter.promise;

    const abort = () => {
      this.#waiting.delete(waiter);
      waiter.reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await waiter.promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Hands what arrives to those who wait, in their order, until nobody waits any more. */
  async #serve(): Promise<void> {
    if (this.#serving || this.#reading) return;
    this.#serving = true;
    while (this.#waiting.size > 0) {
      let datagram: Datagram | undefined, failure: unknown;
      try {
        datagram = await this.#read();
      } catch (error) {
        failure = error;
      }
      const [waiter] = this.#waiting;
      if (waiter) this.#waiting.delete(waiter);
      if (datagram && waiter) waiter.resolve(datagram);
      else if (waiter) waiter.reject(failure);
      else this.#arrived = datagram; // whoever waited gave up meanwhile
    }
    this.#serving = false;
  }

  /** One read at a time: the system would answer several in no order. */
  async #read(): Promise<Datagram> {
    this.#reading = true;
    try {
      while (true) {
        try {
          return copied(await this.#conn.receive(this.#buffer));
        } catch (error) {
          if (this.#closed) throw new Deno.errors.Interrupted("The socket was closed meanwhile.");
          if (!isAboutAnEarlierSend(error)) throw error;
        }
      }
    } finally {
      this.#reading = false;
      if (this.#waiting.size > 0) this.#serve();
    }
  }
}

/** The next datagram overwrites the buffer, and so each gets bytes of its own, and no more than it has. */
function copied([bytes, from]: [Uint8Array, Deno.Addr]): Datagram {
  const { hostname, port } = from as Deno.NetAddr;
  return { data: new Uint8Array(bytes), from: { hostname, port } };
}

/**
 * Some systems report at a receive what became of a datagram sent before: on Windows, that nobody had
 * the port it went to (WSAECONNRESET). This socket is all right: it goes on.
 */
function isAboutAnEarlierSend(error: unknown): boolean {
  const { ConnectionReset, ConnectionRefused } = Deno.errors;
  return error instanceof ConnectionReset || error instanceof ConnectionRefused;
}

/**
 * The usual way to write an address: `127.0.0.1:9999`, and `[::1]:9999` for IPv6 (RFC 3986).
 *
 * ```ts
 * console.log(formatAddress({ hostname: "::1", port: 9999 })); // [::1]:9999
 * ```
 */
export function formatAddress({ hostname, port }: Address): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/**
 * Whether two addresses are the same: is this datagram from the one I asked?
 *
 * What was received has no zone (the `%eth0` of a link-local IPv6 address, RFC 4007), so it does not
 * count. An IPv4 address is the same as an IPv6 socket sees it, `::ffff:127.0.0.1` (RFC 4291). Names
 * are not looked up, and `::1` has to be spelled so.
 *
 * ```ts
 * const peer = { hostname: "127.0.0.1", port: 9999 };
 * console.log(sameAddress(peer, { hostname: "127.0.0.1", port: 9998 })); // false
 * ```
 */
export function sameAddress(a: Address, b: Address): boolean {
  const host = ({ hostname }: Address) =>
    hostname.toLowerCase().replace(/%.*/, "").replace(/^::ffff:(?=\d+\.)/, "");
  return a.port === b.port && host(a) === host(b);
}

function isIPv4(hostname: string): boolean {
  return !hostname.includes(":") || /^::ffff:\d+\./i.test(hostname);
}

function checkPort(port: number, least: 0 | 1): void {
  // Deno.DatagramConn.send takes 70000 for 4464 (70000 - 65536) and says nothing.
  if (Number.isInteger(port) && port >= least && port <= 65_535) return;
  throw new RangeError(
    `Port ${Deno.inspect(port)} is not a port: it must be a whole number from ${least} to 65535.`,
  );
}

/** The same class of error, with a message to act on; the system's own error is its cause. */
function explained(
  error: unknown,
  doing: "bind" | "send to",
  address: Address,
  own?: Address,
): unknown {
  if (!(error instanceof Error)) return error;
  const SameError = error.constructor as ErrorConstructor;
  const message = `Cannot ${doing} ${formatAddress(address)}: ${advice(error, address, own)}`;
  return new SameError(message, { cause: error });
}

function advice(error: Error, address: Address, own?: Address): string {
  const { errors } = Deno;
  if (error instanceof errors.AddrInUse) {
    return "another program is using this port. Stop that program, or choose another port.";
  }
  if (error instanceof errors.AddrNotAvailable) {
    return "this machine has no such address. Use 127.0.0.1 (this machine only), 0.0.0.0 (all its addresses) or one of its own.";
  }
  if (error instanceof errors.NotCapable) {
    const permission = `--allow-net=${formatAddress(address)}`;
    return `Deno has no permission for it. Run again and answer y when Deno asks, or give it ${permission}.`;
  }
  if (error instanceof errors.PermissionDenied) {
    return "the system does not allow it. Ports below 1024 often need an administrator, and a firewall may refuse a send.";
  }
  if (error instanceof errors.BadResource) return "this socket is closed.";
  const unreachable = error instanceof errors.NetworkUnreachable;
  const onlyIPv6 = own !== undefined && !isIPv4(own.hostname) && own.hostname !== "::";
  if (
    error.message.includes("Address family") || unreachable && onlyIPv6 && isIPv4(address.hostname)
  ) {
    return "this socket speaks the other version of IP. Bind 127.0.0.1 or 0.0.0.0 for IPv4, ::1 or :: for IPv6.";
  }
  if (unreachable) {
    return "no route leads there from this machine. Check the address and the network.";
  }
  if (error.message.includes("lookup")) {
    return "no address was found for this name. Check its spelling.";
  }
  if (error.message.includes("Invalid argument")) {
    if (/^(fe80|ff..):[^%]*$/i.test(address.hostname)) {
      return "such an IPv6 address needs the name of a network interface, as in fe80::1%eth0.";
    }
    return "the system does not accept this address here. A socket bound to 127.0.0.1 reaches this machine only; bind 0.0.0.0 to reach others.";
  }
  return error.message;
}
