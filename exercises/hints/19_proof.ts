/** Three hints for each exercise: `deno task exercise 19 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  amplification: [
    "Keep two sums for each protocol: the bytes that the server got, and those that it sent. A " +
    "Map from the protocol to both sums is good for that.",
    "Add bytes + 28 to the sum of its way, for each datagram. At the end, divide sent by got. " +
    "Leave out a protocol whose sum of got is 0.",
    "Math.round(10 * x) / 10 has one digit after the point. Object.fromEntries makes an object " +
    "of a Map.",
  ],
  cookies: [
    "The checksum must belong to the client and to the end: then nobody can change one of them. " +
    "So give both to mac, in one text.",
    "To accept a cookie, cut it at its point. Compute the checksum of this client and this end " +
    "again, and compare. Also compare the end with now().",
    'An end that is not made of digits only is refused: Number("Infinity") is never over. And ' +
    "put something between the end and the host in the text for mac, such as a space. Otherwise " +
    "100 and 11.2.3.4 make the same text as 1001 and 1.2.3.4.",
  ],
};
