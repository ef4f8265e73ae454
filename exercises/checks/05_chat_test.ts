import { bind, formatAddress } from "../../lib/udp.ts";
import { listenWithNames, untilSilent } from "../05_chat.ts";
import { done, hear, same, throws, twin } from "./teacher.ts";

Deno.test("listenWithNames: anyone without a name is shown by address and port", async () => {
  using mine = bind();
  using ann = bind();
  await ann.send("Hello", mine.address);
  const story = 'Somebody sent "Hello".';
  const expected = [`${formatAddress(ann.address)}: Hello`];
  same(await done(listenWithNames(mine, 1), story), expected, story);
});

Deno.test("listenWithNames: a name said once is used from then on", async () => {
  using mine = bind();
  using ann = bind();
  for (const text of ["/nick Ann Lee", "Hello", "/nickel"]) await ann.send(text, mine.address);
  const story =
    'Somebody sent "/nick Ann Lee", "Hello" and "/nickel", and I asked for two messages.';
  const expected = ["Ann Lee: Hello", "Ann Lee: /nickel"];
  same(await done(listenWithNames(mine, 2), story), expected, story);
});

Deno.test("listenWithNames: everybody has a name of their own, and may change it", async () => {
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

Deno.test("listenWithNames: one port on two hosts is two people", async () => {
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

Deno.test("listenWithNames: messages and names are safe to print", async () => {
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

Deno.test("untilSilent: returns what was said before the silence", async () => {
  using mine = bind();
  using ann = bind();
  for (const text of ["one", "", "two"]) await ann.send(text, mine.address);
  const story = 'Somebody sent "one", an empty message and "two", then nothing for 250 ms.';
  same(await done(untilSilent(mine, 250), story, 700), ["one", "", "two"], story);
});

Deno.test("untilSilent: silence from the start is no message at all", async () => {
  using mine = bind();
  const story = "Nobody sent anything for 50 ms.";
  same(await done(untilSilent(mine, 50), story), [], story);
});

Deno.test("untilSilent: each message starts the wait again", async () => {
  using mine = bind();
  using ann = bind();
  const story = "Somebody sent five messages, 100 ms apart; silence is 300 ms.";
  const listening = untilSilent(mine, 300);
  for (let i = 1; i <= 5; i++) {
    await ann.send(`${i}`, mine.address);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  same(await done(listening, story, 700), ["1", "2", "3", "4", "5"], story);
});

Deno.test("untilSilent: what comes after the silence is not lost", async () => {
  using mine = bind();
  using ann = bind();
  const story = 'After 50 ms of silence I sent "late", and received it myself.';
  await done(untilSilent(mine, 50), story);
  await ann.send("late", mine.address);
  const lost = `${story} Does a receive of yours still wait, and did it take that one?`;
  same((await hear(mine, lost)).text, "late", story);
});

Deno.test("untilSilent: another failure than silence is thrown", async () => {
  const closed = bind();
  closed.close();
  const story = "I gave it a closed socket: receive throws BadResource.";
  await throws(() => untilSilent(closed, 50), Deno.errors.BadResource, story);
});
