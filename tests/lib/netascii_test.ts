import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { NetasciiDecoder, toNetascii } from "../../lib/netascii.ts";
import { bytes, text } from "../helpers.ts";

async function encoded(parts: Uint8Array[]): Promise<string> {
  const file = async function* () {
    yield* parts;
  };
  return (await Array.fromAsync(toNetascii(file()), text)).join("");
}

/** What these parts are as a file. */
function decoded(parts: Uint8Array[]): string {
  const decoder = new NetasciiDecoder();
  return [...parts.map((part) => decoder.decode(part)), decoder.end()].map(text).join("");
}

/** Text of the bytes that matter, and two that do not. */
const file = fc.string({ unit: fc.constantFrom("\r", "\n", "\0", "a", "b"), maxLength: 40 });

/** Text in parts, cut at any places. */
const cut = (whole: string, places: number[]) => {
  const at = [0, ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b)];
  return [...at, whole.length].slice(1).map((end, i) => bytes(whole.slice(at[i], end)));
};
const places = fc.array(fc.nat(), { maxLength: 6 });

Deno.test("netascii: the end of a line is CR LF, and any other CR is CR NUL", async () => {
  const pairs: [file: string, sent: string][] = [
    ["", ""],
    ["a\nb\r\nc\rd\n", "a\r\nb\r\0\r\nc\r\0d\r\n"], // as in.tftpd and tftp send it
    ["\r", "\r\0"],
    ["\n\n", "\r\n\r\n"],
    ["\0", "\0"],
  ];
  for (const [file, sent] of pairs) {
    assertEquals(await encoded([bytes(file)]), sent);
    assertEquals(decoded([bytes(sent)]), file);
  }
});

Deno.test("netascii: what was encoded decodes to the same, wherever it is cut", async () => {
  await fc.assert(fc.asyncProperty(file, places, places, async (file, once, again) => {
    const sent = await encoded(cut(file, once));
    assertEquals(sent, await encoded([bytes(file)]));
    assert(sent.length <= 2 * file.length);
    assertEquals(decoded(cut(sent, again)), file);
  }));
});

Deno.test("netascii: what was not encoded stays as it is, but for its ends of lines", () => {
  const odd: [sent: string, file: string][] = [
    ["a\nb", "a\nb"], // curl says netascii and sends its file as it is
    ["a\rb", "a\rb"],
    ["a\r\r\nb", "a\r\nb"],
    ["a\r\r\0b", "a\r\rb"],
    ["end\r", "end\r"],
  ];
  for (const [sent, file] of odd) {
    for (let at = 0; at <= sent.length; at++) {
      assertEquals(decoded([bytes(sent.slice(0, at)), bytes(sent.slice(at))]), file);
    }
  }
});

Deno.test("netascii: a decoded part has at most one byte more than it was sent with", () => {
  fc.assert(fc.property(file, places, (sent, places) => {
    const decoder = new NetasciiDecoder();
    for (const part of cut(sent, places)) assert(decoder.decode(part).length <= part.length + 1);
    assert(decoder.end().length <= 1);
  }));
});
