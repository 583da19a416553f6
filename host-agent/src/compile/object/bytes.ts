import { fail } from '@probepad/protocol/errors';

/** Throws `bad_object`. */
export function badObject(reason: string): never {
  fail('bad_object', `reading the object: ${reason}`, { reason });
}

/** Reads fixed-width fields of a byte range; every read outside it fails with `bad_object`. */
export class ByteReader {
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #littleEndian: boolean;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = littleEndian;
    this.length = bytes.length;
  }

  u8(offset: number): number {
    this.#check(offset, 1);
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    this.#check(offset, 2);
    return this.#view.getUint16(offset, this.#littleEndian);
  }

  i16(offset: number): number {
    this.#check(offset, 2);
    return this.#view.getInt16(offset, this.#littleEndian);
  }

  u32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getUint32(offset, this.#littleEndian);
  }

  i32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getInt32(offset, this.#littleEndian);
  }

  u64(offset: number): bigint {
    this.#check(offset, 8);
    return this.#view.getBigUint64(offset, this.#littleEndian);
  }

  /** A u64 that has to be an offset or size within the object. */
  size(offset: number): number {
    const value = this.u64(offset);
    if (value > 0xffff_ffffn) badObject(`a size of ${value} bytes`);
    return Number(value);
  }

  slice(offset: number, length: number): Uint8Array {
    this.#check(offset, length);
    return this.#bytes.subarray(offset, offset + length);
  }

  /** The text at `offset` up to its NUL. */
  text(offset: number): string {
    this.#check(offset, 1);
    const bytes = this.#bytes.subarray(offset, offset + TEXT_MAX);
    const end = bytes.indexOf(0);
    if (end < 0) badObject('a name without end');
    return utf8.decode(bytes.subarray(0, end));
  }

  #check(offset: number, length: number): void {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.length)) {
      badObject(`${length} bytes at ${offset} of ${this.length}`);
    }
  }
}

/** Longest name or path; without it many names could share one text of megabytes. */
const TEXT_MAX = 1_024;
const utf8 = new TextDecoder();
