import { type Address, bind, type Socket } from "../../lib/udp.ts";
import { countingServer, stoppableServer } from "../04_echo.ts";
import { ask, done, hear, next, same, twin, Wrong } from "./teacher.ts";

function noWayBack(server: Socket, unlucky: Address): void {
  const send = server.send;
  server.send = function (data, to) {
    if (to.port !== unlucky.port) return send.call(server, data, to);
    return Promise.reject(new Deno.errors.NetworkUnreachable("No way back"));
  };
}

Deno.test("countingServer: answers a client with 1, then 2, then 3", async () => {
  using server = bind();
  using client = bind();
  countingServer(server);
  const answers = [];
  for (const word of ["one", "two", "three"]) answers.push(await ask(client, word, server));
  same(answers, ["1", "2", "3"], "One client sent three datagrams.");
});

Deno.test("countingServer: counts each client for itself", async () => {
  using server = bind();
  using ann = bind();
  using bob = bind();
  using cem = twin(bob);
  countingServer(server);
  const answers = [];
  for (const client of [ann, ann, bob, ann]) answers.push(await ask(client, "hi", server));
  const story = "Ann sent twice, Bob once, then Ann again, from two ports of one host.";
  same(answers, ["1", "2", "1", "3"], story);
  if (!cem) return;
  const another = "Then Cem sent, from another host. His port has the number of Bob's.";
  same(await ask(cem, "hi", server), "1", another);
});

Deno.test("countingServer: an empty datagram counts, too", async () => {
  using server = bind();
  using client = bind();
  countingServer(server);
  await ask(client, "", server);
  same(await ask(client, "", server), "2", "I sent two empty datagrams.");
});

Deno.test("countingServer: goes on when an answer cannot be sent", async () => {
  using server = bind();
  using unlucky = bind();
  using client = bind();
  noWayBack(server, unlucky.address);
  countingServer(server);
  await unlucky.send("hi", server.address);
  const story = "The answer to the first client failed, and then a second client sent.";
  await client.send("hi", server.address);
  same((await hear(client, story)).text, "1", story);
});

Deno.test("countingServer: ends when the socket is closed", async () => {
  const server = bind();
  const serving = countingServer(server);
  server.close();
  const story = "I closed the socket, and waited for the server to end.";
  try {
    await done(serving, story);
  } catch (error) {
    if (!(error instanceof Deno.errors.Interrupted)) throw error;
    throw new Wrong(
      `${story} It threw Interrupted. A loop with \`for await\` over the socket just ends then.`,
    );
  }
});

Deno.test("stoppableServer: sends back what comes, byte for byte", async () => {
  using server = bind();
  using client = bind();
  stoppableServer(server, client.address);
  same(await ask(client, "Hello", server), "Hello", 'I sent "Hello".');
  same(await ask(client, "QUITE", server), "QUITE", 'I sent "QUITE".');
  const story = "I sent the bytes 255 0 254, which are no text.";
  await client.send(new Uint8Array([255, 0, 254]), server.address);
  same([...(await next(client, story)).data], [255, 0, 254], story);
});

Deno.test("stoppableServer: QUIT from its owner ends it and closes the socket", async () => {
  using server = bind();
  using owner = bind();
  const serving = stoppableServer(server, owner.address);
  await owner.send("QUIT", server.address);
  await done(serving, 'The owner sent "QUIT", and I waited for the server to end.');
  try {
    bind(server.address).close();
  } catch {
    throw new Wrong("It ended, but it did not close the socket: the port is still in use.");
  }
});

Deno.test("stoppableServer: QUIT from anyone else is answered with No.", async () => {
  using server = bind();
  using owner = bind();
  using guest = bind();
  using namesake = twin(owner);
  stoppableServer(server, owner.address);
  const who = "Somebody who is not the owner";
  same(await ask(guest, "QUIT", server, who), "No.", `${who} sent "QUIT".`);
  same(await ask(guest, "Hello", server, who), "Hello", 'After that, the same one sent "Hello".');
  if (!namesake) return;
  const other = "Somebody on another host, whose port has the number of the owner's,";
  same(await ask(namesake, "QUIT", server, other), "No.", `${other} sent "QUIT".`);
});

Deno.test("stoppableServer: goes on when an answer cannot be sent", async () => {
  using server = bind();
  using unlucky = bind();
  using client = bind();
  noWayBack(server, unlucky.address);
  stoppableServer(server, client.address);
  for (const word of ["hi", "QUIT"]) await unlucky.send(word, server.address);
  const story = "Two answers to the first client failed, and then a second client sent.";
  await client.send("hi", server.address);
  same((await hear(client, story)).text, "hi", story);
});
