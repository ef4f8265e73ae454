/**
 * From a push in the right direction to nearly there: `deno task exercise 6 --hint`, again and
 * again.
 */
export const HINTS: Record<string, string[]> = {
  findServers: [
    "Send the question, then receive again and again until the time is up. Lesson 6 does this in " +
    "`discover`, lesson 2 in `receiveUntil`. Make the time limit once, before the loop.",
    "Two replies come from one server if name and address are both the same. The line that you " +
    "return has both. A Set keeps each line once, in the order in which they were added.",
    "For each reply, call servers.add(`${printable(data)} at ${formatAddress(from)}`). At the " +
    "end, return [...servers].",
  ],
  whoIsHere: [
    "A program is here if now - at is less than forgetAfter.",
    "A Set keeps each one once. But a program that is heard again should move to the end, and a " +
    "Set leaves it at its old place.",
    "Delete it from the Set before you add it. Then it moves to the end.",
  ],
};
