import { ByteReader, badObject } from './bytes.ts';

export type Section = {
  index: number;
  name: string;
  /** SHT_… of elf(5). */
  type: number;
  executable: boolean;
  writable: boolean;
  size: number;
  link: number;
  info: number;
  /** Empty for SHT_NOBITS. */
  content: Uint8Array;
};

export type ElfSymbol = {
  name: string;
  /** STT_… of elf(5): 1 object, 2 function, 3 section. */
  type: number;
  /** STB_…: 0 local, 1 global, 2 weak. */
  binding: number;
  section: number;
  value: number;
  size: number;
};

export type Relocation = { offset: number; symbol: ElfSymbol | undefined };

export type Elf = {
  littleEndian: boolean;
  sections: readonly Section[];
  symbols: readonly ElfSymbol[];
  section(name: string): Section | undefined;
  symbolsOf(section: Section): readonly ElfSymbol[];
  /** Relocations of one section (SHT_REL; the BPF backend writes no addends). */
  relocations(section: Section): Relocation[];
};

export const STT_FUNC = 2;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const SHT_REL = 9;
const SHF_WRITE = 1n;
const SHF_EXECINSTR = 4n;
const EM_BPF = 247;
const SECTIONS_MAX = 2_000;

/** Reads a relocatable ELF64 object of the BPF machine. Fails with `bad_object`. Source: elf(5). */
export function readElf(object: Uint8Array): Elf {
  if (
    object.length < 64 ||
    object[0] !== 0x7f ||
    object[1] !== 0x45 ||
    object[2] !== 0x4c ||
    object[3] !== 0x46
  ) {
    badObject('not an ELF file');
  }
  if (object[4] !== 2) badObject('not a 64-bit ELF file');
  const littleEndian = object[5] === 1;
  const file = new ByteReader(object, littleEndian);
  if (file.u16(16) !== 1 || file.u16(18) !== EM_BPF) badObject('not a relocatable BPF object');

  const sections = readSections(file);
  const byName = new Map(sections.map((section) => [section.name, section]));
  const symbols = readSymbols(sections, littleEndian);
  const bySection = Map.groupBy(symbols, (symbol) => symbol.section);
  return {
    littleEndian,
    sections,
    symbols,
    section: (name) => byName.get(name),
    symbolsOf: (section) => bySection.get(section.index) ?? [],
    relocations(section) {
      const table = sections.find(({ type, info }) => type === SHT_REL && info === section.index);
      if (table === undefined) return [];
      const reader = new ByteReader(table.content, littleEndian);
      const found: Relocation[] = [];
      for (let at = 0; at + 16 <= reader.length; at += 16) {
        found.push({ offset: reader.size(at), symbol: symbols[Number(reader.u64(at + 8) >> 32n)] });
      }
      return found;
    },
  };
}

function readSections(file: ByteReader): Section[] {
  const start = file.size(40);
  const entrySize = file.u16(58);
  const count = file.u16(60);
  const namesIndex = file.u16(62);
  if (count === 0 || count > SECTIONS_MAX) badObject(`${count} sections`);
  if (entrySize !== 64) badObject(`section headers of ${entrySize} bytes`);
  const namesHeader = start + namesIndex * entrySize;
  if (namesIndex >= count) badObject('no section names');
  const names = new ByteReader(
    file.slice(file.size(namesHeader + 24), file.size(namesHeader + 32)),
    file.u8(5) === 1,
  );

  const sections: Section[] = [];
  for (let index = 0; index < count; index++) {
    const at = start + index * entrySize;
    const type = file.u32(at + 4);
    const flags = file.u64(at + 8);
    const size = file.size(at + 32);
    const empty = type === SHT_NOBITS || type === 0;
    sections.push({
      index,
      name: names.text(file.u32(at)),
      type,
      executable: (flags & SHF_EXECINSTR) !== 0n,
      writable: (flags & SHF_WRITE) !== 0n,
      size,
      link: file.u32(at + 40),
      info: file.u32(at + 44),
      content: empty ? new Uint8Array() : file.slice(file.size(at + 24), size),
    });
  }
  return sections;
}

function readSymbols(sections: readonly Section[], littleEndian: boolean): ElfSymbol[] {
  const table = sections.find(({ type }) => type === SHT_SYMTAB);
  if (table === undefined) return [];
  const reader = new ByteReader(table.content, littleEndian);
  const names = new ByteReader(sections[table.link]?.content ?? badObject('no symbol names'), littleEndian);
  const symbols: ElfSymbol[] = [];
  for (let at = 0; at + 24 <= reader.length; at += 24) {
    const info = reader.u8(at + 4);
    symbols.push({
      name: names.text(reader.u32(at)),
      type: info & 15,
      binding: info >> 4,
      section: reader.u16(at + 6),
      value: reader.size(at + 8),
      size: reader.size(at + 16),
    });
  }
  return symbols;
}
