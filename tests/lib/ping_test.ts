import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { median, ping, Pings, pong } from "../../lib/ping.ts";
import { bind } from "../../lib/udp.ts";
import { bytes, soon, text, until } from "../helpers.ts";
import { SimulatedClock } from "../simulated.ts";

Deno.test("pong: answers a ping with its number, and nothing else", () => {
  assertEquals(pong(bytes("ping 1")), "pong 1");
  assertEquals(pong(bytes("ping 999999999")), "pong 999999999");
  const others = ["", "ping", "ping ", "ping 0", "ping 01", "ping 1 ", " ping 1", "ping 1\n"];
  others.push(
    "Ping 1",
    "ping -1",
    "ping 1.5",
    "ping 1000000000",
    "ping １",
    "pang 1",
    "ping 1".repeat(10_000),
  );
  for (const other of others) assertEquals(pong(bytes(other)), undefined, other);
});

Deno.test("pong: no answer is answered, and no answer is longer than its question", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.integer().map((n) => bytes(`ping ${n}`))), (data) => {
      const answer = pong(data);
      if (answer === undefined) return;
      assertEquals(pong(bytes(answer)), undefined);
      assertEquals(answer.length, data.length);
    }),
  );
});

Deno.test("pings: numbered from 1", () => {
  const pings = new Pings(100);
  assertEquals([pings.next(0), pings.next(1), pings.next(2)], ["ping 1", "ping 2", "ping 3"]);
});

Deno.test("pings: an answer in time, another one to the same, a late one, one to no question", () => {
  const pings = new Pings(100);
  for (const now of [0, 10, 20]) pings.next(now);
  const heard = (word: string, now: number) => pings.heard(bytes(word), now);
  assertEquals(heard("pong 1", 100), "pong 1 after 100.0 ms"); // in time, just
  assertEquals(heard("pong 1", 101), "pong 1 again");
  assertEquals(heard("pong 2", 110.1), "pong 2 after 100.1 ms: late");
  assertEquals(heard("pong 2", 500), "pong 2 again");
  for (const other of ["pong 4", "pong 0", "ping 3", "pong", "", "pong 3\n"]) {
    assertEquals(heard(other, 111), undefined, other);
  }
  assertEquals(pings.sums(111), {
    sent: 3,
    answered: 2,
    lost: 0,
    pending: 1,
    doubled: 2,
    late: 1,
    trips: [100, 100.1],
  });
});

Deno.test("pings: what is not answered is pending, and lost when its time is over", () => {
  const pings = new Pings(100);
  pings.next(0);
  pings.next(50);
  const sums = (now: number) => [pings.sums(now).pending, pings.sums(now).lost];
  assertEquals([sums(100), sums(101), sums(150), sums(151)], [[2, 0], [1, 1], [1, 1], [0, 2]]);
  assertEquals(pings.heard(bytes("pong 1"), 200), "pong 1 after 200.0 ms: late");
  assertEquals(sums(201), [0, 1]); // the first one was late, and not lost
});

Deno.test("pings: the sums add up, whatever comes", () => {
  const event = fc.tuple(
    fc.constantFrom("send", "hear"),
    fc.integer({ min: 0, max: 6 }),
    fc.nat(50),
  );
  fc.assert(fc.property(fc.array(event), (events) => {
    const pings = new Pings(60);
    let now = 0, sent = 0, doubled = 0;
    const answered = new Set<number>();
    for (const [what, number, pause] of events) {
      now += pause;
      if (what === "send") {
        sent++;
        pings.next(now);
      } else {
        pings.heard(bytes(`pong ${number}`), now);
        if (number < 1 || number > sent) continue;
        if (answered.has(number)) doubled++;
        answered.add(number);
      }
    }
    const sums = pings.sums(now);
    assertEquals([sums.sent, sums.answered, sums.doubled], [sent, answered.size, doubled]);
    assertEquals(sums.sent, sums.answered + sums.lost + sums.pending);
    assertEquals(sums.trips, sums.trips.toSorted((a, b) => a - b));
    assertEquals(sums.trips.length, answered.size);
  }));
});

Deno.test("pings: the sums in words", () => {
  const pings = new Pings(100);
  assertEquals(pings.told(0), "Pings: 0 sent, 0 lost, 0 doubled, 0 late.");
  for (let i = 0; i < 5; i++) pings.next(0);
  assertEquals(pings.told(50), "Pings: 5 sent, 0 lost, 0 doubled, 0 late, 5 still under way.");
  const times = [[1, 40], [1, 41], [2, 1.26], [3, 150], [4, 20]] as const;
  for (const [number, now] of times) pings.heard(bytes(`pong ${number}`), now);
  assertEquals(
    pings.told(151),
    "Pings: 5 sent, 1 lost, 1 doubled, 1 late.\n" +
      "Round trip: least 1.3 ms, middle 30.0 ms, worst 150.0 ms.",
  );
});

Deno.test("median: the middle one, or half-way between two", () => {
  assertEquals([median([5]), median([1, 2]), median([1, 2, 9]), median([1, 2, 4, 9])], [
    5,
    1.5,
    2,
    3,
  ]);
});

Deno.test("ping: sends so many, one each interval, hears the answers, and closes", async () => {
  using server = bind();
  const client = bind();
  const pings = new Pings(100);
  const clock = new SimulatedClock();
  const log: string[] = [];
  const options = { count: 3, interval: 50, log: (line: string) => log.push(line), clock };
  const pinging = ping(client, server.address, pings, options);
  for (let number = 1; number <= 3; number++) {
    const { data, from } = await server.receive({ signal: soon() });
    assertEquals(text(data), `ping ${number}`);
    if (number !== 2) {
      await server.send(`pong ${number}`, from);
      await until(() => log.length === (number === 1 ? 1 : 2));
    }
    await until(() => clock.waiting === 1);
    if (number < 3) await clock.pass(49); // and not before its time
    assertEquals(pings.sums(clock.now()).sent, number);
    if (number < 3) await clock.pass(1);
  }
  await clock.pass(100); // the last one's wait
  await pinging;
  assertEquals(clock.now(), 200);
  assertEquals(log, ["pong 1 after 0.0 ms", "pong 3 after 0.0 ms"]);
  assertEquals(pings.sums(clock.now() + 1).lost, 1);
  await assertRejects(() => client.receive(), Deno.errors.BadResource);
});

Deno.test("ping: takes no answer from a stranger", async () => {
  using server = bind();
  using stranger = bind();
  const client = bind();
  const pings = new Pings(50);
  const clock = new SimulatedClock();
  const log: string[] = [];
  const options = { count: 2, interval: 10, log: (line: string) => log.push(line), clock };
  const pinging = ping(client, server.address, pings, options);
  const { from } = await server.receive({ signal: soon() });
  await until(() => clock.waiting === 1);
  await clock.pass(10);
  await stranger.send("pong 1", from);
  await server.send("pong 2", from); // after the stranger's
  await until(() => log.length > 0 && clock.waiting === 1);
  await clock.pass(50);
  await pinging;
  assertEquals(log, ["pong 2 after 0.0 ms"]);
  assertEquals(pings.sums(clock.now() + 1).lost, 1);
});

Deno.test("ping: a send that fails ends it, with what was wrong", async () => {
  const client = bind();
  client.send = () => Promise.reject(new Deno.errors.NetworkUnreachable("No way"));
  const nobody = { hostname: "127.0.0.1", port: 9 };
  await assertRejects(
    () => ping(client, nobody, new Pings(10_000), { count: 5, interval: 1 }),
    Deno.errors.NetworkUnreachable,
  );
  await assertRejects(() => client.receive(), Deno.errors.BadResource);
});

Deno.test("ping: a log that throws ends it, and nothing more is sent", async () => {
  using server = bind();
  const client = bind();
  const clock = new SimulatedClock();
  const log = () => {
    throw new Error("the disk is full");
  };
  const pinging = ping(client, server.address, new Pings(50), {
    count: 9,
    interval: 10,
    log,
    clock,
  });
  const failing = assertRejects(() => pinging, Error, "the disk is full");
  const { from } = await server.receive({ signal: soon() });
  await server.send("pong 1", from);
  await failing;
  await clock.pass(100);
  const signal = AbortSignal.timeout(50);
  await assertRejects(() => client.receive({ signal }), Deno.errors.BadResource);
  await assertRejects(() => server.receive({ signal }), DOMException);
});
