/** Three hints for each function, from a small push to nearly the solution: `--hint` shows them. */
export const HINTS: Record<string, string[]> = {
  hearGroups: [
    "In the play of lesson 12, red receives its own group and no other. Which address is red " +
    "bound to? What does that tell you about the group of each datagram?",
    "Make one socket for each group. Bind it to the group's address, with reuseAddress. Give " +
    "each socket a loop in an async function of its own, start all of them, and await " +
    "Promise.all of them. When the signal is aborted, close the sockets: that ends the loops.",
    'signal.addEventListener("abort", …) can close all sockets. A signal that is aborted already ' +
    "calls no listener, so check signal.aborted first. Close the sockets in a `finally` around " +
    "Promise.all, too. Then a failure leaves no socket open.",
  ],
  whoIsIn: [
    "First delete the members that were silent for too long. Then look at the datagram.",
    "A Map keeps its keys in the order in which they were added. Setting a key again does not " +
    "move it. Deleting a key and setting it again moves it to the end.",
    "There is room for a member that is on the roster already, and for anyone while roster.size " +
    "is below 100. formatAddress(from) is the key, and [...roster.keys()] is what to return.",
  ],
};
