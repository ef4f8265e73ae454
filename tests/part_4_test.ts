/**
 * The tests of part 4's lessons, in one isolate.
 * One of them alone: `deno task test tests/18_nat_test.ts`
 *
 * @module
 */
import "./18_nat_test.ts";
import "./19_proof_test.ts";
import "./20_quic_test.ts";
