/** From a push in the right direction to nearly there: `deno task exercise 14 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  answerToRequest: [
    "understood() of lib/tftp.ts makes a message of bytes, or undefined of what is none. Its type says " +
    "what it is, and a request has file and options.",
    "Go from what gets no answer to what gets the best one: no request, a request to read, a name that is " +
    "more than a name, a name that is taken; and only then the block size.",
    "options.blksize is a text, or undefined. /^\\d+$/ says whether it is a number, and Math.min(size, 65464) " +
    "keeps it in its limits. In an OACK it is a text again.",
  ],
  windowed: [
    "Remember the last block that was written (0 at first), and how many came since the last ACK.",
    "Numbers go round in a circle: (number - last) & 0xffff is how far ahead a block is. 1 is the next one, 0 " +
    "is the last one again, a little more is too early, and 0x8000 or more is old.",
    "Two things more to remember: whether this gap was told already (until the next block in order comes), " +
    "and whether the end was there. Every ACK sets the count back to 0.",
  ],
};
