import { bind, formatAddress, type Socket } from "../../lib/udp.ts";
import { all, done, forged, hear, noWayBack, pause, same, test, throws, twin } from "./teacher.ts";
import { listenWithNames, talkAndFollow } from "../05_chat.ts";

test("listenWithNames: anyone without a name is shown by address and port", async () => {
  using mine = bind();
  using ann = bind();
  await ann.send("Hello", mine.address);
  const story = 'Somebody sent "Hello".';
  const expected = [`${formatAddress(ann.address)}: Hello`];
  same(await done(listenWithNames(mine, 1), story), expected, story);
});

test("listenWithNames: a name said once is used from then on", async () => {
  using mine = bind();
  using ann = bind();
  for (const text of ["/nick Ann Lee", "Hello", "/nickel"]) await ann.send(text, mine.address);
  const story =
    'Somebody sent "/nick Ann Lee", "Hello" and "/nickel", and I asked for two messages.';
  const expected = ["Ann Lee: Hello", "Ann Lee: /nickel"];
  same(await done(listenWithNames(mine, 2), story), expected, story);
});

test("listenWithNames: everybody has a name of their own, and may change it", async () => {
  using mine = bind();
  using ann = bind();
  using bob = bind();
  await ann.send("/nick Ann", mine.address);
  await bob.send("/nick Bob", mine.address);
  await ann.send("Hi", mine.address);
  await bob.send("Hello", mine.address);
  await ann.send("/nick Anna", mine.address);
  await ann.send("It is Anna now", mine.address);
  const story =
    "Ann and Bob said their names and a message each; then Ann became Anna, and said so.";
  const expected = ["Ann: Hi", "Bob: Hello", "Anna: It is Anna now"];
  same(await done(listenWithNames(mine, 3), story), expected, story);
});

test("listenWithNames: one port on two hosts is two people", async () => {
  using mine = bind();
  using ann = bind();
  using other = twin(ann);
  if (!other) return;
  for (const text of ["/nick Ann", "Hi"]) await ann.send(text, mine.address);
  await other.send("Hello", mine.address);
  const story =
    "Ann said her name and Hi. Then somebody said Hello on another host, but with her port.";
  const expected = ["Ann: Hi", `${formatAddress(other.address)}: Hello`];
  same(await done(listenWithNames(mine, 2), story), expected, story);
});

test("listenWithNames: messages and names are safe to print", async () => {
  using mine = bind();
  using ann = bind();
  await ann.send("\x1b[2Jgone", mine.address);
  await ann.send("/nick A\rnn", mine.address);
  await ann.send("Hello\n", mine.address);
  const story =
    "The messages held an escape character and a line break, the name a carriage return.";
  const expected = [`${formatAddress(ann.address)}: \\x1b[2Jgone`, "A\\rnn: Hello\\n"];
  same(await done(listenWithNames(mine, 2), story), expected, story);
});

test("listenWithNames: no message wanted, none taken", async () => {
  using mine = bind();
  using ann = bind();
  await ann.send("Hello", mine.address);
  const story = 'Somebody sent "Hello", but I asked for 0 messages, and then received it myself.';
  same(await done(listenWithNames(mine, 0), story), [], story);
  same((await hear(mine, story)).text, "Hello", story);
});

test("talkAndFollow: each line is sent at once, as one datagram", async () => {
  using mine = bind();
  using ann = bind();
  const { typed, type, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  const story = 'I typed "Hi Ann" and, when that had come, "It rains".';
  type("Hi Ann");
  same((await hear(ann, story)).text, "Hi Ann", story);
  type("It rains");
  end();
  await done(talking, story);
  same(await all(ann, 1), ["It rains"], story);
});

test("talkAndFollow: who starts again is followed to the new port", async () => {
  using mine = bind();
  using ann = bind();
  using again = bind();
  const { typed, type, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  const story =
    "I typed a line. Then Ann started again, sent an empty datagram from her new port, and I typed a second.";
  type("one");
  same((await hear(ann, story)).text, "one", story);
  await says(again, "", mine);
  type("two");
  end();
  await done(talking, story);
  const where = `${story} The second line`;
  same(await all(again, 1), ["two"], `${where} should come to the new port. There came:`);
});

test("talkAndFollow: as often as she starts, and whatever she says", async () => {
  using mine = bind();
  using ann = bind();
  using second = bind();
  using third = bind();
  const { typed, type, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  await says(second, "", mine);
  await says(third, "Here I am", mine);
  type("one");
  const story =
    "Ann started again twice. From her third port she said a word, then I typed a line.";
  same((await hear(third, story)).text, "one", story);
  await says(ann, "", mine);
  type("two");
  end();
  const back = "At last she was at her first port again: the system may pick the same one twice.";
  same((await hear(ann, back)).text, "two", back);
  await done(talking, back);
});

test("talkAndFollow: another host changes nothing", async () => {
  using mine = bind();
  using ann = bind();
  using other = twin(ann);
  if (!other) return;
  const { typed, type, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  await says(other, "I am Ann", mine);
  type("Hi Ann");
  end();
  const story = "Somebody wrote from another host than Ann's. Then I typed a line, to Ann.";
  await done(talking, story);
  same(await all(ann, 1), ["Hi Ann"], story);
});

test("talkAndFollow: port 0 is not followed", async () => {
  using ann = bind();
  using mine = forged("", { hostname: "127.0.0.1", port: 0 });
  const { typed, type, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  talking.catch(() => {}); // it is waited for below
  await moment();
  type("Hi Ann");
  end();
  const story = "A datagram came from Ann's host and port 0. Then I typed a line.";
  await done(talking, story);
  same(await all(ann, 1), ["Hi Ann"], story);
});

test("talkAndFollow: after the last line it receives no more", async () => {
  using mine = bind();
  using ann = bind();
  const { typed, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  end();
  const story = 'I typed nothing and ended. Then Ann sent "late", and I received it myself.';
  await done(talking, story);
  await ann.send("late", mine.address);
  const lost = `${story} Does a receive of yours still wait, and did it take that one?`;
  same((await hear(mine, lost)).text, "late", story);
});

test("talkAndFollow: a failure is thrown", async () => {
  using mine = bind();
  using ann = bind();
  noWayBack(mine, ann.address);
  const { typed, type, end } = keyboard();
  const sending = talkAndFollow(mine, ann.address, typed);
  type("Hi Ann");
  end();
  const story = "To send a line failed: NetworkUnreachable.";
  await throws(() => sending, Deno.errors.NetworkUnreachable, story);
  const waiting = talkAndFollow(mine, ann.address, keyboard().typed);
  waiting.catch(() => {}); // it is waited for below
  await moment();
  mine.close();
  const other = "I closed the socket before the last line: receive throws Interrupted.";
  await throws(() => waiting, Deno.errors.Interrupted, other);
});

/** Lines that come when the check types them. */
function keyboard() {
  let lines!: ReadableStreamDefaultController<string>;
  const typed = new ReadableStream<string>({ start: (controller) => void (lines = controller) });
  return { typed, type: (line: string) => lines.enqueue(line), end: () => lines.close() };
}

/** Sends, and leaves the other side time to see it. */
async function says(from: Socket, text: string, to: Socket): Promise<void> {
  await from.send(text, to.address);
  await moment();
}

function moment(): Promise<void> {
  return pause(100);
}
