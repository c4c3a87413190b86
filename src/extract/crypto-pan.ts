/**
 * Crypto-PAn: a one-to-one mapping of addresses under a key, such that two that share exactly their first k bits also
 * share exactly their first k bits afterwards.
 * Source: J. Xu, J. Fan, M. Ammar, S. Moon, "Prefix-Preserving IP Address Anonymization:
 * Measurement-based Security Evaluation and a New Cryptography-based Scheme", ICNP 2002, §3; the key's two
 * halves are used as in the authors' reference implementation 1.0. IPv6 is the same with 128 bits.
 */
import { unsafe } from '@noble/ciphers/aes.js';

export const KEY_LENGTH = 32;
const BLOCK_LENGTH = 16;

/** AES-128 of single blocks. */
export class BlockCipher {
  readonly #schedule: Uint32Array;

  constructor(key: Uint8Array) {
    // A copy: the library wants whole words, and `slice` of a Node Buffer would share its memory.
    this.#schedule = unsafe.expandKeyLE(Uint8Array.from(key));
  }

  /** Encrypts a block in place. */
  encrypt(block: Uint8Array): void {
    unsafe.encryptBlock(this.#schedule, block);
  }
}

export class CryptoPan {
  readonly #cipher: BlockCipher;
  readonly #pad: Uint8Array;

  /**
   * @param key the AES key, and a block that is encrypted with it to pad addresses: 16 octets each
   * @throws RangeError for one of another length
   */
  constructor(key: Uint8Array) {
    if (key.length !== KEY_LENGTH) throw new RangeError(`a key of Crypto-PAn has ${KEY_LENGTH} octets`);
    this.#cipher = new BlockCipher(key.subarray(0, BLOCK_LENGTH));
    this.#pad = Uint8Array.from(key.subarray(BLOCK_LENGTH, KEY_LENGTH));
    this.#cipher.encrypt(this.#pad);
  }

  /** @param address 4 or 16 octets in network order */
  map(address: Uint8Array): Uint8Array {
    const mapped = Uint8Array.from(address);
    const block = new Uint8Array(BLOCK_LENGTH);
    /** The address up to the current bit, and the pad from there on. */
    const input = this.#pad.slice();
    for (let bit = 0; bit < address.length * 8; bit++) {
      const octet = bit >>> 3;
      const mask = 0x80 >>> (bit & 7);
      block.set(input);
      this.#cipher.encrypt(block);
      if ((block[0] & 0x80) !== 0) mapped[octet] ^= mask;
      input[octet] = (input[octet] & ~mask) | (address[octet] & mask);
    }
    return mapped;
  }
}
