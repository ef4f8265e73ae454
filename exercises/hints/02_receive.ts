/** The hints of exercise 2, one after the other: from a first push to nearly there. */
export const HINTS: Record<string, string[]> = {
  receiveSome: [
    "receiveUntil in lesson 2 has a loop that waits for one datagram. Here you need all of " +
    "them.",
    "Make one AbortSignal.timeout(milliseconds) before the loop, and give it to every " +
    "receive.",
    "If receive throws and signal.aborted is true, the time is up: return what you have. " +
    "Throw every other error again.",
  ],
  askNumbered: [
    "receiveUntil in lesson 2 waits for a datagram that fits. Here two things have to fit.",
    "sameAddress(from, to) compares the addresses. `new TextDecoder().decode(data)` is the " +
    "text, and it has to begin with the number and the space: 7 is not 70.",
    '`question.slice(0, question.indexOf(" ") + 1)` is the number with its space. Cut off as ' +
    "many characters of the reply.",
  ],
};
