/** From a first push to nearly the solution: `deno task exercise 9 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  timeoutAfter: [
    "RoundTripTimer in lesson 9 computes the same. Here you need a loop over the deliveries, " +
    "with a mean and a variation. Which deliveries have to be left out?",
    "Only a delivery with sent.length === 1 measures a round trip: acked - sent[0]. The first " +
    "round trip needs a case of its own.",
    "Compute the new variation before the new mean, because it needs the old mean. At the " +
    "end: mean + Math.max(4 * variation, 100).",
  ],
  collectAll: [
    "`collect` in lesson 9 is nearly the same. What has to change when END has come? Before " +
    "END, receive without a signal. After END, receive with one.",
    "The number of the next part is texts.length. A PART or END above it is ignored. A PART " +
    "below it is a duplicate: acknowledge it, and do not keep it.",
    "After each message that you acknowledge, make a new AbortSignal.timeout(quiet), if END " +
    "has come. When receive throws and this signal is aborted, return the texts. A stranger's " +
    "datagram must not make a new one.",
  ],
};
