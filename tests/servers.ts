/**
 * The servers of all lessons, and what they answer: found by letting the lessons play.
 *
 * @module
 */
import { Diagram } from "../cli/diagram.ts";
import type { Role } from "../cli/lesson.ts";
import { bind, MAX_BYTES, sameAddress, type Socket } from "../lib/udp.ts";
import { until } from "./helpers.ts";
import { type Page, PAGES, plays, type Side, SIDES, standsAlone } from "./lessons.ts";
import { RunningRole } from "./role.ts";

/** What a test calls it. */
export const called = ({ page: { number }, word }: Side): string => `lesson ${number}, ${word}`;
/** The roles that answer whoever writes to them. */
export const answering: Side[] = SIDES.filter((side) => side.role.answers && standsAlone(side));

/** What anyone may send to anyone: all that the lessons say, nothing, and as much as possible. */
export const messages: Uint8Array[] = [
  ...await vocabulary(),
  new Uint8Array(),
  new Uint8Array(MAX_BYTES),
];

/** What a server was sent, and what it sent back. */
export interface Conversation {
  question: Uint8Array;
  answer: Uint8Array;
}

/** Which of the messages this server answers, and how. */
async function conversations(side: Side): Promise<Conversation[]> {
  await using server = await RunningRole.start(side.role);
  const askAll = async () => {
    const clients = messages.map(() => bind());
    for (const [i, client] of clients.entries()) await client.send(messages[i]!, server.address);
    return clients;
  };
  // What the second ones are answered comes after all answers to the first ones.
  const [first, second] = [await askAll(), await askAll()];
  const answered = (clients: Socket[]) =>
    server.sent.flatMap(({ data, to }) => {
      const i = clients.findIndex(({ address }) => sameAddress(address, to));
      return i < 0 ? [] : { question: messages[i]!, answer: data };
    });
  await until(
    () => answered(second).length > 0,
    `${called(side)} answers nothing of its own play.`,
  );
  for (const client of [...first, ...second]) client.close();
  return answered(first);
}

/** For each of these roles, which of the messages are questions, with the answers. */
export const known: Map<Side, Conversation[]> = new Map();
for (const side of answering) known.set(side, await conversations(side));

/**
 * Every datagram, without those alike, that the lessons send while they play, and the first one of each
 * role that asks: questions and answers.
 */
async function vocabulary(): Promise<Uint8Array[]> {
  const all = (await Promise.all(PAGES.filter(plays).map(said))).flat();
  for (const { role } of SIDES.filter(({ role }) => !role.listens)) all.push(...await asks(role));
  return all.filter((data, i) => all.findIndex((other) => sameBytes(other, data)) === i);
}

async function said({ lesson }: Page): Promise<Uint8Array[]> {
  const heard: Uint8Array[] = [];
  const diagram = new Diagram(() => {});
  const watch = diagram.watch.bind(diagram);
  diagram.watch = (name, socket) => {
    const watched = watch(name, socket);
    const { send } = watched;
    watched.send = async (data, to) => {
      const said = typeof data === "string" ? new TextEncoder().encode(data) : data.slice();
      const bytes = await send(data, to);
      heard.push(said); // and what was refused was not said
      return bytes;
    };
    return watched;
  };
  await lesson.play(diagram);
  return heard;
}

/** The first datagram of this role; none, if it wants a file or a line first. */
async function asks(role: Role): Promise<Uint8Array[]> {
  using silent = bind();
  try {
    await using _ = await RunningRole.start(role, silent.address);
    return [(await silent.receive({ signal: AbortSignal.timeout(300) })).data];
  } catch {
    return [];
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
