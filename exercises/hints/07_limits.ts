/** From a push in the right direction to nearly there: `deno task exercise 7 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  surprises: [
    "There are two questions: which sizes arrive, and which never do? One size may have tries of both kinds.",
    "Collect in a Set the sizes of the tries that arrived. A size that is not in it never did. Of these " +
    "only one matters: the smallest.",
    "Math.min(...sizes) is the smallest, and Infinity if there are none. And sort() compares numbers as " +
    "if they were text: it puts 65507 before 8192. sort((a, b) => a - b) does not.",
  ],
  putTogether: [
    "Collect first, then put together: a Map from the number of a part to its bytes does not mind the " +
    "order, nor a part that comes twice.",
    "view.getUint16(0) is the number and view.getUint16(2) the count, if view is a DataView of the " +
    "datagram. Mind that data.buffer may hold more than data: new DataView(data.buffer, data.byteOffset).",
    "Do not make text of each part, for a character may be cut in two. Either copy all bytes into one " +
    "Uint8Array and decode that, or decode each with { stream: true }, which keeps half a character.",
  ],
};
