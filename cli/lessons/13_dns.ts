/**
 * How lesson 13 runs: its play, its roles, and their options.
 *
 * @module
 */
import { answerName, askName, client, resolve, server } from "../../lessons/13_dns.ts";
import { serve } from "../../lessons/04_echo.ts";
import { decode, encodeAnswer } from "../../lib/dns.ts";
import { bindBoth, serveTcp } from "../../lib/dns_tcp.ts";
import { bind, type Datagram, type Socket } from "../../lib/udp.ts";
import { gathered } from "../gather.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { label, printName, QUESTION, questionOf, TYPE_NAMES } from "../names.ts";
import { run } from "../run.ts";

const QUESTION_1 = { name: "workbook.test", type: "A" };
const QUESTION_2 = { name: "many.workbook.test", type: "A" };

/** Plays a late answer and a forged one. Then an answer is too long for a datagram. */
export async function play(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  using both = bindBoth({ hostname: "127.0.0.1", port: 0 });
  const server = diagram.watch("server", both.socket);
  using stranger = diagram.watch("stranger", bind());
  const to = server.address;

  const firstQuestion = server.receive();
  await askName(client, QUESTION_1, to, 200);
  const first = await firstQuestion;
  diagram.note("No answer within 200 ms. The client asks again, with another number.");

  const asking = askName(client, QUESTION_1, to, 1000);
  const second = await server.receive();
  await answerTo(server, first);
  await forge(stranger, second);
  await answerTo(server, second);
  await asking;
  diagram.note("The first answer is late: it has the number of the first question.");
  diagram.note("The second is forged: it does not come from the server. The third counts.");

  serve(server, (data) => answerName(data));
  serveTcp(both.listener, (data) => answerName(data, true));
  const open = () => diagram.watch("client", bind());
  const answer = await resolve(QUESTION_2, to, 1000, open);
  diagram.note("TC means truncated: the answer does not fit into the datagram.");
  diagram.note(`The client asked again over TCP and got ${answer?.records.length} addresses.`);
}

/** Sends the server's answer to this question. */
async function answerTo(server: Socket, { data, from }: Datagram): Promise<void> {
  const answer = answerName(data);
  if (answer) await server.send(answer, from);
}

/** Sends an answer with a wrong address. The number and the question in it are right. */
async function forge(stranger: Socket, { data, from }: Datagram): Promise<void> {
  const records = [{ ...QUESTION_1, ttl: 300, data: "203.0.113.66" }];
  await stranger.send(encodeAnswer(decode(data), { code: "NOERROR", records }), from);
}

/** What the workbook has to know of lesson 13. */
export const lesson: Lesson = {
  part: 3,
  title: "DNS",
  about: "DNS: a question with a random number, and its answer.",
  port: 5300,
  play,
  label,
  roles: {
    server: {
      about: "answer for workbook.test",
      listens: true,
      answers: true,
      run: ({ local, signal, console }) => {
        const log = gathered(signal, console);
        return server(local, log).finally(() => log[Symbol.dispose]());
      },
    },
    client: {
      about: "ask for a name, print its records",
      options: QUESTION,
      run: ({ remote, options, console }) => {
        const question = questionOf(options.text("name"), options.oneOf("type", TYPE_NAMES));
        const milliseconds = options.seconds("timeout");
        if (!options.flag("simple")) return printName(question, remote, milliseconds, console);
        return client(question, remote, milliseconds / 1000, console.log);
      },
    },
  },
  tryNext: ["deno task lesson13 server", "deno task lesson13 client"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
