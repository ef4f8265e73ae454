/**
 * # Lesson 13: DNS
 *
 * A program that wants to reach `workbook.test` needs the address of that name. It asks a *name
 * server*: one datagram carries the question, one carries the answer. The protocol is called DNS,
 * the Domain Name System.
 *
 * Lessons 13 to 17 ask four questions about each protocol. How do you recognize an answer? What if
 * a datagram is lost? What if an answer is too long? What can strangers do? The page
 * docs/who-uses-udp.md compares the answers.
 *
 * ## You learn
 * - how to recognize an answer: by its sender, its number, and the question in it
 * - how to ask again after a loss: with another number and from another port
 * - what happens to an answer that is too long: the client asks again over TCP
 * - what an amplification attack is, and how a server can refuse to help with one
 *
 * ## A message
 *
 * Questions and answers have the same layout. Each begins with a header of 12 bytes, which is six
 * numbers of two bytes:
 *
 *     byte  0       2       4           6         8           10           12
 *           ┌───────┬───────┬───────────┬─────────┬───────────┬────────────┐
 *           │  id   │ flags │ questions │ answers │ authority │ additional │
 *           └───────┴───────┴───────────┴─────────┴───────────┴────────────┘
 *
 * The `id` is the number of the question, and of its answer. The last four numbers say how many
 * questions and records follow. A *record* is one fact about a name, such as its address. The
 * records of `authority` name the servers that know more. Those of `additional` are mostly for
 * extensions. The flags are 16 bits:
 *
 *     size  1    4        1    1    1    1    3    4
 *           ┌────┬────────┬────┬────┬────┬────┬────┬───────┐
 *           │ QR │ opcode │ AA │ TC │ RD │ RA │    │ rcode │
 *           └────┴────────┴────┴────┴────┴────┴────┴───────┘
 *
 * - QR is 0 in a question and 1 in an answer. `opcode` is 0 for a question about a name.
 * - AA says that the server is responsible for this name.
 * - TC says that the answer was *truncated*: it did not fit.
 * - RD asks the server to ask other servers. RA says that it can do that. Ours cannot. The three
 *   bits after RA are 0 here.
 * - `rcode` is 0, or an error. 3 (`NXDOMAIN`) means that the name does not exist.
 *
 * The question for `workbook.test` has 31 bytes. Its random number is 1267, in hexadecimal:
 *
 *     12 67   01 00   00 01   00 00   00 00   00 00    the header: RD is 1, one question follows
 *     08 w o r k b o o k   04 t e s t   00             the name: parts, each after its length
 *     00 01   00 01                                    type A (IPv4 address), class IN (internet)
 *
 * The answer repeats the question. Then its record follows. A record begins with a name. Here,
 * `c0 0c` stands in the place of the name. `c0` marks a pointer, and `0c` is 12: the name is
 * already in the message, from byte 12 on.
 *
 *     c0 0c                 the name: a pointer to byte 12
 *     00 01   00 01         type A, class IN
 *     00 00 01 2c           others may keep the record for 300 seconds
 *     00 04   c0 00 02 07   4 bytes of data: the address 192.0.2.7
 *
 * ## Run
 *
 *     deno task lesson13           show the lesson as a diagram
 *     deno task lesson13 server    in one terminal: answer for workbook.test on port 5300
 *     deno task lesson13 client    in a second terminal: ask for workbook.test
 *     deno task lesson13 client --name www.workbook.test --type AAAA
 *     deno task lesson13 client --simple     ask with the code of this page
 *
 * Without `--simple`, the client runs lib/resolver.ts, which does more. The comment on `client`
 * says what.
 *
 * The client prints `workbook.test A 192.0.2.7`. The server prints `Received from 127.0.0.1:53011.`
 * for each question. 53011 stands for the client's port. DNS itself has port 53, but a program
 * often needs to be root to bind that.
 *
 * @module
 */
import {
  encodeAnswer,
  encodeQuestion,
  errorAnswer,
  formatMessage,
  formatRecord,
  isSameQuestion,
  MAX_MESSAGE,
  type Message,
  type Question,
  tryDecode,
} from "../lib/dns.ts";
import { bindBoth, resolveTcp, serveTcp } from "../lib/dns_tcp.ts";
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
import { lookUp, WORKBOOK } from "../lib/zone.ts";
import { receiveUntil } from "./02_receive.ts";
import { serve } from "./04_echo.ts";

/**
 * How many times to ask. If one datagram of ten is lost, all five tries fail once in 4,000 times.
 */
const TRIES = 5;

/** An answer over UDP is at most this many times as long as its question. It is our own choice. */
const MOST_TIMES = 4;

/**
 * Checks whether a datagram is the answer to a question. A `Question` has a name and a type, such
 * as `{ name: "workbook.test", type: "A" }`. We sent it with the number `id` to the server `to`.
 */
export function isDnsAnswer(
  { data, from }: Datagram,
  id: number,
  question: Question,
  to: Address,
): boolean {
  // Any program can send to our port, so the sender has to be the server.
  if (!sameAddress(from, to)) return false;

  // tryDecode() turns the bytes into an object with the fields of the message.
  // It returns undefined if they are not a DNS message.
  const message = tryDecode(data);
  if (!message) return false;

  // Our own question, sent back to us, is not an answer. `isAnswer` is the bit QR.
  if (!message.isAnswer) return false;

  // A late answer to an earlier question has another number. The sender's address
  // can be forged, too. But an attacker who cannot see the question has to guess
  // its number.
  if (message.id !== id) return false;

  // An answer repeats its question. Capital and small letters are the same.
  return isSameQuestion(message.question, question);
}

/** Asks once. Returns the answer, or `undefined` if it does not come in time. */
export async function askName(
  socket: Socket,
  question: Question,
  to: Address,
  milliseconds: number,
): Promise<Message | undefined> {
  // This array has room for one number of 16 bits, and `crypto` makes it random.
  // Math.random() would not be safe: somebody who sees a few of its numbers can
  // compute the next ones.
  const random = crypto.getRandomValues(new Uint16Array(1));
  const id = random[0]!;

  // encodeQuestion() makes the bytes of a question, as drawn above.
  await socket.send(encodeQuestion(id, question), to);

  const answer = await receiveUntil(socket, milliseconds, (datagram) => {
    return isDnsAnswer(datagram, id, question, to);
  });
  if (!answer) return undefined;

  return tryDecode(answer.data);
}

/**
 * Asks until there is an answer, at most five times. Returns `undefined` if there is none.
 *
 * It is safe to ask twice. The server remembers nothing, so the second question changes nothing.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 * import { serve } from "./04_echo.ts";
 *
 * using server = bind();
 * serve(server, answerName);
 *
 * const answer = await resolve({ name: "workbook.test", type: "A" }, server.address, 1000);
 * assertEquals(answer?.records[0]?.data, "192.0.2.7");
 * ```
 */
export async function resolve(
  question: Question,
  to: Address,
  milliseconds: number,
  // The diagram gives its own function, to draw the sockets.
  open = () => bind({ hostname: localFor(to) }),
): Promise<Message | undefined> {
  for (let tries = 1; tries <= TRIES; tries++) {
    // Each try has a new socket, and so a new port: an attacker has to guess
    // that, too. askName() picks a new number each time. `using` closes the
    // socket at the end of each try.
    using socket = open();
    const answer = await askName(socket, question, to, milliseconds);
    if (!answer) continue;
    if (!answer.truncated) return answer;

    // A truncated answer lacks records. DNS servers listen on TCP as well, where
    // an answer may have 65,535 bytes. resolveTcp() asks there. It returns
    // undefined if that fails. Then we return the truncated answer.
    const whole = await resolveTcp(question, to, milliseconds);
    return whole ?? answer;
  }

  return undefined;
}

/**
 * Returns the answer of a server that knows the names of `workbook.test`, or `undefined` for a
 * datagram that gets no answer.
 */
export function answerName(data: Uint8Array, overTcp = false): Uint8Array | undefined {
  const message = tryDecode(data);

  // The bytes may be a question with a mistake in it. errorAnswer() returns an
  // error for that, which is never longer than the question. For any other bytes
  // it returns undefined: they get no answer.
  if (!message) return errorAnswer(data);

  // Do not answer an answer: lesson 4 says why.
  if (message.isAnswer) return undefined;

  // WORKBOOK is the list of our names. lookUp() finds the records there, or the
  // reason why there are none, such as NXDOMAIN.
  const found = lookUp(WORKBOOK, message);

  // encodeAnswer() makes the bytes of the answer. If they are more than `most`,
  // it leaves the records out and sets the bit TC.
  const most = overTcp ? MAX_MESSAGE : mostOverUdp(message);
  return encodeAnswer(message, found, most);
}

/**
 * Returns how many bytes our answer over UDP may have.
 *
 * An attacker can put the victim's address on small questions. The answers go to the victim: this
 * is called *reflection*. If they are 50 times as long as the questions, the victim gets 50 times
 * what the attacker sends: that is an *amplification attack*. So our answers are at most four times
 * as long as the questions. Over TCP, the connection proves the address.
 */
function mostOverUdp(message: Message): number {
  // Every client accepts 512 bytes. With an extension called EDNS, a question can
  // ask for more. `acceptedBytes` is what the client accepts, but at most 1,232.
  const allowed = MOST_TIMES * message.bytes.length;
  return Math.min(message.acceptedBytes, allowed);
}

/** `deno task lesson13 server` runs this: answers over UDP and TCP until the program is stopped. */
export async function server(at: Address, print = console.log): Promise<void> {
  using both = bindBoth(at); // a UDP socket and a TCP listener, both at this port
  const { hostname, port } = both.socket.address;
  print(`Bind UDP on ${port}... (at ${hostname}, and TCP as well; Ctrl-C stops)`);

  // serveTcp() does over TCP what serve() of lesson 4 does over UDP. It is not
  // awaited, so both run at the same time. `true` tells answerName() that the
  // answer goes over TCP.
  serveTcp(both.listener, (data) => answerName(data, true), print);
  await serve(both.socket, answerName, print);
}

/**
 * `deno task lesson13 client --simple` runs this: asks for a name and prints its records.
 *
 * Without `--simple`, lib/resolver.ts asks. It also accepts an error that is only a header, because
 * some servers send it like that. And if no answer comes, it can tell what came instead, from whom,
 * and why that was not the answer.
 */
export async function client(
  question: Question,
  to: Address,
  seconds: number,
  print = console.log,
): Promise<void> {
  const answer = await resolve(question, to, 1000 * seconds);
  if (!answer) {
    throw new Error(`Is there a name server at ${formatAddress(to)}? It never answered.`);
  }

  // formatRecord() returns "workbook.test A 192.0.2.7", for example. A server may
  // put anything into a record, so printable() makes it safe. TXT records can be
  // long: 1,000 characters are enough to see what they are.
  for (const record of answer.records) {
    const text = formatRecord(record);
    print(printable(text, 1000));
  }

  // Without records, formatMessage() returns the name and the reason. For
  // example: "no.workbook.test NXDOMAIN".
  if (answer.records.length === 0) {
    const text = formatMessage(answer);
    throw new Error(`${printable(text)}, says ${formatAddress(to)}.`);
  }
}

/*
 * ## Try next
 *
 * 1. Run the server, then `deno task lesson13 client --name many.workbook.test`. You should see 40
 *    addresses. The server prints `Connected over TCP` as well, because 40 addresses are more than
 *    four times the question.
 * 2. Run the server, then `dig @127.0.0.1 -p 5300 many.workbook.test`. You should see `Truncated,
 *    retrying in TCP mode`. Add `+ignore`, so that dig does not ask over TCP. You should see
 *    `flags: qr aa tc rd` and no address.
 * 3. Run `deno task lesson3 bind --port 5300`, then `dig @127.0.0.1 -p 5300 workbook.test` in a
 *    second terminal. You should see three questions, 5 seconds apart, each from another port.
 *    After `bytes:` come the same characters three times. They begin with the number, which has two
 *    bytes. So dig keeps the number when it asks again. Our client does not.
 *    docs/real-programs.md compares more of them.
 * 4. Run the server, then a relay that loses three of ten datagrams each way (lesson 8):
 *    `deno task lesson8 relay --to 127.0.0.1:5300 --drop 0.3`
 *    Then run `deno task lesson13 client --port 8888` a few times. You should see the answer nearly
 *    each time. Some take a second or more, because each try waits for one second.
 * 5. With the internet, ask a server of DNS's root for a name:
 *    `deno task lesson13 client --host 198.41.0.4 --port 53 --name example.com`
 *    First, Deno asks twice whether the program may do this: answer `y`. You should see that the
 *    server refers to the name servers of `com`.
 * 6. Delete the line `if (message.id !== id) return false;`, and run `deno task lesson13`. You
 *    should see `✗` at the two answers that come after the late one. The client has taken the late
 *    one, and does not wait for others.
 */

if (import.meta.main) import("../cli/lessons/13_dns.ts").then(({ main }) => main());
