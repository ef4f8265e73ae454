import { bind, type Socket } from "../../lib/udp.ts";
import { all, done, hear, same, test, throws } from "./teacher.ts";
import { selectiveAcks, sendWithin } from "../10_window.ts";

/** A selective ACK. */
const ack = (lowest: number, ...held: number[]) => ({ lowest, held });

test("selectiveAcks: no arrivals, no ACKs", () => {
  same(selectiveAcks([]), [], "Nothing arrived.");
});

test("selectiveAcks: in order, each part raises the lowest one", () => {
  same(selectiveAcks([0, 1, 2]), [ack(1), ack(2), ack(3)], "The parts 0, 1 and 2 arrived.");
});

test("selectiveAcks: parts behind a gap are held, in ascending order", () => {
  const acks = [ack(1), ack(1, 3), ack(1, 2, 3), ack(1, 2, 3, 12)];
  same(selectiveAcks([0, 3, 2, 12]), acks, "The parts 0, 3, 2 and 12 arrived, in this order.");
});

test("selectiveAcks: a part that fills a gap raises it past all that are held", () => {
  const acks = [ack(0, 1), ack(0, 1, 2), ack(0, 1, 2, 4), ack(3, 4), ack(5)];
  same(selectiveAcks([1, 2, 4, 0, 3]), acks, "The parts 1, 2, 4, 0 and 3 arrived, in this order.");
});

test("selectiveAcks: a part that comes twice gets an ACK, and changes nothing", () => {
  const acks = [ack(1), ack(1), ack(1, 2), ack(1, 2)];
  same(selectiveAcks([0, 0, 2, 2]), acks, "The parts 0 and 2 arrived, each of them twice.");
  const late = [ack(0, 1), ack(2), ack(2), ack(2)];
  same(selectiveAcks([1, 0, 1, 0]), late, "The parts 1, 0, 1 and 0 arrived, in this order.");
});

const TEXTS = ["zero", "one", "two", "three", "four"];
const PARTS = TEXTS.map((text, i) => `PART ${i} ${text}`);

/** The texts of the next datagrams. */
async function next(socket: Socket, count: number, story: string): Promise<string[]> {
  const came: string[] = [];
  while (came.length < count) came.push((await hear(socket, story)).text);
  return came;
}

/** Starts to send. Resolves when the first text has come. */
async function begun(receiver: Socket, sender: Socket) {
  const sending = sendWithin(sender, TEXTS, receiver.address);
  const first = hear(receiver, "I waited for the first text.");
  first.catch(() => {}); // it is waited for below
  await Promise.race([first, sending]); // code that throws at once is told as that
  sending.catch(() => {}); // it may be waiting when the socket is closed
  await first;
  const say = (ack: string) => receiver.send(ack, sender.address);
  return { sending, say };
}

test("sendWithin: sends one text, and then waits for an ACK", async () => {
  using receiver = bind();
  using sender = bind();
  sendWithin(sender, TEXTS, receiver.address).catch(() => {});
  same(await all(receiver, 1), [PARTS[0]], "There was no ACK yet. These came:");
});

test("sendWithin: an ACK gives room for so many texts after it", async () => {
  using receiver = bind();
  using sender = bind();
  const { say } = await begun(receiver, sender);
  await say("ACK 0 ROOM 3");
  same(await all(receiver, 3), PARTS.slice(1, 4), "I said ACK 0 ROOM 3. These came then:");
});

test("sendWithin: the ACK of the last text ends it, and no texts need no datagram", async () => {
  using receiver = bind();
  using sender = bind();
  const { sending, say } = await begun(receiver, sender);
  await say("ACK 0 ROOM 9");
  const story = "I said ACK 0 ROOM 9.";
  same(await next(receiver, 4, story), PARTS.slice(1), `${story} These came then:`);
  await say("ACK 4 ROOM 9");
  await done(sending, `${story} I got all of them, and said ACK 4 ROOM 9.`);
  await done(sendWithin(sender, [], receiver.address), "There were no texts.");
  same(await all(receiver, 0), [], "There were no texts. These came:");
});

test("sendWithin: with room 0 it sends nothing, until an ACK says that there is room", async () => {
  using receiver = bind();
  using sender = bind();
  const { say } = await begun(receiver, sender);
  await say("ACK 0 ROOM 0");
  same(await all(receiver, 0), [], "I said ACK 0 ROOM 0. These came then:");
  await say("ACK 0 ROOM 2");
  const story = "I said ACK 0 ROOM 0, and soon after that ACK 0 ROOM 2. These came then:";
  same(await all(receiver, 2), PARTS.slice(1, 3), story);
});

test("sendWithin: with room 0 it asks with one text after 100 ms", async () => {
  using receiver = bind();
  using sender = bind();
  const { say } = await begun(receiver, sender);
  await say("ACK 0 ROOM 0");
  const story = "I said ACK 0 ROOM 0, and then nothing.";
  const start = performance.now();
  same(await next(receiver, 1, story), [PARTS[1]], `${story} This came:`);
  const waited = Math.round(performance.now() - start);
  same(waited > 80, true, `${story} It came after ${waited} ms. Was that late enough?`);
  same(await all(receiver, 0), [], `${story} After ${PARTS[1]} came at once:`);
});

test("sendWithin: less room than before stops it earlier", async () => {
  using receiver = bind();
  using sender = bind();
  const { say } = await begun(receiver, sender);
  await say("ACK 0 ROOM 3");
  const story = "I said ACK 0 ROOM 3, got three texts, and said ACK 1 ROOM 1.";
  await next(receiver, 3, story);
  await say("ACK 1 ROOM 1");
  same(await next(receiver, 1, story), [PARTS[2]], `${story} After 100 ms came:`);
  same(await all(receiver, 0), [], `${story} After ${PARTS[2]} came at once:`);
});

test("sendWithin: after 100 ms without a new ACK it goes back, in order", async () => {
  using receiver = bind();
  using sender = bind();
  const { sending, say } = await begun(receiver, sender);
  await say("ACK 0 ROOM 3");
  const story = "I said ACK 0 ROOM 3, got three texts, and said nothing.";
  await next(receiver, 3, story);
  const start = performance.now();
  same(await next(receiver, 3, story), PARTS.slice(1, 4), `${story} After 100 ms came:`);
  const waited = Math.round(performance.now() - start);
  same(waited > 80, true, `${story} They came after ${waited} ms. Was that late enough?`);
  await say("ACK 3 ROOM 1");
  same(await next(receiver, 1, story), [PARTS[4]], `${story} Then I said ACK 3 ROOM 1.`);
  await say("ACK 4 ROOM 0");
  await done(sending, `${story} In the end I said ACK 4 ROOM 0.`);
});

test("sendWithin: after it went back, an ACK counts for all that it has sent before", async () => {
  using receiver = bind();
  using sender = bind();
  const { say } = await begun(receiver, sender);
  await say("ACK 0 ROOM 3");
  const story = "I said ACK 0 ROOM 3, got three texts, and said ACK 1 ROOM 1.";
  await next(receiver, 3, story);
  await say("ACK 1 ROOM 1");
  same(await next(receiver, 1, story), [PARTS[2]], `${story} After 100 ms came:`);
  await say("ACK 3 ROOM 1");
  same(await next(receiver, 1, story), [PARTS[4]], `${story} Then I said ACK 3 ROOM 1. This came:`);
});

test("sendWithin: ignores an ACK that is old, too new, or from a stranger", async () => {
  using receiver = bind();
  using stranger = bind();
  using sender = bind();
  const { say } = await begun(receiver, sender);
  await say("ACK 0 ROOM 2");
  const story = "I said ACK 0 ROOM 2, then ACK 2 ROOM 1.";
  await next(receiver, 2, story);
  await say("ACK 2 ROOM 1");
  same(await next(receiver, 1, story), [PARTS[3]], `${story} This came then:`);
  const old =
    `${story} Then I said ACK 0 ROOM 9 and ACK 4 ROOM 9. Somebody else said ACK 3 ROOM 9.`;
  for (const wrong of ["ACK 0 ROOM 9", "ACK 4 ROOM 9"]) await say(wrong);
  await stranger.send("ACK 3 ROOM 9", sender.address);
  same(await all(receiver, 0), [], `${old} These came at once:`);
  same(await next(receiver, 1, old), [PARTS[3]], `${old} After 100 ms came:`);
});

test("sendWithin: an ACK that says nothing new does not make it wait longer", async () => {
  using receiver = bind();
  using sender = bind();
  const { say } = await begun(receiver, sender);
  await say("ACK 0 ROOM 1");
  const story = "I said ACK 0 ROOM 1, got one text, and said ACK 0 ROOM 1 again every 10 ms.";
  await next(receiver, 1, story);
  const chatter = setInterval(() => say("ACK 0 ROOM 1").catch(() => {}), 10);
  try {
    same(await next(receiver, 1, story), [PARTS[1]], `${story} After 100 ms came:`);
  } finally {
    clearInterval(chatter);
  }
});

test("sendWithin: a failure is not taken for a missing ACK", async () => {
  using receiver = bind();
  const sender = bind();
  const { sending } = await begun(receiver, sender);
  sender.close();
  await throws(() => sending, Error, "I closed the socket.");
});
