import { bind } from "../../lib/udp.ts";
import { countingServer, stoppableServer } from "../04_echo.ts";
import { ask, same, within, Wrong } from "./teacher.ts";

Deno.test("countingServer: answers a client with 1, then 2, then 3", async () => {
  const server = bind();
  using client = bind();
  const serving = countingServer(server);
  const answers = [];
  for (const word of ["one", "two", "three"]) {
    answers.push(await ask(client, word, server));
  }
  same(answers, ["1", "2", "3"], "One client sent three datagrams.");
  server.close();
  await within(serving, "I closed the socket.");
});

Deno.test("countingServer: counts each client for itself", async () => {
  using server = bind();
  using ann = bind();
  using bob = bind();
  countingServer(server);
  const answers = [];
  for (const client of [ann, ann, bob, ann]) {
    answers.push(await ask(client, "hi", server));
  }
  same(answers, ["1", "2", "1", "3"], "Ann sent twice, Bob once, then Ann again, from two ports.");
});

Deno.test("countingServer: an empty datagram counts, too", async () => {
  using server = bind();
  using client = bind();
  countingServer(server);
  await ask(client, "", server);
  same(await ask(client, "", server), "2", "I sent two empty datagrams.");
});

Deno.test("countingServer: ends when the socket is closed", async () => {
  const server = bind();
  const serving = countingServer(server);
  server.close();
  await within(serving, "I closed the socket, and waited for the server to end.");
});

Deno.test("stoppableServer: sends back what comes, byte for byte", async () => {
  const server = bind();
  using client = bind();
  const serving = stoppableServer(server, client.address);
  same(await ask(client, "Hello", server), "Hello", 'I sent "Hello".');
  await client.send(new Uint8Array([255, 0, 254]), server.address);
  const story = "I sent the bytes 255 0 254, which are no text.";
  const { data } = await within(client.receive(), story);
  same([...data], [255, 0, 254], story);
  server.close();
  await within(serving, "I closed the socket.");
});

Deno.test("stoppableServer: QUIT from its owner ends it and closes the socket", async () => {
  using server = bind();
  using owner = bind();
  const serving = stoppableServer(server, owner.address);
  await owner.send("QUIT", server.address);
  await within(serving, 'The owner sent "QUIT", and I waited for the server to end.');
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
  stoppableServer(server, owner.address);
  const who = "Somebody who is not the owner";
  same(await ask(guest, "QUIT", server, who), "No.", `${who} sent "QUIT".`);
  same(await ask(guest, "Hello", server, who), "Hello", 'After that, the same one sent "Hello".');
});
