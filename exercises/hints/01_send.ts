/** From a push in the right direction to nearly there: `deno task exercise 1 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  sendToAll: [
    "sendMessage in lesson 1 sends to one address. What has to be done once here, and what for each?",
    "Open one socket with `using socket = bind();`, and send in a loop.",
    "socket.send() returns a promise of the number of bytes: await it, and add it up.",
  ],
  sendLong: [
    "new TextEncoder().encode(text).length is the number of bytes of a text. text.length is not.",
    "A `for (const character of text)` loop takes a text apart into whole characters, 👋 included.",
    "Collect characters in a piece. Before one is added that would make it too long, send the piece " +
    "and start a new one. After the loop, one piece may be left.",
  ],
};
