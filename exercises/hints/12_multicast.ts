/** From a push in the right direction to nearly there: `deno task exercise 12 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  hearGroups: [
    "In the play of lesson 12, red hears its group and no other. Why? What would tell you the group of a " +
    "datagram that red received?",
    "A socket for each group, bound to the group's address with reuseAddress, and a loop for each: all of " +
    "them at once, as async functions, and then await Promise.all of them. When the signal is aborted, " +
    "close the sockets: that ends the loops.",
    'signal.addEventListener("abort", …) closes all sockets; a signal that is aborted already calls ' +
    "nobody. Close them in a `finally` around Promise.all, too: then a failure leaves none open.",
  ],
  whoIsIn: [
    "First forget who was silent for too long. Then look at what was said.",
    "A Map keeps the order in which its keys came first. To set the value of a key again leaves it where " +
    "it is; to delete it and set it moves it to the end.",
    "Is there room? There is for a member who is on the roster already, and for anyone while " +
    "roster.size is below 100. formatAddress(from) is the key, and [...roster.keys()] the answer.",
  ],
};
