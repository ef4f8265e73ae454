import { assertEquals, assertThrows } from "@std/assert";
import { answeredSize, LEAST_SIZE, sizeAnswer, sizeQuestion } from "../../lib/size.ts";
import { MAX_BYTES } from "../../lib/udp.ts";
import { bytes, text } from "../helpers.ts";

Deno.test("size: a question has as many bytes as it should, and begins with its words", () => {
  for (const size of [LEAST_SIZE, 24, 1_472, MAX_BYTES]) {
    const question = sizeQuestion(size);
    assertEquals(question.length, size);
    assertEquals(text(question.subarray(0, LEAST_SIZE)), "How many bytes is this?");
    assertEquals(sizeAnswer(question), `${size} bytes`);
  }
  assertEquals(text(sizeQuestion(25)), "How many bytes is this?..");
});

Deno.test("size: a question shorter than its words is refused", () => {
  for (const size of [LEAST_SIZE - 1, 0, -1, 30.5, NaN, Infinity]) {
    assertThrows(() => sizeQuestion(size), RangeError, `${size} bytes are too few`);
  }
});

Deno.test("size: what does not begin with the words is no question, and an answer is none", () => {
  const none = [
    "",
    "How many bytes",
    "how many bytes is this?",
    " How many bytes is this?",
    "23 bytes",
  ];
  for (const data of none) assertEquals(sizeAnswer(bytes(data)), undefined, data);
  assertEquals(sizeAnswer(new Uint8Array(MAX_BYTES)), undefined);
  assertEquals(sizeAnswer(bytes("How many bytes is this?\n")), "24 bytes"); // from netcat
});

Deno.test("size: an answer is shorter than any question", () => {
  assertEquals(sizeAnswer(sizeQuestion(MAX_BYTES))!.length < LEAST_SIZE, true);
});

Deno.test("size: an answer tells its size, and nothing else does", () => {
  for (const size of [23, 1_472, MAX_BYTES]) {
    assertEquals(answeredSize(bytes(`${size} bytes`)), size);
  }
  const none = [
    "",
    "bytes",
    "1472",
    "1,472 bytes",
    "-23 bytes",
    "23 bytes.",
    "23 bytes\n",
    "x23 bytes",
  ];
  for (const data of none) assertEquals(answeredSize(bytes(data)), undefined, data);
  assertEquals(answeredSize(bytes(`${"9".repeat(60_000)} bytes`)), undefined);
  assertEquals(answeredSize(bytes(`23 bytes${" ".repeat(60_000)}`)), undefined);
});
