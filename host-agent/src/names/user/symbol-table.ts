/** The functions of one ELF file, by the addresses that it is linked at, and which of those its segments are. */
export interface SymbolTable {
  /** By the file offset of a mapping's byte. @returns undefined where no segment or no function lies there */
  find(offset: bigint): FoundFunction | undefined;
  /** The same by the address that the file is linked at. @param floor no function begins before */
  functionAt(address: bigint, floor: bigint): FoundFunction | undefined;
  /** The address of a mapping's byte, and that where its segment begins. @returns undefined where no segment lies there */
  placeOf(offset: bigint): { address: bigint; floor: bigint } | undefined;
  /** Whether the file has all its functions; what is stripped has those that it exports. */
  isWhole: boolean;
  /** Hex; empty where the file has none. */
  buildId: string;
  /** Bytes that it takes, roughly. */
  size: number;
}

export interface FoundFunction {
  symbol: string;
  /** Bytes from its start. */
  distance: bigint;
}

interface Segment {
  offset: bigint;
  address: bigint;
  size: bigint;
}

/** What host-agent/loader/symbols/list_symbols.c writes, and says. */
const MAGIC = 0x59535050;
const HEADER_SIZE = 24;
const SEGMENT_SIZE = 24;
const SEGMENTS_MAX = 256;

/**
 * Takes over what probepad-symbols wrote. The file may have been made to mislead it: whatever stands in the tables, they only give
 * wrong names to that file's own addresses. Names become text when they are asked for.
 * @returns undefined for what is no such tables
 */
export function readSymbolTable(written: Buffer): SymbolTable | undefined {
  if (written.length < HEADER_SIZE) return undefined;
  // The tables are looked into as they lie there.
  const bytes = written.byteOffset % 8 === 0 ? written : Buffer.from(new Uint8Array(written).buffer);
  const [magic, segmentCount = 0, count = 0, buildIdSize = 0, nameSize = 0, whole = 0] = new Uint32Array(
    bytes.buffer,
    bytes.byteOffset,
    HEADER_SIZE / 4,
  );
  const addressesAt = HEADER_SIZE + segmentCount * SEGMENT_SIZE;
  const sizesAt = addressesAt + count * 8;
  const startsAt = sizesAt + count * 8;
  const buildIdAt = startsAt + (count + 1) * 4;
  const namesAt = buildIdAt + buildIdSize;
  const isWhole = magic === MAGIC && segmentCount <= SEGMENTS_MAX && namesAt + nameSize === bytes.length;
  if (!isWhole) return undefined;
  const segments: Segment[] = Array.from({ length: segmentCount }, (_, index) => {
    const at = HEADER_SIZE + index * SEGMENT_SIZE;
    return {
      offset: bytes.readBigUInt64LE(at),
      address: bytes.readBigUInt64LE(at + 8),
      size: bytes.readBigUInt64LE(at + 16),
    };
  });
  const addresses = new Float64Array(bytes.buffer, bytes.byteOffset + addressesAt, count);
  const sizes = new Float64Array(bytes.buffer, bytes.byteOffset + sizesAt, count);
  const starts = new Uint32Array(bytes.buffer, bytes.byteOffset + startsAt, count + 1);

  function placeOf(offset: bigint): { address: bigint; floor: bigint } | undefined {
    const segment = segments.find(
      (candidate) => candidate.offset <= offset && offset < candidate.offset + candidate.size,
    );
    return segment && { address: offset - segment.offset + segment.address, floor: segment.address };
  }

  function functionAt(address: bigint, floor: bigint): FoundFunction | undefined {
    const at = lastAtMost(addresses, Number(address));
    const start = addresses[at];
    if (start === undefined || !Number.isSafeInteger(start) || start < floor) return undefined;
    const distance = address - BigInt(start);
    // Without a size (an assembler's label) it reaches up to the next one.
    const length = sizes[at] as number;
    if (length > 0 && Number(distance) >= length) return undefined;
    const name = bytes.toString('utf8', namesAt + (starts[at] ?? 0), namesAt + (starts[at + 1] ?? 0));
    return name === '' ? undefined : { symbol: name, distance };
  }

  return {
    buildId: bytes.toString('hex', buildIdAt, namesAt),
    isWhole: whole === 1,
    size: bytes.length + 1_000,
    placeOf,
    functionAt,
    find: (offset) => findBy(offset, placeOf, functionAt),
  };
}

/**
 * The functions that a separate debug file has, at the places of the file that was stripped: in the debug file the segments
 * lie elsewhere.
 */
export function withFunctionsOf(stripped: SymbolTable, debug: SymbolTable): SymbolTable {
  const functionAt: SymbolTable['functionAt'] = (address, floor) =>
    debug.functionAt(address, floor) ?? stripped.functionAt(address, floor);
  return {
    ...stripped,
    isWhole: debug.isWhole,
    functionAt,
    find: (offset) => findBy(offset, stripped.placeOf, functionAt),
  };
}

function findBy(
  offset: bigint,
  placeOf: SymbolTable['placeOf'],
  functionAt: SymbolTable['functionAt'],
): FoundFunction | undefined {
  const place = placeOf(offset);
  return place && functionAt(place.address, place.floor);
}

/** The index of the last address up to one; -1 where all are behind it. */
function lastAtMost(addresses: Float64Array, address: number): number {
  let low = 0;
  let high = addresses.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((addresses[middle] as number) <= address) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}
