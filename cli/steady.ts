/**
 * A clock for plays. If a busy machine stops the program for a while, this clock stops, too. So a
 * datagram that is sent 50 ms before it is needed arrives in time on any machine. The play only
 * takes longer.
 *
 * @module
 */
import { type Clock, systemClock } from "../lib/clock.ts";

/**
 * The clock moves by at most this number of milliseconds at once. Between two moves, the program
 * handles the datagrams that have arrived.
 */
const STEP = 10;

/** Returns a clock that begins at 0. It follows `real`, and is never faster. */
export function steadyClock(real: Clock = systemClock): Clock {
  let time = 0;
  let seen = real.now();
  const now = () => {
    const read = real.now();
    time += Math.min(STEP, read - seen);
    seen = read;
    return time;
  };
  const after = (milliseconds: number, ring: () => void) => {
    const due = now() + milliseconds;
    let cancel = () => {};
    const wait = (left: number) => {
      cancel = real.after(Math.min(STEP, left), () => {
        const rest = due - now();
        if (rest > 0) wait(rest);
        else ring();
      });
    };
    wait(milliseconds);
    return () => cancel();
  };
  return { now, after };
}
