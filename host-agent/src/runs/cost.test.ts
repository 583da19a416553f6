import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ProbepadFailure } from '@probepad/protocol/errors';
import { probeOfText, type TestMachine, testMachine } from '../link/testing.ts';
import { reportOf } from './cost.ts';
import { createRunTable } from './run-table.ts';
import type { Round } from './workload.ts';

let machine: TestMachine;
before(async () => {
  machine = await testMachine();
});
after(() => machine[Symbol.asyncDispose]());

const request = (probe: ReturnType<typeof probeOfText>) => ({
  run: 'cost',
  stream: 0,
  user: 'test',
  host: 'here',
  probe,
});

test('what a probe adds to the operations that it traces is measured, and it is gone afterwards', async () => {
  // Some tens of microseconds at each open of the process that is measured, nothing at its other operations.
  const probe = probeOfText(`
__u64 sum;
SEC("tracepoint/syscalls/sys_enter_openat")
int on_open(void *ctx)
{
	char comm[16] = {};
	bpf_get_current_comm(comm, sizeof(comm));
	if (comm[0] != 'p' || comm[1] != 'r' || comm[2] != 'o' || comm[3] != 'b')
		return 0;
	for (int i = 0; i < 2000; i++)
		sum += bpf_get_prandom_u32();
	return 0;
}`);
  const { operations, rounds } = await machine.table.measure(request(probe));
  const open = operations.find(({ name }) => name === 'open and close');
  assert.ok(open, JSON.stringify(operations));
  assert.ok(open.added > 2_000, JSON.stringify(open));
  assert.equal(open.added, open.with - open.without);
  assert.ok(operations.length >= 9, JSON.stringify(operations));
  assert.ok(operations.every((operation) => operation.without > 0 && operation.with > 0));
  assert.ok(rounds > 1);
  assert.deepEqual(machine.table.all(), []);
});

test('a probe that does not run is not measured, and the next one is', async () => {
  const broken = machine.table.measure(request(probeOfText('int x = missing;')));
  await assert.rejects(
    broken,
    (thrown) => thrown instanceof ProbepadFailure && thrown.error.code === 'compile_failed',
  );
  const [one, other] = [broken, machine.table.measure(request(probeOfText('int x = missing;')))].map((each) =>
    each.then(
      () => 'fine',
      (thrown: unknown) => (thrown instanceof ProbepadFailure ? thrown.error.code : String(thrown)),
    ),
  );
  assert.deepEqual([await one, await other], ['compile_failed', 'compile_failed']);
});

test('one measurement goes on at a time', async () => {
  const text = 'SEC("tracepoint/sched/sched_process_exec") int f(void *ctx) { return 0; }';
  const first = machine.table.measure(request(probeOfText(text)));
  await assert.rejects(
    machine.table.measure(request(probeOfText(text))),
    (thrown) => thrown instanceof ProbepadFailure && thrown.error.code === 'host_busy',
  );
  await first;
});

const QUIET = 'SEC("tracepoint/sched/sched_process_exec") int f(void *ctx) { return 0; }';
const nobody = { status() {}, schema() {}, counts() {}, data() {} };

function endsWith(code: string) {
  return (thrown: unknown) => thrown instanceof ProbepadFailure && thrown.error.code === code;
}

test('when all runs end, the measurement does too, and attaches nothing again', async () => {
  const attached: string[] = [];
  const { environment } = machine;
  const compiler: typeof environment.compiler = {
    hold: () => () => {},
    compile(...args) {
      attached.push('once');
      return environment.compiler.compile(...args);
    },
  };
  const table = createRunTable({ ...environment, compiler }, nobody);
  const measurement = table.measure(request(probeOfText(QUIET)));
  // The first rounds are without the probe.
  await table.endAll('lease_lost');
  await assert.rejects(measurement, endsWith('run_ended'));
  assert.deepEqual(attached, []);
  table.close();
});

test('a measurement that nobody waits for is ended, and only that one', async () => {
  const table = createRunTable(machine.environment, nobody);
  const asked = request(probeOfText(QUIET));
  const measurement = table.measure(asked);
  table.endMeasurement('cost-another');
  table.endMeasurement(asked.run);
  await assert.rejects(measurement, endsWith('run_ended'));
  await table.endAll('stopped');
  table.close();
});

test('a measurement that takes too long is given up, and the next one is not refused', async () => {
  const table = createRunTable(machine.environment, nobody, 1);
  for (let again = 0; again < 2; again++) {
    await assert.rejects(table.measure(request(probeOfText(QUIET))), endsWith('over_budget'));
  }
  await table.endAll('stopped');
  table.close();
});

test('a machine that can start no process can measure when it can again', async () => {
  // spawn(2) is never reached with such a path.
  const table = createRunTable({ ...machine.environment, loaderPath: '\0' }, nobody);
  for (let again = 0; again < 2; again++) {
    await assert.rejects(table.measure(request(probeOfText(QUIET))), { code: 'ERR_INVALID_ARG_VALUE' });
  }
  table.close();
});

test('a difference counts when every round with the probe was slower than each without', () => {
  const rounds = (...figures: number[]): Round[] =>
    figures.map((figure) => new Map([['open', [figure, figure * 9]]]));
  const added = (without: number[], during: number[]) =>
    reportOf(rounds(...without), rounds(...during)).operations[0]?.added;
  assert.equal(added([10, 12, 11, 13], [20, 22, 21, 23]), 10);
  assert.equal(added([10, 12, 11, 21], [20, 22, 21, 23]), 0);
  assert.equal(added([20, 22, 21, 23], [10, 12, 11, 13]), 0);
});
