/** From a first push to nearly the solution: `deno task exercise 10 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  selectiveAcks: [
    "Keep two things while you go through the trace: `lowest`, and a Set of the parts that " +
    "came too early. What happens to both when part `lowest` arrives?",
    "When part `lowest` arrives, the parts behind it may be in the Set already. So raise " +
    "`lowest` in a loop, as long as the Set has it.",
    "For each ACK, make a new array from the Set: [...early].sort((a, b) => a - b). Add a " +
    "part to the Set only if it is not below `lowest`: below it, the part is a duplicate.",
  ],
  sendWithin: [
    "GoBackN in lesson 10 has `lowest`, `next` and a window. Here the room from the last ACK " +
    "is the window. It is 1 at first, and each ACK may change it.",
    "Send while next < lowest + room. Then wait 100 ms for an ACK that says something new: " +
    "receiveUntil of lesson 2 does that. If the time is up, next = lowest, and room is at least " +
    "1: that is the question to a full receiver.",
    "`ACK n ROOM r` makes lowest n + 1, and room r. It says something new if n + 1 is above " +
    "lowest, or if r is another room. If n + 1 is below lowest, or above all that you have " +
    "sent, ignore it.",
  ],
};
