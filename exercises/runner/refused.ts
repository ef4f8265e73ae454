/**
 * What the learner's code was refused, in a sentence: Deno's own words give advice that nobody can
 * follow here.
 *
 * @module
 */

// How Deno says that it will not import something: a host, an address, a package that is not in
// deno.lock or not on this machine.
const IMPORTS = [
  /Requires import access to "(.*?)"/,
  /remote specifier was requested: "(.*?)"/,
  /lockfile is out of date[^]*?\+ +"((?:npm|jsr):.*?)"/,
  /package "(.*?)"/,
];

/** Whether this error is about something imported from elsewhere: a sentence that says so. */
export function refusedImport(error: string): string | undefined {
  for (const pattern of IMPORTS) {
    const [, what] = error.match(pattern) ?? [];
    if (what) return `It imports from elsewhere: ${what}. ${FETCHED}`;
  }
}

const FETCHED = "Nothing is fetched for an exercise: lib/ has what you need.";

/** Whether this error is about a permission: a sentence that says which. */
export function refusedAccess(error: string): string | undefined {
  const [, access] = error.match(/^Requires (.*?), run again/) ?? [];
  const [, address] = error.match(/^Cannot (.*?): Deno has no permission/) ?? [];
  if (access || address) return `${ALLOWED} Deno did not allow it: ${access ?? address}.`;
}

const ALLOWED = "Your code may use this machine's own network, 127.0.0.1, and nothing else.";
