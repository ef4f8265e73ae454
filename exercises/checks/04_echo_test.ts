import { bind } from "../../lib/udp.ts";
import { all, ask, done, forged, hear, next, noWayBack, same } from "./teacher.ts";
import { test, twin, Wrong } from "./teacher.ts";
import { countingServer, stoppableServer } from "../04_echo.ts";

const nobody = { hostname: "127.0.0.1", port: 0 };

test("countingServer: replies 1, then 2, then 3 to one client", async () => {
  using server = bind();
  using client = bind();
  countingServer(server);
  const replies = [];
  for (let i = 0; i < 3; i++) replies.push(await ask(client, "count", server));
  same(replies, ["1", "2", "3"], 'One client sent "count" three times.');
});

test("countingServer: counts each client separately", async () => {
  using server = bind();
  using ann = bind();
  using bob = bind();
  using cem = twin(bob);
  countingServer(server);
  const replies = [];
  for (const client of [ann, ann, bob, ann]) replies.push(await ask(client, "count", server));
  const story =
    "Ann asked twice, Bob asked once, and Ann asked again. They have two ports of one host.";
  same(replies, ["1", "2", "1", "3"], story);
  if (!cem) return;
  const another = "Then Cem asked from another host. His port has the same number as Bob's.";
  same(await ask(cem, "count", server), "1", another);
});

test("countingServer: does not reply to a reply", async () => {
  using server = bind();
  using other = bind();
  countingServer(server);
  const story = 'I sent "1" and "23", as a server like yours would. Then I sent "count".';
  for (const text of ["1", "23", "count"]) await other.send(text, server.address);
  same(await all(other, 1), ["1"], `${story} These are all replies.`);
});

test("countingServer: any other datagram gets no reply and does not count", async () => {
  using server = bind();
  using client = bind();
  countingServer(server);
  const story = 'I sent an empty datagram, "Count", "count me" and then "count".';
  for (const text of ["", "Count", "count me", "count"]) await client.send(text, server.address);
  same(await all(client, 1), ["1"], `${story} These are all replies.`);
});

test("countingServer: goes on if a reply cannot be sent", async () => {
  using server = bind();
  using unlucky = bind();
  using client = bind();
  noWayBack(server, unlucky.address);
  countingServer(server);
  await unlucky.send("count", server.address);
  const story = "The reply to the first client failed. Then a second client asked.";
  await client.send("count", server.address);
  same((await hear(client, story)).text, "1", story);
});

test("countingServer: goes on after a datagram from port 0", async () => {
  using server = forged("count", nobody);
  using client = bind();
  countingServer(server);
  const story =
    "The first question came from port 0. RFC 768 allows that, but sending to port 0 throws a " +
    "RangeError. Then a second client asked.";
  await client.send("count", server.address);
  same((await hear(client, story)).text, "1", story);
});

test("countingServer: ends when the socket is closed", async () => {
  const server = bind();
  const serving = countingServer(server);
  server.close();
  const story = "I closed the socket and waited for the server to end.";
  try {
    await done(serving, story);
  } catch (error) {
    if (!(error instanceof Deno.errors.Interrupted)) throw error;
    throw new Wrong(
      `${story} It threw Interrupted. A \`for await\` loop over the socket ends without an error.`,
    );
  }
});

test("stoppableServer: replies to PING with PONG and the other bytes", async () => {
  using server = bind();
  using client = bind();
  using owner = bind();
  stoppableServer(server, owner.address);
  same(await ask(client, "PING", server), "PONG", 'I sent "PING".');
  same(await ask(client, "PING PING", server), "PONG PING", 'I sent "PING PING".');
  const story = "I sent PING and the bytes 255 0 254. They are not text.";
  const bytes = (word: string) => [...new TextEncoder().encode(word), 255, 0, 254];
  await client.send(new Uint8Array(bytes("PING")), server.address);
  same([...(await next(client, story)).data], bytes("PONG"), story);
});

test("stoppableServer: does not reply to a reply", async () => {
  using server = bind();
  using other = bind();
  using owner = bind();
  stoppableServer(server, owner.address);
  const story = 'I sent "PONG 1" and "No.", as a server like yours would. Then I sent "PING 2".';
  for (const text of ["PONG 1", "No.", "PING 2"]) await other.send(text, server.address);
  same(await all(other, 1), ["PONG 2"], `${story} These are all replies.`);
});

test("stoppableServer: any other datagram gets no reply, even from the owner", async () => {
  using server = bind();
  using owner = bind();
  stoppableServer(server, owner.address);
  const texts = ["", "Hello", "QUITE", "HELLO PING", "PING 3"];
  const story =
    'The owner sent an empty datagram, "Hello", "QUITE", "HELLO PING" and then "PING 3".';
  for (const text of texts) await owner.send(text, server.address);
  same(await all(owner, 1), ["PONG 3"], `${story} These are all replies.`);
});

test("stoppableServer: QUIT from the owner ends it and closes the socket", async () => {
  using server = bind();
  using owner = bind();
  const serving = stoppableServer(server, owner.address);
  await owner.send("QUIT", server.address);
  await done(serving, 'The owner sent "QUIT", and I waited for the server to end.');
  const open = await server.send("", owner.address).then(() => true, () => false);
  if (open) throw new Wrong("It ended, but it did not close the socket.");
});

test("stoppableServer: QUIT from anyone else gets the reply No.", async () => {
  using server = bind();
  using owner = bind();
  using guest = bind();
  using namesake = twin(owner);
  stoppableServer(server, owner.address);
  const who = "Somebody else";
  same(await ask(guest, "QUIT", server, who), "No.", `${who} sent "QUIT".`);
  same(await ask(guest, "PING", server, who), "PONG", 'After that, the same sender sent "PING".');
  if (!namesake) return;
  const other = "Somebody on another host, at the same port number as the owner,";
  same(await ask(namesake, "QUIT", server, other), "No.", `${other} sent "QUIT".`);
});

test("stoppableServer: goes on if a reply cannot be sent", async () => {
  using server = bind();
  using unlucky = bind();
  using client = bind();
  noWayBack(server, unlucky.address);
  stoppableServer(server, client.address);
  for (const word of ["PING", "QUIT"]) await unlucky.send(word, server.address);
  const story = "Two replies to the first client failed. Then a second client sent PING.";
  await client.send("PING", server.address);
  same((await hear(client, story)).text, "PONG", story);
});

test("stoppableServer: goes on after a datagram from port 0", async () => {
  using server = forged("PING", nobody);
  using client = bind();
  stoppableServer(server, client.address);
  const story =
    "The first PING came from port 0. RFC 768 allows that, but sending to port 0 throws a " +
    "RangeError. Then a second client sent PING.";
  await client.send("PING", server.address);
  same((await hear(client, story)).text, "PONG", story);
});
