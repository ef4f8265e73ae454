/**
 * How lesson 19 runs: its play, its roles, and their options.
 *
 * @module
 */
import {
  answerAnyone,
  answerProved,
  askForTrains,
  client,
  isQuestion,
  newSecret,
  NO_COOKIE,
  server,
} from "../../lessons/19_proof.ts";
import { replyToEach } from "../../lib/replies.ts";
import { count } from "../../lib/text.ts";
import { type Address, bind, type Datagram, Socket } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";

/** How many questions the attacker sends. */
const QUESTIONS = 3;

/** Plays an attack by a server that believes each address, and by one that asks for proof. */
export async function play(diagram: Diagram): Promise<void> {
  using attacker = diagram.watch("attacker", bind());
  using open = diagram.watch("server", bind());
  const [victim, forger] = bindTwice();
  using _ = diagram.watch("victim", victim); // closed at the end
  diagram.watch("attacker", forger);
  const attack = { diagram, forger, victim };

  diagram.note("The attacker forges the victim's address. (Here, both use one port.)");
  replyToEach(open, (datagram) => answerAnyone(datagram));
  await askInHisName(attack, open.address);

  diagram.note("Now the server asks for proof.");
  using server = diagram.watch("server", bind());
  const secrets = { current: await newSecret(), previous: await newSecret() };
  replyToEach(server, (datagram) => answerProved(datagram, secrets, Date.now() / 1000));
  await askInHisName(attack, server.address);

  await attacker.send(`trains ${NO_COOKIE}`, server.address);
  const own = await attacker.receive();
  await forger.send(questionWith(own), server.address);
  await victim.receive();
  diagram.note("The attacker got a cookie for its own address. For the victim's, it is not valid.");

  await askForTrains(victim, server.address, 10_000);
  diagram.note("The victim itself gets the timetable, because it receives its cookie.");
}

/** An attack: the attacker's socket, which has the victim's port, and the victim's own. */
interface Attack {
  readonly diagram: Diagram;
  readonly forger: Socket;
  readonly victim: Socket;
}

/** Asks in the victim's name, and tells how many bytes went where. */
async function askInHisName(attack: Attack, server: Address): Promise<void> {
  const { diagram, forger, victim } = attack;
  let sent = 0;
  let received = 0;
  for (let number = 1; number <= QUESTIONS; number++) {
    sent += await forger.send(`trains ${NO_COOKIE}`, server);
    received += (await victim.receive()).data.length;
  }

  const got = `The attacker sent ${sent} bytes, and the victim got ${
    received.toLocaleString("en")
  }`;
  if (received === sent) diagram.note(`${got}: not one more. The attack is not worth it.`);
  else diagram.note(`${got}: ${(received / sent).toFixed(1)} times as many.`);
}

/** Returns the question that has the cookie of this reply. */
function questionWith({ data }: Datagram): string {
  return new TextDecoder().decode(data).replace(/^cookie/, "trains");
}

/**
 * Returns two sockets with one port. To forge an address takes a raw socket and the rights of root.
 * Here, the attacker sends by the victim's own port instead. The server sees no difference.
 */
function bindTwice(): [Socket, Socket] {
  const conn = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  return [new Socket(conn), new Socket(conn)];
}

/** Returns what the diagram shows of a datagram. */
export function label(data: Uint8Array): string {
  const text = new TextDecoder().decode(data);
  const size = count(data.length, "byte");
  if (text.startsWith("cookie ")) return `a cookie, ${size}`;
  if (!isQuestion(data)) return `the timetable, ${size}`;
  return `trains? ${text.endsWith(NO_COOKIE) ? "no cookie" : "a cookie"}, ${size}`;
}

/** What the workbook has to know of lesson 19. */
export const lesson: Lesson = {
  part: 4,
  title: "proof",
  about: "A cookie proves an address before the large answer.",
  port: 7979,
  play,
  label,
  roles: {
    server: {
      about: "tell the trains, for a cookie",
      listens: true,
      answers: true,
      run: ({ local, console }) => server(local, console.log),
    },
    client: {
      about: "ask for the trains",
      options: { timeout: { value: "SECONDS", about: "wait for each reply", default: "1" } },
      run: ({ remote, options, console }) => {
        return client(remote, options.seconds("timeout") / 1000, console.log);
      },
    },
  },
  tryNext: ["deno task lesson19 server", "deno task lesson19 client"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
