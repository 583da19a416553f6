/** Runs one template with its workload on a machine and checks what it says. */
import assert from 'node:assert/strict';
import { inRepository } from '../../scripts/repository.mjs';
import type { Expectation } from './expectations.ts';
import { type CommandMachine, type Line, runProbe } from './probe-run.ts';
import { layCable } from './veth.ts';

export interface TemplateRun {
  expectation: Expectation;
  /** The traced machine: the workload runs there. */
  machine: CommandMachine;
  /** Where `probepad run` is started: the traced machine itself, or this one with a hub between. */
  probeMachine: CommandMachine;
  /** `--hub URL --host NAME` in that case. */
  options: string[];
  timeoutMs: number;
}

/** Throws when the template does not say what its workload did, or does not end as it should. */
export async function runTemplate(run: TemplateRun): Promise<void> {
  const { template, options, needs, check } = run.expectation;
  const folder = inRepository('bpf-templates', template);
  const workload = [`${folder}/workload`];
  const common = {
    ...{ check, machine: run.probeMachine, workloadMachine: run.machine, timeoutMs: run.timeoutMs },
    arguments: [`${folder}/${template}.bpf.c`, ...options, ...run.options],
  };
  const result = needs.includes('xdp') ? await onCable() : await runProbe({ ...common, workload });

  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(
    result.lines.filter(({ kind }) => kind === 'diagnostic'),
    [],
    'diagnostics',
  );
  checkEnd(result.lines);

  async function onCable(): ReturnType<typeof runProbe> {
    // An agent that runs already is in the machine's own network namespace, and nowhere else.
    await using cable = await layCable(run.machine, run.probeMachine === run.machine);
    return await runProbe({
      ...common,
      probePrefix: cable.receiver,
      workload: [...cable.sender, ...workload, cable.address],
    });
  }
}

interface Counts {
  produced: number;
  delivered: number;
  dropped: Record<string, number>;
}

/** One end, in order, with every record accounted for. */
function checkEnd(lines: Line[]): void {
  const ends = lines.filter(({ kind }) => kind === 'end');
  assert.equal(ends.length, 1);
  assert.equal(ends[0]?.reason, 'stopped');
  const sources = Object.entries((ends[0]?.sources ?? {}) as Record<string, Counts>);
  assert.ok(sources.length > 0, 'sources of the end');
  for (const [name, { produced, delivered, dropped }] of sources) {
    const lost = Object.values(dropped).reduce((sum, one) => sum + one, 0);
    assert.equal(produced, delivered + lost, `counts of ${name}`);
    const shown = lines.filter(({ kind, source }) => kind === 'event' && source === name).length;
    if (shown > 0) assert.equal(shown, delivered, `events of ${name}`);
  }
}
