/**
 * The tests of lib/, in one isolate: to make one takes longer than most of these files.
 * One of them alone: `deno task test tests/lib/dns_test.ts`
 *
 * @module
 */
import "./lib/addresses_test.ts";
import "./lib/advice_test.ts";
import "./lib/audio_test.ts";
import "./lib/bind_test.ts";
import "./lib/broadcast_test.ts";
import "./lib/certificate_test.ts";
import "./lib/close_test.ts";
import "./lib/dns_tcp_test.ts";
import "./lib/dns_test.ts";
import "./lib/encoding_test.ts";
import "./lib/hosts_test.ts";
import "./lib/ipv6_test.ts";
import "./lib/jitter_test.ts";
import "./lib/mulaw_test.ts";
import "./lib/multicast_test.ts";
import "./lib/netascii_test.ts";
import "./lib/patient_test.ts";
import "./lib/ping_test.ts";
import "./lib/property_test.ts";
import "./lib/ranges_test.ts";
import "./lib/receive_test.ts";
import "./lib/reception_test.ts";
import "./lib/relay_test.ts";
import "./lib/rip_test.ts";
import "./lib/rtp_test.ts";
import "./lib/send_test.ts";
import "./lib/snmp_test.ts";
import "./lib/text_test.ts";
import "./lib/tftp_server_test.ts";
import "./lib/tftp_test.ts";
import "./lib/transfer_model_test.ts";
import "./lib/transfer_test.ts";
