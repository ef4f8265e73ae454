/** From a push in the right direction to nearly there: `deno task exercise 9 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  timeoutAfter: [
    "A loop over the parts, with a mean and a variation that each of them changes. Which parts have to be " +
    "left out?",
    "Only a part with sent.length === 1 measures anything: acked - sent[0]. The first one of these is " +
    "another case than the rest. RoundTrip in lib/transfer.ts does the same.",
    "The new variation takes the old mean: so compute it first. And the floor: mean + Math.max(4 * " +
    "variation, 100).",
  ],
  goBackN: [
    "Two numbers are enough: `lowest`, the first without an ACK, and `next`, the next to send. When may " +
    "next be sent? What does an ACK do to lowest? What does going back do to next?",
    "`while (lowest < texts.length)`: send while next < lowest + window, then wait for an ACK that moves " +
    "lowest. When the time is up, next = lowest, and the loop does the rest.",
    "Make AbortSignal.timeout(100) once, then receive until lowest has moved: ACK n moves it to n + 1, if " +
    "n is at least lowest, it is from `to`, and n was sent. In the catch, signal.aborted means: go back.",
  ],
};
