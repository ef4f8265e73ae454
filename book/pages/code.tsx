/**
 * Shows code beside the prose that belongs to it.
 *
 * @module
 */
import { raw } from "hono/html";
import { type Copyable, example } from "../copies.ts";
import { paint, type Piece } from "../code/paint.ts";
import { type Comment, type Item, markdown, parse, type Source } from "../code/parse.ts";
import { escaped, html, linkedPieces, named, pieces, tagged } from "../markdown.ts";

/** A stretch of code, and the comment before it that stands beside it. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  /** The comment, as it stands in the code. */
  readonly comment?: { readonly start: number; readonly end: number; readonly html: string };
}

/** The page of the book for a file, if it has one. */
type Link = (href: string) => string | undefined;

/** A declaration, or some that belong together, with prose to the left of it. */
export function Declaration({ source, items, heading, copyable, link, prefix = "" }: {
  source: Source;
  items: readonly Item[];
  heading?: string | undefined;
  copyable?: Copyable | undefined;
  link?: Link | undefined;
  prefix?: string;
}) {
  const [first, last] = [items[0]!, items.at(-1)!];
  const doc = last.doc || first.doc;
  const used = example(last);
  const prose = doc.replace(/^(@example.*\n+)?```ts\n[^]*?^```\n?/m, "").trim();
  const all = items.flatMap((item, i) => [
    ...i > 0 && item.start > items[i - 1]!.end
      ? blank(source, items[i - 1]!.end, item === last && item.doc ? item.code : item.start)
      : [],
    ...stretches(
      source,
      item === last || item === first && !item.doc ? item.code : item.start,
      item.end,
      link,
    ),
  ]);
  const joined = placed(join(all), source, prose);
  return (
    <section class="declaration" id={heading ? prefix + heading : undefined}>
      <div class={`prose${joined.some(({ comment }) => comment) || used ? "" : " alone"}`}>
        {heading && <h3>{heading}</h3>}
        {raw(html(tagged(prose), link && { link }))}
      </div>
      <figure
        class="code"
        tabindex={0}
        aria-label={`The code of ${heading ?? last.names.join(", ")}`}
      >
        <figcaption>
          <span>{`${source.path}:${first.line}`}</span>
          {copyable && <CopyLink {...copyable} />}
        </figcaption>
        {joined.map((stretch) => <Row source={source} stretch={stretch} link={link} />)}
        {used && <pre class="example"><code>{raw(pieces(paintText(used)))}</code></pre>}
      </figure>
      {/* After the code, so that who selects it has the code alone. */}
      {joined.map(({ comment }, i) =>
        comment && <div class={`note r${i + 2}`} aria-hidden="true">{raw(comment.html)}</div>
      )}
    </section>
  );
}

/** Copies a program. Without a script, it saves it as a file. */
export function CopyLink({ name, file, lines }: Copyable) {
  const [page] = file.split("."); // two lessons may have a program of one name and length
  return (
    <a class="copy" href={file} download={`${name}.ts`} data-copy={name}>
      <Icon name="copy" />
      <span>
        Copy <span class="hidden">{`${name} of ${page} `}</span>as a program
        {lines && <span class="lines">{`, ${lines} lines`}</span>}
      </span>
    </a>
  );
}

/** Opens a file in the page's own editor. */
export function Change(
  { file, line, children }: { file: string; line: number; children: unknown },
) {
  return (
    <button type="button" class="change" hidden data-file={file} data-line={line}>
      Edit{children}
    </button>
  );
}

function Row({ source, stretch: { start, end, comment }, link }: {
  source: Source;
  stretch: Stretch;
  link: Link | undefined;
}) {
  return (
    <pre class={comment ? "noted" : undefined}><code>
      {comment && (
        <span class="comment">{raw(pieces(paint(source, comment.start, comment.end)))}</span>
      )}
      {raw(linkedPieces(paint(source, start, end), link))}
    </code></pre>
  );
}

/** The code of some items, in one piece and without prose. */
export function Plain({ source, items }: { source: Source; items: readonly Item[] }) {
  const [start, end] = [items[0]!.start, items.at(-1)!.end];
  return <pre tabindex={0}><code>{raw(pieces(paint(source, start, end)))}</code></pre>;
}

/** What a file imports: there for those who want to see it. */
export function Imports({ source, items }: { source: Source; items: readonly Item[] }) {
  return (
    <Imported
      of={items.length > 0 ? paint(source, items[0]!.start, items.at(-1)!.end) : []}
    />
  );
}

/** The same, as pieces of code. */
export function Imported({ of }: { of: readonly Piece[] }) {
  return of.length > 0 && (
    <details class="imports">
      <summary>What it imports</summary>
      <pre tabindex={0}><code>{raw(pieces(of))}</code></pre>
    </details>
  );
}

/** Pictures that the buttons have. */
export function Icon({ name }: { name: keyof typeof ICONS }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={ICONS[name]} />
      {name === "theme" && <path class="full" d="M8 2.5a5.5 5.5 0 0 0 0 11z" />}
    </svg>
  );
}

const ICONS = {
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  search: "M11 7a4 4 0 1 1-8 0a4 4 0 1 1 8 0M10 10l4 4",
  theme: "M13.5 8a5.5 5.5 0 1 1-11 0a5.5 5.5 0 1 1 11 0",
  run: "M5 3l8 5l-8 5z",
  stepBack: "M11 3L5 8l6 5zM4 3v10",
  stepOn: "M5 3l6 5l-6 5zM12 3v10",
  back: "M13 8H3M7 4L3 8l4 4",
  next: "M3 8h10M9 4l4 4l-4 4",
  help: "M6 6a2 2 0 1 1 2.8 1.8q-.8.4-.8 1.4M8 11.4v.6",
};

/** Code of a doc comment's example: without what it imports from the project, which is what one copies. */
function paintText(text: string): Piece[] {
  const shown = text.replaceAll(/^import [^;]*? from "(\.|@std)[^;]*;\n+/gm, "");
  return paint(parse("example.ts", shown));
}

function blank({ text }: Source, start: number, end: number): Stretch[] {
  const space = text.slice(start, end).match(/^\s*\n/)?.[0] ?? "";
  return space ? [{ start, end: start + space.length }] : [];
}

function join(all: Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const stretch of all) {
    const last = joined.at(-1);
    if (last && !stretch.comment && last.end === stretch.start) {
      joined[joined.length - 1] = { ...last, end: stretch.end };
    } else joined.push(stretch);
  }
  return joined;
}

// What things take on a page of full width, in lines of code: an estimate.
const PROSE = { letters: 37, line: 1.27, paragraph: 0.6, heading: 1.4 };
const NOTE = { letters: 47, line: 1, paragraph: 0.4, heading: 0 };
const CAPTION = 2;
// The estimate may be wrong by so much.
const SPARE = 2;
// The style sheet has a class for each row.
const ROWS = 38;

/** Leaves a comment in the code where what stands beside it would tear a hole into the code. */
function placed(all: Stretch[], { text }: Source, prose: string): Stretch[] {
  const rows = (stretch: { start: number; end: number }) =>
    text.slice(stretch.start, stretch.end).split("\n").length - 1;
  let left = extent(prose, PROSE);
  let right = CAPTION;
  const result: Stretch[] = [];
  for (const { start, end, comment } of all) {
    const last = result.at(-1);
    if (comment && last && (left + SPARE > right || result.length > ROWS)) {
      right += rows(comment) + rows({ start, end });
      result[result.length - 1] = { ...last, end };
      continue;
    }
    if (comment) {
      right = Math.max(left, right);
      left = right + extent(comment.html.replaceAll(/<[^>]*>/g, ""), NOTE);
    }
    right += rows({ start, end });
    result.push({ start, end, ...(comment && { comment }) });
  }
  return result;
}

function extent(text: string, { letters, line, paragraph, heading }: typeof PROSE): number {
  const paragraphs = text.split(/\n\n+/).map((one) => Math.ceil(one.length / letters));
  return paragraphs.reduce((sum, lines) => sum + lines * line + paragraph, heading);
}

/** Cuts code where a comment has lines of its own: that is what stands beside it. */
function stretches(
  { text, comments }: Source,
  start: number,
  end: number,
  link: Link | undefined,
): Stretch[] {
  const inside = comments.filter((comment) => comment.start >= start && comment.end <= end);
  const found: Stretch[] = [];
  let at = start;
  let comment: Stretch["comment"];
  const cut = (to: number) => {
    if (to > at || comment) found.push({ start: at, end: to, ...(comment && { comment }) });
  };
  for (const group of together(inside, text)) {
    const lineStart = text.lastIndexOf("\n", group[0]!.start) + 1;
    const lineEnd = text.indexOf("\n", group.at(-1)!.end) + 1;
    cut(lineStart);
    comment = { start: lineStart, end: lineEnd, html: beside(group, link) };
    at = lineEnd;
  }
  cut(end);
  return found;
}

/** The comments on lines of their own. Those of `//` that follow one another are one. */
function together(comments: readonly Comment[], text: string): Comment[][] {
  const own = comments.filter(({ start, end }) =>
    /(^|\n)[ \t]*$/.test(text.slice(0, start)) && /^[ \t]*(\n|$)/.test(text.slice(end))
  );
  const groups: Comment[][] = [];
  for (const comment of own) {
    const before = groups.at(-1)?.at(-1);
    const between = before && text.slice(before.end, comment.start);
    const next = before && !before.block && !comment.block &&
      /^\s*$/.test(between!) && !/\n\s*\n/.test(between!);
    if (next) groups.at(-1)!.push(comment);
    else groups.push([comment]);
  }
  return groups;
}

/** A comment beside its code. It is there for the eye: Tab passes it, and reads the code instead. */
function beside(group: Comment[], link: Link | undefined): string {
  const [first] = group;
  const made = first!.block
    ? html(tagged(markdown(first!.value)), link && { link })
    : ofLines(group, link);
  return made.replaceAll(' tabindex="0"', "").replaceAll("<a ", '<a tabindex="-1" ');
}

function ofLines(group: Comment[], link: Link | undefined): string {
  const text = group.map(({ value }) => value.trim()).join(" ");
  const marked = escaped(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>")
    .replaceAll(/(?<![\w*])\*(\w[^*<]*)\*(?![\w*])/g, "<em>$1</em>");
  return `<p>${named(marked, link)}</p>`;
}
