/**
 * From a push in the right direction to nearly there: `deno task exercise 11 --hint`, again and
 * again.
 */
export const HINTS: Record<string, string[]> = {
  windows: [
    "Two variables change from one round trip to the next: the window and the threshold. The " +
    "threshold starts with Infinity, as in lesson 11.",
    "Push the window first. Then find the next one. Was this round trip silent? If not, was the " +
    "window larger than the room? If not, is it below the threshold?",
    "After a loss and after silence, the threshold is Math.max(2, Math.floor(window / 2)). " +
    "Math.min(2 * window, threshold) doubles, and stops at the threshold.",
  ],
  unfairSenders: [
    "A loss of one sender says nothing about the others. So what must you remember of each sender?",
    "Keep a Map from the name to the last entry of this sender. Compare an entry with it only if " +
    "the last one has a loss.",
    "Math.max(2, Math.ceil(last.sent / 2)) datagrams are fair. A Set keeps names in the order in " +
    "which you add them, and each one once.",
  ],
};
