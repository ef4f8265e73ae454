import { type Address, bind } from "../../lib/udp.ts";
import { all, done, hear, same, test } from "./teacher.ts";
import { sendLong, sendToAll } from "../01_send.ts";

const none: Address = { hostname: "127.0.0.1", port: 9 };

test("sendToAll: every address gets the text as one datagram", async () => {
  using one = bind();
  using two = bind();
  using three = bind();
  const sockets = [one, two, three];
  const story = 'I asked to send "Hello" to three addresses.';
  await done(sendToAll("Hello", sockets.map(({ address }) => address)), story);
  for (const [i, socket] of sockets.entries()) {
    same(await all(socket, 1), ["Hello"], `${story} Address ${i + 1} received these datagrams.`);
  }
});

test("sendToAll: all of them come from the same socket", async () => {
  using one = bind();
  using two = bind();
  const story = 'I asked to send "Hello" to two addresses.';
  await done(sendToAll("Hello", [one.address, two.address]), story);
  const [first, second] = [await hear(one, story), await hear(two, story)];
  same(
    second.from.port,
    first.from.port,
    `${story} The second datagram came from another port than the first, so from another socket.`,
  );
});

test("sendToAll: the result is the total number of bytes", async () => {
  using one = bind();
  using two = bind();
  const story = 'I asked to send "你好" to two addresses. It has six bytes.';
  same(await done(sendToAll("你好", [one.address, two.address]), story), 12, story);
});

test("sendToAll: without addresses the result is 0", async () => {
  const story = "I gave no addresses.";
  same(await done(sendToAll("Hello", []), story), 0, story);
});

test("sendLong: a text that fits is one datagram", async () => {
  using listener = bind();
  const story = 'I asked to send "Hello" with a limit of 5 bytes.';
  const datagrams = await done(sendLong("Hello", listener.address, 5), story);
  same(await all(listener, 1), ["Hello"], story);
  same(datagrams, 1, `${story} The result should be the number of datagrams.`);
});

test("sendLong: a longer text is cut into as few pieces as possible", async () => {
  using listener = bind();
  const story = 'I asked to send "Hello, world!" with a limit of 5 bytes.';
  const datagrams = await done(sendLong("Hello, world!", listener.address, 5), story);
  same(await all(listener, 3), ["Hello", ", wor", "ld!"], story);
  same(datagrams, 3, `${story} The result should be the number of datagrams.`);
});

test("sendLong: no character is cut in two", async () => {
  using listener = bind();
  const story =
    'I asked to send "a你好👋" with a limit of 5 bytes. Its characters have 1, 3, 3 and 4 bytes.';
  await done(sendLong("a你好👋", listener.address, 5), story);
  same(await all(listener, 3), ["a你", "好", "👋"], story);

  const another =
    'I asked to send "a👋" with a limit of 4 bytes. The length of 👋 in a string is 2.';
  await done(sendLong("a👋", listener.address, 4), another);
  same(await all(listener, 2), ["a", "👋"], another);
});

test("sendLong: an empty text needs no datagram", async () => {
  const story = "I asked to send an empty text.";
  same(await done(sendLong("", none, 5), story), 0, story);
});
