/**
 * Colours code: says of each piece of it what kind of word it is.
 *
 * @module
 */
import type { Source } from "./parse.ts";

/** `k` keyword, `f` function, `t` type, `s` string, `n` number, `c` comment, empty for all else. */
export type Kind = "" | "k" | "f" | "t" | "s" | "n" | "c";

/** A piece of a line. */
export type Piece = readonly [kind: Kind, text: string];

/** The text from one place of a file to another, in pieces of one kind each. They add up to the text. */
export function paint({ text, tokens, names }: Source, start = 0, end = text.length): Piece[] {
  const pieces: [Kind, string][] = [];
  const add = (kind: Kind, piece: string) => {
    const last = pieces.at(-1);
    if (last && (last[0] === kind || /^\s*$/.test(piece))) last[1] += piece;
    else if (piece !== "") pieces.push([kind, piece]);
  };
  let at = start;
  for (const token of tokens) {
    if (token.end <= at || token.start >= end || token.start === token.end) continue;
    add("", text.slice(at, token.start));
    add(kindOf(token, names), text.slice(Math.max(at, token.start), Math.min(end, token.end)));
    at = token.end;
  }
  add("", text.slice(at, end));
  return pieces;
}

function kindOf(token: Source["tokens"][number], names: Source["names"]): Kind {
  const name = names.get(token.start);
  if (token.kind === "comment") return "c";
  if (/^(string|regexp|\.\.\.[`$].*|`.*)$/.test(token.kind)) return "s";
  if (token.kind === "num" || token.kind === "bigint") return "n";
  if (name) return name === "function" ? "f" : name === "type" ? "t" : "";
  return token.keyword || token.kind === "name" ? "k" : "";
}
