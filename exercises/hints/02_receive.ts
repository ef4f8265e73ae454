/** From a push in the right direction to nearly there: `deno task exercise 2 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
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
};
