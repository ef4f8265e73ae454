/**
 * The tests that read the book, in one isolate with one book and one Chromium: to start them takes longer than
 * most tests. One file of them alone:
 * `deno test --config tests/book/deno.json --allow-all tests/book/pages_test.ts`
 *
 * @module
 */
import "./copy_test.ts";
import "./pages_test.ts";
import "./print_test.ts";
import "./questions_test.ts";
import "./way_test.ts";
