/**
 * What must be true of the project as a whole, in one isolate.
 * Some of it alone: `deno task test tests/glossary_test.ts`
 *
 * @module
 */
import "./crlf_test.ts";
import "./deno_test.ts";
import "./examples_test.ts";
import "./glossary_test.ts";
import "./harness_test.ts";
import "./one_source_test.ts";
import "./permissions_test.ts";
import "./plain_test.ts";
import "./questions_test.ts";
