import { bind } from "../../lib/udp.ts";
import { all, done, hear, same, test, throws } from "./teacher.ts";
import { goBackN, timeoutAfter } from "../09_retransmission.ts";

/** Parts that were sent once, and took so long. */
function took(...trips: number[]) {
  return trips.map((trip, i) => ({ sent: [1000 * i], acked: 1000 * i + trip }));
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

test("timeoutAfter: before anything is measured it is 1000 ms", () => {
  same(timeoutAfter([]), 1000, "There were no parts.");
});

test("timeoutAfter: the first round trip counts, and its half four times", () => {
  same(timeoutAfter(took(200)), 600, "One part took 200 ms.");
});

test("timeoutAfter: each later one changes the variation first, and then the mean", () => {
  same(rounded(timeoutAfter(took(200, 280))), 590, "Two parts took 200 and 280 ms.");
  same(rounded(timeoutAfter(took(200, 280, 160))), 538.75, "Three took 200, 280 and 160 ms.");
});

test("timeoutAfter: it is never less than the mean and 100 ms", () => {
  same(timeoutAfter(took(20)), 120, "One part took 20 ms.");
  const steady = timeoutAfter(took(...Array(100).fill(40)));
  same(rounded(steady), 140, "A hundred parts took 40 ms each.");
});

test("timeoutAfter: a part that was sent twice measures nothing", () => {
  const twice = { sent: [5000, 5300], acked: 5310 };
  const story = "A part was sent at 5000 and at 5300, and its ACK came at 5310.";
  same(timeoutAfter([...took(200), twice]), 600, `One part took 200 ms. Then: ${story}`);
  same(timeoutAfter([twice]), 1000, `${story} There was no other.`);
  same(timeoutAfter([twice, ...took(200)]), 600, `${story} The next one took 200 ms.`);
});

const TEXTS = ["zero", "one", "two", "three", "four"];

test("goBackN: sends as many as the window holds, then waits", async () => {
  using receiver = bind();
  using sender = bind();
  goBackN(sender, TEXTS, receiver.address, 3).catch(() => {});
  const story = "The window was 3. These came before 60 ms were over:";
  const came: string[] = [];
  const end = performance.now() + 60;
  for (let left = 60; left > 0; left = end - performance.now()) {
    const signal = AbortSignal.timeout(left);
    const datagram = await receiver.receive({ signal }).catch(() => undefined);
    if (datagram) came.push(new TextDecoder().decode(datagram.data));
  }
  same(came, ["0 zero", "1 one", "2 two"], story);
});

test("goBackN: an ACK moves the window, and the ACK of the last one ends it", async () => {
  using receiver = bind();
  using sender = bind();
  const sending = goBackN(sender, ["zero", "one", "two"], receiver.address, 1);
  for (const text of ["0 zero", "1 one", "2 two"]) {
    const heard = await hear(receiver, `The window was 1, and I waited for "${text}".`);
    same(heard.text, text, "The window was 1, and I acknowledged each one.");
    await receiver.send(`ACK ${text[0]}`, heard.from);
  }
  await done(sending, "I acknowledged all of them.");
  same(await all(receiver, 0), [], "After the last ACK, this came:");
});

test("goBackN: no texts are no work", async () => {
  using receiver = bind();
  using sender = bind();
  await done(goBackN(sender, [], receiver.address, 3), "There were no texts.");
});

test("goBackN: an ACK tells of all that came before it, too", async () => {
  using receiver = bind();
  using sender = bind();
  const sending = goBackN(sender, TEXTS, receiver.address, 3);
  const { from } = await hear(receiver, "I waited for the first one.");
  for (let i = 0; i < 2; i++) await hear(receiver, "The window was 3.");
  await receiver.send("ACK 2", from);
  const story = "Of five texts three came, and I said only ACK 2.";
  same((await hear(receiver, story)).text, "3 three", story);
  await hear(receiver, story);
  await receiver.send("ACK 4", from);
  await done(sending, `${story} Then the other two came, and I said only ACK 4.`);
});

test("goBackN: after 100 ms without an ACK it sends again from the lowest one, in order", async () => {
  using receiver = bind();
  using sender = bind();
  const sending = goBackN(sender, TEXTS, receiver.address, 3);
  const { from } = await hear(receiver, "I waited for the first one.");
  for (let i = 0; i < 2; i++) await hear(receiver, "The window was 3.");
  await receiver.send("ACK 0", from);
  const story =
    "Texts 0, 1 and 2 came, I said ACK 0, and then nothing for 100 ms. After that came:";
  const came: string[] = [];
  const start = performance.now();
  for (let i = 0; i < 4; i++) came.push((await hear(receiver, story)).text);
  same(came, ["3 three", "1 one", "2 two", "3 three"], story);
  const waited = performance.now() - start;
  same(
    waited > 80,
    true,
    `${story} They came after ${Math.round(waited)} ms. Was that late enough?`,
  );
  await receiver.send("ACK 3", from);
  same((await hear(receiver, "I said ACK 3.")).text, "4 four", "I said ACK 3.");
  await receiver.send("ACK 4", from);
  await done(sending, "I acknowledged the last one.");
});

test("goBackN: an ACK for what was not sent yet acknowledges nothing", async () => {
  using receiver = bind();
  using sender = bind();
  const sending = goBackN(sender, TEXTS, receiver.address, 4);
  const { from } = await hear(receiver, "I waited for the first one.");
  for (let i = 0; i < 3; i++) await hear(receiver, "The window was 4.");
  await receiver.send("ACK 4", from);
  await receiver.send("ACK 3", from);
  const story =
    "Of five texts, 0 to 3 came. I said ACK 4, but text 4 was not sent yet. Then I said ACK 3.";
  same((await hear(receiver, story)).text, "4 four", story);
  await receiver.send("ACK 4", from);
  await done(sending, `${story} Text 4 came, and I said ACK 4 again.`);
});

test("goBackN: an ACK that tells nothing new is no reason to send", async () => {
  using receiver = bind();
  using sender = bind();
  goBackN(sender, TEXTS, receiver.address, 2).catch(() => {});
  const { from } = await hear(receiver, "I waited for the first one.");
  await hear(receiver, "The window was 2.");
  await receiver.send("ACK 0", from);
  const story = "The window was 2. I said ACK 0, and then ACK 0 again, five times.";
  same((await hear(receiver, story)).text, "2 two", story);
  const start = performance.now();
  for (let i = 0; i < 5; i++) await receiver.send("ACK 0", from);
  same((await hear(receiver, story)).text, "1 one", `${story} When time is up, it goes back to 1.`);
  const waited = performance.now() - start;
  same(
    waited > 60,
    true,
    `${story} It sent again after ${Math.round(waited)} ms. Was the time up?`,
  );
});

test("goBackN: an ACK from a stranger is none, and keeps nobody waiting", async () => {
  using receiver = bind();
  using stranger = bind();
  using sender = bind();
  goBackN(sender, ["zero", "one"], receiver.address, 1).catch(() => {});
  const { from } = await hear(receiver, "I waited for the first one.");
  const chatter = setInterval(() => stranger.send("ACK 0", from).catch(() => {}), 30);
  const story = "Somebody else said ACK 0 every 30 ms, and I said nothing. After 100 ms came:";
  try {
    same((await hear(receiver, story)).text, "0 zero", story);
  } finally {
    clearInterval(chatter);
  }
});

test("goBackN: a failure is not taken for a missing ACK", async () => {
  using receiver = bind();
  const sender = bind();
  const sending = goBackN(sender, TEXTS, receiver.address, 2);
  await hear(receiver, "I waited for the first one.");
  sender.close();
  await throws(() => sending, Error, "I closed the socket.");
});
