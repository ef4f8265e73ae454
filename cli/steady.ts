/**
 * A clock for plays: where the machine is busy and stands still for a while, so does this clock. A
 * datagram that is sent 50 ms before it is needed is there in time, on any machine; the play only
 * takes longer.
 *
 * @module
 */
import { type Clock, systemClock } from "../lib/clock.ts";

/**
 * The clock goes on by so many milliseconds at a time, at most. Between two, what has arrived is
 * handled.
 */
const STEP = 10;

/** A clock that begins at 0. It goes by `real`, and never faster. */
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
