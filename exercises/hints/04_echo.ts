/** The hints of exercise 4, one after the other: from a first push to nearly there. */
export const HINTS: Record<string, string[]> = {
  countingServer: [
    "Take the loop of `serve` in lesson 4. Two things are new: compare the text with " +
    "`count`, and keep a number for each client.",
    "Keep the numbers in a Map. Two address objects are never equal, even with the same host " +
    "and port, so they cannot be its keys. What else can be?",
    "formatAddress(from) is the address as text. `(counts.get(key) ?? 0) + 1` is the new " +
    "number. socket.send throws if the client has port 0: catch that, as `serve` does.",
  ],
  stoppableServer: [
    "`for await (const { data, from } of socket)` ends when the socket is closed. Close it " +
    "when the owner sends QUIT.",
    "Decode the text only to see how it begins. For the reply copy the bytes with " +
    "`data.slice()`, and change the first four.",
    '`bytes.set(new TextEncoder().encode("PONG"))` changes the first four bytes. ' +
    "`sameAddress(from, owner)` tells whether the owner sent the datagram.",
  ],
};
