import type { Btf } from '../object/btf.ts';

/** Prefix of `btf_decl_tag` annotations that are for viewers. */
const TAG_PREFIX = 'probepad:';
/** The component of a tag that is on the whole of a variable or type. Source: linux/btf.h, struct btf_decl_tag. */
const WHOLE = -1;

/** The annotations of a BTF type, or of one member of it by its index, without the prefix; undefined where there are none. */
export type TagReader = (id: number, member?: number) => string[] | undefined;

export function createTagReader(btf: Btf): TagReader {
  let byPlace: Map<string, string[]> | undefined;
  return (id, member = WHOLE) => {
    byPlace ??= readTags(btf);
    return byPlace.get(`${id}:${member}`);
  };
}

function readTags(btf: Btf): Map<string, string[]> {
  const byPlace = new Map<string, string[]>();
  for (const type of btf.types) {
    if (type.kind !== 'decl_tag' || !type.name.startsWith(TAG_PREFIX)) continue;
    const place = `${type.target}:${type.component}`;
    const tags = byPlace.get(place) ?? [];
    tags.push(type.name.slice(TAG_PREFIX.length));
    byPlace.set(place, tags);
  }
  return byPlace;
}
