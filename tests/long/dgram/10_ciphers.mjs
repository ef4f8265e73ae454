// The ciphers of SNMP version 3 and of DTLS for small devices.
import { createCipheriv } from "node:crypto";

for (const name of ["aes-128-cfb", "aes-128-ccm"]) {
  let result = "works";
  try {
    createCipheriv(name, Buffer.alloc(16), Buffer.alloc(name.endsWith("ccm") ? 12 : 16), {
      authTagLength: 8,
    });
  } catch ({ message }) {
    result = message;
  }
  console.log(`${name}: ${result}`);
}
