/**
 * The tests with other programs at the other end, in one isolate.
 * Some of them alone: `deno task test tests/peers/dns_test.ts`
 *
 * @module
 */
import "./peers/dns_test.ts";
import "./peers/docs_test.ts";
import "./peers/multicast_test.ts";
import "./peers/relay_test.ts";
import "./peers/rip_test.ts";
import "./peers/snmp_test.ts";
import "./peers/sockets_test.ts";
import "./peers/tftp_test.ts";
import "./peers/voice_speaker_test.ts";
import "./peers/voice_test.ts";
