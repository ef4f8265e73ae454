import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { receiveWithin } from "../lessons/02_receive.ts";
import { greeting } from "../lessons/04_echo.ts";
import {
  answerAnyone,
  answerProved,
  askForTrains,
  changeSecret,
  isCookieOf,
  isQuestion,
  makeCookie,
  newSecret,
  NO_COOKIE,
  type Secrets,
  TIMETABLE,
} from "../lessons/19_proof.ts";
import { type Address, bind, MAX_BYTES } from "../lib/udp.ts";
import { bytes, flooded, PATIENCE, soon, text, within } from "./helpers.ts";
import { eventually, lesson, runLesson, type Running } from "./program.ts";
import { RunningRole } from "./role.ts";
import { label, lesson as page } from "../cli/lessons/19_proof.ts";
import { waits } from "./waits.ts";

const ANN = { hostname: "192.0.2.7", port: 50_001 };
const NOW = 1_796_000_000;
const secret = await newSecret();

async function twoSecrets(): Promise<Secrets> {
  return { current: await newSecret(), previous: await newSecret() };
}

/** What the server answers to a question with this cookie. */
async function answered(
  secrets: Secrets,
  cookie: string,
  { from = ANN, now = NOW }: { from?: Address; now?: number } = {},
): Promise<"timetable" | string> {
  const answer = await answerProved({ data: bytes(`trains ${cookie}`), from }, secrets, now);
  if (answer === TIMETABLE) return "timetable";
  const [, given] = answer?.match(/^cookie ([0-9a-f]{72})$/) ?? [];
  assert(given, `It answers: ${answer}`);
  return given;
}

Deno.test("lesson 19: a cookie is 72 digits, and begins with the time", async () => {
  const cookie = await makeCookie(ANN, secret, NOW + 0.9);
  assertMatch(cookie, /^[0-9a-f]{72}$/);
  assertEquals(parseInt(cookie.slice(0, 8), 16), NOW);
  assertEquals(NO_COOKIE, "0".repeat(72));
  assertEquals(await makeCookie(ANN, secret, NOW), cookie); // nothing in it is random
  assertEquals((await makeCookie(ANN, secret, 5)).slice(0, 8), "00000005");
});

Deno.test("lesson 19: a cookie is valid for its client, for 60 s, and again and again", async () => {
  const cookie = await makeCookie(ANN, secret, NOW);
  for (const age of [0, 0, 0.5, 59, 60]) {
    assertEquals(await isCookieOf({ ...ANN }, cookie, secret, NOW + age), true, `${age} s`);
  }
  for (const age of [60.1, 61, 3600, -1, -3600]) {
    assertEquals(await isCookieOf(ANN, cookie, secret, NOW + age), false, `${age} s`);
  }
});

Deno.test("lesson 19: it is not valid for another host, another port or another secret", async () => {
  const cookie = await makeCookie(ANN, secret, NOW);
  const others = [{ ...ANN, hostname: "192.0.2.8" }, { ...ANN, port: 50_002 }];
  for (const other of others) {
    assertEquals(await isCookieOf(other, cookie, secret, NOW), false, JSON.stringify(other));
  }
  assertEquals(await isCookieOf(ANN, cookie, await newSecret(), NOW), false);
  // "192.0.2.7" and "51234" are not the same as "192.0.2.75" and "1234".
  const seven = await makeCookie({ ...ANN, port: 51_234 }, secret, NOW);
  const other = { hostname: "192.0.2.75", port: 1234 };
  assertEquals(await isCookieOf(other, seven, secret, NOW), false);
  const six = { hostname: "2001:db8::7", port: 50_001 };
  assertEquals(await isCookieOf(six, await makeCookie(six, secret, NOW), secret, NOW), true);
});

Deno.test("lesson 19: with any digit changed it is not valid, and neither is anything else", async () => {
  const cookie = await makeCookie(ANN, secret, NOW);
  for (let place = 0; place < cookie.length; place++) {
    const digit = (parseInt(cookie[place]!, 16) ^ 1).toString(16);
    const other = cookie.slice(0, place) + digit + cookie.slice(place + 1);
    assertEquals(await isCookieOf(ANN, other, secret, NOW), false, `${place}`);
  }
  const younger = (NOW + 30).toString(16) + cookie.slice(8);
  assertEquals(await isCookieOf(ANN, younger, secret, NOW + 61), false);
  const others = [
    "",
    NO_COOKIE,
    cookie.toUpperCase(),
    cookie.slice(1),
    `${cookie}0`,
    `${cookie}\n`,
  ];
  for (const other of [...others, "f".repeat(72), "g".repeat(72), "trains"]) {
    assertEquals(await isCookieOf(ANN, other, secret, NOW), false, other);
  }
  await fc.assert(fc.asyncProperty(fc.string({ maxLength: 80 }), async (other) => {
    assertEquals(await isCookieOf(ANN, other, secret, NOW), false);
  }));
});

Deno.test("lesson 19: the secret cannot be read", async () => {
  assertEquals(secret.extractable, false);
  const read = await crypto.subtle.exportKey("raw", secret).then(() => "read", () => "refused");
  assertEquals(read, "refused");
});

Deno.test("lesson 19: no cookie brings a cookie, and the cookie the timetable", async () => {
  const secrets = await twoSecrets();
  const cookie = await answered(secrets, NO_COOKIE);
  assertEquals(await answered(secrets, cookie), "timetable");
  assertEquals(await answered(secrets, cookie, { now: NOW + 60 }), "timetable"); // a replay
  assertMatch(await answered(secrets, cookie, { now: NOW + 61 }), /^[0-9a-f]{72}$/);
});

Deno.test("lesson 19: a replay from another address brings a cookie for that one, and no more", async () => {
  const secrets = await twoSecrets();
  const cookie = await answered(secrets, NO_COOKIE);
  for (const from of [{ ...ANN, port: 1 }, { ...ANN, hostname: "203.0.113.66" }]) {
    const other = await answered(secrets, cookie, { from });
    assert(other !== "timetable" && other !== cookie);
    assertEquals(await answered(secrets, other, { from }), "timetable");
    assert(await answered(secrets, other) !== "timetable");
  }
});

Deno.test("lesson 19: after one change of the secret a cookie is valid, after two it is not", async () => {
  const first = await twoSecrets();
  const cookie = await answered(first, NO_COOKIE);
  const second = await changeSecret(first);
  assertEquals(second.previous, first.current);
  assertEquals(await answered(second, cookie), "timetable");
  const newer = await answered(second, NO_COOKIE);
  assert(newer !== cookie); // the current secret makes the new ones
  const third = await changeSecret(second);
  assert(await answered(third, cookie) !== "timetable");
  assertEquals(await answered(third, newer), "timetable");
});

Deno.test("lesson 19: an address that is not proved gets no more bytes than it sent, whatever it sends", async () => {
  const secrets = Object.freeze(await twoSecrets()); // and the server remembers nothing
  const question = fc.string({
    minLength: 72,
    maxLength: 72,
    unit: fc.constantFrom(..."0123456789abcdef"),
  })
    .map((cookie) => bytes(`trains ${cookie}`));
  const any = fc.oneof(question, fc.uint8Array({ maxLength: 200 }), fc.constant(bytes("trains")));
  const host = fc.ipV4();
  await fc.assert(
    fc.asyncProperty(any, host, async (data, hostname) => {
      const from = { hostname, port: 1 };
      const datagram = { data: new Uint8Array(data), from };
      const answer = await answerProved(datagram, secrets, NOW);
      assert(
        (answer ?? "").length <= data.length,
        `${data.length} asked, ${answer?.length} answered`,
      );
    }),
    { numRuns: 500 },
  );
});

Deno.test("lesson 19: 10,000 senders, and each has a cookie of its own", async () => {
  const secrets = Object.freeze(await twoSecrets());
  const cookies = new Map<string, Address>();
  for (let number = 0; number < 10_000; number++) {
    const from = { hostname: `10.0.${number >> 8}.${number & 255}`, port: 50_000 };
    cookies.set(await answered(secrets, NO_COOKIE, { from }), from);
  }
  assertEquals(cookies.size, 10_000);
  const [[first, from]] = cookies as unknown as [[string, Address]];
  assertEquals(await answered(secrets, first, { from }), "timetable"); // the oldest one, too
});

Deno.test("lesson 19: a question has 79 bytes; an answer is no question, here and in lesson 4", async () => {
  const secrets = await twoSecrets();
  const cookie = `cookie ${await answered(secrets, NO_COOKIE)}`;
  assertEquals([bytes(cookie).length, bytes(`trains ${NO_COOKIE}`).length], [79, 79]);
  const others = [
    cookie,
    TIMETABLE,
    "",
    "trains",
    `trains ${NO_COOKIE}0`,
    `trains ${NO_COOKIE}`.slice(1),
  ];
  for (const data of [...others.map(bytes), new Uint8Array(79), new Uint8Array(MAX_BYTES)]) {
    assertEquals(isQuestion(data), false);
    assertEquals(await answerProved({ data, from: ANN }, secrets, NOW), undefined);
    assertEquals(answerAnyone({ data, from: ANN }), undefined);
  }
  assertEquals(greeting(bytes(cookie)), undefined);
  assertEquals(greeting(bytes("cookie monster")), "Hello, cookie monster!");
});

Deno.test("lesson 19: the timetable has the size that the page says, and fits into a packet", () => {
  assertEquals(bytes(TIMETABLE).length, 1007);
  const lines = TIMETABLE.split("\n");
  assertEquals(lines.length, 36);
  for (const line of lines) assertMatch(line, /^\d\d:\d\d [A-Z][a-z]+, from platform \d$/);
  assertEquals([...lines].sort(), lines);
  assertEquals(answerAnyone({ data: bytes(`trains ${NO_COOKIE}`), from: ANN }), TIMETABLE);
});

waits(
  "lesson 19: the client sends the cookie back, takes nothing from strangers, and asks again",
  async () => {
    using server = bind();
    using stranger = bind();
    using client = bind();
    const printed: string[] = [];
    const print = (line: string) => void printed.push(line);
    const asking = askForTrains(client, server.address, 1000, print);
    const { from } = await server.receive({ signal: soon() }); // as if it were lost
    const next = async () => text((await server.receive({ signal: soon() })).data);
    const asked = `trains ${NO_COOKIE}`;
    assertEquals(await next(), asked);
    await stranger.send(`cookie ${"f".repeat(72)}`, from);
    await server.send(`cookie ${"a".repeat(72)}`, from);
    let again = await next();
    while (again === asked) again = await next(); // where a busy machine kept the cookie too long
    assertEquals(again, `trains ${"a".repeat(72)}`);
    await stranger.send("a forged timetable", from);
    await server.send("08:00 Rome", from);
    assertEquals(await asking, "08:00 Rome");
    assertEquals(printed, [
      "Sent 79 bytes, received 79: a cookie.",
      "Sent 79 bytes, received 10: the timetable.",
    ]);
  },
);

Deno.test("lesson 19: what only begins like a cookie is not sent back", async () => {
  using server = bind();
  using client = bind();
  const asking = askForTrains(client, server.address, PATIENCE);
  const { from } = await server.receive({ signal: soon() });
  await server.send("cookie monster", from);
  assertEquals(await asking, "cookie monster");
});

Deno.test("lesson 19: a server that sends cookies only is asked five times, as one that is silent", async () => {
  for (const cookie of ["b".repeat(72), undefined]) {
    using server = bind();
    using client = bind();
    const asking = askForTrains(client, server.address, cookie ? PATIENCE : 20);
    for (let tries = 1; tries <= 5; tries++) {
      const { data, from } = await server.receive({ signal: soon() });
      assertEquals(data.length, 79);
      if (cookie) await server.send(`cookie ${cookie}`, from);
    }
    assertEquals(await asking, undefined);
    assertEquals(await receiveWithin(server, 50), undefined);
  }
});

Deno.test("lesson 19: strangers who send all the time do not keep the client waiting", async () => {
  using server = bind();
  using stranger = bind();
  using client = bind();
  const asking = within(PATIENCE, askForTrains(client, server.address, 30));
  const { from } = await server.receive({ signal: soon() });
  assertEquals(await flooded(stranger, from, asking), undefined);
});

async function portOf(program: Running): Promise<number> {
  return Number((await program.prints(/Bind UDP on (\d+)/))[1]);
}

Deno.test("lesson 19: server and client as programs: a cookie, then the timetable; Ctrl-C counts the bytes", async () => {
  await using server = lesson(19, "server", "--port", 0);
  const port = await portOf(server);
  const { code, stdout, stderr } = await runLesson(19, ["client", "--port", port]);
  assertEquals([code, stderr], [0, ""]);
  const lines = [
    "Sent 79 bytes, received 79: a cookie.",
    "Sent 79 bytes, received 1,007: the timetable.",
  ];
  assertEquals(stdout, `${lines.join("\n")}\n${TIMETABLE}\n`);
  await server.prints(/(Received from 127\.0\.0\.1:\d+\.\n){2}/);
  server.signal();
  const ended = await server.end();
  assertMatch(
    ended.stdout,
    /\nStopped\. Sent 2 datagrams \(1,086 bytes\), received 2 \(158 bytes\)\.\n$/,
  );
  assertEquals([ended.code, ended.stderr], [0, ""]);
});

Deno.test("lesson 19: the server takes another secret each hour, and a cookie outlives one change", async () => {
  const { setInterval, clearInterval } = globalThis;
  const timers: { change: () => Promise<void>; milliseconds: number }[] = [];
  const cleared: unknown[] = [];
  globalThis.setInterval =
    ((change: () => Promise<void>, milliseconds: number) =>
      timers.push({ change, milliseconds })) as unknown as typeof setInterval;
  globalThis.clearInterval = (id) => void cleared.push(id);
  try {
    {
      await using server = await RunningRole.start(page.roles.server!);
      using client = bind();
      const ask = async (cookie: string) => {
        await client.send(`trains ${cookie}`, server.address);
        return text((await client.receive({ signal: soon() })).data);
      };
      const cookie = (await ask(NO_COOKIE)).slice("cookie ".length);
      assertEquals(timers.map(({ milliseconds }) => milliseconds), [3_600_000]);
      await timers[0]!.change();
      assertEquals(await ask(cookie), TIMETABLE);
      await timers[0]!.change();
      assertMatch(await ask(cookie), /^cookie /);
    }
    assertEquals(cleared, [1]); // the timer does not outlive the server
  } finally {
    Object.assign(globalThis, { setInterval, clearInterval });
  }
});

Deno.test("lesson 19: what a server says is printed safely, and not without end", async () => {
  using server = bind();
  await using client = lesson(19, "client", "--port", server.address.port);
  const { from } = await server.receive({ signal: soon() });
  await server.send(`\x1b[2J${"x".repeat(200)}\n${"line\n".repeat(5000)}`, from);
  const { code, stdout } = await client.end();
  assertEquals(code, 0);
  const lines = stdout.trim().split("\n");
  assert(lines[1]!.startsWith("\\x1b[2Jxxx") && lines[1]!.length < 140, lines[1]);
  assertEquals(lines.length, 51);
});

Deno.test("lesson 19: without a server, with a busy port or wrong options, a sentence says what to do", async () => {
  using silent = bind();
  const port = ["--port", silent.address.port];
  const alone = await runLesson(19, ["client", ...port, "--timeout", 0.02]);
  const at = `127.0.0.1:${silent.address.port}`;
  assertEquals(alone.stderr, `Is a server running at ${at}? It sent no timetable.\n`);
  assertEquals([alone.code, alone.stdout], [1, ""]);
  const busy = await eventually(() => runLesson(19, ["server", ...port]));
  assertMatch(busy.stderr, /this port is taken\. Stop the program that has it, or choose another/);
  assertEquals(busy.code, 1);
  const wrong = await runLesson(19, ["client", "--timeout", "soon"]);
  assertMatch(wrong.stderr, /^--timeout soon is not a time/);
  assertEquals(wrong.code, 2);
});

Deno.test("lesson 19: the play: 12.7 times as many bytes without proof, and with proof not one more", async () => {
  const { code, stdout, stderr } = await runLesson(19, ["--json"]);
  assertEquals([code, stderr], [0, ""]);
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const names = events.filter(({ event }) => event === "column").map(({ name }) => name);
  assertEquals(names, ["attacker", "server", "victim"]);
  const sizes = events.filter(({ event }) => event === "datagram")
    .map(({ from, to, size }) => `${names[from]} > ${names[to]} ${size}`);
  const forged = "attacker > server 79";
  assertEquals(sizes, [
    ...Array(3).fill([forged, "server > victim 1007"]).flat(),
    ...Array(3).fill([forged, "server > victim 79"]).flat(),
    ...[forged, "server > attacker 79", forged, "server > victim 79"],
    ...["victim > server 79", "server > victim 79", "victim > server 79", "server > victim 1007"],
  ]);
  const notes = events.filter(({ event }) => event === "note").map(({ text }) => text);
  const factor = (3 * 1007 / (3 * 79)).toFixed(1);
  assert(
    notes.includes(
      `The attacker sent 237 bytes, and the victim got 3,021: ${factor} times as many.`,
    ),
  );
  assert(
    notes.some((note) =>
      note.startsWith("The attacker sent 237 bytes, and the victim got 237: not")
    ),
  );
});

Deno.test("lesson 19: the picture shows what a datagram is, and how many bytes it has", () => {
  assertEquals(label(bytes(`trains ${NO_COOKIE}`)), "trains? no cookie, 79 bytes");
  assertEquals(label(bytes(`trains ${"a".repeat(72)}`)), "trains? a cookie, 79 bytes");
  assertEquals(label(bytes(`cookie ${"a".repeat(72)}`)), "a cookie, 79 bytes");
  assertEquals(label(bytes(TIMETABLE)), "the timetable, 1,007 bytes");
});
