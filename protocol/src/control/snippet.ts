import * as z from 'zod/mini';
import { FILTER_MAX } from '../limits.ts';
import { SourceFileSchema } from './run.ts';

/** What can be said of the numbers of a column in a group of rows. */
export const GROUP_STATISTICS = ['sum', 'avg', 'min', 'p50', 'p99', 'max'] as const;
export type GroupStatistic = (typeof GROUP_STATISTICS)[number];

/** What somebody made of a table. Columns are named as the page knows them: role and name. What is left out is as it would be anyway. */
export const TableSettingsSchema = z.object({
  /** One that is too long, which old settings may hold, is none. */
  filter: z.optional(
    z.pipe(
      z.string(),
      z.transform((text: string) => (text.length > FILTER_MAX ? '' : text)),
    ),
  ),
  sort: z.optional(z.object({ column: z.string(), descending: z.boolean() })),
  group: z.optional(
    z.object({
      by: z.array(z.string()),
      /** Columns whose numbers are added up and ranked in each group. */
      measures: z.optional(z.array(z.string())),
      /** What is said of them; absent: everything. */
      statistics: z.optional(z.array(z.enum(GROUP_STATISTICS))),
      /** The one measure of what was saved when there could be no more. */
      measure: z.optional(z.string()),
    }),
  ),
  /** Columns that stand first, in this order; the others follow as the program has them. */
  order: z.optional(z.array(z.string())),
  /** Columns to show or hide, whatever the program's author wants. */
  shown: z.optional(z.record(z.string(), z.boolean())),
  /** Columns that stay at the left while the others scroll. */
  pinned: z.optional(z.array(z.string())),
  /** In characters. */
  widths: z.optional(z.record(z.string(), z.number())),
});
export type TableSettings = z.infer<typeof TableSettingsSchema>;

/** What a user chose of one view; what is absent is as `inferViews` proposes it. Names are columns as it names them. */
export const ViewOptionsSchema = z.object({
  measure: z.optional(z.string()),
  statistic: z.optional(z.enum(['rate', 'value', 'avg', 'p50', 'p90', 'p99', 'min', 'max'])),
  split: z.optional(z.string()),
  /** Which of the source's histograms, by its column. */
  slots: z.optional(z.string()),
  scale: z.optional(z.enum(['log2', 'linear'])),
  /** Several hosts: each in its colour, as one, one small chart each, or one against another. */
  hosts: z.optional(z.enum(['apart', 'merged', 'multiples', 'versus'])),
  /** Of this host alone, by its name. */
  host: z.optional(z.string()),
  /** What it is compared with: the same length of time before, what was kept as baseline, or another host (`other`, by its name). */
  against: z.optional(z.enum(['before', 'baseline', 'host'])),
  other: z.optional(z.string()),
  /** Topologies: what the left ends are. */
  near: z.optional(z.enum(['process', 'address', 'port'])),
  /** Flame graphs: down as icicles, which is what is proposed, or up as flames. */
  grows: z.optional(z.enum(['down', 'up'])),
});
export type ViewOptions = z.infer<typeof ViewOptionsSchema>;

/** One panel of the dashboard. */
export const PanelSchema = z.object({
  source: z.string(),
  view: z.string(),
  options: z.optional(ViewOptionsSchema),
  /** Of the dashboard's twelve; absent: half of them. */
  columns: z.optional(z.number()),
  /** Of some four lines of text each; absent: four. */
  rows: z.optional(z.number()),
  /** It fills the page, over all others. */
  full: z.optional(z.boolean()),
  /** As wide as the page: in what was saved before panels had sizes. */
  wide: z.optional(z.boolean()),
});
export type Panel = z.infer<typeof PanelSchema>;

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
  /** Names of structs by source, or by source and leading value (`events:2`), where the program does not tell what its records are. */
  records: z.optional(z.record(z.string(), z.string())),
  /** View by source name. */
  views: z.record(z.string(), z.string()),
  /** Tables by source name. Absent in what was saved before there was a choice. */
  tables: z.optional(z.record(z.string(), TableSettingsSchema)),
  /** What was chosen of a view, by source and kind of view: `latency heatmap`. */
  viewOptions: z.optional(z.record(z.string(), ViewOptionsSchema)),
  /** The dashboard in its order; absent: the best view of each source. */
  panels: z.optional(z.array(PanelSchema)),
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
