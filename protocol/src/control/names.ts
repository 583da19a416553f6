import * as z from 'zod/mini';
import { NAME_KINDS } from '../values/name.ts';

/** Values of one kind that a viewer wants names for. */
const NamesAskedSchema = z.object({
  kind: z.enum(NAME_KINDS),
  /** For user symbols: whose addresses they are. */
  pid: z.optional(z.number()),
  /** Decimal. */
  values: z.array(z.string().check(z.regex(/^\d{1,20}$/))).check(z.maxLength(1024)),
});
export type NamesAsked = z.infer<typeof NamesAskedSchema>;

export const NamesParams = z.object({
  run: z.string(),
  asked: z.array(NamesAskedSchema).check(z.maxLength(64)),
});

/** Only what has a name; a value that is missing has none, or none that the host can find out. */
export const NamesResult = z.object({
  names: z.array(
    z.object({
      kind: z.enum(NAME_KINDS),
      pid: z.optional(z.number()),
      value: z.string(),
      text: z.string(),
      detail: z.optional(z.string()),
    }),
  ),
});
