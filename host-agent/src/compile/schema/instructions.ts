import { ByteReader } from '../object/bytes.ts';
import type { Elf } from '../object/elf.ts';

/** A call of a kernel helper, with what is known about its arguments without running the program. */
export type HelperCall = {
  section: string;
  /** Byte offset of the call in its section. */
  offset: number;
  helper: number;
  /** Value of r`n` where it is a constant, or the symbol (a map) that was loaded into it. */
  argument(register: number): { constant: number } | { symbol: string } | undefined;
};

/** Source: linux/bpf.h, Documentation/bpf/standardization/instruction-set.rst. */
const CALL = 0x85;
const LOAD_IMMEDIATE_64 = 0x18;
const MOVE_CONSTANTS = [0xb7, 0xb4];
const MOVE_REGISTERS = [0xbf, 0xbc];
/** Jumps go to another instruction of the section, `JUMP_FAR` with 32 bits of distance. A call and an exit are of their class. */
const JUMP_CLASSES = [5, 6];
const JUMP = 0x05;
const JUMP_FAR = 0x06;
const EXIT = 0x95;
const BYTES = 8;
/** Classes that write their destination register: LD, LDX, ALU, ALU64. */
const WRITING_CLASSES = [0, 1, 4, 7];
const LOOK_BACK = 64;

/** Numbers of the helpers that are looked for. Source: linux/bpf.h, ___BPF_FUNC_MAPPER. */
export const HELPER = {
  map_update_elem: 2,
  ktime_get_ns: 5,
  trace_printk: 6,
  perf_event_output: 25,
  sock_map_update: 53,
  sock_hash_update: 70,
  map_push_elem: 87,
  ktime_get_boot_ns: 125,
  seq_printf: 126,
  ringbuf_output: 130,
  ringbuf_reserve: 131,
  seq_printf_btf: 150,
  trace_vprintk: 177,
  ktime_get_tai_ns: 208,
} as const;

/** All helper calls of all executable sections. */
export function helperCalls(elf: Elf): HelperCall[] {
  const calls: HelperCall[] = [];
  for (const section of elf.sections) {
    if (!section.executable || section.content.length === 0) continue;
    const code = new ByteReader(section.content, elf.littleEndian);
    const relocations = new Map(
      elf.relocations(section).map(({ offset, symbol }) => [offset, symbol?.name ?? '']),
    );
    const targets = jumpTargets(code);
    for (let offset = 0; offset + BYTES <= code.length; offset += BYTES) {
      const opcode = code.u8(offset);
      // src_reg 0 is a kernel helper, 1 a function of the object, 2 a kfunc.
      if (opcode === CALL && code.u8(offset + 1) >> 4 === 0 && !relocations.has(offset)) {
        const argument = (register: number) => valueBefore(code, relocations, targets, offset, register);
        calls.push({ section: section.name, offset, helper: code.i32(offset + 4), argument });
      }
      if (opcode === LOAD_IMMEDIATE_64) offset += BYTES;
    }
  }
  return calls;
}

/** Offsets that some jump goes to. */
function jumpTargets(code: ByteReader): ReadonlySet<number> {
  const targets = new Set<number>();
  for (let offset = 0; offset + BYTES <= code.length; offset += BYTES) {
    const opcode = code.u8(offset);
    if (JUMP_CLASSES.includes(opcode & 7) && opcode !== CALL && opcode !== EXIT) {
      const distance = opcode === JUMP_FAR ? code.i32(offset + 4) : code.i16(offset + 2);
      targets.add(offset + (1 + distance) * BYTES);
    }
    if (opcode === LOAD_IMMEDIATE_64) offset += BYTES;
  }
  return targets;
}

/** Walks back from a call along straight code to what set the register; not past a place that is come to from elsewhere too. */
function valueBefore(
  code: ByteReader,
  relocations: ReadonlyMap<number, string>,
  targets: ReadonlySet<number>,
  call: number,
  register: number,
): { constant: number } | { symbol: string } | undefined {
  let wanted = register;
  for (let offset = call - BYTES, step = 0; offset >= 0 && step < LOOK_BACK; offset -= BYTES, step++) {
    // Equal calls at the end of two branches are one in what clang makes of them.
    if (targets.has(offset + BYTES)) return undefined;
    const opcode = code.u8(offset);
    if (opcode === JUMP || opcode === JUMP_FAR || opcode === EXIT) return undefined;
    const destination = code.u8(offset + 1) & 15;
    const source = code.u8(offset + 1) >> 4;
    if (opcode === CALL && wanted <= 5) return undefined;
    if (destination !== wanted || !WRITING_CLASSES.includes(opcode & 7)) continue;
    // The second half of a 64-bit load has opcode 0.
    if (opcode === 0) continue;
    if (opcode === LOAD_IMMEDIATE_64) {
      const symbol = relocations.get(offset);
      return symbol === undefined ? undefined : { symbol };
    }
    if (MOVE_CONSTANTS.includes(opcode)) return { constant: code.i32(offset + 4) };
    if (!MOVE_REGISTERS.includes(opcode)) return undefined;
    wanted = source;
  }
  return undefined;
}
