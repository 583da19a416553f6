import * as z from 'zod/mini';
import { SourceFileSchema } from './run.ts';

/** What is saved beside the files: everything a user may choose that is not program text. */
export const SnippetSettingsSchema = z.object({
  params: z.record(z.string(), z.string()),
  attach: z.record(z.string(), z.string()),
  flags: z.array(z.string()),
  seconds: z.number(),
  /** CPU budget of a run, in CPUs; absent or 0: what the host's policy says. */
  cpus: z.optional(z.number()),
  /** See `Probe.exported`. */
  exported: z.optional(z.boolean()),
  /** View by source name. */
  views: z.record(z.string(), z.string()),
});
export type SnippetSettings = z.infer<typeof SnippetSettingsSchema>;

/** One immutable revision of a snippet. */
export const SnippetSchema = z.object({
  id: z.string(),
  revision: z.number(),
  name: z.string().check(z.maxLength(120)),
  files: z.array(SourceFileSchema),
  settings: SnippetSettingsSchema,
  /** Milliseconds since 1970. */
  saved: z.number(),
});
export type Snippet = z.infer<typeof SnippetSchema>;

export const SnippetSummarySchema = z.object({
  id: z.string(),
  revision: z.number(),
  name: z.string(),
  saved: z.number(),
});

/** A probe that ships with Probepad: `bpf-templates/<id>/`. */
export const TemplateSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** One sentence. */
  summary: z.string(),
  /** What the kernel must offer: kprobe, fentry, xdp, …; empty when it runs everywhere. */
  needs: z.array(z.string()),
  files: z.array(SourceFileSchema),
  settings: SnippetSettingsSchema,
  /** Markdown. */
  readme: z.string(),
});
export type Template = z.infer<typeof TemplateSchema>;
