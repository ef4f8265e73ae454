/** The hints of exercise 1, one after the other: from a first push to nearly there. */
export const HINTS: Record<string, string[]> = {
  sendToAll: [
    "`sendMessage` in lesson 1 sends to one address. Which lines do you need once, and which " +
    "for each address?",
    "Open one socket with `using socket = bind();`, and send in a loop.",
    "`await socket.send(text, address)` is the number of bytes that were sent. Add these " +
    "numbers up.",
  ],
  sendLong: [
    "`new TextEncoder().encode(text).length` is the number of bytes of a text. `text.length` " +
    "is not.",
    "`for (const character of text)` takes whole characters from a text, 👋 included.",
    "Collect characters in a piece. If the next one would make it too long, send the piece " +
    "first and begin a new one. After the loop, one piece may be left.",
  ],
};
