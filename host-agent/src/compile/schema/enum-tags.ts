import type { Param, ProbeSchema, Type } from '@probepad/protocol/schema';
import { readTags } from '@probepad/protocol/values/tags';
import type { EnumLookup } from './enum-lookup.ts';

type Tagged = Pick<Param, 'type' | 'tags'>;
type Names = Pick<Extract<Type, { kind: 'enum' }>, 'name' | 'values'>;

/**
 * Gives members and variables that `probepad:enum=ENUM` (its name, or any of its enumerators) ties to an enum the type of that enum, in the
 * size that they have: they are shown, filtered and written as if the program had declared them so. The object holds no enum that
 * nothing is of, so the text is read for it.
 */
export function withTaggedEnums(schema: ProbeSchema, enums: EnumLookup): ProbeSchema {
  const wanted = schema.types.some(
    (type) => (type.kind === 'struct' || type.kind === 'union') && type.members.some(isTagged),
  );
  if (!wanted && !schema.params.some(isTagged)) return schema;
  const types = [...schema.types];
  const ids = new Map<string, number>();

  const add = (type: Type): number => {
    const key = JSON.stringify(type);
    const id = ids.get(key) ?? types.push(type) - 1;
    ids.set(key, id);
    return id;
  };

  const enumOf = (text: string): Names | undefined => {
    const name = text.replace(/^enum\s+/, '');
    const known = schema.types.find((type) => type.kind === 'enum' && type.name === name);
    if (known?.kind === 'enum') return known;
    const found = enums.chosen(name);
    return found && { ...found, values: found.values.map(([word, value]) => [word, String(value)]) };
  };

  /** Whole numbers alone, and lists of them. */
  const retyped = (id: number, of: Names): number | undefined => {
    const type = schema.types[id];
    switch (type?.kind) {
      case 'typedef':
        return retyped(type.target, of);
      case 'array': {
        const element = retyped(type.element, of);
        return element === undefined ? undefined : add({ ...type, element });
      }
      case 'int': {
        if (type.encoding !== 'integer') return undefined;
        const { name, values } = of;
        return add({ kind: 'enum', name, size: type.size, signed: isSigned(type, values), values });
      }
      default:
        return undefined;
    }
  };

  const tied = <T extends Tagged>(each: T): T => {
    const name = readTags(each.tags ?? []).enum;
    const found = name === undefined ? undefined : enumOf(name);
    const type = found && retyped(each.type, found);
    return type === undefined ? each : { ...each, type };
  };

  schema.types.forEach((type, id) => {
    if (type.kind === 'struct' || type.kind === 'union')
      types[id] = { ...type, members: type.members.map(tied) };
  });
  return { ...schema, params: schema.params.map(tied), types };
}

function isTagged({ tags }: Pick<Tagged, 'tags'>): boolean {
  return tags?.some((tag) => tag.startsWith('enum')) ?? false;
}

/** As the number is, unless the enum has values that such a one can't have: the top bit, or less than nothing. */
function isSigned({ size, signed }: { size: number; signed: boolean }, values: Names['values']): boolean {
  if (values.some(([, value]) => BigInt(value) < 0n)) return true;
  return signed && values.every(([, value]) => BigInt(value) < 1n << BigInt(8 * size - 1));
}
