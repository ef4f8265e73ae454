/**
 * # Lesson 19: proof
 *
 * A sender's address can be forged (lesson 4). In an amplification attack, an attacker puts the
 * address of a victim on small questions, and the server's large answers go to the victim (lesson
 * 13). Many public servers of DNS have been used for this.
 *
 * TCP protects against this. Its server first sends a number to the client's address, and goes on
 * only if the client repeats the number. A UDP server can do the same. Its number is called a
 * *cookie*. A client that repeats it has proved that it receives at this address.
 *
 * ## You learn
 * - how many bytes a victim gets for each byte of the attacker
 * - how a cookie proves an address, and why the server does not have to remember it
 * - how long a cookie is valid, and how a server changes its secret
 * - which protocols do the same
 *
 * ## The messages
 *
 * A client asks for the next trains of a station. A question has 79 bytes: a word of 6 letters, a
 * space, and 72 digits for the cookie. Without a cookie, all digits are 0:
 *
 *     trains 000000…    the question
 *     cookie 6b0da2…    the reply to a question without a valid cookie, also 79 bytes
 *     08:00 Rome …      the reply to a question with a valid one: the timetable, 1,007 bytes
 *
 * A server without cookies would send 1,007 bytes for 79: a victim would get 12.7 bytes for each
 * byte of the attacker. This server never sends more than 79 bytes for 79 to an address that is not
 * proved. So it amplifies no attack.
 *
 * ## The cookie
 *
 * The server sends the cookie to the address that is on the question. If this address is forged,
 * the cookie goes to the victim, and not to the attacker.
 *
 * The server could keep a list of its cookies. But a list needs memory for each client, and an
 * attacker can forge millions of addresses. So the server remembers nothing. It computes the cookie
 * from the client's address, the time and a secret. When a cookie comes back, the server does this
 * again and compares the two. A checksum with a secret is called an *HMAC* (RFC 2104). Without the
 * secret, nobody can compute it.
 *
 *     6b0da2d7          the time in seconds since 1970, as 8 hexadecimal digits
 *     031fbe2b…         the HMAC of this time and the client's address: 64 hexadecimal digits
 *
 * A cookie is not encrypted. An attacker who can read the datagrams on their way sees it, and can
 * use it with the forged address for a minute.
 *
 * ## Where you find it
 *
 * - DNS has cookies (RFC 7873). They are in the extension EDNS of its messages.
 * - QUIC calls it a token. A busy server sends one in a Retry packet (RFC 9000, 8.1.2). To an
 *   address that is not proved, a server sends at most three times the bytes that came from there.
 * - DTLS 1.3 is TLS over UDP. Its server sends a cookie in its HelloRetryRequest (RFC 9147, 5.1).
 *
 * ## Run
 *
 *     deno task lesson19           show the lesson as a diagram
 *     deno task lesson19 server    in one terminal: tell the trains to clients with a cookie
 *     deno task lesson19 client    in a second terminal: ask for the trains
 *
 * The client prints these lines, and then the timetable:
 *
 *     Sent 79 bytes, received 79: a cookie.
 *     Sent 79 bytes, received 1,007: the timetable.
 *
 * @module
 */
import { replyToEach } from "../lib/replies.ts";
import { printable } from "../lib/text.ts";
import {
  type Address,
  bind,
  type Datagram,
  formatAddress,
  localFor,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { receiveUntil } from "./02_receive.ts";

/** For how many seconds a cookie is valid. A client needs it for one round trip only. */
const LIFE = 60;

/** After so many seconds, the server takes another secret: an attacker may know the old one. */
const SECRET_LIFE = 3600;

/** A cookie: 8 digits for the time, and 64 for the HMAC. */
const COOKIE = /^[0-9a-f]{72}$/;

/** A reply with a cookie. The brackets are around the cookie. */
const COOKIE_REPLY = /^cookie ([0-9a-f]{72})$/;

/** The digits in the question of a client that has no cookie. */
export const NO_COOKIE: string = "0".repeat(72);

/** How many bytes a question has. A reply with a cookie has as many. */
const QUESTION = "trains ".length + NO_COOKIE.length;

/** How many times a client asks at most. Two are needed, but a datagram may be lost. */
const TRIES = 5;

/**
 * The large answer: 36 trains, each in a line. It fits into one packet (lesson 7). From 8 o'clock
 * on, a train leaves every 15 minutes.
 */
export const TIMETABLE: string = makeTimetable();

function makeTimetable(): string {
  const cities = ["Rome", "Oslo", "Bern", "Kyiv", "Lyon", "Riga"];
  const lines: string[] = [];

  for (let number = 0; number < 36; number++) {
    const city = cities[number % 6];
    const minutes = 8 * 60 + 15 * number; // since midnight
    const hour = `${Math.floor(minutes / 60)}`.padStart(2, "0");
    const minute = `${minutes % 60}`.padStart(2, "0");
    lines.push(`${hour}:${minute} ${city}, from platform ${1 + number % 9}`);
  }
  return lines.join("\n");
}

/** Returns whether a datagram asks for the trains. A reply of ours begins with another word. */
export function isQuestion(data: Uint8Array): boolean {
  return data.length === QUESTION && new TextDecoder().decode(data).startsWith("trains ");
}

/** Returns the reply of a server that asks for no proof. The diagram shows why this is wrong. */
export function answerAnyone({ data }: Datagram): string | undefined {
  return isQuestion(data) ? TIMETABLE : undefined;
}

/** Returns a new secret, made of random bytes. */
export function newSecret(): Promise<CryptoKey> {
  // `false` means that nobody can read it. It can only be used, to make and to
  // check an HMAC.
  return crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

/** Returns the bytes from which the HMAC is computed. */
function bytesToSign(time: string, { hostname, port }: Address) {
  // Many clients behind one router have the same host (lesson 18). With the port,
  // the cookie of one of them is not valid for another.
  return new TextEncoder().encode(`${time} ${hostname} ${port}`);
}

/**
 * Returns the cookie for a client. `now` is the time in seconds.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const secret = await newSecret();
 * const ann = { hostname: "192.0.2.7", port: 50_001 };
 * const cookie = await makeCookie(ann, secret, 1000);
 * assertEquals(await isCookieOf(ann, cookie, secret, 1060), true);
 * assertEquals(await isCookieOf(ann, cookie, secret, 1061), false); // too old
 *
 * const bob = { hostname: "192.0.2.8", port: 50_001 };
 * assertEquals(await isCookieOf(bob, cookie, secret, 1000), false);
 * ```
 */
export async function makeCookie(
  client: Address,
  secret: CryptoKey,
  now: number,
): Promise<string> {
  const time = Math.floor(now).toString(16).padStart(8, "0");
  const hmac = await crypto.subtle.sign("HMAC", secret, bytesToSign(time, client));
  return time + new Uint8Array(hmac).toHex();
}

/** Returns whether this is a cookie that {@linkcode makeCookie} made for this client. */
export async function isCookieOf(
  client: Address,
  cookie: string,
  secret: CryptoKey,
  now: number,
): Promise<boolean> {
  if (!COOKIE.test(cookie)) return false;

  // A cookie is valid only for a while: tomorrow, the address may belong to
  // somebody else. A time in the future is forged, or our clock was set back.
  // This check comes first, because it is fast.
  const time = cookie.slice(0, 8);
  const age = now - parseInt(time, 16);
  if (age < 0 || age > LIFE) return false;

  // verify() computes the HMAC again and compares. Unlike ===, it takes the same
  // time for each wrong HMAC. So its time does not tell an attacker how many
  // digits of a guess are right.
  const hmac = Uint8Array.fromHex(cookie.slice(8));
  return await crypto.subtle.verify("HMAC", secret, hmac, bytesToSign(time, client));
}

/** The server's secret, and the one before it. */
export interface Secrets {
  readonly current: CryptoKey;
  readonly previous: CryptoKey;
}

/** Makes a new secret, and keeps the current one as `previous`. So cookies under way stay valid. */
export async function changeSecret({ current }: Secrets): Promise<Secrets> {
  return { current: await newSecret(), previous: current };
}

/**
 * Returns the reply of a server that asks for proof: the timetable if the question has a valid
 * cookie, and otherwise a cookie. Returns `undefined` for a datagram that is not a question.
 */
export async function answerProved(
  { data, from }: Datagram,
  { current, previous }: Secrets,
  now: number,
): Promise<string | undefined> {
  // A shorter question gets nothing, because the cookie would be longer.
  if (!isQuestion(data)) return undefined;

  // The same cookie may come twice. It proves the address each time.
  const cookie = new TextDecoder().decode(data).slice("trains ".length);
  if (await isCookieOf(from, cookie, current, now)) return TIMETABLE;

  // The server may have changed its secret since it made this cookie.
  if (await isCookieOf(from, cookie, previous, now)) return TIMETABLE;

  const newCookie = await makeCookie(from, current, now);
  return `cookie ${newCookie}`;
}

/** Asks for the timetable. Returns `undefined` if it does not come. */
export async function askForTrains(
  socket: Socket,
  server: Address,
  milliseconds: number, // to wait for each reply
  print: (line: string) => void = () => {},
): Promise<string | undefined> {
  let cookie = NO_COOKIE;

  for (let tries = 1; tries <= TRIES; tries++) {
    const sent = await socket.send(`trains ${cookie}`, server);
    const reply = await receiveUntil(socket, milliseconds, ({ from }) => sameAddress(from, server));
    if (!reply) continue;

    // The server sends a cookie or the timetable.
    const text = new TextDecoder().decode(reply.data);
    const found = text.match(COOKIE_REPLY);
    const what = found ? "a cookie" : "the timetable";
    const received = reply.data.length.toLocaleString("en"); // 1,007 with its comma
    print(`Sent ${sent} bytes, received ${received}: ${what}.`);

    if (!found) return text;
    cookie = found[1]!; // what the brackets matched
  }

  return undefined;
}

/** `deno task lesson19 server` runs this: tells the trains until the program is stopped. */
export async function server(at: Address, print = console.log): Promise<void> {
  using socket = bind(at);
  print(`Bind UDP on ${socket.address.port}... (at ${at.hostname}, Ctrl-C stops)`);

  // At the start, there is no previous secret. So another new one takes its
  // place. No cookie was made with it.
  let secrets: Secrets = { current: await newSecret(), previous: await newSecret() };
  const change = async () => {
    secrets = await changeSecret(secrets);
  };
  const timer = setInterval(change, 1000 * SECRET_LIFE);

  try {
    // replyToEach() of lesson 18 calls this function for each datagram. Unlike
    // serve() of lesson 4, it also takes an async function, and awaits its reply.
    const reply = (datagram: Datagram) => answerProved(datagram, secrets, Date.now() / 1000);
    await replyToEach(socket, reply, print);
  } finally {
    clearInterval(timer);
  }
}

/** `deno task lesson19 client` runs this: asks for the trains and prints them. */
export async function client(to: Address, seconds: number, print = console.log): Promise<void> {
  using socket = bind({ hostname: localFor(to) });
  const timetable = await askForTrains(socket, to, 1000 * seconds, print);
  if (timetable === undefined) {
    throw new Error(`Is a server running at ${formatAddress(to)}? It sent no timetable.`);
  }

  // A server may send anything: 50 lines of 100 characters are enough here.
  const lines = timetable.split("\n").slice(0, 50);
  for (const line of lines) print(printable(line, 100));
}

/*
 * ## Try next
 *
 * 1. Run the server and the client, then stop the server with Ctrl-C. You should see
 *    `Sent 2 datagrams (1,086 bytes), received 2 (158 bytes).`
 * 2. Be the client yourself. Run the server, then in a second terminal
 *    `printf 'trains %072d' 0 | nc -u -w1 -p 5555 127.0.0.1 7979`. You should see `cookie` and 72
 *    digits. Within a minute, run `printf 'trains DIGITS' | nc -u -w1 -p 5555 127.0.0.1 7979`, with
 *    these digits. You should see the timetable.
 * 3. Do the same, but use the cookie from another port: `-p 5556`. You should see another cookie.
 * 4. Lose three of ten datagrams each way, with the relay of lesson 8:
 *    `deno task lesson8 relay --to 127.0.0.1:7979 --drop 0.3`. Then run
 *    `deno task lesson19 client --port 8888` a few times. You should see the timetable in most
 *    runs. If a reply is lost, the client waits for a second and asks again.
 * 5. Change `LIFE` to -1, so that each cookie is too old at once. Run the server and the client.
 *    You should see `a cookie` five times, and then that no timetable came.
 */

if (import.meta.main) import("../cli/lessons/19_proof.ts").then(({ main }) => main());
