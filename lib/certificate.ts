/**
 * A certificate that signs itself (X.509, RFC 5280), for a server that its clients know by this
 * certificate and not by an authority. The key is one of ECDSA with the curve P-256. It needs
 * ber.ts beside it.
 *
 * @module
 */
import { isIP } from "node:net";
import { element, INTEGER, integerBytes, OCTET_STRING, OID, oidBytes, SEQUENCE } from "./ber.ts";

const BIT_STRING = 0x03, UTF8_STRING = 0x0c, UTC_TIME = 0x17, GENERALIZED_TIME = 0x18;
const SET = 0x31;
const DAY = 86_400_000;

/** ECDSA with SHA-256, in the words of X.509 and of Web Crypto. */
const ALGORITHM = element(SEQUENCE, element(OID, oidBytes("1.2.840.10045.4.3.2")));
const SIGN = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** What a server needs to show who it is. Both are texts in PEM format (RFC 7468). */
export interface Identity {
  /** The certificate, for everyone. */
  cert: string;
  /** The private key, for nobody else. */
  key: string;
}

/**
 * Makes a certificate for a host at these names and IPv4 addresses, and its private key. It is
 * valid for `days` days from now, and already for the day before, because clocks differ. If a
 * browser knows a server by its certificate's hash, it accepts at most 14 days in all (W3C,
 * WebTransport).
 *
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 *
 * const { cert, key } = await selfSigned(["localhost", "127.0.0.1"], 10);
 * assert(key.startsWith("-----BEGIN PRIVATE KEY-----\n"));
 * assertEquals((await fingerprint(cert)).length, 64);
 * ```
 *
 * @throws {RangeError} There is no name, or one is an address of IPv6, or there are not 1 to 36,500
 * days.
 */
export async function selfSigned(names: string[], days: number): Promise<Identity> {
  check(names, days);
  const pair = await crypto.subtle.generateKey(SIGN, true, ["sign", "verify"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const now = Date.now();

  const signed = element(
    SEQUENCE,
    element(0xa0, integer(2)), // 2 stands for version 3
    element(INTEGER, crypto.getRandomValues(new Uint8Array(8)).map((byte, i) => i ? byte : 1)),
    ALGORITHM,
    nameOf(names[0]!), // who signs it
    element(SEQUENCE, time(now - DAY), time(now + days * DAY)),
    nameOf(names[0]!), // whose it is
    publicKey,
    element(0xa3, element(SEQUENCE, alternatives(names))),
  );
  const signature = await crypto.subtle.sign(SIGN, pair.privateKey, signed);
  const cert = element(SEQUENCE, signed, ALGORITHM, bits(ecdsa(new Uint8Array(signature))));

  const privateKey = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  return { cert: pem("CERTIFICATE", cert), key: pem("PRIVATE KEY", new Uint8Array(privateKey)) };
}

function check(names: string[], days: number): void {
  if (names.length === 0) throw new RangeError("A certificate needs a name or an IPv4 address.");
  const six = names.find((name) => isIP(name) === 6);
  if (six) throw new RangeError(`${six} is an address of IPv6, which cannot be written here.`);
  if (days >= 1 && days <= 36_500) return;
  throw new RangeError(`A certificate is valid for 1 to 36500 days, not for ${days}.`);
}

/** Returns the SHA-256 hash of a certificate in PEM format, in hexadecimal. */
export async function fingerprint(cert: string): Promise<string> {
  const bytes = Uint8Array.fromBase64(cert.replace(/-----.*-----/g, ""));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

function integer(value: number | bigint): Uint8Array {
  return element(INTEGER, integerBytes(value));
}

/** Returns a name that has one part, the common name. */
function nameOf(name: string): Uint8Array {
  const text = element(UTF8_STRING, new TextEncoder().encode(name));
  const part = element(SEQUENCE, element(OID, oidBytes("2.5.4.3")), text);
  return element(SEQUENCE, element(SET, part));
}

/** Returns the extension that lists the names and the addresses (subjectAltName). */
function alternatives(names: string[]): Uint8Array {
  const parts = names.map((name) => {
    if (isIP(name) === 4) return element(0x87, Uint8Array.from(name.split("."), Number));
    return element(0x82, new TextEncoder().encode(name));
  });
  const list = element(SEQUENCE, ...parts);
  return element(SEQUENCE, element(OID, oidBytes("2.5.29.17")), element(OCTET_STRING, list));
}

/** Returns a time as X.509 writes it: until 2049 `261130154800Z`, and then `20501130154800Z`. */
function time(milliseconds: number): Uint8Array {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, "").slice(0, 14);
  if (digits < "2050") return element(UTC_TIME, new TextEncoder().encode(`${digits.slice(2)}Z`));
  return element(GENERALIZED_TIME, new TextEncoder().encode(`${digits}Z`));
}

/** Returns a string of bits whose length is whole bytes: no bit of the last one is unused. */
function bits(bytes: Uint8Array): Uint8Array {
  return element(BIT_STRING, Uint8Array.of(0), bytes);
}

/** Returns a signature as X.509 wants it. Web Crypto gives the two numbers of 32 bytes alone. */
function ecdsa(signature: Uint8Array): Uint8Array {
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map((half) =>
    integer(BigInt(`0x${half.toHex()}`))
  );
  return element(SEQUENCE, r!, s!);
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = bytes.toBase64().match(/.{1,64}/g)!;
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
