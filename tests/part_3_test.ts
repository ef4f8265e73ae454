/**
 * The tests of part 3's lessons, in one isolate.
 * One of them alone: `deno task test tests/13_dns_test.ts`
 *
 * @module
 */
import "./13_dns_test.ts";
import "./14_tftp_test.ts";
import "./15_snmp_test.ts";
import "./16_rip_test.ts";
import "./17_voice_test.ts";
