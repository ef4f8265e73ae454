/**
 * A transfer in virtual time: both sides, a network between them that does what dice say, a file that
 * comes when it likes and a reader who takes his time. A minute of it takes some milliseconds.
 *
 * @module
 */
import { LIMIT, Receiving, Sending, type Window } from "../../lib/transfer.ts";

/** What happens in a simulated transfer. Times are milliseconds. */
export interface Plan {
  parts: Uint8Array[];
  window: Window;
  /** The delays of the copies of a datagram that arrive; `toReceiver` says which way it goes. */
  fate(now: number, toReceiver: boolean, bytes: Uint8Array): number[];
  /** How long until the next part can be read, or a part is written. */
  reading?(): number;
  writing?(): number;
  /** When the receiver, or the sender, is killed. */
  receiverDies?: number;
  senderDies?: number;
  /** Is given both sides before they begin. */
  begin?(sending: Sending, receiving: Receiving): void;
}

interface Address {
  hostname: string;
  port: number;
}

/** What came of it. */
export interface Outcome {
  sending: Sending;
  receiving: Receiving;
  written: Uint8Array[];
  /** When all was written, and when each side ended. */
  completeAt: number;
  senderEnd: number;
  receiverEnd: number;
}

const SENDER = { hostname: "10.0.0.1", port: 1 };
const RECEIVER = { hostname: "10.0.0.2", port: 2 };

/** Plays it to the end. Throws if there is none. */
export function simulate(plan: Plan): Outcome {
  let now = 0;
  let order = 0;
  let events: { at: number; order: number; run: () => void }[] = [];
  const at = (time: number, run: () => void) => {
    const event = { at: time, order: order++, run };
    let i = events.length; // sorted, the next one last
    while (i > 0 && events[i - 1]!.at <= time) i--;
    events.splice(i, 0, event);
    return event;
  };
  const sending = new Sending(RECEIVER, plan.window, now);
  const receiving = new Receiving();
  plan.begin?.(sending, receiving);
  const outcome: Outcome = {
    sending,
    receiving,
    written: [],
    completeAt: NaN,
    senderEnd: NaN,
    receiverEnd: NaN,
  };
  const alive = (side: "sender" | "receiver") =>
    now < ((side === "sender" ? plan.senderDies : plan.receiverDies) ?? Infinity);
  const carry = (toReceiver: boolean, data: Uint8Array) => {
    for (const delay of plan.fate(now, toReceiver, data)) {
      at(now + delay, () => {
        if (toReceiver) hear("receiver", data, SENDER);
        else hear("sender", data, RECEIVER);
      });
    }
  };
  const hear = (side: "sender" | "receiver", data: Uint8Array, from: Address) => {
    if (!alive(side)) return;
    if (side === "receiver") {
      if (!receiving.over) receiving.heard(data, from, now);
    } else sending.heard(data, from, now);
    act(side);
  };

  let timers: Record<string, { run: () => void } | undefined> = {};
  const act = (side: "sender" | "receiver") => {
    if (!alive(side)) return;
    timers[side] = undefined;
    if (side === "sender") {
      if (sending.over && !Number.isNaN(outcome.senderEnd)) return;
      for (const [data] of sending.due(now)) carry(true, data);
      feed();
      for (const [data] of sending.due(now)) carry(true, data);
      if (sending.over) return void (outcome.senderEnd = now);
      wake(side, sending.wakeAt);
    } else {
      if (receiving.over && !Number.isNaN(outcome.receiverEnd)) return;
      write();
      for (const [data] of receiving.due(now)) carry(false, data);
      if (receiving.over) return void (outcome.receiverEnd = now);
      if (receiving.wakeAt < Infinity) wake(side, receiving.wakeAt);
    }
  };
  const wake = (side: "sender" | "receiver", time: number) => {
    const timer = { run: () => timers[side] === timer && act(side) };
    timers[side] = timer;
    // A timer that has passed and says nothing new would go round for ever.
    at(Math.max(time, now + 0.001), timer.run as () => void);
  };

  let fed = 0;
  let readable = 0;
  let reading = false;
  const feed = () => {
    while (!sending.over && sending.next < sending.lowest + LIMIT && fed <= plan.parts.length) {
      if (now < readable) {
        if (!reading) at(readable, () => (reading = false, act("sender")));
        reading = true;
        return;
      }
      if (fed === plan.parts.length) sending.end(now);
      else sending.add(plan.parts[fed]!, now);
      fed++;
      readable = now + (plan.reading?.() ?? 0);
    }
  };
  let writing = false;
  const write = () => {
    if (receiving.complete && Number.isNaN(outcome.completeAt)) outcome.completeAt = now;
    while (!writing && !receiving.over) {
      const part = receiving.part();
      if (!part) return;
      outcome.written.push(part);
      const time = plan.writing?.() ?? 0;
      if (time === 0) {
        receiving.written();
        if (receiving.complete) outcome.completeAt = now;
        continue;
      }
      writing = true;
      at(now + time, () => {
        writing = false;
        if (receiving.over) return;
        receiving.written();
        act("receiver");
      });
    }
  };

  act("receiver");
  act("sender");
  for (let steps = 0; events.length > 0; steps++) {
    const over = (sending.over || !alive("sender")) && (receiving.over || !alive("receiver"));
    if (over) break;
    if (steps > 3_000_000) throw new Error(`No end after ${now} ms of virtual time.`);
    const event = events.pop()!;
    now = event.at;
    event.run();
  }
  timers = {};
  events = [];
  return outcome;
}

/** All of the parts in one. */
export function joined(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
