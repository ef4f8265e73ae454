import { bind, formatAddress, type Socket } from "../../lib/udp.ts";
import { all, done, hear, same, test, throws, twin } from "./teacher.ts";
import { findServers, whoIsHere } from "../06_broadcast.ts";

// In most cases one socket stands for everyone: it receives the question, and the servers reply to
// its sender. One case is for Linux alone: elsewhere, 127.255.255.255 is not a broadcast address.

const asked = "I waited for your question.";

test("findServers: asks everyone, once", async () => {
  using everyone = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 100);
  const { text, from } = await hear(everyone, "I waited at the address for everyone.");
  await everyone.send("printer", from);
  await done(finding, "I asked you to collect replies for 100 ms.");
  const story = "I waited at the address for everyone, and replied once. These datagrams arrived:";
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
    `You sent one datagram to ${hostname}. Two servers received it, because they share the port. ` +
    "Their replies come from 127.0.0.1: a broadcast address cannot be a sender.";
  const where = `127.0.0.1:${one.address.port}`;
  const expected = [`printer at ${where}`, `scanner at ${where}`];
  same(await done(finding, story, 700), expected, story);
}, "linux");

test("findServers: returns the servers in the order of their replies", async () => {
  using everyone = bind();
  using one = bind();
  using two = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 300);
  const { from } = await hear(everyone, asked);
  await two.send("scanner", from);
  await one.send("printer", from);
  const story = "First the scanner replied, then the printer.";
  const expected = [line("scanner", two), line("printer", one)];
  same(await done(finding, story, 700), expected, story);
});

test("findServers: the same name at two addresses is two servers", async () => {
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
    ? "Three printers replied: two on one host, and one on another host " +
      "with the port number of the first."
    : "Two printers replied, on one host.";
  same(await done(finding, story, 700), servers.map((server) => line("printer", server)), story);
});

test("findServers: a server that replies twice is listed once", async () => {
  using everyone = bind();
  using one = bind();
  using two = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 300);
  const { from } = await hear(everyone, asked);
  for (const server of [one, two, one, one]) await server.send("printer", from);
  const story = "The first server replied three times, the second once.";
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

test("findServers: collects late replies, as long as there is time", async () => {
  using everyone = bind();
  using early = bind();
  using late = bind();
  using client = bind();
  const finding = findServers(client, everyone.address, 400);
  const { from } = await hear(everyone, asked);
  await early.send("early", from);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await late.send("late", from);
  const story = "One server replied at once, the other one after 200 of the 400 ms.";
  same(await done(finding, story, 800), [line("early", early), line("late", late)], story);
});

test("findServers: ends when the time is up, even if replies go on", async () => {
  using everyone = bind();
  using server = bind();
  using client = bind();
  const story = "I asked you to collect for 500 ms. A server replied every 5 ms.";
  const noise = setInterval(() => server.send("printer", client.address), 5);
  try {
    await done(findServers(client, everyone.address, 500), story, 900);
  } finally {
    clearInterval(noise);
  }
});

test("findServers: an error is let through", async () => {
  using everyone = bind();
  const closed = bind();
  closed.close();
  const { BadResource, Interrupted } = Deno.errors;
  const story = "I gave you a closed socket: send() throws BadResource.";
  await throws(() => findServers(closed, everyone.address, 50), BadResource, story);
  using client = bind();
  const finding = findServers(client, everyone.address, 5000);
  finding.catch(() => {}); // it is waited for below
  await hear(everyone, asked);
  client.close();
  const other = "I closed the socket while you waited for replies: receive() throws Interrupted.";
  await throws(() => finding, Interrupted, other);
});

/** How a server should be listed. */
function line(name: string, { address }: Socket): string {
  return `${name} at ${formatAddress(address)}`;
}

const ann = { hostname: "127.0.0.1", port: 1001 };
const bob = { hostname: "127.0.0.1", port: 1002 };
const cem = { hostname: "127.0.0.2", port: 1001 };

test("whoIsHere: all programs that were heard in time are listed", () => {
  const heard = [{ from: ann, at: 10 }, { from: bob, at: 20 }];
  const story =
    "Ann (port 1001) was heard at 10, Bob (port 1002) at 20. now was 50, and forgetAfter was 100.";
  same(whoIsHere(heard, 50, 100), ["127.0.0.1:1001", "127.0.0.1:1002"], story);
});

test("whoIsHere: the same port on two hosts is two programs", () => {
  const heard = [{ from: ann, at: 10 }, { from: cem, at: 20 }];
  const story = "Ann and Cem were heard, with the same port number on two hosts.";
  same(whoIsHere(heard, 50, 100), ["127.0.0.1:1001", "127.0.0.2:1001"], story);
});

test("whoIsHere: each program is listed once", () => {
  const heard = [10, 20, 30].map((at) => ({ from: ann, at }));
  const story = "Ann was heard at 10, 20 and 30. now was 50, and forgetAfter was 100.";
  same(whoIsHere(heard, 50, 100), ["127.0.0.1:1001"], story);
});

test("whoIsHere: a program that fell silent is not listed", () => {
  const heard = [{ from: ann, at: 10 }, { from: bob, at: 60 }];
  const story = "Ann was heard at 10, Bob at 60. now was 110, and forgetAfter was 100.";
  same(whoIsHere(heard, 110, 100), ["127.0.0.1:1002"], `${story} So Ann was silent for 100 ms.`);
  const both = ["127.0.0.1:1001", "127.0.0.1:1002"];
  same(whoIsHere(heard, 109, 100), both, story.replace("110", "109"));
});

test("whoIsHere: a program that is heard again moves to the end", () => {
  const heard = [{ from: ann, at: 10 }, { from: bob, at: 20 }, { from: ann, at: 90 }];
  const story =
    "Ann was heard at 10, Bob at 20, Ann again at 90. now was 100, and forgetAfter was 100.";
  same(whoIsHere(heard, 100, 100), ["127.0.0.1:1002", "127.0.0.1:1001"], story);
});
