import { bind, type Socket } from "../../lib/udp.ts";
import { all, done, forged, hear, pause, same, test, throws } from "./teacher.ts";
import { collectAll, timeoutAfter } from "../09_retransmission.ts";

/** Parts that were sent once, and took so long. */
function took(...trips: number[]) {
  return trips.map((trip, i) => ({ sent: [1000 * i], acked: 1000 * i + trip }));
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

test("timeoutAfter: before anything is measured it is 1000 ms", () => {
  same(timeoutAfter([]), 1000, "There were no deliveries.");
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
  same(timeoutAfter([twice]), 1000, `${story} There was no other part.`);
  same(timeoutAfter([twice, ...took(200)]), 600, `${story} The next part took 200 ms.`);
});

/** Sends messages one after the other, and returns the answer to each. */
async function answers(sender: Socket, to: Socket, ...messages: string[]): Promise<string[]> {
  const heard: string[] = [];
  for (const message of messages) {
    await sender.send(message, to.address);
    heard.push((await hear(sender, `I sent "${message}" and waited for its ACK.`)).text);
  }
  return heard;
}

test("collectAll: acknowledges each part and the END, and returns the texts in order", async () => {
  using receiver = bind();
  using sender = bind();
  const collecting = collectAll(receiver, 50);
  const story = 'I sent "PART 0 Hello", "PART 1 two words" and "END 2".';
  const heard = await answers(sender, receiver, "PART 0 Hello", "PART 1 two words", "END 2");
  same(heard, ["ACK 0", "ACK 1", "ACK 2"], `${story} These are the answers.`);
  same(await done(collecting, story), ["Hello", "two words"], `${story} These are the texts.`);
});

test("collectAll: an END without a part ends it, too", async () => {
  using receiver = bind();
  using sender = bind();
  const collecting = collectAll(receiver, 50);
  same(await answers(sender, receiver, "END 0"), ["ACK 0"], 'I sent only "END 0".');
  same(await done(collecting, 'I sent only "END 0".'), [], 'I sent only "END 0".');
});

test("collectAll: acknowledges a duplicate again, and keeps its text once", async () => {
  using receiver = bind();
  using sender = bind();
  const collecting = collectAll(receiver, 50);
  const messages = ["PART 0 a", "PART 0 a", "PART 1 b", "PART 0 a", "END 2"];
  const story = `I sent ${messages.join(", ")}.`;
  const heard = await answers(sender, receiver, ...messages);
  same(heard, ["ACK 0", "ACK 0", "ACK 1", "ACK 0", "ACK 2"], `${story} These are the answers.`);
  same(await done(collecting, story), ["a", "b"], `${story} These are the texts.`);
});

test("collectAll: an empty text, and one with line breaks, are texts", async () => {
  using receiver = bind();
  using sender = bind();
  const collecting = collectAll(receiver, 50);
  const story = 'I sent "PART 0 ", then "PART 1 a\\nb" with a line break, and "END 2".';
  const heard = await answers(sender, receiver, "PART 0 ", "PART 1 a\nb", "END 2");
  same(heard, ["ACK 0", "ACK 1", "ACK 2"], `${story} These are the answers.`);
  same(await done(collecting, story), ["", "a\nb"], `${story} These are the texts.`);
});

test("collectAll: ignores a PART or END with a wrong number, and everything else", async () => {
  using receiver = bind();
  using sender = bind();
  const collecting = collectAll(receiver, 50);
  const wrong = ["PART 1 early", "END 1", "ACK 0", "Hello", "", "PART 0", "END 0 x"];
  for (const message of wrong) await sender.send(message, receiver.address);
  const story = `I sent ${wrong.map((text) => `"${text}"`).join(", ")}, and then "PART 0 a".`;
  await sender.send("PART 0 a", receiver.address);
  same(await all(sender, 1), ["ACK 0"], `${story} These are all the answers.`);
  const end = 'I sent "PART 0 a", "END 0", "END 1", and then "PART 1 late".';
  for (const message of ["END 0", "END 1", "PART 1 late"]) {
    await sender.send(message, receiver.address);
  }
  same(await all(sender, 1), ["ACK 1"], `${end} These are all the answers to the last three.`);
  same(await done(collecting, end), ["a"], `${end} These are the texts.`);
});

test("collectAll: before END it waits without a limit", async () => {
  using receiver = bind();
  using sender = bind();
  const collecting = collectAll(receiver, 30);
  await answers(sender, receiver, "PART 0 a");
  await pause(100);
  const story =
    'The quiet time was 30 ms. I sent "PART 0 a", and after 100 ms "PART 1 b" and "END 2".';
  same(await answers(sender, receiver, "PART 1 b", "END 2"), ["ACK 1", "ACK 2"], story);
  same(await done(collecting, story), ["a", "b"], story);
});

test("collectAll: stays after END, and acknowledges what comes again", async () => {
  using receiver = bind();
  using sender = bind();
  const collecting = collectAll(receiver, 200);
  const story = 'I sent "PART 0 a" and "END 1". As if both ACKs were lost, I sent both once more.';
  const messages = ["PART 0 a", "END 1", "PART 0 a", "END 1"];
  const heard = await answers(sender, receiver, ...messages);
  same(heard, ["ACK 0", "ACK 1", "ACK 0", "ACK 1"], `${story} These are the answers.`);
  same(await done(collecting, story), ["a"], `${story} These are the texts.`);
});

test("collectAll: a message from the sender starts the quiet time again", async () => {
  using receiver = bind();
  using sender = bind();
  const collecting = collectAll(receiver, 300);
  await answers(sender, receiver, "END 0");
  await pause(60);
  await answers(sender, receiver, "END 0");
  const start = performance.now();
  const story = "The quiet time was 300 ms. I sent END 0, and after 60 ms END 0 again.";
  await done(collecting, story, 600);
  const waited = Math.round(performance.now() - start);
  same(waited > 280, true, `${story} It ended ${waited} ms after that. Was that late enough?`);
});

test("collectAll: takes nothing from a second sender, who does not keep it waiting", async () => {
  using receiver = bind();
  using sender = bind();
  using stranger = bind();
  const collecting = collectAll(receiver, 100);
  await answers(sender, receiver, "PART 0 a");
  const told =
    'I sent "PART 0 a". Somebody else sent "PART 1 x" and "END 1". Then I sent "PART 1 b".';
  for (const message of ["PART 1 x", "END 1"]) await stranger.send(message, receiver.address);
  same(await answers(sender, receiver, "PART 1 b", "END 2"), ["ACK 1", "ACK 2"], told);
  const chatter = setInterval(() => stranger.send("END 2", receiver.address).catch(() => {}), 30);
  try {
    const story = `${told} I sent "END 2". After that, somebody else sent "END 2" every 30 ms.`;
    same(await done(collecting, story), ["a", "b"], `${story} These are the texts.`);
    same(await all(stranger, 0), [], `${story} They got these answers.`);
  } finally {
    clearInterval(chatter);
  }
});

test("collectAll: ignores a datagram from port 0", async () => {
  using receiver = forged("PART 0 forged", { hostname: "127.0.0.1", port: 0 });
  using sender = bind();
  const collecting = collectAll(receiver, 100);
  const story = "PART 0 forged came from port 0. Then another sender sent PART 0 one and END 1.";
  for (const message of ["PART 0 one", "END 1"]) await sender.send(message, receiver.address);
  same(await done(collecting, story), ["one"], story);
});

test("collectAll: a failure is not an end", async () => {
  const receiver = bind();
  using sender = bind();
  const collecting = collectAll(receiver, 200);
  await answers(sender, receiver, "PART 0 a", "END 1");
  receiver.close();
  await throws(() => collecting, Error, 'I sent "PART 0 a" and "END 1", and closed the socket.');
});
