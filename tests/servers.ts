/**
 * The servers of all lessons, and what they answer: found by letting the lessons play and their clients ask.
 *
 * @module
 */
import { Diagram } from "../cli/diagram.ts";
import type { Role } from "../cli/lesson.ts";
import { bind, formatAddress, MAX_BYTES, sameAddress, type Socket } from "../lib/udp.ts";
import { until } from "./helpers.ts";
import { type Page, PAGES, plays, type Side, SIDES, speaksQuic, standsAlone } from "./lessons.ts";
import { RunningRole } from "./role.ts";

/** What a test calls it. */
export const called = ({ page: { number }, word }: Side): string => `lesson ${number}, ${word}`;

/** The roles that wait for whoever writes to them. */
export const listening: Side[] = SIDES.filter((side) => side.role.listens && standsAlone(side));

/** Those of them that answer. */
export const answering: Side[] = listening.filter(({ role }) => role.answers);

/** The roles that pass on what they are sent, and what comes back. */
export const relays: Side[] = SIDES.filter(({ role: { listens, options = {} } }) =>
  listens && Object.values(options).some(({ address }) => address)
);

/** The roles that listen and do not say that they answer. */
export const mute: Side[] = SIDES.filter(({ role }) => role.listens && !role.answers);

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
  /** Whether two clients, or the same one later, got different answers: an address in it, a time. */
  varies: boolean;
}

/** Whether these bytes are this answer, or if it varies, one of about its length that begins like it. */
export function isAnswer(data: Uint8Array, { answer, varies }: Conversation): boolean {
  if (!varies) return sameBytes(data, answer);
  return data[0] === answer[0] && Math.abs(data.length - answer.length) <= 40;
}

/** Which of the messages this server answers, and how. */
async function conversations(side: Side): Promise<Conversation[]> {
  await using server = await RunningRole.start(side.role);
  let sent = 0;
  const askAll = async () => {
    const clients = messages.map(() => bind());
    for (const [i, client] of clients.entries()) {
      await client.send(messages[i]!, server.address);
      await server.receives(++sent); // all at once would be more than its receive buffer holds
    }
    return clients;
  };
  // A server handles the second ones after the first ones.
  const [first, second] = [await askAll(), await askAll()];
  const answered = (clients: Socket[]) =>
    server.sent.flatMap(({ data, to }) => {
      const i = clients.findIndex(({ address }) => sameAddress(address, to));
      return i < 0 ? [] : { question: messages[i]!, answer: data };
    });
  // But where it looks for a file, the answer may come later. So it must have printed all of them.
  const told = ({ address }: Socket) =>
    server.printed.some((line) => line.includes(formatAddress(address)));
  await until(
    () =>
      [...first, ...second].every(told) &&
      answered(second).length > 0 && answered(first).length >= answered(second).length,
    `${called(side)} answers nothing that its lesson sends.`,
  );
  for (const client of [...first, ...second]) client.close();
  const again = answered(second);
  return answered(first).map(({ question, answer }) => {
    const other = again.find((conversation) => conversation.question === question);
    return { question, answer, varies: other !== undefined && !sameBytes(other.answer, answer) };
  });
}

/** For each of these roles, which of the messages are questions, with the answers. */
export const known: Map<Side, Conversation[]> = new Map();
for (const side of answering) known.set(side, await conversations(side));

/** What the lessons send while they play, and what their clients send first: each datagram once. */
async function vocabulary(): Promise<Uint8Array[]> {
  const asked: Uint8Array[] = [];
  for (const { role } of SIDES) if (!role.listens && !role.quic) asked.push(...await asks(role));
  // This takes longer than a client pauses between two sends: no timer of theirs is left to a test.
  // What QUIC sends is encrypted, and different at each play: to any other program it is noise.
  const plain = PAGES.filter((page) => plays(page) && !speaksQuic(page));
  const played = await Promise.all(plain.map(said));
  const all = [...played.flat(), ...asked];
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
