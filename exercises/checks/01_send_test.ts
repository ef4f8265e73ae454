import { type Address, bind, type Socket } from "../../lib/udp.ts";
import { sendLong, sendToAll } from "../01_send.ts";
import { hear, same, silent, within } from "./teacher.ts";

const none: Address = { hostname: "127.0.0.1", port: 9 };

/** All the texts that came. */
async function heard(socket: Socket, count: number, story: string): Promise<string[]> {
  const texts: string[] = [];
  for (let i = 0; i < count; i++) texts.push((await hear(socket, story)).text);
  await silent(socket, `${story} After that, nothing more should have come.`);
  return texts;
}

Deno.test("sendToAll: every address gets the text, as one datagram", async () => {
  using one = bind();
  using two = bind();
  using three = bind();
  const all = [one, two, three];
  await within(sendToAll("Hello", all.map(({ address }) => address)), "I waited for it to end.");
  for (const socket of all) {
    const story =
      `I asked to send "Hello" to three addresses, and listened at port ${socket.address.port}.`;
    same(await heard(socket, 1, story), ["Hello"], story);
  }
});

Deno.test("sendToAll: all of them come from the same socket", async () => {
  using one = bind();
  using two = bind();
  await within(sendToAll("Hello", [one.address, two.address]), "I waited for it to end.");
  const story = 'I asked to send "Hello" to two addresses, and looked at the ports it came from.';
  const ports = [(await hear(one, story)).from.port, (await hear(two, story)).from.port];
  same(ports[1], ports[0], story);
});

Deno.test("sendToAll: the result is the number of bytes that left, all together", async () => {
  using one = bind();
  using two = bind();
  const sent = await within(
    sendToAll("你好", [one.address, two.address]),
    "I waited for it to end.",
  );
  same(sent, 12, 'I asked to send "你好", six bytes, to two addresses.');
});

Deno.test("sendToAll: no address, nothing sent", async () => {
  same(
    await within(sendToAll("Hello", []), "I waited for it to end."),
    0,
    "I gave no addresses.",
  );
});

Deno.test("sendLong: a text that fits is one datagram", async () => {
  using listener = bind();
  const story = 'I asked to send "Hello" with a limit of 5 bytes.';
  const datagrams = await within(sendLong("Hello", listener.address, 5), story);
  same(await heard(listener, 1, story), ["Hello"], story);
  same(datagrams, 1, `${story} The result should be the number of datagrams.`);
});

Deno.test("sendLong: a longer one is cut into pieces that fit, with nothing lost", async () => {
  using listener = bind();
  const story = 'I asked to send "Hello, world!" with a limit of 5 bytes.';
  const datagrams = await within(sendLong("Hello, world!", listener.address, 5), story);
  same(await heard(listener, 3, story), ["Hello", ", wor", "ld!"], story);
  same(datagrams, 3, `${story} The result should be the number of datagrams.`);
});

Deno.test("sendLong: no character is cut in two", async () => {
  using listener = bind();
  const story = 'I asked to send "a你好👋" with a limit of 5 bytes: 1, 3, 3 and 4 bytes.';
  await within(sendLong("a你好👋", listener.address, 5), story);
  same(await heard(listener, 3, story), ["a你", "好", "👋"], story);
});

Deno.test("sendLong: an empty text takes no datagram", async () => {
  same(
    await within(sendLong("", none, 5), "I waited for it to end."),
    0,
    'I asked to send "".',
  );
});
