/**
 * # Lesson 20: QUIC
 *
 * QUIC (RFC 9000) is a protocol on top of UDP. Your browser uses it for HTTP/3. It does in one
 * connection what you built in the lessons before, and it encrypts your data. Nobody on the path
 * can read it, or change it unnoticed.
 *
 * A connection begins with a *handshake*. The two sides agree on keys, and the server shows its
 * *certificate*, a file that says who it is. Only the owner of the certificate's private key can
 * finish the handshake. So the client knows that it talks to the right server.
 *
 * Then the connection carries your data in two forms. A *QUIC datagram* is sent once, as in UDP. A
 * *stream* is a row of bytes that arrives whole and in order, because QUIC retransmits lost parts.
 * Take datagrams for data that is worthless when it is late, such as voice. Take streams for the
 * rest.
 *
 * A connection can have many streams, and each of them has an order of its own. So a loss on one
 * does not hold up another. TCP has one order for all that it carries.
 *
 * ## You learn
 * - how to open a connection, and how a client knows its server
 * - when to use a datagram, and when a stream
 * - why a loss on one stream does not hold up another
 * - what the network still sees of it, and which lessons are inside
 *
 * ## What QUIC does for you
 *
 *     lesson 7     probes for the path MTU, and sends your data in datagrams that fit into it
 *     lesson 9     measures the round trip, and retransmits what was lost
 *     lesson 10    many packets under way, ACKs with ranges (selective), flow control per stream
 *     lesson 11    slows down when the network is congested
 *     lesson 18    names a connection by an ID, so it survives when a NAT changes the address
 *     lesson 19    sends to an unproved address at most about three times what came from there
 *
 * ## What the network sees
 *
 * A UDP datagram holds one or more QUIC packets. The packets of the handshake begin with a long
 * header, and all later ones with a short header. What follows the header is encrypted:
 *
 *     11TTxxxx   version (4)   length, ID   length, ID   length, token   length   encrypted bytes
 *     01Sxxxxx   ID   encrypted bytes
 *
 * `TT` is the type: 0 is Initial, 1 is 0-RTT, 2 is Handshake. Only an Initial has the field with
 * the token. A 0-RTT packet carries data before the handshake ends, if the two sides have met
 * before. Type 3 is Retry (lesson 19), which has another form. Packets with a short header are
 * called 1-RTT. Both sides can use `S` to show the network how long a round trip takes. The `x` are
 * encrypted, too. An ID stands for the connection. A long header has the receiver's ID, and then
 * the sender's.
 *
 * When the Initial packets leave, the two sides have not agreed on keys yet. So everyone can
 * compute the keys of these packets (RFC 9001, 5.2), and read the name of the server in them. Only
 * the two sides can read the later ones.
 *
 * ## Run
 *
 *     deno task lesson20           show a connection on a line that loses datagrams
 *     deno task lesson20 server    in one terminal: greet everyone who connects to port 4433
 *     deno task lesson20 client    in a second terminal: send three names and print the replies
 *
 * The server makes a certificate, and writes it to `files/lesson20.pem`. The client reads it there
 * and accepts no other. The server prints `127.0.0.1:53011 has connected.` The client prints:
 *
 *     Hello, Michael! (by datagram)
 *     Hello, Tracy! (by datagram)
 *     Hello, Sarah! (by stream)
 *
 * @module
 */
import type { Identity } from "../lib/certificate.ts";
import { printable } from "../lib/text.ts";
import { type Address, formatAddress, localFor } from "../lib/udp.ts";
import { greeting } from "./04_echo.ts";

/** Both sides name what they speak inside QUIC (ALPN). If the names differ, the handshake fails. */
export const PROTOCOL = "udp-workbook";

/**
 * A web page speaks QUIC by WebTransport, which is a part of the browser. It runs inside HTTP/3.
 * The server speaks that, too.
 */
const WEB = "h3";

/** After so many milliseconds without a packet, a connection is over. */
const IDLE = 30_000;

/** How many clients the server has at a time. A connection costs memory, so there is a limit. */
const MOST_CLIENTS = 100;

/** The longest text that is read from a stream, in characters. A stream itself has no limit. */
const MOST_TEXT = 1000;

const encode = (text: string) => new TextEncoder().encode(text);

/** What the client wants of a server: a name in its certificate, and what it speaks. */
const WANTED = { serverName: "localhost", alpnProtocols: [PROTOCOL], maxIdleTimeout: IDLE };

/** Opens a UDP socket that speaks QUIC. It closes at the end of its block, as `bind` does. */
export function endpoint(at: Address): Deno.QuicEndpoint & Disposable {
  const socket = new Deno.QuicEndpoint(at);
  return Object.assign(socket, { [Symbol.dispose]: () => socket.close() });
}

/**
 * Greets all clients until the socket is closed. `identity` is the server's certificate, and the
 * private key with which the server proves that the certificate is its own.
 */
export async function greetAll(
  socket: Deno.QuicEndpoint,
  identity: Identity,
  print: (line: string) => void = () => {},
): Promise<void> {
  const alpnProtocols = [PROTOCOL, WEB];
  const listener = socket.listen({ ...identity, alpnProtocols, maxIdleTimeout: IDLE });
  let clients = 0;

  for await (const incoming of listener) {
    if (clients >= MOST_CLIENTS) {
      incoming.refuse();
      continue;
    }

    // There is no await here. A client that never finishes its handshake must
    // not hold up the others, and its error must not end the loop.
    clients++;
    greetClient(incoming, print)
      .catch((error) => print(`A connection is over: ${printable(error.message, 200)}.`))
      .finally(() => clients--);
  }
}

/** Greets one client until the connection ends. Then it throws, and the error says how. */
async function greetClient(
  incoming: Deno.QuicIncoming,
  print: (line: string) => void,
): Promise<void> {
  const client = await incoming.accept(); // waits for the end of the handshake
  print(`${formatAddress(client.remoteAddr)} has connected.`);

  // greetPage() returns when the page has left. Then the connection is over, so
  // the line with Promise.all throws.
  if (client.protocol === WEB) await greetPage(client);
  await Promise.all([greetDatagrams(client), greetStreams(client)]);
}

/** Replies to each datagram with a datagram. If one of the two is lost, nobody sends it again. */
async function greetDatagrams(client: Deno.QuicConn): Promise<void> {
  while (true) {
    const reply = greeting(await client.readDatagram());
    if (reply) await client.sendDatagram(encode(reply));
  }
}

/** Replies on each stream that the client opens. A stream has two directions. */
async function greetStreams(client: Deno.QuicConn): Promise<void> {
  for await (const { readable, writable } of client.incomingBidirectionalStreams) {
    // No await here either: the streams do not wait for each other.
    readText(readable)
      .then((name) => writeText(writable, greeting(encode(name)) ?? "No name."))
      .catch((error) => writable.abort(error)) // for example, the text is too long
      .catch(() => {}); // the connection is over, and greetClient() throws
  }
}

/**
 * Replies to the datagrams of a web page. WebTransport reads and writes them with JavaScript's
 * streams. On the network they are still datagrams.
 */
async function greetPage(client: Deno.QuicConn): Promise<void> {
  const { ready, datagrams } = await Deno.upgradeWebTransport(client);
  await ready;

  const writer = datagrams.writable.getWriter();
  for await (const data of datagrams.readable) {
    const reply = greeting(data);
    if (reply) await writer.write(encode(reply));
  }
}

/**
 * Connects to a server. `cert` is the certificate that the server must have. So nobody else can
 * answer in its place.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { selfSigned } from "../lib/certificate.ts";
 *
 * const identity = await selfSigned(["localhost"], 10); // valid for 10 days
 * using server = endpoint({ hostname: "127.0.0.1", port: 0 });
 * greetAll(server, identity); // without await: it runs until the socket is closed
 *
 * using socket = endpoint({ hostname: "127.0.0.1", port: 0 });
 * const connection = await connect(socket, server.addr, identity.cert, 5000);
 * assertEquals(await askByStream(connection, "Michael"), "Hello, Michael!");
 * connection.close();
 * ```
 */
export async function connect(
  socket: Deno.QuicEndpoint,
  to: Address,
  cert: string,
  milliseconds: number,
): Promise<Deno.QuicConn> {
  // QUIC hears nothing from a closed port. So the wait has a limit. Closing the
  // socket ends the wait.
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    socket.close();
  }, milliseconds);

  try {
    return await Deno.connectQuic({ ...WANTED, ...to, endpoint: socket, caCerts: [cert] });
  } catch (error) {
    // Deno waits for IDLE at most, and says "timed out".
    const { message } = error as Error;
    const silent = late || message === "timed out";
    const reason = silent ? "There was no reply. Is a QUIC server running there?" : message;
    throw new Error(`No connection to ${formatAddress(to)}: ${reason}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Returns a function that reads the next datagram. That function returns `undefined` if none comes
 * within the time. A read cannot be cancelled. So a read that is still waiting is kept for the next
 * call.
 */
export function reader(
  connection: Deno.QuicConn,
): (milliseconds: number) => Promise<Uint8Array | undefined> {
  let reading: Promise<Uint8Array> | undefined;

  return async (milliseconds) => {
    reading ??= connection.readDatagram();
    reading.catch(() => {}); // the connection may end while nobody waits

    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), milliseconds);
    const data = await Promise.race([reading, late]).finally(() => clearTimeout(timer));
    if (data) reading = undefined;
    return data;
  };
}

/** Sends a name on a stream of its own, and returns the reply. QUIC repairs every loss. */
export async function askByStream(connection: Deno.QuicConn, name: string): Promise<string> {
  const { readable, writable } = await connection.createBidirectionalStream();
  await writeText(writable, name);
  return await readText(readable);
}

/** Writes a text to a stream and ends this direction. The other side reads until this end. */
async function writeText(stream: Deno.QuicSendStream, text: string): Promise<void> {
  const writer = stream.getWriter();
  await writer.write(encode(text));
  await writer.close();
}

/** Reads a stream until its end. One write may come in several parts: a stream has no messages. */
async function readText(stream: Deno.QuicReceiveStream): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.length > MOST_TEXT) throw new Error("This text is too long.");
  }
  return text;
}

/**
 * Returns what everyone on the path can read in a UDP datagram of QUIC: the types of its packets.
 * Everything behind a header's length is encrypted.
 */
export function packetTypes(datagram: Uint8Array): string[] {
  const types: string[] = [];
  let at = 0;

  while (at < datagram.length) {
    // The short header has no length: its packet goes on to the end.
    const isLong = (datagram[at]! & 0x80) !== 0;
    if (!isLong) return [...types, "1-RTT"];

    const type = datagram[at]! >> 4 & 3; // the bits TT
    types.push(["Initial", "0-RTT", "Handshake", "Retry"][type]!);

    at += 5; // the first byte, and the version
    at += 1 + datagram[at]!; // the ID of the receiver, behind its length
    at += 1 + datagram[at]!; // the ID of the sender
    if (type === 3) return types; // a Retry has no length, and no packet behind it

    if (type === 0) at = afterField(datagram, at); // the token
    at = afterField(datagram, at); // the encrypted rest
  }
  return types;
}

/** Returns where a field ends that begins with its length. */
function afterField(bytes: Uint8Array, at: number): number {
  return afterNumber(bytes, at) + numberAt(bytes, at);
}

/** Reads a number of 1, 2, 4 or 8 bytes. Its first two bits say which (RFC 9000, section 16). */
function numberAt(bytes: Uint8Array, at: number): number {
  let number = bytes[at]! & 0x3f;
  for (let i = at + 1; i < afterNumber(bytes, at); i++) number = 256 * number + bytes[i]!;
  return number;
}

/** Returns where such a number ends. */
function afterNumber(bytes: Uint8Array, at: number): number {
  return at + 2 ** (bytes[at]! >> 6);
}

/** `deno task lesson20 server` runs this: greets everyone who connects, until it is stopped. */
export async function server(at: Address, identity: Identity, print = console.log): Promise<void> {
  using socket = endpoint(at);
  print(`Bind UDP on ${socket.addr.port}... (at ${at.hostname}, Ctrl-C stops)`);
  await greetAll(socket, identity, print);
}

/** Sends two names by datagram and one by stream, and prints the replies. */
async function askForThree(
  connection: Deno.QuicConn,
  seconds: number,
  print: (line: string) => void,
): Promise<void> {
  const next = reader(connection);

  for (const name of ["Michael", "Tracy"]) {
    await connection.sendDatagram(encode(name));
    const reply = await next(1000 * seconds);
    if (reply) print(`${printable(reply, 200)} (by datagram)`);
    else print(`No reply for ${name} within ${seconds} s.`);
  }

  const reply = await askByStream(connection, "Sarah");
  print(`${printable(reply, 200)} (by stream)`);
}

/** `deno task lesson20 client` runs this: sends three names and prints the replies. */
export async function client(
  to: Address,
  cert: string,
  seconds: number,
  print = console.log,
): Promise<void> {
  using socket = endpoint({ hostname: localFor(to), port: 0 });
  const connection = await connect(socket, to, cert, 1000 * seconds);

  try {
    await askForThree(connection, seconds, print);
  } catch (error) {
    // If the server is gone without a word, QUIC notices it after IDLE, and the
    // message is "timed out".
    const { message } = error as Error;
    throw new Error(
      `The connection to ${formatAddress(to)} ended early (${message}). ` +
        "Is the server still running there?",
    );
  }

  // The last datagram tells the server why the connection ends. Without this
  // wait, the program could end before the datagram has left.
  connection.close({ closeCode: 0, reason: "done" });
  await connection.closed;
}

/*
 * ## Try next
 *
 * 1. Stop the server with Ctrl-C, and run the client. After 5 seconds you should see `No connection
 *    to 127.0.0.1:4433: There was no reply.` A closed port is silent, as in lesson 2.
 * 2. Run the server, then `deno task lesson8 relay --to 127.0.0.1:4433 --drop 0.2`. Run
 *    `deno task lesson20 client --port 8888` five times. You should see `No reply for` a name now
 *    and then, but Sarah always gets her reply: her name goes by stream.
 * 3. Run the server, then a second one with `--port 4434`. The second one writes its certificate
 *    into the same file. Run the client. You should see `invalid peer certificate`: the server at
 *    4433 cannot prove that the new certificate is its own.
 * 4. Run the server, and let a web page talk to it: docs/encryption-and-browsers.md has the ten
 *    lines. You should see `Hello, page!` in the browser.
 */

if (import.meta.main) import("../cli/lessons/20_quic.ts").then(({ main }) => main());
