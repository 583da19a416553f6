import type { Btf } from './btf.ts';
import { ByteReader, badObject } from './bytes.ts';

/** Where one instruction comes from. Source: Documentation/bpf/btf.rst, struct bpf_line_info. */
export type Line = {
  /** Byte offset in the section. */
  offset: number;
  /** As the compiler saw it: `/snippet/probe.bpf.c`. */
  path: string;
  line: number;
  column: number;
  /** The source line, as the compiler saw it. */
  text: string;
};

const MAGIC = 0xeb9f;

/** Line info of `.BTF.ext` by section name, in order of offset. Fails with `bad_object`. */
export function readLineInfo(content: Uint8Array, littleEndian: boolean, btf: Btf): Map<string, Line[]> {
  const bySection = new Map<string, Line[]>();
  const header = new ByteReader(content, littleEndian);
  if (header.u16(0) !== MAGIC) badObject('not BTF.ext');
  const start = header.u32(4) + header.u32(16);
  const length = header.u32(20);
  if (length === 0) return bySection;
  const info = new ByteReader(header.slice(start, length), littleEndian);
  const recordSize = info.u32(0);
  if (recordSize < 16) badObject(`line info records of ${recordSize} bytes`);

  for (let at = 4; at < info.length; ) {
    const section = btf.string(info.u32(at));
    const count = info.u32(at + 4);
    if (count === 0) badObject('an empty line info section');
    at += 8;
    const lines = bySection.get(section) ?? [];
    bySection.set(section, lines);
    for (let index = 0; index < count; index++, at += recordSize) {
      const place = info.u32(at + 12);
      lines.push({
        offset: info.u32(at),
        path: btf.string(info.u32(at + 4)),
        line: place >>> 10,
        column: place & 0x3ff,
        text: btf.string(info.u32(at + 8)),
      });
    }
  }
  for (const lines of bySection.values()) lines.sort((left, right) => left.offset - right.offset);
  return bySection;
}

/** Index of the first line at or behind `offset`; `lines.length` when there is none. */
export function firstLineAt(lines: readonly Line[], offset: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lines[middle]?.offset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
