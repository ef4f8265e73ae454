/**
 * Elements and files, in fewer words.
 *
 * @module
 */

/** An element with a class and with what is in it: text stays text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name = "",
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...inside);
  return made;
}

declare global {
  // What the files call that a page loads when it needs them: from a disk, a page may load scripts only.
  var book: Record<string, (value: unknown) => void>;
}

/** Why nothing comes from the book's server. */
export const STOPPED = "The book has stopped. Start it again: deno task book.";

/** Does this when the book runs again, if it was said until then that it has stopped. */
export function whenBack(
  said: () => string,
  act: () => void,
  options?: AddEventListenerOptions,
): void {
  document.addEventListener("back", () => said().startsWith(STOPPED) && act(), options);
}

/** The value that a script file of the book gives to `book.name`. */
export function loaded<T>(file: string, name: string): Promise<T> {
  const known = files.get(file);
  if (known) return known as Promise<T>;
  const loading = new Promise<T>((resolve, reject) => {
    globalThis.book = { ...globalThis.book, [name]: (value) => resolve(value as T) };
    const script = element("script");
    script.src = file;
    // A page from a disk has no server that could have stopped.
    const served = document.querySelector("main[data-of]");
    script.onerror = () => reject(new Error(served ? STOPPED : `${file} is not there.`));
    document.head.append(script);
  });
  files.set(file, loading);
  loading.catch(() => files.delete(file));
  return loading;
}

const files = new Map<string, Promise<unknown>>();

/** The objects of a stream that has one a line. */
export async function* objects(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  while (true) {
    const { done, value } = await reader.read();
    const lines = (rest + decoder.decode(value, { stream: !done })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line) yield JSON.parse(line);
    if (done) return;
  }
}

/**
 * Aborted when the page is left. A browser may keep a page that was left, with its requests, for whoever
 * goes back: what they started would go on.
 */
export function leaving(): AbortSignal {
  const controller = new AbortController();
  addEventListener("pagehide", () => controller.abort(), { once: true });
  return controller.signal;
}

/** Says something at the foot of the page, in the place of what was said before. */
export function toast(...inside: (Node | string)[]): void {
  document.querySelector(".toast")!.replaceChildren(...inside);
}

/** Shows the buttons of a page: what needs a script is hidden until there is one. */
export function reveal(page: ParentNode): void {
  for (const button of page.querySelectorAll<HTMLElement>("button[hidden]")) button.hidden = false;
}
