/**
 * Turns markdown into HTML: that of the doc comments, the README and docs/.
 *
 * @module
 */
import { Lexer, Marked, type Tokens } from "marked";
import { paint, type Piece } from "./code/paint.ts";
import { parse } from "./code/parse.ts";

/** What a piece of markdown needs to know of the book. */
export interface Surroundings {
  /** The page for a link in the text: `undefined` where the book has none. */
  link?: (href: string) => string | undefined;
  /** By how much headings move down. */
  deeper?: number;
}

/** A heading in a document. */
export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly text: string;
}

const FILE = /^(docs\/[\w-]+\.md|(?:lib|lessons)\/\w+\.ts)$/;
const PATH = /\b(docs\/[\w-]+\.md|(?:lib|lessons)\/\w+\.ts)\b/g;
const NAMED = /\b(docs\/[\w-]+\.md|(?:lib|lessons)\/\w+\.ts)\b|\blesson (\d{1,2})\b/gi;

/** The markdown as HTML. HTML in it is shown as it stands. */
export function html(markdown: string, { link = own, deeper = 0 }: Surroundings = {}): string {
  let tables = 0;
  let plainly = 0; // within what is a link already, or a heading
  const within = (make: () => string) => {
    plainly++;
    const made = make();
    plainly--;
    return made;
  };
  const marked = new Marked({
    tokenizer: { url: () => undefined }, // an address without brackets is only named
    renderer: {
      html: ({ text }) => escaped(text),
      text(token) {
        if ("tokens" in token && token.tokens) return this.parser.parseInline(token.tokens);
        const text = escaped(curled(token.text));
        return plainly > 0 ? text : named(text, link);
      },
      codespan({ text }) {
        const code = `<code>${whole(escaped(text))}</code>`;
        const [, path] = text.match(FILE) ?? [];
        const to = plainly === 0 && path ? link(`/${path}`) : undefined;
        return to === undefined ? code : `<a href="${escaped(to)}">${code}</a>`;
      },
      heading({ tokens, depth, text }) {
        const level = Math.min(6, depth + deeper);
        return `<h${level} id="${slug(text)}">${
          within(() => this.parser.parseInline(tokens))
        }</h${level}>\n`;
      },
      link({ href, tokens }) {
        const to = link(href);
        const text = within(() => this.parser.parseInline(tokens));
        return to === undefined
          ? `<span class="file">${text}</span>`
          : `<a href="${escaped(to)}">${text}${place(to)}</a>`;
      },
      image: () => "", // those of the README show the book
      code: ({ text, lang }) => `<pre tabindex="0"><code>${coloured(text, lang)}</code></pre>\n`,
      table({ header, rows }) {
        const cells = (row: Tokens.TableCell[], tag: string) =>
          row.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join("");
        const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
        const named = header.some(({ text }) => text.trim() !== "");
        const head = named
          ? `<thead><tr>${cells(header, "th").replaceAll("<th></th>", "<td></td>")}</tr></thead>`
          : "";
        return `<div class="table" tabindex="0" role="region" aria-label="Table ${++tables}"><table>${head}<tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  return marked.parse(linked(markdown), { async: false }).replaceAll("<p></p>\n", "");
}

/** A text as HTML, with links for the files, lessons and standards that it names. */
export function named(text: string, link: (href: string) => string | undefined = own): string {
  return standards(
    text.replaceAll(NAMED, (name, path, number) => toPage(name, path ?? `lessons/${number}`, link)),
  );
}

/** Pieces of code as HTML, in which a comment leads to the files that it names. */
export function linkedPieces(
  all: readonly Piece[],
  link: (href: string) => string | undefined = own,
): string {
  return all.map((piece) => {
    const made = pieces([piece]);
    return piece[0] === "c" ? made.replaceAll(PATH, (name) => toPage(name, name, link)) : made;
  }).join("");
}

/** A name as a link to the page of its file, if there is one. */
function toPage(name: string, path: string, link: (href: string) => string | undefined): string {
  const to = link(`/${path}`);
  return to === undefined ? name : `<a href="${escaped(to)}">${name}</a>`;
}

/** Where on another page a link leads, for those who hear it: "Lesson 4" may lead to several places. */
function place(to: string): string {
  const [, id] = to.match(/^[\w-]+\.html#(.+)$/) ?? [];
  return id ? `<span class="hidden">, ${escaped(id.replaceAll("-", " "))}</span>` : "";
}

// "RFC 768", and "RFC 1350, 2347": but what follows in "RFC 1035, 2.3.4" is a section.
const STANDARD = /\bRFC\s\d{3,5}(?:,\s\d{3,5}\b(?!\.\d))*|\bCVE-\d{4}-\d+/g;

/** Each RFC and CVE that a text names, as a link to its page. */
export function standards(text: string): string {
  return text.replaceAll(
    STANDARD,
    (names) =>
      names.startsWith("CVE")
        ? `<a href="https://www.cve.org/CVERecord?id=${names}">${names}</a>`
        : names.replaceAll(
          /(?:RFC\s)?(\d+)/g,
          (name, number) => `<a href="https://www.rfc-editor.org/rfc/rfc${number}">${name}</a>`,
        ),
  );
}

/** A line of markdown as HTML, without a paragraph around it. */
export function inline(markdown: string): string {
  return html(markdown).replace(/^<p>([^]*)<\/p>\n?$/, "$1");
}

/** The headings of a document, in their order. */
export function headings(markdown: string): Heading[] {
  return [...markdown.replaceAll(/^```[^]*?^```/gm, "").matchAll(/^(#{1,4}) (.*)$/gm)]
    .map(([, signs, text]) => ({ level: signs!.length, id: slug(text!), text: plainLine(text!) }));
}

/** The text of markdown, without its signs. */
export function plain(markdown: string): string {
  return squeezed(textOf(new Marked().lexer(linked(markdown))));
}

/** The text of a line of markdown: a heading may begin with a number, and is no list. */
function plainLine(line: string): string {
  return squeezed(textOf(Lexer.lexInline(linked(line))));
}

function textOf(tokens: readonly Tokens.Generic[]): string {
  return tokens.map((token) => {
    if (token.type === "image") return "";
    if (token.type === "list") return textOf(token.items);
    if (token.type === "code") return `${readable(token.text).replaceAll(/`([\w.]+)`/g, "$1")} `;
    if (token.type === "table") {
      const cells = [token.header, ...token.rows].flat() as Tokens.TableCell[];
      return cells.map(({ tokens }) => ` ${textOf(tokens)}`).join("");
    }
    const text = token.tokens ? textOf(token.tokens) : token.text ?? " ";
    return /^(paragraph|heading|list_item|blockquote)$/.test(token.type) ? `${text} ` : text;
  }).join("");
}

/** Code whose comments are text, without their slashes, stars and backquotes. */
export function readable(code: string): string {
  return code.replaceAll(
    /^[ \t]*(?:\/\/|\/\*\*?|\*(?!\/)) ?(.*?)(?:\*\/)?$|^[ \t]*\*\/$/gm,
    (_, comment = "") =>
      comment.replaceAll(/`|\*(?=\w)|(?<=\w)\*|\{@link(?:code)? ([\w.]+)\}/g, "$1"),
  );
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** What stands after the # in an address: the same as where the code is hosted, so that links fit both. */
export function slug(text: string): string {
  return plainLine(text).toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

/** Text that means nothing to a browser. */
export function escaped(text: string): string {
  const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => signs[sign]!);
}

/** The quotation marks that a printer would use. */
export function curled(text: string): string {
  return text.replaceAll(/(?<=\w)'|'(?=\w+\b[^']*$)/g, "’").replaceAll(/(^|[\s(\[])"/g, "$1“")
    .replaceAll('"', "”")
    .replaceAll("...", "…");
}

/** Pieces of code as HTML. */
export function pieces(all: readonly Piece[]): string {
  return all.map(([kind, text]) => kind ? `<i class="${kind}">${escaped(text)}</i>` : escaped(text))
    .join("");
}

function coloured(text: string, language = ""): string {
  if (!/^(ts|js|typescript|javascript)\b/.test(language)) return escaped(text);
  try {
    return pieces(paint(parse("example.ts", text)));
  } catch {
    return escaped(text);
  }
}

function linked(markdown: string): string {
  return markdown.replaceAll(/\{@link(?:code)? ([\w.]+)\}/g, "`$1`");
}

function own(href: string): string | undefined {
  return href.startsWith("#") || /^https?:/.test(href) ? href : undefined;
}

/** Options stay whole at the end of a line: a browser breaks `--port` after its hyphens. */
export function whole(code: string): string {
  return code.replaceAll(/(?<![\w-])--\w+/g, '<span class="opt">$&</span>');
}

/** What a doc comment's tags say, as markdown. */
export function tagged(doc: string): string {
  return doc.replaceAll(
    /^@throws (\{([\w.]+)\} )?/gm,
    (_, _all, name) => name ? `\n*Throws* \`${name}\`: ` : "\n*Throws* ",
  )
    .replaceAll(/^@example (.*)$/gm, "$1:").replaceAll(/^@\w+ ?/gm, "");
}
