/**
 * From a push in the right direction to nearly there: `deno task exercise 5 --hint`, again and
 * again.
 */
export const HINTS: Record<string, string[]> = {
  listenWithNames: [
    "You need two things: the lines so far, and the name of each sender.",
    "Use a Map from formatAddress(from) to the name. A text that starts with `/nick ` sets a " +
    "name. It is not a message, so it does not count.",
    "The sender's name is names.get(sender) ?? sender. Use printable(...) for the name and for " +
    "the text.",
  ],
  talkAndFollow: [
    "You need two loops on one socket, as in lesson 5. One sends the typed lines, the other one " +
    "receives. A variable outside of both says where to send.",
    "Write each loop as an async function. Start both without await, and then await Promise.all " +
    "of the two. The loop that receives changes the variable, if the host is right and the port " +
    "is not 0.",
    "When there are no more lines, the loop that receives has to end as well. A loop with " +
    "`for await (... of socket)` ends when the socket is closed. Close it in a `finally`, so " +
    "that it is closed after an error, too.",
  ],
};
