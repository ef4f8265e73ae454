/**
 * A window that measures the line. It needs no other file.
 *
 * Most windows take each lost part for a sign that the line is full. This one measures two things:
 * how many parts arrive in a millisecond, and the shortest round trip. Together they are its model
 * of the line: `rate * least` parts fill the line, and no queue. It sends at that rate. Now and
 * then, it sends faster, to see whether the line carries more. So a part that is lost by chance
 * does not slow it down.
 *
 * The ideas are those of BBR, a congestion control of TCP and QUIC. They are described in the
 * internet drafts draft-cardwell-iccrg-bbr-congestion-control and
 * draft-cheng-iccrg-delivery-rate-estimation. What counts as lost is decided in transfer.ts, as in
 * RFC 9002. Three points are different here. A fixed number of parts more is under way
 * ({@linkcode MORE}). A probe makes up for losses by chance. A phase is measured in the shortest
 * round trip.
 *
 * {@linkcode ModelWindow} has no socket and no clock. It is told what happens, and when.
 *
 * @module
 */

/**
 * What a window does: it sends faster until the rate no longer grows (`startup`), and slower until
 * the queue is gone (`drain`). Then it repeats three phases: it sends at the rate of the line
 * (`cruise`), faster (`up`), and slower again (`down`). Every 10 s, it has hardly anything under
 * way (`quiet`).
 */
export type Phase = "startup" | "drain" | "cruise" | "up" | "down" | "quiet";

/** How many times the measured rate it sends in a phase. */
const PACE: Record<Phase, number> = {
  // 4 ln 2 is the least with which the rate doubles in each round trip.
  startup: 2.77,
  drain: 1 / 2.77,
  cruise: 1,
  // A quarter more, for one round trip. The next phase takes the same away again.
  up: 1.25,
  down: 0.75,
  quiet: 1,
};

/** At its start, it has 10 parts under way, as TCP has (RFC 6928). */
const FIRST = 10;

/** Up to so many times as many parts as fill the line are under way: in startup, and later. */
const [STARTUP_SIZE, SIZE] = [2, 1.5];

/**
 * So many parts more may be under way. For the smaller one of two transfers, this is much. For the
 * larger one it is little. So their shares become equal.
 */
export const MORE = 15;

/** Timers are late by up to so many milliseconds. The line must have enough to do until then. */
const TIMER = 2;

/** If a part leaves late, it makes up for at most so many milliseconds: more would be a burst. */
const SLACK = 20;

/** A cruise takes 5 to 7 round trips. Two transfers should not send faster at the same time. */
const [CRUISE, SPREAD] = [5, 2];

/** After so many round trips the queue counts as gone. Perhaps it is somebody else's. */
const DOWN = 3;

/** In startup, the line is full if the rate has not grown by a quarter in three round trips. */
const [GROWTH, FLAT] = [1.25, 3];

/** The shortest round trip is valid for so long. Perhaps the path has changed. */
const VALID = 10_000;

/** Then it has only so many parts under way for so long, so that all queues become empty. */
const [QUIET_SIZE, QUIET] = [4, 200];

/** More than this share does not get lost by chance. */
const MOST_CHANCE = 0.5;

/** No round trip is shorter, in milliseconds. */
const LEAST = 0.01;

/** What is known when a part leaves. The window wants it again when the part arrives or is lost. */
export interface Departure {
  /** When it leaves. */
  at: number;
  /** How many parts had arrived until then. */
  delivered: number;
  /** When the last one of them had arrived. */
  deliveredAt: number;
  /** When the last one of them had left. */
  firstAt: number;
  /** True if the program had nothing more to send. Then the rate says nothing about the line. */
  limited: boolean;
  /** What the window does when it leaves. */
  phase: Phase;
}

/** What an ACK says. */
export interface Arrival {
  /** When it came. */
  now: number;
  /** How many parts have arrived. */
  parts: number;
  /** How many are still under way. */
  flying: number;
  /** Of the part that left last. It is not given if this ACK may be for an earlier copy. */
  departure: Departure | undefined;
  /** How long its round trip took, if it was sent only once. */
  trip: number | undefined;
}

/**
 * How many parts may be under way, and when the next one may leave. Times are milliseconds.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const window = new ModelWindow();
 * const departures = [];
 * // One part leaves in each millisecond, and arrives after 40.
 * for (let now = 0; now < 1000; now++) {
 *   departures.push(window.sent(now, Math.min(now, 40)));
 *   const departure = departures[now - 40];
 *   if (departure) window.measured({ now, parts: 1, flying: 40, departure, trip: 40 });
 * }
 * assertEquals([window.rate, window.least], [1, 40]);
 * ```
 */
export class ModelWindow {
  /** How many parts may be under way now. */
  size: number = FIRST;
  /** No part may leave before this time. */
  leavesAt: number = -Infinity;
  /** What it does now. */
  phase: Phase = "startup";
  /** The shortest round trip. */
  least: number = Infinity;

  readonly #random: () => number;
  #phaseAt = 0;
  #cruise = CRUISE;
  /** How many parts have arrived, when the last one did, and when that one had left. */
  #delivered = 0;
  #deliveredAt = 0;
  #firstAt = 0;
  /** Until so many have arrived, the program limits the rate. */
  #limitedUntil = 0;
  /** The highest rates in this cycle of phases, and in the one before. */
  #rate = 0;
  #rateBefore = 0;
  #leastAt = 0;
  /** The round trip ends when a part arrives that left after so many had arrived. */
  #roundEnd = 0;
  /** The highest rate in startup, and for how many round trips it has not grown. */
  #highest = 0;
  #flat = 0;
  /** Parts that left in the phase `down`, and those of them that were lost. */
  #sentDown = 0;
  #lostDown = 0;

  /** Takes dice, a function that returns numbers from 0 to 1. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** How many parts the line carries in a millisecond, or 0 if that is not known yet. */
  get rate(): number {
    return Math.max(this.#rate, this.#rateBefore);
  }

  /** How many parts fill the line, without a queue: the bandwidth-delay product. */
  get #fill(): number {
    return this.rate === 0 ? 0 : this.rate * this.least;
  }

  /**
   * The share that is lost by chance: what is lost although it sends slowly. A line that loses only
   * because it is full loses nothing then.
   */
  get #chance(): number {
    return Math.min(MOST_CHANCE, this.#lostDown / Math.max(1, this.#sentDown));
  }

  /** How many parts may leave in a millisecond. */
  get #pace(): number {
    // If a fifth gets lost, no more arrives although a quarter more was sent. So a
    // probe sends still more.
    const losses = this.phase === "up" ? 1 - this.#chance : 1;
    return this.rate * PACE[this.phase] / losses;
  }

  /** A part leaves now, and so many others are under way. */
  sent(now: number, flying: number): Departure {
    // Nothing was under way: the time before is no part of the next measurement.
    if (flying === 0) this.#firstAt = this.#deliveredAt = now;
    // The program was busy for too long to make up for it: the line is not full.
    else if (now > this.leavesAt + SLACK && flying < this.size / 2) this.idle(flying);
    if (this.phase === "down") this.#sentDown++;
    if (this.rate > 0) this.leavesAt = Math.max(this.leavesAt, now - SLACK) + 1 / this.#pace;

    return {
      at: now,
      delivered: this.#delivered,
      deliveredAt: this.#deliveredAt,
      firstAt: this.#firstAt,
      limited: this.#delivered < this.#limitedUntil,
      phase: this.phase,
    };
  }

  /** The program has nothing more to send, and so many parts are under way. */
  idle(flying: number): void {
    this.#limitedUntil = this.#delivered + flying + 1;
  }

  /** A part was lost. */
  missed({ phase }: Departure): void {
    if (phase === "down") this.#lostDown++;
  }

  /** A second timeout, and no ACK came between the two: one part asks whether the line is there. */
  silence(): void {
    this.size = 1;
  }

  /** An ACK arrived. */
  measured(arrival: Arrival): void {
    const { now, parts, flying, departure, trip } = arrival;
    this.#delivered += parts;
    this.#deliveredAt = now;
    const old = now > this.#leastAt + VALID;
    if (trip !== undefined && (trip <= this.least || old)) {
      this.least = Math.max(trip, LEAST);
      this.#leastAt = now;
    }

    if (departure) this.#firstAt = departure.at;
    const round = departure !== undefined && departure.delivered >= this.#roundEnd;
    if (round) this.#endRound(departure, now);
    if (old && this.phase !== "startup" && this.phase !== "quiet") this.#enter("quiet", now);
    this.#endPhase(now, flying, round);
    this.size = this.#sizeNow();
  }

  /** A part has arrived that left after the last round trip ended: another one has ended. */
  #endRound(departure: Departure, now: number): void {
    this.#roundEnd = this.#delivered;
    this.#measureRate(departure, now);
    if (this.phase !== "startup" || departure.limited) return;

    if (this.rate >= GROWTH * this.#highest) {
      this.#highest = this.rate;
      this.#flat = 0;
    } else if (++this.#flat === FLAT) this.#enter("drain", now);
  }

  /**
   * Measures how many parts arrive in a millisecond: those since this one left, by the time in
   * which they left or arrived, whichever is longer. If ACKs arrive in bursts, the first of the two
   * is right. It measures once in a round trip: the highest of many rates would be a chance hit.
   */
  #measureRate(departure: Departure, now: number): void {
    const took = Math.max(departure.at - departure.firstAt, now - departure.deliveredAt);
    if (took < this.least) return; // too short to say anything, or no round trip is known yet

    const rate = (this.#delivered - departure.delivered) / took;
    if (departure.limited && rate < this.rate) return;
    this.#rate = Math.max(this.#rate, rate);
  }

  /** Goes on to the next phase when this one is over. */
  #endPhase(now: number, flying: number, round: boolean): void {
    const passed = now - this.#phaseAt;
    const trips = passed / this.least;
    // Of those under way, some are lost already. They wait in no queue.
    const drained = flying <= this.#fill / (1 - this.#chance);

    if (this.phase === "cruise" && trips >= this.#cruise) this.#enter("up", now);
    else if (this.phase === "up" && round && trips >= 1) this.#enter("down", now);
    else if (this.phase === "down" && (drained || trips >= DOWN)) this.#enter("cruise", now);
    else if (this.phase === "drain" && drained) this.#enter("cruise", now);
    else if (this.phase === "quiet" && passed >= QUIET && round) this.#enter("cruise", now);
  }

  #enter(phase: Phase, now: number): void {
    this.phase = phase;
    this.#phaseAt = now;
    if (phase === "cruise") this.#cruise = CRUISE + SPREAD * this.#random();

    // A rate counts in its own cycle and in the next one. So a line that became
    // slower is noticed after two cycles. If nothing was measured, the old one
    // stays. A new round trip begins, so that one is measured that is all `up`.
    if (phase === "up") {
      this.#rateBefore = this.#rate || this.#rateBefore;
      this.#rate = 0;
      this.#roundEnd = this.#delivered;
    }

    // The older losses are, the less they count.
    if (phase === "down") {
      this.#sentDown /= 2;
      this.#lostDown /= 2;
    }
  }

  #sizeNow(): number {
    if (this.rate === 0) return FIRST;
    if (this.phase === "quiet") return QUIET_SIZE;
    const times = this.phase === "startup" || this.phase === "drain" ? STARTUP_SIZE : SIZE;
    return times * this.#fill + MORE + TIMER * this.rate;
  }
}
