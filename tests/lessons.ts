/**
 * The lessons, as the folder lessons/ holds them.
 *
 * @module
 */
import type { Role } from "../cli/lesson.ts";
import { NO_QUIC } from "./only.ts";
import { FILES, type Page, page } from "./page.ts";

export type { Page };

// A test may import a lesson by its name as well, and `import()` would give it unfinished: so that comes first.
await new Promise((resolve) => setTimeout(resolve));

/** Every lesson, in their order. */
export const PAGES: Page[] = await Promise.all(FILES.map(page));

/** One side of a lesson. */
export interface Side {
  page: Page;
  /** Its word on the command line: `server`. */
  word: string;
  role: Role;
}

/** Every role of every lesson. */
export const SIDES: Side[] = PAGES.flatMap((page) =>
  Object.entries(page.lesson.roles).map(([word, role]) => ({ page, word, role }))
);

/**
 * Whether a role takes what comes from anyone, and goes on. A relay needs another server's address,
 * what writes data to standard output takes it from one sender at a time, and a socket of QUIC cannot be
 * looked into: their lessons test them.
 */
export function standsAlone({ role }: Side): boolean {
  return !role.writes && !role.quic &&
    !Object.values(role.options ?? {}).some(({ address }) => address);
}

/** Whether a lesson speaks QUIC. */
export function speaksQuic({ lesson }: Pick<Page, "lesson">): boolean {
  return Object.values(lesson.roles).some(({ quic }) => quic);
}

/** Whether a lesson can be played here: only Linux has broadcasts on loopback, and Wine has no QUIC. */
export function plays({ lesson }: Page): boolean {
  if (NO_QUIC && speaksQuic({ lesson })) return false;
  return lesson.host !== "127.255.255.255" || Deno.build.os === "linux";
}
