/**
 * Reads a TypeScript file into its declarations, with the comments that belong to them.
 *
 * @module
 */
import { parse as parseWithBabel } from "@babel/parser";
import { Trouble } from "./trouble.ts";

/** A node of the syntax tree: what all of them have, and whatever else. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** A word, a sign, a string or a comment of the text. */
export interface Token {
  readonly kind: string;
  readonly keyword: boolean;
  readonly start: number;
  readonly end: number;
}

/** A comment. `value` is without its slashes and stars. */
export interface Comment {
  readonly block: boolean;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** One statement at the top of a file. */
export interface Item {
  readonly node: Node;
  /** What it declares, mostly one name. */
  readonly names: readonly string[];
  readonly exported: boolean;
  /** Its doc comment, as markdown: empty if it has none. */
  readonly doc: string;
  /** Where its comments begin. */
  readonly start: number;
  /** Where its code begins, and its line, from 1. */
  readonly code: number;
  readonly line: number;
  readonly end: number;
}

/** A file that was read. */
export interface Source {
  /** From the project's folder: `lessons/04_echo.ts`. */
  readonly path: string;
  readonly text: string;
  /** The doc comment of the whole, as markdown. */
  readonly doc: string;
  /** The comment that closes it, as markdown: what begins with a heading after the code. */
  readonly closing: string;
  readonly items: readonly Item[];
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  /** What is wrong with it, where the rest can be read all the same. */
  readonly fault?: Trouble;
  /** Where the names are that are no keywords, and what they are used for. */
  readonly names: ReadonlyMap<number, "name" | "function" | "type">;
}

/** What the parser says of a mistake: its line is from 1, its column from 0. */
type Mistake = Error & { loc?: { line: number; column: number } };

interface Parsed {
  program: { body: Node[] };
  comments: (Node & { value: string })[];
  tokens: (Node & { type: unknown })[];
  errors: Mistake[] | null;
}

/** Reads the text of a file. Throws a {@linkcode Trouble} for one that is no TypeScript at all. */
export function parse(path: string, text: string): Source {
  const file = parsed(path, text);
  const comments = file.comments.map(({ type, value, start, end }) => {
    return { block: type === "CommentBlock", value, start, end };
  });
  const first = comments.find(({ block, value }) => block && value.startsWith("*"));
  const whole = first && /^ \* @module\b/m.test(first.value) ? first : undefined;
  const last = comments.findLast(({ block, value }) => block && /^\n \* ## /.test(value));
  const [mistake] = file.errors ?? [];
  return {
    path,
    text,
    ...mistake && { fault: troubleAt(path, mistake) },
    doc: whole ? markdown(whole.value) : "",
    closing: last ? markdown(last.value) : "",
    items: items(text, file.program.body, comments.filter((comment) => comment !== whole)),
    tokens: file.tokens.map(token),
    comments,
    names: names(file.program.body),
  };
}

function parsed(path: string, text: string): Parsed {
  const read = (errorRecovery: boolean) =>
    parseWithBabel(text, {
      sourceType: "module",
      plugins: ["typescript"],
      tokens: true,
      errorRecovery,
      attachComment: false,
    }) as unknown as Parsed;
  try {
    return read(true);
  } catch (last) {
    try {
      return read(false); // fails at the first mistake, the other at one that it cannot pass
    } catch (first) {
      const all = [last, first] as [Mistake, Mistake];
      const isEarlier = all[1].loc && all[0].loc && all[1].loc.line < all[0].loc.line;
      throw troubleAt(path, all[isEarlier ? 1 : 0], text);
    }
  }
}

function troubleAt(path: string, { message, loc }: Mistake, text = ""): Trouble {
  const said = message.replace(/ \(\d+:\d+\)$/, "").replace(/\.?$/, ".");
  if (!loc) return new Trouble(path, said);
  // A character that no program has is a mistake by itself, whatever else stands in its line.
  const until = said.startsWith("Unexpected character") ? loc.line - 1 : loc.line;
  const why = cause(said, text.split("\n").slice(0, until));
  return new Trouble(path, why ? `${said} ${why}` : said, loc.line, loc.column + 1);
}

/** What often causes such a mistake: something that was opened in a line before, and never closed. */
function cause(said: string, lines: string[]): string | undefined {
  const isOdd = (line: string) => line.replaceAll(/[^`]/g, "").length % 2 === 1;
  const isComment = (line: string) => /^\s*(\*|\/[*/])/.test(line);
  const odd = lines.keys().filter((i) => isOdd(lines[i]!) && !isComment(lines[i]!)).toArray();
  if (odd.length % 2 === 1) {
    return `Does a backquote (\`) lack its pair in line ${odd.at(-1)! + 1}?`;
  }
  if (said.includes("top level")) return "Is a } missing before this line?";
}

/** What a doc comment says, as markdown: without stars, and without its tags for tools. */
export function markdown(comment: string): string {
  return comment.replace(/^\*/, "").split("\n").map((line) => line.replace(/^\s*\* ?/, ""))
    .join("\n").replace(/^@module$/m, "").trim();
}

/** Calls back for a node and all that are in it, from the outside in. */
export function walk(node: unknown, see: (node: Node, parent?: Node) => void, parent?: Node): void {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, see, parent);
  } else if (isNode(node)) {
    see(node, parent);
    for (const [key, value] of Object.entries(node)) {
      if (key !== "loc" && typeof value === "object") walk(value, see, node);
    }
  }
}

/** Whether something is a node. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function items(text: string, body: Node[], comments: Comment[]): Item[] {
  let before = 0;
  let line = 1;
  let next = 0; // the first comment after the item before
  let counted = 0;
  return body.map((node) => {
    const between: Comment[] = [];
    for (; next < comments.length && comments[next]!.end <= node.start; next++) {
      between.push(comments[next]!);
    }
    const own = between.filter(({ start }) => start >= before && beginsLine(text, start));
    line += text.slice(counted, node.start).split("\n").length - 1;
    counted = node.start;
    const doc = own.findLast(({ block, value }) => block && value.startsWith("*"));
    before = node.end;
    const declared = isNode(node.declaration) ? node.declaration : node;
    // A comment after the last statement of a line belongs to that line.
    const lineEnd = text.indexOf("\n", node.end);
    const rest = text.slice(node.end, lineEnd < 0 ? text.length : lineEnd);
    return {
      node,
      names: declaredNames(declared),
      exported: node.type.startsWith("Export"),
      doc: doc ? markdown(doc.value) : "",
      start: own[0]?.start ?? node.start,
      code: doc
        ? doc.end + (text.slice(doc.end).match(/^\s*/)?.[0].length ?? 0)
        : own[0]?.start ?? node.start,
      line,
      end: /^\s*\/\//.test(rest) ? node.end + rest.length : node.end,
    };
  });
}

/** Whether only space stands before a place in its line. */
function beginsLine(text: string, at: number): boolean {
  return text.slice(text.lastIndexOf("\n", at - 1) + 1, at).trim() === "";
}

function declaredNames(node: Node): string[] {
  if (isNode(node.id)) return [node.id.name as string];
  if (!Array.isArray(node.declarations)) return [];
  return node.declarations.flatMap(({ id }) => {
    const found: string[] = [];
    if (id.type === "Identifier") return [id.name];
    walk(id, (node, parent) => {
      const key = parent?.type === "ObjectProperty" && parent.key === node && !parent.shorthand;
      if (node.type === "Identifier" && !key) found.push(node.name as string);
    });
    return [...new Set(found)];
  });
}

function token({ type, start, end }: Node & { type: unknown }): Token {
  if (typeof type === "string") return { kind: "comment", keyword: false, start, end };
  const { label, keyword } = type as { label: string; keyword?: string };
  return { kind: label, keyword: keyword !== undefined, start, end };
}

/** What stands in the tree as a name is one; any other word, such as `of` or `async`, is a keyword. */
function names(body: Node[]): Source["names"] {
  const found = new Map<number, "name" | "function" | "type">();
  const called = new Set<unknown>();
  walk(body, (node, parent) => {
    if (/^TS\w+Keyword$/.test(node.type)) found.set(node.start, "type");
    if (isNode(node.callee)) {
      called.add(isNode(node.callee.property) ? node.callee.property : node.callee);
    }
    if (node.type !== "Identifier" && node.type !== "PrivateName") return;
    found.set(node.start, found.get(node.start) ?? use(node, parent, called));
  });
  return found;
}

function use(node: Node, parent: Node | undefined, called: Set<unknown>) {
  if (!parent) return "name";
  const { type, id, key, callee } = parent;
  if (type === "NewExpression" && callee === node) return "type";
  if (/^TS.*(Reference|Name|Parameter|Declaration|Heritage|Arguments|Implements)$/.test(type)) {
    return "type";
  }
  if (/^Class(Declaration|Expression|Implements)$/.test(type)) return "type";
  if (/^FunctionDeclaration$/.test(type) && id === node) return "function";
  if (/Method$/.test(type) && key === node) return "function";
  return called.has(node) ? "function" : "name";
}
