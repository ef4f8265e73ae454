/**
 * DNS over TCP, on the same port number as over UDP (RFC 7766). TCP does not keep messages apart,
 * so each one has its length before it, in two bytes. It needs udp.ts, dns.ts and clock.ts
 * beside it.
 *
 * @module
 */
import { type Clock, sleep, systemClock } from "./clock.ts";
import { answerIn, encodeQuestion, type Message, type Question, randomId } from "./dns.ts";
import { type Address, bind, type Datagram, formatAddress, type Socket } from "./udp.ts";

/** How long a client may take to send a question, or to read an answer, in milliseconds. */
const PATIENCE = 5000;
/** How many clients may be connected at the same time. Further ones are disconnected. */
const CLIENTS = 100;

/** Gets what came in the place of the answer to the question with this number. */
export type Ignored = (heard: Datagram, id: number) => void;

/** A UDP socket and a TCP listener, at the same address and port. */
export interface UdpAndTcp extends Disposable {
  /** The socket for datagrams. */
  readonly socket: Socket;
  /** The listener for connections of TCP. */
  readonly listener: Deno.TcpListener;
}

/**
 * Opens the same port for UDP and for TCP. The two share only the number. With port 0, the system
 * picks a number that is free for both.
 *
 * @throws {Deno.errors.AddrInUse} Another program has this port, of UDP or of TCP.
 * @throws {Error} The system refuses for another reason. The error or its cause says which.
 */
export function bindBoth(local: Address): UdpAndTcp {
  for (let tries = 20;; tries--) {
    const socket = bind(local);
    const { hostname, port } = socket.address;
    try {
      const listener = Deno.listen({ hostname, port });
      const close = () => [socket, listener].forEach(shut);
      return { socket, listener, [Symbol.dispose]: close };
    } catch (error) {
      socket.close();
      const taken = error instanceof Deno.errors.AddrInUse;
      if (taken && local.port === 0 && tries > 0) continue;
      const message = `Cannot listen on TCP port ${formatAddress(socket.address)}: ${
        taken ? "this port is taken. Stop the program that has it, or choose another port." : error
      }`;
      throw taken ? new Deno.errors.AddrInUse(message) : new Error(message, { cause: error });
    }
  }
}

/**
 * Answers all clients that connect, until the listener is closed. A client is disconnected if it
 * sends a message that gets no answer, or if it is too slow by this clock. If `answer` throws,
 * that is no answer, and `log` gets the error.
 */
export async function serveTcp(
  listener: Deno.TcpListener,
  answer: (message: Uint8Array) => Uint8Array | undefined,
  log: (line: string) => void = () => {},
  clock: Clock = systemClock,
): Promise<void> {
  const connected = new Set<Deno.TcpConn>();
  for await (const connection of connections(listener)) {
    if (connected.size >= CLIENTS) {
      shut(connection);
      continue;
    }
    connected.add(connection);
    log(`Connected over TCP: ${formatAddress(connection.remoteAddr)}.`);
    converse(connection, (message) => answerOrLog(message, answer, log), clock).finally(() => {
      connected.delete(connection);
      shut(connection);
    });
  }
  connected.forEach(shut);
}

/**
 * Asks a name server over TCP. Returns its answer, or `undefined` if it does not come in time.
 * `ignored` gets what came instead: a message that is not the answer, or the beginning of one.
 */
export async function resolveTcp(
  question: Question,
  server: Address,
  milliseconds: number,
  ignored: Ignored = () => {},
): Promise<Message | undefined> {
  const id = randomId();
  const cut = (data: Uint8Array<ArrayBuffer>) => ignored({ data, from: server }, id);
  const bytes = await askTcp(encodeQuestion(id, question), server, milliseconds, cut);
  const answer = bytes && answerIn(bytes, id, question);
  if (answer && !answer.truncated) return answer; // over TCP there is room for all of it
  if (bytes) ignored({ data: bytes, from: server }, id);
  return undefined;
}

/**
 * Sends a message over TCP. Returns the bytes of the answer, or `undefined` if they do not come in
 * time. `cut` gets the part that did come, if there was one.
 *
 * @throws {Deno.errors.NotCapable} Deno was not given the permission.
 */
export async function askTcp(
  message: Uint8Array,
  { hostname, port }: Address,
  milliseconds: number,
  cut: (bytes: Uint8Array<ArrayBuffer>) => void = () => {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const end = performance.now() + milliseconds;
  const signal = AbortSignal.timeout(milliseconds); // for the connection
  let connection;
  let answer: Uint8Array<ArrayBuffer> | undefined;
  let begun: Uint8Array<ArrayBuffer> | undefined;
  try {
    connection = await Deno.connect({ hostname, port, signal });
    answer = await inTime(connection, end - performance.now(), async (connection) => {
      await write(connection, message);
      return await read(connection, (bytes) => begun = bytes);
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    // The connection was refused, reset or too slow. In each case there is no answer.
  } finally {
    shut(connection);
  }
  if (!answer && begun) cut(begun);
  return answer;
}

/** Returns the answer. An error is no answer, and goes to the log. */
function answerOrLog(
  message: Uint8Array,
  answer: (message: Uint8Array) => Uint8Array | undefined,
  log: (line: string) => void,
): Uint8Array | undefined {
  try {
    return answer(message);
  } catch (error) {
    log(`A question over TCP gets no answer: ${error}`);
    return undefined;
  }
}

/** Answers one message after the other, until one gets no answer. */
async function converse(
  connection: Deno.TcpConn,
  answer: (message: Uint8Array) => Uint8Array | undefined,
  clock: Clock,
): Promise<void> {
  const turn = async () => {
    const message = await read(connection);
    const bytes = message && answer(message);
    if (bytes) await write(connection, bytes);
    return bytes !== undefined;
  };
  try {
    while (await inTime(connection, PATIENCE, turn, clock));
  } catch {
    // The client has left, or was too slow. There is nobody to tell.
  }
}

/** Does the work. If it takes too long, closes the connection, which makes the work fail. */
async function inTime<T>(
  connection: Deno.TcpConn,
  milliseconds: number,
  work: (connection: Deno.TcpConn) => Promise<T>,
  clock: Clock = systemClock,
): Promise<T> {
  const cancel = clock.after(milliseconds, () => shut(connection));
  try {
    return await work(connection);
  } finally {
    cancel();
  }
}

/**
 * Reads the next message, or `undefined` at the end of the stream. `begun` gets each part of it.
 */
async function read(
  connection: Deno.TcpConn,
  begun: (bytes: Uint8Array<ArrayBuffer>) => void = () => {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const length = await readExactly(connection, 2, begun);
  return length && await readExactly(connection, length[0]! << 8 | length[1]!, begun);
}

/** Reads this number of bytes. A single read may return fewer, so it takes several. */
async function readExactly(
  connection: Deno.TcpConn,
  size: number,
  begun: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(size);
  for (let filled = 0; filled < size;) {
    const more = await connection.read(bytes.subarray(filled));
    if (more === null) return undefined;
    filled += more;
    begun(bytes.subarray(0, filled));
  }
  return bytes;
}

async function write(connection: Deno.TcpConn, message: Uint8Array): Promise<void> {
  const framed = new Uint8Array([message.length >> 8, message.length & 255, ...message]);
  for (let sent = 0; sent < framed.length;) sent += await connection.write(framed.subarray(sent));
}

/** Yields the connections, until the listener is closed. */
async function* connections(listener: Deno.TcpListener): AsyncGenerator<Deno.TcpConn> {
  while (true) {
    try {
      yield await listener.accept();
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) return; // closed
      if (error instanceof Deno.errors.Interrupted) return; // closed during the wait
      // Too many files are open, or the client has left. Others may still connect.
      await sleep(100);
    }
  }
}

function shut(resource?: { close(): void }): void {
  try {
    resource?.close();
  } catch {
    // It was closed before.
  }
}
