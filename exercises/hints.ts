/** From a push in the right direction to nearly there: `deno task exercise1 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  sendToAll: [
    "sendMessage in lesson 1 sends to one address. What has to be done once here, and what for each?",
    "Open one socket with `using socket = bind();` (import bind from ../lib/udp.ts), and send in a loop.",
    "socket.send() returns a promise of the number of bytes: await it, and add it up.",
  ],
  sendLong: [
    "new TextEncoder().encode(text).length is the number of bytes of a text. text.length is not.",
    "A `for (const character of text)` loop takes a text apart into whole characters, 👋 included.",
    "Collect characters in a piece. Before one is added that would make it too long, send the piece " +
    "and start a new one. After the loop, one piece may be left.",
  ],
  receiveSome: [
    "receiveWithin in lesson 2 waits for one datagram. Here the limit is for all of them.",
    "Make one AbortSignal.timeout(milliseconds) before the loop, and give it to every receive.",
    "When receive throws and signal.aborted is true, the time is up: return what you have. " +
    "Any other error should be thrown again.",
  ],
  askOnly: [
    "Every datagram brings its sender along: `const { data, from } = await socket.receive({ signal })`.",
    "sameAddress(from, to) of lib/udp.ts compares two addresses. If they differ, receive again.",
    "Make the signal once, before the loop: a new one for each receive would let strangers keep you " +
    "waiting for ever.",
  ],
  bindInRange: [
    "Trying is the only way to know: bind a port, and see whether that throws.",
    "A `for` loop over the ports, with `try` and `catch` inside, and `return bind({ port })`.",
    "In the catch, `error instanceof Deno.errors.AddrInUse` means: go on with the next port. " +
    "Throw every other error again.",
  ],
  portState: [
    "whyNot in lesson 3 finds out and returns a sentence. Here the class of the error matters.",
    "Bind and close at once: that is free. In the catch, look at what was thrown.",
    "Deno.errors.AddrInUse is busy. Deno.errors.NotCapable (no permission from Deno) and " +
    "Deno.errors.PermissionDenied (none from the system) are forbidden.",
  ],
  countingServer: [
    "The loop is that of `serve` in lesson 4. What is new is to remember something of each client.",
    "A Map from the client to its count. But two address objects are never equal, even if they say " +
    "the same: what could be the key?",
    "formatAddress(from) is a text, and a good key. (counts.get(key) ?? 0) + 1 is the new count. " +
    "And if socket.send throws? `serve` in lesson 4 catches that.",
  ],
  stoppableServer: [
    "`for await (const { data, from } of socket)` ends when the socket is closed. By whom?",
    'Read the text only to see whether it is "QUIT". To send the datagram back, send `data` itself: ' +
    "not everything is text.",
    "It is the owner if sameAddress(from, owner) of lib/udp.ts is true. Then close the socket, and the " +
    "loop ends.",
  ],
  listenWithNames: [
    "Two things to keep: the lines so far, and a name for each sender.",
    "A Map from formatAddress(from) to the name. A text that starts with `/nick ` fills it and is no " +
    "message.",
    "names.get(sender) ?? sender is who speaks. Put printable(...) around the name and around the text.",
  ],
  untilSilent: [
    "This is nearly receiveWithin of lesson 2, in a loop. When does the wait begin?",
    "Each message starts the wait again: so make a new AbortSignal.timeout for each receive.",
    "`while (true)`: make the signal, and inside try, receive with it and keep the text. In the catch, " +
    "if signal.aborted, return the texts.",
  ],
  findServers: [
    "Send the question, then collect until the time is up: the loop of discover in lesson 6. But write " +
    "it yourself: your question is another one, and each server counts once.",
    "A Map keeps the order in which its keys first came, and has each of them once.",
    "servers.set(formatAddress(from), from) for every answer until the time is up, and then " +
    "[...servers.values()].",
  ],
  whoIsHere: [
    "Somebody is here if now - at is smaller than forgetAfter.",
    "A Set has each one once. But who is heard again should go to the end, and a Set leaves it where " +
    "it was.",
    "Delete it from the Set before you add it: then it goes to the end.",
  ],
};
