import type { Measure } from '@probepad/protocol/views/view';

/** What stands for the one number of a value that has no members. */
const ALONE = 'value';

/** Names of measures to choose from; an empty column is the value itself. */
export function measureChoices(measures: readonly Measure[]): { value: string; label: string }[] {
  return measures.map(({ column }) => ({ value: column, label: column || ALONE }));
}

/** The measure of that name if there is one, else the one that is proposed. */
export function chosenMeasure(measures: readonly Measure[], wanted: string | undefined): Measure | undefined {
  return measures.find(({ column }) => column === wanted) ?? measures[0];
}
