import { connect, endpoint } from "../../lessons/20_quic.ts";
import { PROTOCOL } from "../../lessons/20_quic.ts";
import { selfSigned } from "../../lib/certificate.ts";
import { done, pause, same, test, text, throws } from "./teacher.ts";
import { greetNames, inOrder } from "../20_quic.ts";

const HERE = { hostname: "127.0.0.1", port: 0 };
const encode = (text: string) => new TextEncoder().encode(text);

/** Two ends of a connection: the client's, and the server's. */
async function connected(
  work: (client: Deno.QuicConn, server: Deno.QuicConn) => Promise<void>,
): Promise<void> {
  const { cert, key } = await selfSigned(["localhost"], 10);
  using listening = endpoint(HERE);
  using asking = endpoint(HERE);
  const accepted = listening.listen({ cert, key, alpnProtocols: [PROTOCOL] }).accept();
  const client = await connect(asking, listening.addr, cert, 5000);
  const server = await accepted;
  try {
    await work(client, server);
  } finally {
    for (const end of [client, server]) end.close();
    await Promise.allSettled([client.closed, server.closed]);
  }
}

/** The next datagram's text. */
async function hear(connection: Deno.QuicConn, story: string): Promise<string> {
  return text(await done(connection.readDatagram(), story));
}

async function sendAll(connection: Deno.QuicConn, texts: string[]): Promise<void> {
  for (const text of texts) await connection.sendDatagram(encode(text));
}

test("greetNames: greets each name", () =>
  connected(async (client, server) => {
    const greeting = greetNames(server);
    for (const name of ["Michael", "José 你好"]) {
      await client.sendDatagram(encode(name));
      const story = `I sent "${name}" and waited for the greeting.`;
      same(await hear(client, story), `Hello, ${name}!`, story);
    }
    greeting.catch(() => {}); // the connection ends now, and another case is about that
  }));

test("greetNames: closes with code 3 after a datagram that is not a name", () =>
  connected(async (client, server) => {
    greetNames(server);
    await client.sendDatagram(new Uint8Array());
    const story = "I sent an empty datagram and waited for the end of the connection.";
    const { closeCode, reason } = await done(client.closed, story);
    same([closeCode, reason], [3, "not a name"], `${story} This is its code, and its reason.`);
  }));

test("greetNames: returns how many names it has greeted", () =>
  connected(async (client, server) => {
    const greeting = greetNames(server);
    for (const name of ["Michael", "Tracy"]) {
      await client.sendDatagram(encode(name));
      await hear(client, `I sent "${name}" and waited for the greeting.`);
    }
    await client.sendDatagram(encode("Hello, Sarah!"));
    const story = 'I sent two names, and then "Hello, Sarah!", which is not a name.';
    same(await done(greeting, story), 2, story);
  }));

test("greetNames: ends without an error when the client closes the connection", () =>
  connected(async (client, server) => {
    const greeting = greetNames(server);
    await client.sendDatagram(encode("Michael"));
    await hear(client, 'I sent "Michael" and waited for the greeting.');
    client.close({ closeCode: 0, reason: "done" });
    const story = "I sent one name, and closed the connection.";
    same(await done(greeting, story), 1, story);
  }));

test("inOrder: puts the texts in the order of their numbers", () =>
  connected(async (client, server) => {
    await sendAll(server, ["3 three", "1 one two", "2 "]);
    const story = 'I sent "3 three", "1 one two" and "2 ".';
    same(await done(inOrder(client, 3, 5000), story), ["one two", "", "three"], story);
  }));

test("inOrder: knows numbers of two digits", () =>
  connected(async (client, server) => {
    const numbers = Array.from({ length: 12 }, (_, i) => `${12 - i}`);
    await sendAll(server, numbers.map((number) => `${number} ${number}`));
    const story = 'I sent 12 datagrams, from "12 12" down to "1 1".';
    same(await done(inOrder(client, 12, 5000), story), numbers.toReversed(), story);
  }));

test("inOrder: keeps the first text of a number that comes twice", () =>
  connected(async (client, server) => {
    await sendAll(server, ["1 first", "1 second", "2 last"]);
    const story = 'I sent "1 first", "1 second" and "2 last".';
    same(await done(inOrder(client, 2, 5000), story), ["first", "last"], story);
  }));

test("inOrder: has undefined for a text that is missing", () =>
  connected(async (client, server) => {
    await sendAll(server, ["3 c", "1 a"]);
    const story = 'I sent "3 c" and "1 a" of 3, and let 100 ms pass.';
    const texts = await done(inOrder(client, 3, 100), story);
    same([texts.length, ...texts.map(String)], [3, "a", "undefined", "c"], story);
  }));

test("inOrder: ignores datagrams of any other form", () =>
  connected(async (client, server) => {
    const others = ["", "1", "x 1", "0 zero", "3 three", "-1 a", "1.5 a", " 1 a", "1e0 a", "01 a"];
    await sendAll(server, [...others, "1 a\nb", "2 b"]);
    const story = `I sent ${others.map((text) => `"${text}"`).join(", ")}. Then I sent ` +
      '"1 a", a line break and "b", and then "2 b". The numbers are 1 to 2.';
    same(await done(inOrder(client, 2, 5000), story), ["a\nb", "b"], story);
  }));

test("inOrder: a failure is not taken for a missing text", () =>
  connected(async (client, server) => {
    await sendAll(server, ["1 a"]);
    const texts = inOrder(client, 2, 5000);
    await Promise.race([texts, pause(20)]); // code that throws at once is told as that
    server.close({ closeCode: 0, reason: "done" });
    await throws(() => texts, Error, 'I sent "1 a" of 2, and closed the connection.');
  }));

test("inOrder: other datagrams do not make it wait longer", () =>
  connected(async (client, server) => {
    let over = false;
    const sending = (async () => {
      while (!over) {
        await server.sendDatagram(encode("noise"));
        await pause(20);
      }
    })();
    const story = 'I sent "noise" every 20 ms, and let 100 ms pass.';
    const texts = await done(inOrder(client, 1, 100), story).finally(() => over = true);
    await sending;
    same(texts.map(String), ["undefined"], story);
  }));
