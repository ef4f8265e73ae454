import { bind, formatAddress } from "../../lib/udp.ts";
import { findServers, whoIsHere } from "../06_broadcast.ts";
import { all, done, hear, same, twin } from "./teacher.ts";

// One socket stands for everyone: it hears the question, and the servers answer whoever asked.

Deno.test("findServers: asks everyone, once", async () => {
  using everyone = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 100);
  const { text, from } = await hear(everyone, "I listened at the address for everyone.");
  await everyone.send("broadcasting", from);
  await done(finding, "You were to collect answers for 100 ms.");
  const story = "I listened at the address for everyone, and answered once.";
  same([text, ...await all(everyone, 0)], ["who is there?"], story);
});

Deno.test("findServers: returns who answered, in the order of their answers", async () => {
  using everyone = bind();
  using one = bind();
  using two = bind();
  using three = twin(one);
  using client = bind();
  const servers = [one, two, ...(three ? [three] : [])];
  const finding = findServers(client, everyone.address, 300);
  const { from } = await hear(everyone, "I waited for your question.");
  for (const server of servers) await server.send("broadcasting", from);
  const story = three
    ? "Two servers on one machine answered, then one on another host, whose port is the first one's."
    : "Two servers on one machine answered.";
  const expected = servers.map(({ address }) => formatAddress(address));
  same((await done(finding, story, 700)).map(formatAddress), expected, story);
});

Deno.test("findServers: a server that answers twice is listed once", async () => {
  using everyone = bind();
  using one = bind();
  using two = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 300);
  const { from } = await hear(everyone, "I waited for your question.");
  for (const server of [one, two, one, one]) await server.send("broadcasting", from);
  const story = "The first server answered three times, the second once.";
  const expected = [one, two].map(({ address }) => formatAddress(address));
  same((await done(finding, story, 700)).map(formatAddress), expected, story);
});

Deno.test("findServers: waits for late answers, as long as there is time", async () => {
  using everyone = bind();
  using early = bind();
  using late = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 400);
  const { from } = await hear(everyone, "I waited for your question.");
  await early.send("broadcasting", from);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await late.send("broadcasting", from);
  const story = "One server answered at once, the other after 200 of the 400 ms.";
  const expected = [early, late].map(({ address }) => formatAddress(address));
  same((await done(finding, story, 800)).map(formatAddress), expected, story);
});

Deno.test("findServers: ends when the time is up, however many go on answering", async () => {
  using everyone = bind();
  using server = bind();
  using client = bind();
  const story = "You were to collect for 150 ms; a server answered every 50 ms.";
  const noise = setInterval(() => server.send("broadcasting", client.address), 50);
  try {
    await done(findServers(client, everyone.address, 150), story);
  } finally {
    clearInterval(noise);
  }
});

const ann = { hostname: "127.0.0.1", port: 1001 };
const bob = { hostname: "127.0.0.1", port: 1002 };
const cem = { hostname: "127.0.0.2", port: 1001 };

Deno.test("whoIsHere: everyone who was heard from lately", () => {
  const heard = [{ from: ann, at: 10 }, { from: bob, at: 20 }];
  const story =
    "Ann (port 1001) was heard at 10, Bob (1002) at 20. now was 50, and forgetAfter 100.";
  same(whoIsHere(heard, 50, 100), ["127.0.0.1:1001", "127.0.0.1:1002"], story);
});

Deno.test("whoIsHere: one port on two hosts is two people", () => {
  const heard = [{ from: ann, at: 10 }, { from: cem, at: 20 }];
  const story = "Ann and Cem were heard, with the same port on two hosts.";
  same(whoIsHere(heard, 50, 100), ["127.0.0.1:1001", "127.0.0.2:1001"], story);
});

Deno.test("whoIsHere: each one once", () => {
  const heard = [10, 20, 30].map((at) => ({ from: ann, at }));
  const story = "Ann was heard at 10, 20 and 30. now was 50, and forgetAfter 100.";
  same(whoIsHere(heard, 50, 100), ["127.0.0.1:1001"], story);
});

Deno.test("whoIsHere: forgets those who fell silent", () => {
  const heard = [{ from: ann, at: 10 }, { from: bob, at: 60 }];
  const story = "Ann was heard at 10, Bob at 60. now was 110, and forgetAfter 100:";
  same(whoIsHere(heard, 110, 100), ["127.0.0.1:1002"], `${story} Ann was silent for all of it.`);
  const both = ["127.0.0.1:1001", "127.0.0.1:1002"];
  same(whoIsHere(heard, 109, 100), both, story.replace("110", "109"));
});

Deno.test("whoIsHere: who is heard again stays, and goes to the end", () => {
  const heard = [{ from: ann, at: 10 }, { from: bob, at: 20 }, { from: ann, at: 90 }];
  const story = "Ann was heard at 10, Bob at 20, Ann at 90. now was 100, and forgetAfter 100.";
  same(whoIsHere(heard, 100, 100), ["127.0.0.1:1002", "127.0.0.1:1001"], story);
});
