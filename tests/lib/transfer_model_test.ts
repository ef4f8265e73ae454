import { assert, assertEquals } from "@std/assert";
import { dice } from "../../lib/relay.ts";
import { FairWindow, type Window } from "../../lib/transfer.ts";
import { type Departure, ModelWindow } from "../../lib/transfer_model.ts";
import { NONSENSE } from "../nonsense.ts";
import { type Carried, CubicWindow, LINE, type Sender, share } from "./line.ts";

/**
 * How many lines each test of a goal tries: in `deno task fuzz`, 60, so 480 in all. `SEEDS=300` tries
 * thousands.
 */
const SEEDS = Number(Deno.env.get("SEEDS") ?? (NONSENSE > 2_000 ? 60 : 1));

type Kind = "model" | "auto" | "cubic";

function sender(kind: Kind, seed: number, start: number): Sender {
  const window = (now: () => number): Window => {
    if (kind === "model") return new ModelWindow(dice(seed));
    return kind === "auto" ? new FairWindow() : new CubicWindow(now);
  };
  return { window, start };
}

/** What comes of senders that share the line of the benchmark, on as many lines as asked for. */
function shares(kinds: Kind[], loss: number, milliseconds: number): Carried[][] {
  const random = dice(9);
  return Array.from({ length: SEEDS }, (_, i) => {
    const line = { ...LINE, loss, seed: i + 1 };
    const senders = kinds.map((kind) => sender(kind, 1 + 1e6 * random(), 50 * random()));
    return share(line, senders, milliseconds);
  });
}

/** What comes of one sender. Two tests look at the lines that lose nothing by chance. */
const singles = new Map<number, Carried[]>();
function single(loss: number): Carried[] {
  const known = singles.get(loss) ?? shares(["model"], loss, 5000).map(([one]) => one!);
  singles.set(loss, known);
  return known;
}

/** The value that all but such a share of them reach. */
function allBut(part: number, values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(part * values.length)]!;
}

Deno.test("model: a line that loses some by chance is used nearly to the full", () => {
  // The most that can arrive is 961 kB/s, less what gets lost.
  for (const [loss, least] of [[0, 900], [0.01, 900], [0.05, 850], [0.2, 600]] as const) {
    const speeds = single(loss).map(({ speed }) => speed);
    assert(allBut(0.05, speeds) >= least, `${allBut(0.05, speeds)} kB/s at ${loss}`);
  }
});

Deno.test("model: without loss, nearly nothing is sent again, and the queue stays short", () => {
  const alone = single(0);
  assert(Math.max(...alone.map(({ again }) => again)) <= 0.02);
  assert(Math.max(...alone.map(({ trip }) => trip)) < 60);
});

Deno.test("model: two of them share a line", () => {
  const pairs = shares(["model", "model"], 0, 7500);
  const smaller = pairs.map((pair) => Math.min(...pair.map(({ speed }) => speed)));
  assert(allBut(0.05, smaller) >= 400, `${allBut(0.05, smaller)} kB/s`);
  const again = pairs.flat().map(({ again }) => again);
  assert(allBut(0.95, again) <= 0.02, `${allBut(0.95, again)} sent again`);
});

Deno.test("model: others keep their part of the line, and so does it", () => {
  for (const other of ["cubic", "auto"] as const) {
    const pairs = shares(["model", other], 0, 7500);
    const smaller = pairs.map((pair) => Math.min(...pair.map(({ speed }) => speed)));
    assert(allBut(0.05, smaller) >= 300, `${allBut(0.05, smaller)} kB/s beside ${other}`);
  }
});

Deno.test("model: where it is not better, as docs/is-udp-faster.md says", () => {
  const beside = (room: number, kinds: [Kind, Kind]) =>
    share(
      { ...LINE, room, loss: 0, seed: 1 },
      kinds.map((kind, i) => sender(kind, 9 + i, 20 * i)),
      5000,
    );
  const lost = (pair: Carried[]) => pair.reduce((sum, { again }) => sum + again, 0) / 2;
  assert(lost(beside(10, ["model", "model"])) > 0.08);
  assert(lost(beside(10, ["auto", "auto"])) < 0.03);
  const [ofModel, ofAuto] = [beside(10, ["model", "auto"])[1]!, beside(300, ["model", "auto"])[0]!];
  assert(ofModel.speed < 961 / 4, `auto beside model: ${ofModel.speed} kB/s`);
  assert(ofAuto.speed < 961 / 4, `model beside auto: ${ofAuto.speed} kB/s`);
});

/** A window on a line of its own: parts that leave arrive after 40 ms, one in a millisecond at most. */
function alone(window: ModelWindow) {
  const under: { departure: Departure; at: number; left: number }[] = [];
  let now = 0;
  let free = 0;
  let sent = 0;
  /** Lets time pass; `lost` says of each part whether it is lost, `carries` how many a millisecond. */
  const pass = (milliseconds: number, carries = 1, lost = (_: number) => false) => {
    for (const end = now + milliseconds; now < end; now += 0.25) {
      while (under[0] && under[0].at <= now) {
        const { departure, left } = under.shift()!;
        const flying = under.length;
        window.measured({ now, parts: 1, flying, departure, trip: now - left });
      }
      while (under.length < Math.max(1, Math.floor(window.size)) && now >= window.leavesAt) {
        const departure = window.sent(now, under.length);
        if (lost(sent++)) {
          window.missed(departure);
          continue;
        }
        free = Math.max(now, free) + 1 / carries;
        under.push({ departure, at: free + 40, left: now });
      }
    }
  };
  return { pass, under, now: () => now, sent: () => sent };
}

Deno.test("model: it finds the rate and the round trip, then probes in a cycle", () => {
  const window = new ModelWindow(dice(1));
  const line = alone(window);
  const phases: string[] = [window.phase];
  for (let i = 0; i < 3000; i++) {
    line.pass(1);
    if (phases.at(-1) !== window.phase) phases.push(window.phase);
  }
  assert(Math.abs(window.rate - 1) < 0.03, `${window.rate}`);
  assert(window.least >= 41 && window.least < 42, `${window.least}`);
  assertEquals(phases.slice(0, 7), [
    ...["startup", "drain", "cruise", "up", "down", "cruise", "up"],
  ]);
});

Deno.test("model: startup ends when the rate has not grown in three round trips", () => {
  const window = new ModelWindow(dice(1));
  const seen: [phase: string, rate: number][] = [];
  // One part at a time leaves, and its ACK comes after 40 ms.
  for (let now = 1000; now < 1160; now += 40) {
    const departure = window.sent(now, 0);
    window.measured({ now: now + 40, parts: 1, flying: 0, departure, trip: 40 });
    seen.push([window.phase, window.rate]);
  }
  const [startup, cruise] = [["startup", 1 / 40], ["cruise", 1 / 40]];
  assertEquals(seen, [startup, startup, startup, cruise]);
});

Deno.test("model: a probe takes one round trip", () => {
  const window = new ModelWindow(dice(1));
  const line = alone(window);
  const probes: number[] = [];
  for (let up = 0; probes.length < 8; line.pass(1)) {
    if (window.phase === "up") up++;
    else if (up > 0) {
      probes.push(up);
      up = 0;
    }
  }
  assert(probes.every((milliseconds) => milliseconds <= 43), `${probes}`);
});

Deno.test("model: ACKs that come in bursts do not make the line look faster than the sender", () => {
  const random = dice(1);
  const window = new ModelWindow(random);
  const departures: Departure[] = [];
  let [arrived, next] = [0, 0];
  // One part leaves in each millisecond. Now and then, some of the ACKs that are due come at once.
  for (let now = 0; now < 2000; now++) {
    departures.push(window.sent(now, now - arrived));
    if (now < next) continue;
    next = now + 60 * random();
    for (const end = arrived + Math.floor(random() * (now - 39 - arrived)); arrived < end;) {
      const departure = departures[arrived++]!;
      const trip = now - departure.at;
      window.measured({ now, parts: 1, flying: now + 1 - arrived, departure, trip });
    }
  }
  assert(window.rate > 0.9 && window.rate <= 1, `${window.rate}`);
});

Deno.test("model: a line that becomes faster or slower is noticed", () => {
  const window = new ModelWindow(dice(1));
  const line = alone(window);
  line.pass(2000, 1);
  line.pass(4000, 2);
  assert(Math.abs(window.rate - 2) < 0.1, `${window.rate}`);
  line.pass(4000, 0.5);
  assert(Math.abs(window.rate - 0.5) < 0.05, `${window.rate}`);
});

Deno.test("model: a loss by chance changes neither the rate nor the window", () => {
  const [window, lossy] = [new ModelWindow(dice(1)), new ModelWindow(dice(1))];
  alone(window).pass(3000);
  alone(lossy).pass(3000, 1, (i) => i % 20 === 19);
  assert(Math.abs(lossy.rate - window.rate) < 0.06, `${lossy.rate}`);
  assert(Math.abs(lossy.size - window.size) < 4, `${lossy.size}`);
});

Deno.test("model: a probe makes up for what is lost by chance, so that the rate does not sink", () => {
  const window = new ModelWindow(dice(1));
  alone(window).pass(20_000, 1, (i) => i % 10 < 3);
  assert(window.rate > 0.95, `${window.rate}`);
});

Deno.test("model: losses by chance do not look like a queue, and are forgotten when they end", () => {
  const window = new ModelWindow(dice(1));
  const line = alone(window);
  let lossy = true;
  const pass = (milliseconds: number) => line.pass(milliseconds, 1, (i) => lossy && i % 3 === 0);
  /** How many parts of a hundred a probe takes for lost by chance. */
  const chance = () => {
    while (window.phase !== "up") pass(1);
    const { leavesAt, rate } = window;
    window.sent(leavesAt, 10);
    return Math.round(100 - 100 * 1.25 * rate * (window.leavesAt - leavesAt));
  };
  /** What it does next, if a third more is under way than fills the line. */
  const next = () => {
    while (window.phase !== "down") pass(0.25);
    const flying = Math.floor(1.3 * window.rate * window.least);
    window.measured({ now: line.now(), parts: 0, flying, departure: undefined, trip: undefined });
    return window.phase;
  };
  pass(5000);
  assertEquals([chance() > 25, next()], [true, "cruise"]);
  lossy = false;
  pass(3000);
  assertEquals([chance(), next()], [0, "down"]);
});

Deno.test("model: parts leave evenly, and one that is late makes up for 20 ms at most", () => {
  const window = new ModelWindow(dice(1));
  const line = alone(window);
  line.pass(1000);
  while (window.phase !== "cruise") line.pass(1);
  const [rate, now] = [window.rate, line.now()];
  window.sent(now, 10);
  const next = window.leavesAt;
  window.sent(next, 11);
  assert(Math.abs(window.leavesAt - next - 1 / rate) < 0.001, `${window.leavesAt - next}`);
  let burst = 0;
  while (window.leavesAt <= now + 500) {
    window.sent(now + 500, 12);
    burst++;
  }
  assert(burst >= 20 * rate && burst <= 20 * rate + 2, `${burst}`);
});

Deno.test("model: a program that has little to send does not make the line look slow", () => {
  const window = new ModelWindow(dice(1));
  const line = alone(window);
  line.pass(2000);
  const rate = window.rate;
  line.under.length = 0;
  for (let now = line.now(); now < line.now() + 20_000; now += 50) {
    const departure = window.sent(now, 0);
    window.idle(1);
    window.measured({ now: now + 40, parts: 1, flying: 0, departure, trip: 40 });
  }
  assert(Math.abs(window.rate - rate) < 0.1, `${window.rate}`);
});

Deno.test("model: after a silence it asks with one part, and goes on when an ACK comes", () => {
  const window = new ModelWindow(dice(1));
  const line = alone(window);
  line.pass(2000);
  const size = window.size;
  window.silence();
  assertEquals(window.size, 1);
  line.pass(100);
  assert(Math.abs(window.size - size) < 5, `${window.size}`);
});

Deno.test("model: every 10 s it has hardly anything under way, and sees a longer path", () => {
  const window = new ModelWindow(dice(1));
  const quiet: number[] = [];
  const line = alone(window);
  let longer = 0;
  const measured = window.measured.bind(window);
  window.measured = (arrival) => measured({ ...arrival, trip: arrival.trip! + longer });
  for (let i = 0; i < 25_000; i++) {
    if (i === 5000) longer = 30;
    line.pass(1);
    if (window.phase === "quiet") quiet.push(line.under.length);
  }
  assert(quiet.length > 200 && quiet.length < 1000, `${quiet.length} ms`);
  assertEquals(Math.min(...quiet), 4);
  assert(window.least >= 71 && window.least < 72, `${window.least}`);
});

Deno.test("model: nonsense in its measurements leaves it with a window that is a number", () => {
  const random = dice(3);
  const window = new ModelWindow(random);
  const departures: Departure[] = [];
  for (let i = 0; i < 5000; i++) {
    const now = Math.floor(random() * 4) * i;
    const flying = Math.floor(random() * 256);
    if (random() < 0.5) departures.push(window.sent(now, flying));
    const departure = departures[Math.floor(random() * departures.length)];
    if (departure && random() < 0.1) window.missed(departure);
    if (random() < 0.1) window.idle(flying);
    const trip = random() < 0.5 ? undefined : Math.floor(random() * 3);
    window.measured({ now, parts: 1 + flying, flying, departure, trip });
    assert(window.size >= 1 && window.size < Infinity, `${window.size}`);
    assert(window.rate >= 0 && window.rate < Infinity, `${window.rate}`);
    assert(!Number.isNaN(window.leavesAt), `${window.leavesAt}`);
  }
});
