/**
 * What every role must withstand, found from the lessons' own data: so a new lesson is tested, too.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { bind, formatAddress, MAX_BYTES, sameAddress, type Socket } from "../lib/udp.ts";
import { printable } from "../lib/text.ts";
import { bytes, here, soon, text, until } from "./helpers.ts";
import { type Side, SIDES } from "./lessons.ts";
import { NO_IPV6, unless } from "./only.ts";
import { RunningRole } from "./role.ts";
import {
  answering,
  called,
  type Conversation,
  isAnswer,
  known,
  listening,
  messages,
  mute,
  relays,
} from "./servers.ts";

/** Where it runs: a role of a group is no role anywhere else. */
const home = ({ page, role }: Side) =>
  role.group ? { hostname: page.lesson.host!, port: 0 } : here(0);

/** A relay needs an address to send to: nobody listens there. */
const optionsOf = ({ role }: Side) =>
  Object.fromEntries(
    Object.entries(role.options ?? {}).filter(([, { address }]) => address)
      .map(([name]) => [name, "127.0.0.1:9"]),
  );

/** Asks the server something that it answers, and waits for the answer. */
async function asked(side: Side, server: RunningRole, client: Socket): Promise<void> {
  const [conversation] = known.get(side) as [Conversation];
  await client.send(conversation.question, server.address);
  const { data } = await client.receive({ signal: soon() });
  assert(isAnswer(data, conversation), `It answers with ${printable(data)}`);
}

for (const a of answering) {
  for (const b of answering) {
    Deno.test(`${called(a)} and ${called(b)}: a forged datagram sets no two servers talking`, async () => {
      await using one = await RunningRole.start(a.role);
      await using two = await RunningRole.start(b.role);
      using client = bind();
      // What neither of them answers has no answer here, either.
      const all = [...known.get(a)!, ...known.get(b)!];
      const said = all.flatMap(({ question, answer }) => [question, answer]);
      /** How many datagrams the two send each other because of this one. */
      const answers = async (data: Uint8Array): Promise<number> => {
        const before = [one.sent.length, two.sent.length] as const;
        await two.forge(data, one.address);
        for (let round = 0; round < 2; round++) {
          await asked(a, one, client);
          await asked(b, two, client);
        }
        return one.sent.slice(before[0]).filter(({ to }) => sameAddress(to, two.address)).length +
          two.sent.slice(before[1]).filter(({ to }) => sameAddress(to, one.address)).length;
      };
      for (const data of [...said, new Uint8Array(), new Uint8Array(MAX_BYTES)]) {
        // A server that opens a file may answer later questions first. So the answer to one datagram
        // may be counted for the next one: but then the next try has one at most.
        let count = await answers(data);
        for (let tries = 1; tries < 4 && count > 1; tries++) count = await answers(data);
        assert(count <= 1, `${count} answers to ${printable(data, 40)}`);
      }
    });
  }
}

Deno.test("a forged datagram of every kind was tried: questions, answers, nothing, and much", () => {
  assert(answering.length >= 2);
  for (const side of answering) {
    const { length } = known.get(side)!;
    assert(length > 0 && length < messages.length, `${called(side)} answers ${length} of all.`);
  }
});

for (const side of answering.filter(({ page }) => page.lesson.part === 4)) {
  Deno.test(`${called(side)}: no address that is not proved gets more bytes than it sent`, () => {
    for (const { question, answer } of known.get(side)!) {
      const sizes = `${question.length} bytes asked, ${answer.length} answered`;
      assert(answer.length <= question.length, `${sizes}: ${printable(question, 40)}`);
    }
  });
}

// Deno's question, and the tests of servers, go by `answers: true`: here it is compared with what a role does.
for (const side of mute) {
  Deno.test(`${called(side)}: it does not say "answers: true", and answers nothing`, async () => {
    await using running = await RunningRole.start(side.role, home(side), [], optionsOf(side));
    using client = bind();
    let sent = 0;
    // The last one comes twice: whoever has read the second has done the work of the first.
    for (const message of [...messages, ...messages.slice(-1)]) {
      await client.send(message, running.address);
      await Promise.race([running.receives(++sent), running.ended]);
    }
    const answers = running.sent.filter(({ to }) => sameAddress(to, client.address)).length;
    assertEquals(answers, 0, `It sent ${answers} answers: write "answers: true".`);
  });
}

for (const side of listening) {
  Deno.test(`${called(side)}: whatever port 0 sends, it goes on, and says who that was`, async () => {
    const forged = messages.map((data) => ({ data: new Uint8Array(data), from: here(0) }));
    await using running = await RunningRole.start(side.role, home(side), forged);
    using client = bind();
    await client.send("after all", running.address);
    await until(() => running.printed.some((line) => line.includes(formatAddress(client.address))));
    const lines = running.printed.filter((line) => /\b127\.0\.0\.1:0\b/.test(line));
    assert(lines.length >= messages.length, running.printed.join("\n"));
    if (!side.role.answers) return;
    // Nobody can send there (RFC 768): it says so, once for each question, and answers others.
    const refused = /^(No (answer|reply) to 127\.0\.0\.1:0: .| {2}Not sent: Port 0 )/;
    const refusals = () => running.printed.filter((line) => refused.test(line)).length;
    // Lesson 14's server answers one of them from another port, which `known` does not see.
    const questions = known.get(side)!.length + (side.page.number === 14 ? 1 : 0);
    await until(() => refusals() >= questions, running.printed.join("\n"));
    assertEquals(refusals(), questions);
    using other = bind();
    await asked(side, running, other);
  });

  Deno.test(`${called(side)}: what fills a datagram does not fill the screen`, async () => {
    await using running = await RunningRole.start(side.role, home(side));
    using client = bind();
    for (const byte of [0, 65, 0xf0]) {
      const before = running.printed.length;
      await client.send(new Uint8Array(MAX_BYTES).fill(byte), running.address);
      await until(() => running.printed.length > before);
      const size = bytes(running.printed.slice(before).join("\n")).length;
      assert(size <= 2048, `${size} bytes were printed of ${MAX_BYTES} times ${byte}.`);
    }
  });
}

for (const side of relays) {
  Deno.test(`${called(side)}: whatever port 0 sends, it goes on passing on, both ways`, async () => {
    using server = bind();
    const [option] = Object.entries(side.role.options!).find(([, { address }]) => address)!;
    const forged = messages.map((data) => ({ data: new Uint8Array(data), from: here(0) }));
    const options = { [option]: formatAddress(server.address) };
    await using running = await RunningRole.start(side.role, here(0), forged, options);
    using client = bind();
    // A full line loses some: so it is sent again, as on any network.
    const send = () => void client.send("after all", running.address).catch(() => {});
    const again = setInterval(send, 100);
    send();
    const answering = (async () => {
      for await (const { data, from } of server) {
        await server.send(data, from).catch(() => {}); // to all of them, and so to port 0
      }
    })();
    const { data } = await client.receive({ signal: soon() }).finally(() => clearInterval(again));
    assertEquals(text(data), "after all");
    server.close();
    await answering;
    assert(side.role.answers, 'It sends to whoever wrote to it: write "answers: true".');
  });
}

/** The roles that send to any address. A socket of QUIC cannot be looked into. */
const sending = SIDES.filter(({ role }) => !role.listens && !role.group && !role.quic);

for (const side of sending) {
  Deno.test({
    ...unless(NO_IPV6, `${called(side)}: its socket speaks the IP version of the other side`),
    async fn() {
      const to = { hostname: "::1", port: 9 }; // nobody is there
      const options = { file: "name", count: "1", timeout: "0.001" };
      await using running = await RunningRole.start(side.role, to, [], options);
      assertEquals(running.address.hostname, "::1");
      if (side.role.options?.timeout) await running.ended;
    },
  });
}
