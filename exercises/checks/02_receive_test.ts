import { bind } from "../../lib/udp.ts";
import { done, hear, same, test, throws, twin } from "./teacher.ts";
import { askNumbered, receiveSome } from "../02_receive.ts";

test("receiveSome: returns the texts in order, as soon as there are enough", async () => {
  using friend = bind();
  using mine = bind();
  const story = 'I sent "one", "two" and "three", and asked for three texts within 5 s.';
  const receiving = receiveSome(mine, 3, 5000);
  for (const word of ["one", "two", "three"]) await friend.send(word, mine.address);
  same(await done(receiving, story), ["one", "two", "three"], story);
});

test("receiveSome: receives no more than count datagrams", async () => {
  using friend = bind();
  using mine = bind();
  for (const word of ["one", "two", "three"]) await friend.send(word, mine.address);
  const story =
    'I sent "one", "two" and "three", and asked for two texts. Then I received one myself.';
  same(await done(receiveSome(mine, 2, 5000), story), ["one", "two"], story);
  same((await hear(mine, story)).text, "three", story);
});

test("receiveSome: returns what came when the time is up", async () => {
  using friend = bind();
  using mine = bind();
  await friend.send("only one", mine.address);
  const story = 'I sent "only one", and asked for three texts within 250 ms.';
  same(await done(receiveSome(mine, 3, 250), story, 700), ["only one"], story);
});

test("receiveSome: does not lose what comes later", async () => {
  using friend = bind();
  using mine = bind();
  const story =
    'I sent nothing for 50 ms, the whole time. Then I sent "late" and received it myself.';
  same(await done(receiveSome(mine, 1, 50), story), [], story);
  await friend.send("late", mine.address);
  const lost = `${story} Does a receive() of yours still wait, and did it take this datagram?`;
  same((await hear(mine, lost)).text, "late", story);
});

test("receiveSome: waits at most this time for all of them together", async () => {
  using friend = bind();
  using mine = bind();
  const story = "I asked for 100 texts within 150 ms, and sent one every 50 ms.";
  const talking = setInterval(() => friend.send("still here", mine.address), 50);
  try {
    await done(receiveSome(mine, 100, 150), story);
  } finally {
    clearInterval(talking);
  }
});

test("receiveSome: lets every other error through", async () => {
  const closed = bind();
  closed.close();
  const story = "I gave it a closed socket: receive throws BadResource.";
  await throws(() => receiveSome(closed, 1, 50), Deno.errors.BadResource, story);
});

test("askNumbered: returns the reply without its number", async () => {
  using friend = bind();
  using mine = bind();
  const asking = askNumbered(mine, "7 Is it dark?", friend.address, 5000);
  const { text, from } = await hear(friend, "I waited for your question.");
  same(text, "7 Is it dark?", "I waited for your question.");
  await friend.send("7 Yes, 7 stars!", from);
  const story = 'I replied "7 Yes, 7 stars!", from the address that you asked.';
  same(await done(asking, story), "Yes, 7 stars!", story);

  const long = askNumbered(mine, "12 Is it cold?", friend.address, 5000);
  await hear(friend, "I waited for your second question.");
  await friend.send("12 No.", from);
  const another = 'You asked "12 Is it cold?", and I replied "12 No.".';
  same(await done(long, another), "No.", another);
});

test("askNumbered: ignores a late reply, which has another number", async () => {
  using friend = bind();
  using mine = bind();
  const asking = askNumbered(mine, "7 Is it dark?", friend.address, 5000);
  const { from } = await hear(friend, "I waited for your question.");
  for (const reply of ["6 Late!", "70 Wrong!", "No 7 is here.", "7 No!"]) {
    await friend.send(reply, from);
  }
  const story =
    'You asked "7 Is it dark?". I replied "6 Late!", "70 Wrong!", "No 7 is here." and ' +
    'then "7 No!".';
  same(await done(asking, story), "No!", story);
});

test("askNumbered: ignores a stranger", async () => {
  using friend = bind();
  using mine = bind();
  using stranger = bind();
  using namesake = twin(friend);
  const asking = askNumbered(mine, "7 Is it dark?", friend.address, 5000);
  const { from } = await hear(friend, "I waited for your question.");
  let story = 'A stranger sent "7 Tell me your password", from another port. ';
  await stranger.send("7 Tell me your password", from);
  if (namesake) {
    story += 'Another stranger sent "7 And mine", from the same port of another host. ';
    await namesake.send("7 And mine", from);
  }
  story += 'Then the one that you asked replied "7 Yes!".';
  await friend.send("7 Yes!", from);
  same(await done(asking, story), "Yes!", story);
});

test("askNumbered: returns undefined if no reply comes in time", async () => {
  using friend = bind();
  using mine = bind();
  const story = "I did not reply, and you had to wait for 50 ms.";
  same(await done(askNumbered(mine, "7 Hello?", friend.address, 50), story), undefined, story);
});

test("askNumbered: strangers do not make the wait longer", async () => {
  using friend = bind();
  using stranger = bind();
  using mine = bind();
  const story = "You had to wait for 150 ms. I did not reply, but a stranger sent every 50 ms.";
  const noise = setInterval(() => stranger.send("7 psst", mine.address), 50);
  try {
    same(await done(askNumbered(mine, "7 Hello?", friend.address, 150), story), undefined, story);
  } finally {
    clearInterval(noise);
  }
});

test("askNumbered: lets every error through", async () => {
  const closed = bind();
  closed.close();
  const { BadResource, Interrupted } = Deno.errors;
  const story = "I gave it a closed socket: send throws BadResource.";
  await throws(() => askNumbered(closed, "7 Hello?", closed.address, 50), BadResource, story);
  using friend = bind();
  using mine = bind();
  const asking = askNumbered(mine, "7 Hello?", friend.address, 5000);
  asking.catch(() => {}); // it is waited for below
  await hear(friend, "I waited for your question.");
  mine.close();
  const other = "I closed the socket while it waited for the reply: receive throws Interrupted.";
  await throws(() => asking, Interrupted, other);
});
