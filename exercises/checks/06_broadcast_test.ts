import { bind, formatAddress, type Socket } from "../../lib/udp.ts";
import { all, done, hear, same, test, throws, twin } from "./teacher.ts";
import { findServers, whoIsHere } from "../06_broadcast.ts";

// In most cases one socket stands for everyone: it hears the question, and the servers answer whoever asked.
// One case is for Linux alone: elsewhere, 127.255.255.255 is no broadcast address.

const asked = "I waited for your question.";

test("findServers: asks everyone, once", async () => {
  using everyone = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 100);
  const { text, from } = await hear(everyone, "I listened at the address for everyone.");
  await everyone.send("printer", from);
  await done(finding, "You were to collect answers for 100 ms.");
  const story = "I listened at the address for everyone, and answered once.";
  same([text, ...await all(everyone, 0)], ["who is there?"], story);
});

test("findServers: a broadcast finds all servers that share the port", async () => {
  const hostname = "127.255.255.255";
  using one = bind({ hostname, reuseAddress: true });
  using two = bind({ ...one.address, reuseAddress: true });
  using client = bind();
  const finding = findServers(client, one.address, 300);
  for (const [server, name] of [[one, "printer"], [two, "scanner"]] as const) {
    const { from } = await hear(server, `I waited at ${formatAddress(one.address)}.`);
    await server.send(name, from);
  }
  const story =
    `You sent one datagram to ${hostname}, and two servers heard it: they share the port. ` +
    "Their answers come from the machine's own address: nothing comes from a broadcast address.";
  const where = `127.0.0.1:${one.address.port}`;
  const expected = [`printer at ${where}`, `scanner at ${where}`];
  same(await done(finding, story, 700), expected, story);
}, "linux");

test("findServers: returns who answered, in the order of their answers", async () => {
  using everyone = bind();
  using one = bind();
  using two = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 300);
  const { from } = await hear(everyone, asked);
  await two.send("scanner", from);
  await one.send("printer", from);
  const story = "First the scanner answered, then the printer.";
  const expected = [line("scanner", two), line("printer", one)];
  same(await done(finding, story, 700), expected, story);
});

test("findServers: one name at two addresses is two servers", async () => {
  using everyone = bind();
  using one = bind();
  using two = bind();
  using three = twin(one);
  using client = bind();
  const servers = [one, two, ...(three ? [three] : [])];
  const finding = findServers(client, everyone.address, 300);
  const { from } = await hear(everyone, asked);
  for (const server of servers) await server.send("printer", from);
  const story = three
    ? "Three printers answered: two on one host, and one on another, whose port is the first one's."
    : "Two printers answered, on one host.";
  same(await done(finding, story, 700), servers.map((server) => line("printer", server)), story);
});

test("findServers: a server that answers twice is listed once", async () => {
  using everyone = bind();
  using one = bind();
  using two = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 300);
  const { from } = await hear(everyone, asked);
  for (const server of [one, two, one, one]) await server.send("printer", from);
  const story = "The first server answered three times, the second once.";
  same(await done(finding, story, 700), [line("printer", one), line("printer", two)], story);
});

test("findServers: names are safe to print", async () => {
  using everyone = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 200);
  const { from } = await hear(everyone, asked);
  await everyone.send("\x1b[2Jprinter\n", from);
  const story = "The name held an escape character and a line break.";
  same(await done(finding, story, 600), [line("\\x1b[2Jprinter\\n", everyone)], story);
});

test("findServers: waits for late answers, as long as there is time", async () => {
  using everyone = bind();
  using early = bind();
  using late = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 400);
  const { from } = await hear(everyone, asked);
  await early.send("early", from);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await late.send("late", from);
  const story = "One server answered at once, the other after 200 of the 400 ms.";
  same(await done(finding, story, 800), [line("early", early), line("late", late)], story);
});

test("findServers: ends when the time is up, however many go on answering", async () => {
  using everyone = bind();
  using server = bind();
  using client = bind();
  const story = "You were to collect for 500 ms; a server answered every 5 ms.";
  const noise = setInterval(() => server.send("printer", client.address), 5);
  try {
    await done(findServers(client, everyone.address, 500), story, 900);
  } finally {
    clearInterval(noise);
  }
});

test("findServers: a failure other than the end of the time is thrown", async () => {
  using everyone = bind();
  const closed = bind();
  closed.close();
  const { BadResource, Interrupted } = Deno.errors;
  const story = "I gave it a closed socket: send throws BadResource.";
  await throws(() => findServers(closed, everyone.address, 50), BadResource, story);
  using client = bind();
  const finding = findServers(client, everyone.address, 5000);
  finding.catch(() => {}); // it is waited for below
  await hear(everyone, asked);
  client.close();
  const other = "I closed the socket while it waited for answers: receive throws Interrupted.";
  await throws(() => finding, Interrupted, other);
});

/** How a server should be listed. */
function line(name: string, { address }: Socket): string {
  return `${name} at ${formatAddress(address)}`;
}

const ann = { hostname: "127.0.0.1", port: 1001 };
const bob = { hostname: "127.0.0.1", port: 1002 };
const cem = { hostname: "127.0.0.2", port: 1001 };

test("whoIsHere: everyone who was heard from lately", () => {
  const heard = [{ from: ann, at: 10 }, { from: bob, at: 20 }];
  const story =
    "Ann (port 1001) was heard at 10, Bob (1002) at 20. now was 50, and forgetAfter 100.";
  same(whoIsHere(heard, 50, 100), ["127.0.0.1:1001", "127.0.0.1:1002"], story);
});

test("whoIsHere: one port on two hosts is two people", () => {
  const heard = [{ from: ann, at: 10 }, { from: cem, at: 20 }];
  const story = "Ann and Cem were heard, with the same port on two hosts.";
  same(whoIsHere(heard, 50, 100), ["127.0.0.1:1001", "127.0.0.2:1001"], story);
});

test("whoIsHere: each one once", () => {
  const heard = [10, 20, 30].map((at) => ({ from: ann, at }));
  const story = "Ann was heard at 10, 20 and 30. now was 50, and forgetAfter 100.";
  same(whoIsHere(heard, 50, 100), ["127.0.0.1:1001"], story);
});

test("whoIsHere: forgets those who fell silent", () => {
  const heard = [{ from: ann, at: 10 }, { from: bob, at: 60 }];
  const story = "Ann was heard at 10, Bob at 60. now was 110, and forgetAfter 100:";
  same(whoIsHere(heard, 110, 100), ["127.0.0.1:1002"], `${story} Ann was silent for all of it.`);
  const both = ["127.0.0.1:1001", "127.0.0.1:1002"];
  same(whoIsHere(heard, 109, 100), both, story.replace("110", "109"));
});

test("whoIsHere: who is heard again stays, and goes to the end", () => {
  const heard = [{ from: ann, at: 10 }, { from: bob, at: 20 }, { from: ann, at: 90 }];
  const story = "Ann was heard at 10, Bob at 20, Ann at 90. now was 100, and forgetAfter 100.";
  same(whoIsHere(heard, 100, 100), ["127.0.0.1:1002", "127.0.0.1:1001"], story);
});
