/** The hints of exercise 20, one after the other: from a first push to nearly there. */
export const HINTS: Record<string, string[]> = {
  greetNames: [
    "Take the loop of `greetDatagrams` in lesson 20. Two things are new: count the replies, and " +
    "close the connection if `greeting` returns `undefined`.",
    "`client.close({ closeCode: 3, reason: … })` closes it. Whoever closes it, " +
    "`client.readDatagram()` throws from then on.",
    "Put `try` and `catch` around the read and the reply. In `catch`, return the count.",
  ],
  inOrder: [
    "`reader` of lesson 20 returns a function that reads with a time limit. Keep each text under " +
    "its number, for example in a Map.",
    "The limit is for all reads together: note the end at the start, and wait only for the time " +
    "that is left. Stop when the Map has `count` texts, or when a read returns `undefined`.",
    "`/^([1-9]\\d*) (.*)$/s` matches a number, a space and a text. Without the `s`, the dot " +
    "stops at a line break. Ignore a number above `count`, and one that the Map has.",
  ],
};
