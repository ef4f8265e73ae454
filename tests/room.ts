/**
 * A room in the test's own process: what a program opens in it is closed with it, as the end of a process
 * would close it. Several rooms may be open at a time.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { Traffic } from "../cli/traffic.ts";
import { later } from "./helpers.ts";

/** What is open in a room. */
export class Room {
  /** What its sockets sent and received. */
  readonly traffic = new Traffic();
  readonly #open = new Set<{ close(): void }>();
  #closed = false;
  #over = false;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  /** Starts the work in this room. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return inside.run(this, work);
  }

  /** Remembers what has to be closed at the end. */
  keep<T extends { close(): void }>(thing: T): T {
    this.#open.add(thing);
    const close = thing.close;
    thing.close = () => {
      if (this.#closed && !this.#open.has(thing)) return; // closed with the room
      this.#open.delete(thing);
      close.call(thing);
    };
    return thing;
  }

  /** Remembers a timer that has to be stopped at the end. After the end, it stops it at once. */
  keepTimer(timer: ReturnType<typeof setTimeout>): void {
    if (this.#over) clearTimeout(timer);
    else this.#timers.add(timer);
  }

  /** Closes everything, and gives the work that this ends a moment to notice. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const thing of this.#open) {
      try {
        thing.close();
      } catch {
        // It was closed in another way.
      }
    }
    for (let turn = 0; turn < 3; turn++) await later(0);
    this.#over = true; // on a slow machine, some of it notices later
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

const inside = new AsyncLocalStorage<Room>();

const { listenDatagram, listen, connect } = Deno;
Deno.listenDatagram = ((options: Deno.UdpListenOptions & { transport: "udp" }) => {
  const socket = listenDatagram(options);
  const room = inside.getStore();
  if (!room) return socket;
  room.traffic.watch(socket);
  return room.keep(socket);
}) as typeof listenDatagram;
Deno.listen = ((options: Deno.TcpListenOptions) => {
  const listener = listen(options);
  return inside.getStore()?.keep(listener) ?? listener;
}) as typeof listen;
Deno.connect = (async (options: Deno.ConnectOptions) => {
  const room = inside.getStore();
  const connection = await connect(options);
  return room?.keep(connection) ?? connection;
}) as typeof connect;

const { QuicEndpoint } = Deno;
Deno.QuicEndpoint = class extends QuicEndpoint {
  constructor(options?: Deno.QuicEndpointOptions) {
    super(options);
    inside.getStore()?.keep(this);
  }
};

for (const name of ["setTimeout", "setInterval"] as const) {
  const set = globalThis[name] as (...args: unknown[]) => ReturnType<typeof setTimeout>;
  const keeping = (...args: unknown[]) => {
    const timer = set(...args);
    inside.getStore()?.keepTimer(timer);
    return timer;
  };
  Object.assign(globalThis, { [name]: keeping });
}

// A time limit of Deno's own cannot be stopped, and the next test would be blamed for it.
const { timeout } = AbortSignal;
AbortSignal.timeout = (milliseconds) => {
  if (!inside.getStore()) return timeout(milliseconds);
  const controller = new AbortController();
  const reason = new DOMException("Signal timed out.", "TimeoutError");
  setTimeout(() => controller.abort(reason), milliseconds);
  return controller.signal;
};
