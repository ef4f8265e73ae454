/**
 * # Lesson 13: DNS
 *
 * Before a program can reach a name, it asks a name server for the address: one datagram there, one
 * back. Of each protocol, part III asks: what is an answer? And loss, size, strangers? (See
 * docs/who-uses-udp.md.)
 *
 * ## You learn
 * - An answer comes from the address that was asked, with the question's random number, and the
 *   question.
 * - Loss: ask again, with another number and from another port. Asking twice does no harm: the
 *   server remembers nothing. (dig, host and kdig take another port, but keep the number.)
 * - Size: 512 bytes, or what the client says it takes (EDNS). This server says at most four times
 *   the question: of `many.workbook.test` only that there is more (TC, truncated). The client asks
 *   over TCP: DNS has both.
 * - Strangers who forge have to guess the number and the client's port; and a server tells them
 *   little.
 *
 * ## Run
 *
 *     deno task lesson13           watch it happen
 *     deno task lesson13 server    answer on port 5300 (DNS has port 53, which often needs root)
 *     deno task lesson13 client    ask for workbook.test (or --name www.workbook.test --type AAAA)
 *
 * ## Try next
 * - `dig @127.0.0.1 -p 5300 many.workbook.test` asks twice, and says so. What does `+ignore`
 *   change?
 * - `client --host 9.9.9.9 --port 53 --name example.com` asks a server on the internet. Ask
 *   198.41.0.4, a server of the root: you should see a referral, with the servers of `com`.
 * - Put lesson 8's relay (it carries no TCP) before the server, with `--drop 0.3`. How long does it
 *   take?
 *
 * @module
 */
import { gathered } from "../cli/gather.ts";
import type { Diagram, Given, Lesson } from "../cli/lesson.ts";
import { label, NotAnswers, printAnswer, QUESTION, questionOf } from "../cli/names.ts";
import { run } from "../cli/run.ts";
import * as dns from "../lib/dns.ts";
import { bindBoth, resolveTcp, serveTcp } from "../lib/dns_tcp.ts";
import {
  type Address,
  bind,
  type Datagram,
  localFor,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { reply, WORKBOOK } from "../lib/zone.ts";
import { receiveWithin } from "./02_receive.ts";
import { serve } from "./04_echo.ts";

/**
 * The server's answer. A question that breaks the rules gets an error, which is never longer than
 * itself. `undefined` if the data is not a DNS question: above all for an answer (lesson 4 says
 * why).
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decode, encodeQuestion, shown } from "../lib/dns.ts";
 * const answer = answerName(encodeQuestion(4711, { name: "workbook.test", type: "A" }))!;
 * assertEquals(shown(decode(answer)), "workbook.test A 192.0.2.7");
 * ```
 */
export function answerName(data: Uint8Array, overTcp = false): Uint8Array | undefined {
  const asked = dns.understood(data);
  if (!asked) return dns.formatError(data);
  if (asked.isAnswer) return undefined;
  // Who asks in a victim's name has the answers sent there: at 50 bytes for each of his,
  // a flood. So here it is four at most, although EDNS allows more. TCP proves the
  // address; so would a cookie: a secret which a short answer brings, and which the next
  // question has to bring back (RFC 7873: dig offers it).
  const room = overTcp ? dns.MAX_MESSAGE : Math.min(asked.takes, 4 * data.length);
  return dns.encodeAnswer(asked, reply(WORKBOOK, asked), room);
}

/** Is told of a datagram that is not the answer to the question with this number. */
export type Ignored = (heard: Datagram, id: number) => void;

/**
 * Asks once. Whatever is not the answer goes to `ignored`: it is forged, late, or no DNS at all.
 */
export async function askName(
  socket: Socket,
  question: dns.Question,
  server: Address,
  milliseconds: number,
  ignored: Ignored = () => {},
): Promise<dns.Message | undefined> {
  const id = dns.randomId();
  await socket.send(dns.encodeQuestion(id, question), server);
  const end = performance.now() + milliseconds;
  for (let left = milliseconds; left > 0; left = end - performance.now()) {
    const heard = await receiveWithin(socket, left);
    if (!heard) continue;
    const answer = dns.answerIn(heard.data, id, question);
    if (answer && sameAddress(heard.from, server)) return answer;
    ignored(heard, id);
  }
}

/**
 * Asks up to five times, and over TCP what is too long. Each time from a new port: one more thing
 * to guess.
 */
export async function resolve(
  question: dns.Question,
  server: Address,
  milliseconds: number,
  { open = () => bind({ hostname: localFor(server) }), ignored = () => {} }: {
    open?: () => Socket;
    ignored?: Ignored;
  } = {},
): Promise<dns.Message | undefined> {
  for (let tries = 1; tries <= 5; tries++) {
    using socket = open();
    const answer = await askName(socket, question, server, milliseconds, ignored);
    if (answer?.truncated) {
      return await resolveTcp(question, server, milliseconds, ignored) ?? answer;
    }
    if (answer) return answer;
  }
}

/** A slow server and a stranger who is quick. Then an answer that is too long. */
export async function play(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  using both = bindBoth({ hostname: "127.0.0.1", port: 0 });
  const server = diagram.watch("server", both.socket);
  using stranger = diagram.watch("stranger", bind());
  const [to, asked] = [server.address, { name: "workbook.test", type: "A" }];
  const [early] = await Promise.all([server.receive(), askName(client, asked, to, 200)]);
  diagram.note("No answer within 200 ms. The client asks again, with another number.");
  const second = askName(client, asked, to, 1000);
  const { data, from } = await server.receive();
  await server.send(answerName(early.data)!, early.from);
  const records = [{ ...asked, ttl: 300, data: "203.0.113.66" }];
  await stranger.send(dns.encodeAnswer(dns.decode(data), { code: "NOERROR", records }), from);
  await server.send(answerName(data)!, from);
  await second;
  diagram.note("Late: the old number. Forged: not from the server. Only the third counts.");
  serve(server, answerName);
  serveTcp(both.listener, (data) => answerName(data, true));
  const many = { name: "many.workbook.test", type: "A" };
  const long = await resolve(many, to, 1000, { open: () => diagram.watch("client", bind()) });
  diagram.note(`TC: there is more. Over TCP came ${long?.records.length} addresses.`);
}

async function server({ local, signal, console }: Given): Promise<void> {
  using both = bindBoth(local);
  using log = gathered(signal, console);
  const { hostname, port } = both.socket.address;
  console.log(`Bind UDP on ${port}... (at ${hostname}, and TCP as well; Ctrl-C stops)`);
  serveTcp(both.listener, (data) => answerName(data, true), log);
  await serve(both.socket, answerName, log);
}

async function client({ remote, options, console }: Given): Promise<void> {
  const question = questionOf(options);
  const ignored = new NotAnswers(question, remote);
  const answer = await resolve(question, remote, options.seconds("timeout"), {
    ignored: ignored.add,
  });
  printAnswer(answer, ignored, console);
}

export const lesson: Lesson = {
  part: 3,
  title: "DNS",
  about: "DNS: a question with a random number, and its answer.",
  port: 5300,
  play,
  label,
  roles: {
    server: { about: "answer for workbook.test", listens: true, answers: true, run: server },
    client: { about: "ask for a name, print its records", options: QUESTION, run: client },
  },
  tryNext: ["deno task lesson13 server", "deno task lesson13 client"],
};

if (import.meta.main) await run(lesson);
