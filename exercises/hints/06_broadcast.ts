/** From a push in the right direction to nearly there: `deno task exercise 6 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  findServers: [
    "Send the question, then collect until the time is up: the loop of discover in lesson 6. But write " +
    "it yourself: your question is another one, and each server counts once.",
    "What tells two servers apart? Not the address, not the name, but both: the line that you return. " +
    "A Set keeps the order in which its values first came, and has each of them once.",
    "servers.add(`${printable(data)} at ${formatAddress(from)}`) for every answer until the time is up, " +
    "and then [...servers].",
  ],
  whoIsHere: [
    "Somebody is here if now - at is smaller than forgetAfter.",
    "A Set has each one once. But who is heard again should go to the end, and a Set leaves it where " +
    "it was.",
    "Delete it from the Set before you add it: then it goes to the end.",
  ],
};
