/** From a push in the right direction to nearly there: `deno task exercise 16 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  updateFor: [
    "Look at routes() in lessons/16_rip.ts: there, the question is whether a way came by this link. Here it " +
    "is whether it came by this neighbour.",
    "Two addresses are two objects, and === says that they differ. sameAddress() of lib/udp.ts compares host " +
    "and port. A network of our own has no by.",
    "flatMap() makes a route of each way, or none where you return []. responses() of lib/rip.ts makes the " +
    "messages of routes: as many as it takes.",
  ],
  nextBest: [
    "Remember two things between the calls: each neighbour's last word with its time, in a Map by the " +
    "neighbour's name; and by whom we went last.",
    "Each call has three steps: forget who is silent, take the word (or not), choose. Only a word that " +
    "counts makes a neighbour younger.",
    "To choose: find the least metric, then all neighbours who said it. A Map keeps the order in which its " +
    "keys came, also when the value of one is set again: so the first of them came first.",
  ],
};
