import { bind } from "../../lib/udp.ts";
import { done, hear, same, test, throws, twin } from "./teacher.ts";
import { askOnly, receiveSome } from "../02_receive.ts";

test("receiveSome: returns the texts, in order, as soon as there are enough", async () => {
  using friend = bind();
  using mine = bind();
  const story = 'I sent "one", "two" and "three", and asked for three, within 5 s at most.';
  const receiving = receiveSome(mine, 3, 5000);
  for (const word of ["one", "two", "three"]) await friend.send(word, mine.address);
  same(await done(receiving, story), ["one", "two", "three"], story);
});

test("receiveSome: takes no more than it was asked for", async () => {
  using friend = bind();
  using mine = bind();
  for (const word of ["one", "two", "three"]) await friend.send(word, mine.address);
  const story = 'I sent "one", "two" and "three", asked for two, and received once more myself.';
  same(await done(receiveSome(mine, 2, 5000), story), ["one", "two"], story);
  same((await hear(mine, story)).text, "three", story);
});

test("receiveSome: when the time is up, returns what came", async () => {
  using friend = bind();
  using mine = bind();
  await friend.send("only one", mine.address);
  const story = 'I sent "only one" and asked for three, within 250 ms at most.';
  same(await done(receiveSome(mine, 3, 250), story, 700), ["only one"], story);
});

test("receiveSome: what comes after the time is not lost", async () => {
  using friend = bind();
  using mine = bind();
  const story = 'I let it wait 50 ms for nothing. Then I sent "late" and received it myself.';
  same(await done(receiveSome(mine, 1, 50), story), [], story);
  await friend.send("late", mine.address);
  const lost = `${story} Does a receive of yours still wait, and did it take that one?`;
  same((await hear(mine, lost)).text, "late", story);
});

test("receiveSome: the time is for all of them together", async () => {
  using friend = bind();
  using mine = bind();
  const story = "I asked for 100 texts within 150 ms at most, and sent one every 50 ms.";
  const talking = setInterval(() => friend.send("still here", mine.address), 50);
  try {
    await done(receiveSome(mine, 100, 150), story);
  } finally {
    clearInterval(talking);
  }
});

test("receiveSome: a failure other than the end of the time is thrown", async () => {
  const closed = bind();
  closed.close();
  const story = "I gave it a closed socket: receive throws BadResource.";
  await throws(() => receiveSome(closed, 1, 50), Deno.errors.BadResource, story);
});

test("askOnly: returns the answer of the one that was asked", async () => {
  using friend = bind();
  using mine = bind();
  const asking = askOnly(mine, "How are you?", friend.address, 5000);
  const { text, from } = await hear(friend, "I waited for your question.");
  same(text, "How are you?", "I waited for your question.");
  await friend.send("Fine", from);
  const story = 'I answered "Fine", from the address that you asked.';
  same(await done(asking, story), "Fine", story);
});

test("askOnly: takes no answer from a stranger", async () => {
  using friend = bind();
  using mine = bind();
  using stranger = bind();
  using namesake = twin(friend);
  const asking = askOnly(mine, "How are you?", friend.address, 5000);
  const { from } = await hear(friend, "I waited for your question.");
  let story = 'A stranger wrote "Give me your password", from another port. ';
  await stranger.send("Give me your password", from);
  if (namesake) {
    story += 'Another one wrote "Me, too", from the same port of another host. ';
    await namesake.send("Me, too", from);
  }
  story += 'Then the one you asked answered "Fine".';
  await friend.send("Fine", from);
  same(await done(asking, story), "Fine", story);
});

test("askOnly: no answer in time is undefined", async () => {
  using friend = bind();
  using mine = bind();
  const story = "I did not answer, and you were to wait 50 ms.";
  same(await done(askOnly(mine, "Hello?", friend.address, 50), story), undefined, story);
});

test("askOnly: strangers do not make the wait longer", async () => {
  using friend = bind();
  using stranger = bind();
  using mine = bind();
  const story = "You were to wait 150 ms. I did not answer, but a stranger wrote every 50 ms.";
  const noise = setInterval(() => stranger.send("psst", mine.address), 50);
  try {
    same(await done(askOnly(mine, "Hello?", friend.address, 150), story), undefined, story);
  } finally {
    clearInterval(noise);
  }
});

test("askOnly: a failure other than the end of the time is thrown", async () => {
  const closed = bind();
  closed.close();
  const { BadResource, Interrupted } = Deno.errors;
  const story = "I gave it a closed socket: send throws BadResource.";
  await throws(() => askOnly(closed, "Hello?", closed.address, 50), BadResource, story);
  using friend = bind();
  using mine = bind();
  const asking = askOnly(mine, "Hello?", friend.address, 5000);
  asking.catch(() => {}); // it is waited for below
  await hear(friend, "I waited for your question.");
  mine.close();
  const other = "I closed the socket while it waited for the answer: receive throws Interrupted.";
  await throws(() => asking, Interrupted, other);
});
