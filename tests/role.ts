/**
 * A role that runs in this process, on a socket that the test can look into: what it is sent may come
 * from anywhere, as on a network where anyone can forge a sender's address.
 *
 * @module
 */
import { Options, type Role } from "../cli/lesson.ts";
import type { Lines } from "../cli/lines.ts";
import { type Address, type Datagram, localFor } from "../lib/udp.ts";
import { here, PATIENCE, within } from "./helpers.ts";

/** Starts a role, with its own defaults but for the address. Ends it with the block. */
export class RunningRole implements AsyncDisposable {
  /** The lines that it printed. */
  readonly printed: string[] = [];
  /** The bytes that it wrote to standard output. */
  readonly written: number[] = [];
  /** What it sent. */
  readonly sent: { data: Uint8Array; to: Address }[] = [];
  /** Where it is bound. */
  address = here(0);
  /** Its end: the error, if it ended with one. */
  readonly ended: Promise<unknown>;
  #conn: Deno.DatagramConn | undefined;
  #rawSend!: Deno.DatagramConn["send"];
  readonly #typed = new TransformStream<string, string>();
  readonly #writer = this.#typed.writable.getWriter();
  #received = 0;
  #changed = Promise.withResolvers<void>();
  readonly #interrupt = new AbortController();
  readonly #listen = Deno.listenDatagram;
  readonly #timeout = AbortSignal.timeout;
  readonly #timers: ReturnType<typeof setTimeout>[] = [];

  /** Starts it, and waits until it is bound. `forged` are the datagrams that it receives first. */
  static async start(
    role: Role,
    remote: Address = here(0),
    forged: Datagram[] = [],
    options: Record<string, string> = {},
  ): Promise<RunningRole> {
    const bound = Promise.withResolvers<void>();
    const running = new RunningRole(role, remote, forged, options, bound.resolve);
    await Promise.race([bound.promise, running.ended]);
    if (!running.#conn) {
      running.#restore();
      throw await running.ended;
    }
    return running;
  }

  private constructor(
    role: Role,
    remote: Address,
    forged: Datagram[],
    own: Record<string, string>,
    bound: () => void,
  ) {
    const print = (text = "") => void this.printed.push(...String(text).split("\n"));
    AbortSignal.timeout = (milliseconds) => this.#timer(milliseconds);
    this.#watchNext(forged, bound);
    const values = Object.entries(role.options ?? {}).map(([name, { default: value }]) =>
      [name, value] as const
    );
    const given = {
      local: role.listens ? remote : { hostname: localFor(remote), port: 0 },
      remote,
      options: new Options({ ...Object.fromEntries(values), ...own }),
      console: { log: print, error: print },
      stdin: { readable: new Blob().stream(), isTerminal: () => false },
      stdout: {
        write: (bytes: Uint8Array) => Promise.resolve(this.written.push(...bytes) && bytes.length),
        isTerminal: () => false,
      },
      lines: () => this.#lines(),
      signal: this.#interrupt.signal,
    };
    // A role may throw before it returns a promise: that is its end, too.
    this.ended = (async () => await role.run(given))().then(() => undefined, (error) => error);
  }

  /** Watches the socket that is opened next, and if it is closed unused (by `bindBoth`, say), the one after it. */
  #watchNext(forged: Datagram[], bound: () => void): void {
    Deno.listenDatagram = ((options: Deno.UdpListenOptions & { transport: "udp" }) => {
      const conn = this.#listen(options);
      Deno.listenDatagram = this.#listen;
      this.#watch(conn, forged);
      const [receive, close] = [conn.receive, conn.close.bind(conn)];
      let used = false, closed = false;
      conn.receive = (buffer) => {
        used = true;
        return receive(buffer);
      };
      conn.close = () => {
        if (closed) return; // with the block of the test, and then by the role
        closed = true;
        close();
        if (!used && !this.#interrupt.signal.aborted) this.#watchNext(forged, bound);
      };
      bound();
      return conn;
    }) as typeof Deno.listenDatagram;
  }

  #watch(conn: Deno.DatagramConn, forged: Datagram[]): void {
    this.#conn = conn;
    this.#rawSend = conn.send.bind(conn);
    this.address = conn.addr as Deno.NetAddr;
    conn.send = async (data, to) => {
      this.sent.push({ data: data.slice(), to: to as Deno.NetAddr });
      return await this.#rawSend(data, to);
    };
    const receive = conn.receive.bind(conn);
    conn.receive = async (buffer = new Uint8Array(65_535)) => {
      const next = forged.shift();
      if (!next) {
        const arrived = await receive(buffer);
        this.#received++;
        this.#changed.resolve();
        this.#changed = Promise.withResolvers();
        return arrived;
      }
      buffer.set(next.data);
      const data = buffer.subarray(0, next.data.length) as Uint8Array<ArrayBuffer>;
      return [data, { transport: "udp", ...next.from }];
    };
  }

  /** A time limit that ends with the role: Deno's own goes on, and the next test would be blamed for it. */
  #timer(milliseconds: number): AbortSignal {
    const controller = new AbortController();
    const reason = new DOMException("Signal timed out.", "TimeoutError");
    this.#timers.push(setTimeout(() => controller.abort(reason), milliseconds));
    return controller.signal;
  }

  #lines(): Lines {
    const lines = this.#typed.readable;
    return {
      print: (text) => void this.printed.push(text),
      [Symbol.asyncIterator]: () => lines[Symbol.asyncIterator](),
      [Symbol.dispose]: () => {},
    };
  }

  /** Sends from the role's own port, as somebody does who forges its address. */
  async forge(data: Uint8Array, { hostname, port }: Address): Promise<void> {
    await this.#rawSend(data, { transport: "udp", hostname, port });
  }

  /** Waits until it has received so many datagrams, without those that are forged. */
  async receives(datagrams: number): Promise<void> {
    while (this.#received < datagrams) {
      await within(PATIENCE, this.#changed.promise, "A datagram was lost on its way.");
    }
  }

  /** Types a line. */
  async type(line: string): Promise<void> {
    await this.#writer.write(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#interrupt.abort();
    this.#conn?.close();
    await this.#writer.close().catch(() => {});
    await within(PATIENCE, this.ended, "It does not end when its socket is closed.").finally(() =>
      this.#restore()
    );
  }

  #restore(): void {
    Deno.listenDatagram = this.#listen;
    for (const timer of this.#timers) clearTimeout(timer);
    AbortSignal.timeout = this.#timeout;
  }
}
