import { bind, formatAddress, type Socket } from "../../lib/udp.ts";
import {
  all,
  done,
  forged,
  hear,
  noWayBack,
  pause,
  same,
  test,
  throws,
  twin,
  Wrong,
} from "./teacher.ts";
import { listenWithNames, talkAndFollow } from "../05_chat.ts";

test("listenWithNames: a sender without a name is shown by address and port", async () => {
  using mine = bind();
  using ann = bind();
  await ann.send("Hello", mine.address);
  const story = 'A sender without a name sent "Hello".';
  const expected = [`${formatAddress(ann.address)}: Hello`];
  same(await done(listenWithNames(mine, 1), story), expected, story);
});

test("listenWithNames: a name is used from the next message on", async () => {
  using mine = bind();
  using ann = bind();
  for (const text of ["/nick Ann Lee", "Hello", "/nickel"]) await ann.send(text, mine.address);
  const story = 'One sender sent "/nick Ann Lee", "Hello" and "/nickel". I asked for two messages.';
  const expected = ["Ann Lee: Hello", "Ann Lee: /nickel"];
  same(await done(listenWithNames(mine, 2), story), expected, story);
});

test("listenWithNames: each sender has a name, and may change it", async () => {
  using mine = bind();
  using ann = bind();
  using bob = bind();
  await ann.send("/nick Ann", mine.address);
  await bob.send("/nick Bob", mine.address);
  await ann.send("Hi", mine.address);
  await bob.send("Hello", mine.address);
  await ann.send("/nick Anna", mine.address);
  await ann.send("It is Anna now", mine.address);
  const story =
    "Ann and Bob set their names and sent a message each. Then Ann changed her name to Anna and " +
    "sent another one.";
  const expected = ["Ann: Hi", "Bob: Hello", "Anna: It is Anna now"];
  same(await done(listenWithNames(mine, 3), story), expected, story);
});

test("listenWithNames: the same port on two hosts is two senders", async () => {
  using mine = bind();
  using ann = bind();
  using other = twin(ann);
  if (!other) return;
  for (const text of ["/nick Ann", "Hi"]) await ann.send(text, mine.address);
  await other.send("Hello", mine.address);
  const story =
    "Ann set her name and sent Hi. Then another host sent Hello, from the same port number.";
  const expected = ["Ann: Hi", `${formatAddress(other.address)}: Hello`];
  same(await done(listenWithNames(mine, 2), story), expected, story);
});

test("listenWithNames: messages and names are safe to print", async () => {
  using mine = bind();
  using ann = bind();
  await ann.send("\x1b[2Jgone", mine.address);
  await ann.send("/nick A\rnn", mine.address);
  await ann.send("Hello\n", mine.address);
  const story =
    "The messages held an escape character and a line break. The name held a carriage return.";
  const expected = [`${formatAddress(ann.address)}: \\x1b[2Jgone`, "A\\rnn: Hello\\n"];
  same(await done(listenWithNames(mine, 2), story), expected, story);
});

test("listenWithNames: for 0 messages it receives nothing", async () => {
  using mine = bind();
  using ann = bind();
  await ann.send("Hello", mine.address);
  const story =
    'One sender sent "Hello". I asked for 0 messages, and then called socket.receive() myself.';
  same(await done(listenWithNames(mine, 0), story), [], story);
  same((await hear(mine, story)).text, "Hello", story);
});

test("talkAndFollow: each line is sent as soon as it is typed, as one datagram", async () => {
  using mine = bind();
  using ann = bind();
  const { typed, type, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  const story = 'I typed "Hi Ann". When it had arrived, I typed "It rains".';
  type("Hi Ann");
  same((await hear(ann, story)).text, "Hi Ann", story);
  type("It rains");
  end();
  await done(talking, story);
  same(await all(ann, 1), ["It rains"], story);
});

test("talkAndFollow: a friend who restarts is followed to the new port", async () => {
  using mine = bind();
  using ann = bind();
  using again = bind();
  const { typed, type, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  const story =
    "I typed a line. Then Ann restarted and sent an empty datagram from her new port. I typed a " +
    "second line.";
  type("one");
  same((await hear(ann, story)).text, "one", story);
  await says(again, "", mine);
  type("two");
  end();
  await done(talking, story);
  const where = `${story} It should arrive at the new port. These lines arrived there:`;
  same(await all(again, 1), ["two"], where);
});

test("talkAndFollow: every restart is followed, whatever the datagram says", async () => {
  using mine = bind();
  using ann = bind();
  using second = bind();
  using third = bind();
  const { typed, type, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  await says(second, "", mine);
  await says(third, "Here I am", mine);
  type("one");
  const story =
    'Ann restarted twice. From her third port she sent "Here I am". Then I typed a line.';
  same((await hear(third, story)).text, "one", story);
  await says(ann, "", mine);
  type("two");
  end();
  const back =
    "At last Ann was at her first port again. (The system may pick the same port twice.)";
  same((await hear(ann, back)).text, "two", back);
  await done(talking, back);
});

test("talkAndFollow: a datagram from another host changes nothing", async () => {
  using mine = bind();
  using ann = bind();
  using other = twin(ann);
  if (!other) return;
  const { typed, type, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  await says(other, "I am Ann", mine);
  type("Hi Ann");
  end();
  const story = "Another host sent a datagram. Then I typed a line for Ann.";
  await done(talking, story);
  same(await all(ann, 1), ["Hi Ann"], story);
});

test("talkAndFollow: port 0 is not followed", async () => {
  using ann = bind();
  using mine = forged("", { hostname: "127.0.0.1", port: 0 });
  const { typed, type, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  talking.catch(() => {}); // it is waited for below
  await moment();
  type("Hi Ann");
  end();
  const story = "A datagram came from Ann's host and port 0. Then I typed a line.";
  await done(talking, story);
  same(await all(ann, 1), ["Hi Ann"], story);
});

test("talkAndFollow: after the last line the socket is closed", async () => {
  using mine = bind();
  using ann = bind();
  const { typed, type, end } = keyboard();
  const talking = talkAndFollow(mine, ann.address, typed);
  type("Bye");
  end();
  const story = "I typed one line, and that was the last one.";
  await done(talking, story);
  same(await all(ann, 1), ["Bye"], story);
  if (await isOpen(mine)) throw new Wrong(`${story} You returned, but the socket was still open.`);
});

test("talkAndFollow: an error is let through, and closes the socket, too", async () => {
  using mine = bind();
  using ann = bind();
  noWayBack(mine, ann.address);
  const { typed, type } = keyboard();
  const sending = talkAndFollow(mine, ann.address, typed);
  type("Hi Ann");
  const story = "The line could not be sent: send() threw NetworkUnreachable.";
  await throws(() => sending, Deno.errors.NetworkUnreachable, story);
  if (await isOpen(mine)) throw new Wrong(`${story} After that, the socket was still open.`);
});

/** Lines that come when the check types them. */
function keyboard() {
  let lines!: ReadableStreamDefaultController<string>;
  const typed = new ReadableStream<string>({ start: (controller) => void (lines = controller) });
  return { typed, type: (line: string) => lines.enqueue(line), end: () => lines.close() };
}

/** Whether something can still be sent from this socket. */
function isOpen(socket: Socket): Promise<boolean> {
  return socket.send("", { hostname: "127.0.0.1", port: 9 }).then(() => true, () => false);
}

/** Sends, and leaves the other side time to see it. */
async function says(from: Socket, text: string, to: Socket): Promise<void> {
  await from.send(text, to.address);
  await moment();
}

function moment(): Promise<void> {
  return pause(100);
}
