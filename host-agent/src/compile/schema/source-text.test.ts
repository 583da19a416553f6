import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countsKib, portsInNetworkOrder, textsOf, timeDifferences, timeDivisors } from './source-text.ts';

function ports(...texts: string[]): string[] {
  return portsInNetworkOrder(new Set(texts));
}

test('a line counts once, however many instructions it became', () => {
  const line = { offset: 0, path: 'probe.bpf.c', line: 1, column: 1, text: 'count++;' };
  assert.deepEqual([...textsOf([[line, line], [line]])], ['count++;']);
});

test('times that are divided are told apart from those that say their unit', () => {
  const divided = (by: number, text: string, before: number[] = []): boolean => {
    const code = new Uint8Array([...before, 0x37, 1, 0, 0, 0, 0, 0, 0]);
    new DataView(code.buffer).setUint32(code.length - 4, by, true);
    return timeDivisors(code, [{ offset: 0, path: 'probe.bpf.c', line: 1, column: 1, text }]).length > 0;
  };
  assert.equal(divided(1000, 'delta /= 1000U;'), true);
  assert.equal(divided(1_000_000, 'if (targ_ms)'), true);
  assert.equal(divided(1000, 'event.delta_us = delta / 1000U;'), false);
  assert.equal(divided(2, 'half = count / 2;'), false);
  // The second half of a 64-bit constant is no instruction.
  assert.equal(divided(1000, 'x = CONSTANT;', [0x18, 1, 0, 0, 0, 0, 0, 0]), false);
});

test('a member that is set to a time less another is a span of time', () => {
  const names = (...texts: string[]): string[] => timeDifferences(new Set(texts));
  assert.deepEqual(names('e->time = bpf_ktime_get_ns() - e->time;'), ['time']);
  // One of them is a time of the clock, the other a span.
  assert.deepEqual(names('start.time = bpf_ktime_get_ns();', 'e->time = bpf_ktime_get_ns() - e->time;'), []);
  assert.deepEqual(names('e->time = ts->time;'), []);
  assert.deepEqual(names('e->ts = now - *start;', 'e->left = total - used;'), ['ts']);
  assert.deepEqual(names('e->time = bpf_ktime_get_ns();'), []);
});

test('a histogram of sizes that are divided first counts KiB', () => {
  assert.equal(countsKib(new Set(['slot = log2l(rq->__data_len / 1024);'])), true);
  assert.equal(countsKib(new Set(['slot = log2l(rq->__data_len);', 'pages = len / 1024;'])), false);
});

test('a port that is copied from a socket stays in network order', () => {
  assert.deepEqual(ports('event.dport = BPF_CORE_READ(sk, __sk_common.skc_dport);'), ['dport']);
  assert.deepEqual(ports('e->sport = BPF_CORE_READ(inet, inet_sport);', 'e->dport = sk->skc_dport;'), [
    'dport',
    'sport',
  ]);
});

test('a port that is turned around is in host order, wherever that is written', () => {
  assert.deepEqual(ports('key.dport = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));'), []);
  assert.deepEqual(
    ports('BPF_CORE_READ_INTO(&dport, sk, __sk_common.skc_dport);', 'e->dport = bpf_ntohs(dport);'),
    [],
  );
  assert.deepEqual(ports('sport = bpf_ntohs(BPF_CORE_READ(inet, inet_sport));'), []);
});

test('a port that was in host order is in network order once it is turned', () => {
  const lines = [
    'BPF_CORE_READ_INTO(&tuple->sport, sockp, inet_sport);',
    'sport = BPF_CORE_READ(sk, __sk_common.skc_num);',
    't.sport = bpf_ntohs(sport);',
  ];
  assert.deepEqual(ports(...lines), ['sport']);
});

test('ports of a tracepoint, and those of a socket itself, are in host order', () => {
  assert.deepEqual(
    ports('event.dport = ctx->dport;', 'event.lport = BPF_CORE_READ(sk, __sk_common.skc_num);'),
    [],
  );
});
