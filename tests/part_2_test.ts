/**
 * The tests of part 2's lessons, in one isolate.
 * One of them alone: `deno task test tests/07_limits_test.ts`
 *
 * @module
 */
import "./07_limits_test.ts";
import "./08_loss_test.ts";
import "./09_retransmission_test.ts";
import "./10_window_test.ts";
import "./11_congestion_test.ts";
import "./12_multicast_test.ts";
