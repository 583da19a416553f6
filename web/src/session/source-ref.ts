/** One source of a run: all its hosts together. */
export interface SourceRef {
  run: string;
  source: string;
}
