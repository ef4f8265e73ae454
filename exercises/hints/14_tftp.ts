/** What `deno task exercise 14 --hint` shows: from a first push to nearly the solution. */
export const HINTS: Record<string, string[]> = {
  answerToRequest: [
    "`tryDecode()` of lib/tftp.ts returns a message, or undefined if the bytes are not one. " +
    "Its `type` says what it is. A request has `file` and `options`.",
    "Check in the order of the list: not a request, a request to read, a name that is not " +
    "plain, a name that is taken. The block size comes last.",
    "`options.blksize` is a text, or undefined. `/^\\d+$/.test(text)` tells whether it has " +
    "digits only. `Math.min(size, 65464)` is the size to agree to. In an OACK it is a text " +
    "again.",
  ],
  windowed: [
    "Remember the number of the last block that was written (0 at first), and how many were " +
    "written since the last ACK.",
    "Block numbers go round in a circle: `(number - last) & 0xffff` tells how far ahead a " +
    "block is. 1 is the next block and 0 is the last one again. 2 or more is too early, and " +
    "0x8000 or more is old.",
    "Remember two more things: whether you have acknowledged this gap already, until the next " +
    "block in order comes, and whether the end of the file has come. Each ACK sets the count " +
    "back to 0.",
  ],
};
