/**
 * One way to solve exercise 11: congestion.
 *
 * @module
 */

/**
 * A line has room for `room` datagrams in each round trip. One sender uses it, and its window
 * follows slow start and halving. Return the window of each round trip, `trips` of them. The first
 * one is 1.
 *
 * At the end of a round trip, the next window is:
 *
 * - after silence: 1. The new threshold is half of the window, rounded down, but at least 2.
 *   `silent` has the numbers of the round trips, counted from 0, in which no ACK arrived.
 * - otherwise, after a loss: the same half. It is also the new threshold. There is a loss if the
 *   window was larger than `room`.
 * - otherwise, if the window is below the threshold: double, but not more than the threshold.
 * - otherwise: one more.
 *
 * At the start the window doubles, because there is not a threshold yet.
 */
export function windows(room: number, trips: number, silent: number[] = []): number[] {
  const all: number[] = [];
  let window = 1;
  let threshold = Infinity;

  for (let trip = 0; trip < trips; trip++) {
    all.push(window);
    const half = Math.max(2, Math.floor(window / 2));

    if (silent.includes(trip)) {
      threshold = half;
      window = 1;
    } else if (window > room) {
      threshold = half;
      window = half;
    } else if (window < threshold) {
      window = Math.min(2 * window, threshold);
    } else {
      window++;
    }
  }
  return all;
}

/** A line of the log: what one sender sent in one round trip, and how many of these were lost. */
export interface Entry {
  sender: string;
  sent: number;
  lost: number;
}

/**
 * Several senders share a line. `log` has an entry for each sender and round trip, in the order of
 * time. Return the names of the senders that were unfair, each once. The one that was unfair first
 * comes first.
 *
 * A fair sender halves after a loss: in its next round trip, it sends at most half as many
 * datagrams, rounded up. But 2 are always fair. After the last entry of a sender, nobody knows what
 * it sends next. So a loss in this entry does not make it unfair.
 */
export function unfairSenders(log: Entry[]): string[] {
  const last = new Map<string, Entry>();
  const unfair = new Set<string>();

  for (const entry of log) {
    const before = last.get(entry.sender);
    last.set(entry.sender, entry);

    // Without a loss, it may send more.
    if (!before || before.lost === 0) continue;
    const allowed = Math.max(2, Math.ceil(before.sent / 2));
    if (entry.sent > allowed) unfair.add(entry.sender);
  }
  return [...unfair];
}
