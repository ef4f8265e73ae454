/**
 * What is wrong with a page's files, above the page.
 *
 * @module
 */
import type { Trouble } from "../code/trouble.ts";
import { Change } from "./code.tsx";
import { type Book, Page } from "./layout.tsx";

/** A fault, and what the page shows in spite of it. */
export interface Fault {
  readonly trouble: Trouble;
  /** What the reader sees below, in a sentence. */
  readonly below: string;
  /** Whether that is said of the picture: then it goes when a run that failed is drawn. */
  readonly ofPicture?: boolean;
  /** The file as it is, where no version of it could be shown. */
  readonly text?: string | undefined;
}

/** Faults, each with its place. */
export function Troubles({ faults }: { faults: readonly Fault[] }) {
  return (
    <>
      {faults.map(({ trouble, below, ofPicture, text }) => (
        <div class="trouble">
          <p>
            <code>{trouble.place}</code> {trouble.said}{" "}
            {isChangeable(trouble) && (
              <Change file={trouble.path} line={trouble.line ?? 1}>
                <span class="hidden">{` ${trouble.path}`}</span>
              </Change>
            )}
          </p>
          {below && <p class={ofPicture ? "of-picture" : undefined}>{below}</p>}
          {text && <pre tabindex={0}><code>{text}</code></pre>}
        </div>
      ))}
    </>
  );
}

/** Whether the page's editor may change its file. */
function isChangeable({ path }: Trouble): boolean {
  return /^(lessons|exercises)\/\d\d_\w+\.ts$/.test(path);
}

/** A page that could not be made, and never could. */
export function BrokenPage({ book, name }: { book: Book; name: string }) {
  return (
    <Page book={book} title={`${name} · The UDP Workbook`} about="This page cannot be shown now.">
      <h1>This page cannot be shown now</h1>
      <p>All other pages can.</p>
    </Page>
  );
}

/** The text of a page with its faults at the top, and with a mark that changes when the page does. */
export async function withTroubles(page: string, faults: readonly Fault[]): Promise<string> {
  const text = `${await <Troubles faults={faults} />}`;
  const of = await digest(page + text);
  // A function, since a text to insert may not have a dollar sign.
  return page.replace('<main id="main">', () => {
    return `<main id="main" data-of="${of}"><div id="trouble" role="status">${text}</div>`;
  });
}

/** A few letters that differ for each text. */
export async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex().slice(0, 16);
}
