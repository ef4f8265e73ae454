/**
 * What `deno task exercise 15 --hint` shows, one after the other: from a first push to nearly
 * there.
 */
export const HINTS: Record<string, string[]> = {
  nextOid: [
    "First write a function that tells whether one OID comes before another one. Then go through " +
    "the list. Of the OIDs that come after `after`, keep the first one.",
    '"1.3.10".split(".").map(Number) is [1, 3, 10]. Go along both lists until the numbers ' +
    "differ. The " +
    "smaller number comes first. If one list ends before that, the shorter list comes first.",
    "Take an OID if `after` comes before it, and if you have none yet or it comes before the one " +
    "you have. The large numbers need no special care: Number is exact for them. But | and >>> " +
    "are not.",
  ],
  askAll: [
    "Make a list of questions with questionFor(), one for each agent. encode() of lib/snmp.ts " +
    "makes bytes of a question. Send them all in one loop, with try and catch around each send.",
    "Keep the places (0, 1, 2 …) of the agents that have not answered in a Set. An agent that " +
    "could not be asked is not among them. If the Set is empty, there is nothing to wait for.",
    "Call receiveUntil() of lesson 2 once. Its function gets each datagram. Look for the " +
    "question that it answers, keep the value, and delete the place from the Set. Return true " +
    "when the Set is empty. tryDecode(data) is the message. An error may come with values that " +
    "nobody asked for, or without.",
  ],
};
