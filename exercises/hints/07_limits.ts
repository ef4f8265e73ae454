/**
 * From a push in the right direction to nearly there: `deno task exercise 7 --hint`, again and
 * again.
 */
export const HINTS: Record<string, string[]> = {
  surprises: [
    "There are two questions: which sizes arrive, and which never do? One size may have tries of " +
    "both kinds.",
    "Put the sizes of the tries that arrived into a Set. A size that is not in this Set never " +
    "arrived. Of those, you need only the smallest.",
    "sort() compares numbers as text: it puts 65507 before 8192. sort((a, b) => a - b) compares " +
    "them as numbers.",
  ],
  putTogether: [
    "First collect the parts, then put them together. A Map from a part's number to its bytes " +
    "works in any order, and a part that comes twice does no harm.",
    "The number is 256 * data[0]! + data[1]!. The count is 256 * data[2]! + data[3]!. A text is " +
    "complete when the Map has as many parts as the count says. Without any part, there is no " +
    "count.",
    "Do not decode each part by itself: a character may be cut in two. Put all bytes into one " +
    "Uint8Array and decode that.",
  ],
};
