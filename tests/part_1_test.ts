/**
 * The tests of part 1's lessons, in one isolate. To make one takes longer than most of these files.
 * One of them alone: `deno task test tests/01_send_test.ts`
 *
 * @module
 */
import "./01_send_test.ts";
import "./02_receive_test.ts";
import "./03_bind_test.ts";
import "./04_echo_test.ts";
import "./05_chat_test.ts";
import "./06_broadcast_test.ts";
