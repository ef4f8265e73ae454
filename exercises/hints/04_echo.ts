/** From a push in the right direction to nearly there: `deno task exercise 4 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  countingServer: [
    "The loop is that of `serve` in lesson 4. What is new: to look at the question first, and to " +
    "remember something of each client.",
    "A Map from the client to its count. But two address objects are never equal, even if they say " +
    "the same: what could be the key?",
    "formatAddress(from) is a text, and a good key. (counts.get(key) ?? 0) + 1 is the new count. " +
    "And if socket.send throws? It does for a client at port 0, for one. `serve` in lesson 4 catches that.",
  ],
  stoppableServer: [
    "`for await (const { data, from } of socket)` ends when the socket is closed. By whom?",
    "Read the text only to see what it is. For the answer change the first four bytes of `data`, and " +
    "send `data` itself: not everything is text.",
    "It is the owner if sameAddress(from, owner) of lib/udp.ts is true. Then close the socket, and the " +
    "loop ends. What is neither PING nor QUIT needs no line of code at all.",
  ],
};
