import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 10. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "there is an ACK before anything has arrived",
    from: "const acks: SelectiveAck[] = [];",
    to: "const acks: SelectiveAck[] = [{ lowest: 0, held: [] }];",
    fails: ["selectiveAcks: no arrivals, no ACKs"],
  },
  {
    mistake: "the lowest one never moves",
    from: "      lowest++;\n",
    to: "",
    fails: [
      "selectiveAcks: in order, each part raises the lowest one",
      "selectiveAcks: a part that comes twice gets an ACK, and changes nothing",
    ],
  },
  {
    mistake: "the parts that are held are in the order in which they came",
    from: ".sort((a, b) => a - b)",
    to: "",
    fails: ["selectiveAcks: parts behind a gap are held, in ascending order"],
  },
  {
    mistake: "numbers are sorted as text",
    from: ".sort((a, b) => a - b)",
    to: ".sort()",
    fails: ["selectiveAcks: parts behind a gap are held, in ascending order"],
  },
  {
    mistake: "a part that fills a gap raises it by one",
    from: "while (early.has(lowest)) {",
    to: "if (early.has(lowest)) {",
    fails: ["selectiveAcks: a part that fills a gap raises it past all that are held"],
  },
  {
    mistake: "an old part is held",
    from: "if (number >= lowest) early.add(number);",
    to: "early.add(number);",
    fails: ["selectiveAcks: a part that comes twice gets an ACK, and changes nothing"],
  },
  {
    mistake: "all texts are sent at once",
    from: " && window.next < window.lowest + window.room",
    to: "",
    fails: ["sendWithin: sends one text, and then waits for an ACK"],
  },
  {
    mistake: "the room counts from the text that was acknowledged",
    from: "window.room = room;",
    to: "window.room = Math.max(room - 1, 0);",
    fails: ["sendWithin: an ACK gives room for so many texts after it"],
  },
  {
    mistake: "the room is never read",
    from: "window.room = room;",
    to: "window.room = 1;",
    fails: ["sendWithin: an ACK gives room for so many texts after it"],
  },
  {
    mistake: "room 0 is taken for room 1",
    from: "window.room = room;",
    to: "window.room = Math.max(room, 1);",
    fails: ["sendWithin: with room 0 it sends nothing, until an ACK says that there is room"],
  },
  {
    mistake: "only an ACK for another text says something new",
    from: "if (lowest < window.lowest || ",
    to: "if (lowest <= window.lowest || ",
    fails: ["sendWithin: with room 0 it sends nothing, until an ACK says that there is room"],
  },
  {
    mistake: "a full receiver is never asked",
    from: "window.room = Math.max(window.room, 1);",
    to: "",
    fails: ["sendWithin: with room 0 it asks with one text after 100 ms"],
  },
  {
    mistake: "a full receiver is asked with all texts",
    from: "window.room = Math.max(window.room, 1);",
    to: "window.room = window.room || texts.length;",
    fails: ["sendWithin: with room 0 it asks with one text after 100 ms"],
  },
  {
    mistake: "the room never shrinks",
    from: "window.room = room;",
    to: "window.room = Math.max(window.room, room);",
    fails: [
      "sendWithin: less room than before stops it earlier",
      "sendWithin: with room 0 it sends nothing, until an ACK says that there is room",
    ],
  },
  {
    mistake: "after the time is up, it goes on with the next text",
    from: "    window.next = window.lowest;\n",
    to: "",
    fails: ["sendWithin: after 100 ms without a new ACK it goes back, in order"],
  },
  {
    mistake: "it goes back to the first text",
    from: "window.next = window.lowest;",
    to: "window.next = window.lowest = 0;",
    fails: ["sendWithin: after 100 ms without a new ACK it goes back, in order"],
  },
  {
    mistake: "an old ACK is believed",
    from: "if (lowest < window.lowest || ",
    to: "if (",
    fails: ["sendWithin: ignores an ACK that is old, too new, or from a stranger"],
  },
  {
    mistake: "an ACK for a text that was not sent is believed",
    from: " || lowest > window.sent) return false;",
    to: ") return false;",
    fails: ["sendWithin: ignores an ACK that is old, too new, or from a stranger"],
  },
  {
    mistake: "anybody's ACK is believed",
    from: "sameAddress(from, to) && ",
    to: "from && ",
    fails: ["sendWithin: ignores an ACK that is old, too new, or from a stranger"],
  },
  {
    mistake: "an ACK that says nothing new begins the wait again",
    from: "return isNew;",
    to: "return true;",
    fails: ["sendWithin: an ACK that says nothing new does not make it wait longer"],
  },
  {
    mistake: "each datagram begins the wait again",
    from: "return sameAddress(from, to) && takeAck(window, new TextDecoder().decode(data));",
    to: "takeAck(window, new TextDecoder().decode(data));\n    return sameAddress(from, to);",
    fails: ["sendWithin: an ACK that says nothing new does not make it wait longer"],
  },
  {
    mistake: "a failure ends it, and nobody is told",
    from: "    if (await nextAck(window, socket, to)) continue;",
    to: "    const ack = await nextAck(window, socket, to).catch(() => undefined);\n" +
      "    if (ack === undefined) return;\n    if (ack) continue;",
    fails: ["sendWithin: a failure is not taken for a missing ACK"],
  },
  {
    mistake: "it waits for an ACK even if there are no texts",
    from: "while (window.lowest < texts.length) {",
    to: "while (window.lowest < Math.max(texts.length, 1)) {",
    fails: ["sendWithin: the ACK of the last text ends it, and no texts need no datagram"],
  },
  {
    mistake: "after going back, an ACK for a text above the next one is ignored",
    from: "lowest > window.sent",
    to: "lowest > window.next",
    fails: ["sendWithin: after it went back, an ACK counts for all that it has sent before"],
  },
];
